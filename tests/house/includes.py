"""Who may include whom: data flows down, the core knows no shell, shells do not know each other."""
import pathlib
import unittest

import tree

# Whose pure files a folder may use besides its own; the flow, and the worker's rules at home.
USES = {
    'common': set(),
    'proto': {'common'},
    'workers': {'common', 'proto'},
    'producers': {'common', 'proto', 'workers'},
    'aggregator': {'common', 'proto', 'workers'},
}
# The audit and the programs for operators see the pure files of all.
SEES_ALL = ('aggregator/audit/',)


class Includes(unittest.TestCase):
    def setUp(self):
        self.pure = tree.pure_units()
        self.assertTrue(tree.pure_libraries(), 'no pure library was built')

    def each_include(self):
        for path in tree.files('.c', '.h'):
            for name in tree.includes(path):
                yield path, name

    def unit_is_pure(self, name):
        return tree.is_pure_name(name, self.pure)

    def test_each_source_includes_its_own_header_first(self):
        for path in tree.files('.c'):
            header = path.with_suffix('.h')
            if (tree.SOURCE / header).exists():
                with self.subTest(file=str(path)):
                    self.assertEqual(tree.includes(path)[:1], [str(header)])

    def test_paths_are_project_relative(self):
        for path, name in self.each_include():
            with self.subTest(file=str(path), include=name):
                generated = name.startswith(('thidua/v1/', 'google/'))
                self.assertTrue(generated or (tree.SOURCE / name).is_file())

    def test_pure_files_include_pure_files_only(self):
        for path, name in self.each_include():
            if str(path.with_suffix('')) in self.pure and not tree.is_main(path):
                with self.subTest(file=str(path), include=name):
                    self.assertTrue(self.unit_is_pure(name), 'a shell')

    def test_a_folder_uses_only_the_folders_above_it(self):
        for path, name in self.each_include():
            mine, theirs = path.parts[0], pathlib.PurePath(name).parts[0]
            if theirs in tree.FOLDERS and theirs != mine and not str(path).startswith(SEES_ALL):
                with self.subTest(file=str(path), include=name):
                    self.assertIn(theirs, USES[mine])

    def test_no_shell_includes_another_folder_s_shell(self):
        for path, name in self.each_include():
            theirs = pathlib.PurePath(name).parts[0]
            if theirs in ('producers', 'workers', 'aggregator') and theirs != path.parts[0]:
                with self.subTest(file=str(path), include=name):
                    self.assertTrue(self.unit_is_pure(name), 'a shell of another folder')

    def test_nobody_includes_a_main(self):
        for path, name in self.each_include():
            with self.subTest(file=str(path), include=name):
                self.assertNotIn('_main', name)


if __name__ == '__main__':
    unittest.main()
