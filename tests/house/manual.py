"""--help, the manual page and the program are one: each option stands in both; those that programs
share stand in thidua(1)."""
import re
import subprocess
import unittest

import tree

OPTION = re.compile(r'(?<![\w-])--([a-z][a-z0-9-]*)')
# What every program has.
COMMON = {'help', 'usage', 'version'}
# The page that describes what programs share: where Kafka and Redis are, what is logged.
SHARED = tree.SOURCE / 'common' / 'thidua.1'


def programs():
    return sorted(path for path in (tree.BUILD / 'bin').glob('thidua*') if path.is_file())


def page_of(program):
    """The manual page beside the program's main; None if there is none."""
    return next((tree.SOURCE / path for path in tree.files('.1')
                 if path.name == f'{program.name}.1'), None)


def options_in_help(program):
    said = subprocess.run([program, '--help'], capture_output=True, text=True, check=True,
                          timeout=30)
    return set(OPTION.findall(said.stdout)) - COMMON


def options_in_page(page):
    said = subprocess.run(['mandoc', '-T', 'ascii', '-O', 'width=200', page],
                          capture_output=True, text=True, check=True)
    return set(OPTION.findall(re.sub('.\b', '', said.stdout))) - COMMON


class Manual(unittest.TestCase):
    def test_each_program_has_a_manual_page(self):
        for program in programs():
            with self.subTest(program=program.name):
                self.assertIsNotNone(page_of(program))

    def test_help_and_manual_page_name_the_same_options(self):
        for program in programs():
            page = page_of(program)
            if page:
                with self.subTest(program=program.name):
                    shared = options_in_page(SHARED)
                    self.assertEqual(options_in_help(program) - shared,
                                     options_in_page(page) - shared)

    def test_what_programs_share_is_in_their_help(self):
        said = set().union(*(options_in_help(program) for program in programs()))
        self.assertLessEqual(options_in_page(SHARED), said)

    def test_the_front_command_lists_every_program(self):
        said = subprocess.run([tree.BUILD / 'bin' / 'thidua'], capture_output=True, text=True,
                              check=True, timeout=30)
        for program in programs():
            if program.name != 'thidua':
                with self.subTest(program=program.name):
                    self.assertRegex(said.stdout, rf'\n  {program.name.removeprefix("thidua-")} ')

    def test_manual_pages_are_sound_mdoc(self):
        for page in tree.files('.1'):
            with self.subTest(page=str(page)):
                said = subprocess.run(['mandoc', '-T', 'lint', '-W', 'error', tree.SOURCE / page],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(said.returncode, 0, said.stdout)


if __name__ == '__main__':
    unittest.main()
