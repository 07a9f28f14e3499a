"""The pure libraries need nothing but computing: no file, clock, environment, server, allocator."""
import re
import subprocess
import unittest

import tree

ALLOWED = re.compile(r'''
    td_\w+ | thidua__v1__\w+ | google__protobuf__\w+ | protobuf_c_\w+ | utf8proc_\w+
  | json_(?!load_file|dump_file|loadf|dumpf)\w+   # jansson, on text in memory
  | mem(cmp|cpy|move|set|chr|rchr|mem|pcpy) | str(n?cmp|n?len|r?chr|n?cpy|n?cat|sep|spn|cspn|str|pbrk|n?casecmp)
  | stpn?cpy | strto(u?ll?|u?max|d) | v?snprintf | bsearch | qsort | l?labs | l?ldiv
  | __ctype_b_loc | __ctype_tolower_loc | __errno_location | abort | __assert_fail
  | SHA256\w* | EVP_\w+ | CRYPTO_memcmp | OPENSSL_cleanse   # digests of bytes in memory
  | (floor|ceil|l?l?round|fmod|fabs|trunc)[fl]? | lround
  | __(asan|ubsan|sanitizer|stack_chk|isoc\d+|v?snprintf_chk|mem\w+_chk)\w*
  | __\w+_chk | _GLOBAL_OFFSET_TABLE_ | __tls_get_addr
  | __cpu_(model|indicator_init)2?   # which instructions there are
''', re.VERBOSE)
# Bounded tables whose constructor says so may come from the heap, and the arena's blocks do.
HEAP = {'malloc', 'calloc', 'realloc', 'reallocarray', 'aligned_alloc', 'free'}


def undefined(archive):
    """(member, symbol) for each symbol that a member takes from outside itself."""
    listed = subprocess.run(['nm', '-u', '-A', archive], capture_output=True, text=True,
                            check=True)
    for line in listed.stdout.splitlines():
        place, _, symbol = line.rpartition(' ')
        yield place.split(':')[1].removesuffix('.c.o'), symbol.split('@')[0]


def makes_opaque_objects(archive, member):
    """True if the header, or that of the unit which the file is a part of (batch for batch_cells),
    says that it hands out objects to free: td_<x>_new or td_<x>_free, or room for them."""
    folder = tree.SOURCE / archive.parent.relative_to(tree.BUILD)
    words = member.split('_')
    headers = [folder / f"{'_'.join(words[:count])}.h" for count in range(len(words), 0, -1)]
    return any(re.search(r'\btd_(\w+_(new|init|free|create|destroy)|room)\(', header.read_text('utf-8'))
               for header in headers if header.exists())


class Symbols(unittest.TestCase):
    def test_pure_libraries_need_allowed_symbols_only(self):
        libraries = tree.pure_libraries()
        self.assertTrue(libraries, 'no pure library was built')
        for archive in libraries:
            for member, symbol in undefined(archive):
                with self.subTest(library=archive.name, member=member, symbol=symbol):
                    heap = symbol in HEAP and makes_opaque_objects(archive, member)
                    self.assertTrue(heap or ALLOWED.fullmatch(symbol), 'not for pure code')

    def test_the_check_knows_a_forbidden_symbol(self):
        for symbol in ('time', 'open', 'getenv', 'rd_kafka_poll', 'redisCommand', 'malloc',
                       'clock_gettime', 'fopen', 'rand'):
            self.assertIsNone(ALLOWED.fullmatch(symbol))


if __name__ == '__main__':
    unittest.main()
