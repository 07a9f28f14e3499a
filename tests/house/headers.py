"""Each header compiles alone, with all warnings."""
import shlex
import subprocess
import unittest

import tree

PACKAGES = ('rdkafka', 'hiredis', 'libprotobuf-c', 'jansson', 'inih', 'libutf8proc', 'libcrypto')
WARNINGS = ('-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wstrict-prototypes')


def flags():
    said = subprocess.run(['pkg-config', '--cflags', *PACKAGES], capture_output=True, text=True,
                          check=True)
    return ['-std=c17', '-D_GNU_SOURCE', '-DTD_VERSION="0"', f'-I{tree.SOURCE}',
            '-isystem', str(tree.BUILD / 'proto'), *shlex.split(said.stdout)]


class Headers(unittest.TestCase):
    def test_each_header_compiles_alone(self):
        common = ['cc', *WARNINGS, *flags(), '-fsyntax-only', '-x', 'c', '-']
        headers = tree.files('.h')
        self.assertTrue(headers)
        for path in headers:
            with self.subTest(header=str(path)):
                done = subprocess.run(common, input=f'#include "{path}"\n', capture_output=True,
                                      text=True, cwd=tree.SOURCE, check=False)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])


if __name__ == '__main__':
    unittest.main()
