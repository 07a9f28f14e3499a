"""thidua-simulate as a program: the same bytes from the same seed, in files, at a pace, in any
volume."""
import time

from servers import case
from servers.pipeline import REFERENCE
from servers.world import program


class Simulate(case.ServerTest):
    def simulate(self, *argv, code=0):
        return self.world.run(program('thidua-simulate'), '--reference', REFERENCE, *argv, code=code)

    def files(self, name, *argv):
        """{path: bytes} of what is written with --out."""
        folder = self.world.path / name
        self.simulate('--out', folder, *argv)
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*.*')}

    def test_equal_seeds_give_equal_bytes(self):
        once, again = self.files('once'), self.files('again', '--seed', '2021')
        self.assertEqual(len(once), 10 * 3)
        self.assertEqual(once, again)
        other = self.files('other', '--seed', '2022')
        self.assertEqual(once.keys(), other.keys())
        self.assertNotEqual(once['vn-06/2021.ndjson'], other['vn-06/2021.ndjson'])

    def test_standard_output_has_the_rows_of_the_files(self):
        files = self.files('files', '--reporter', 'vn-53')
        said = self.simulate('--reporter', 'vn-53').stdout.encode()
        self.assertEqual(said, files['vn-53/2020.ndjson'] + files['vn-53/2021.ndjson'])

    def test_what_must_be_refused_is_listed_by_line(self):
        files = self.files('files', '--reporter', 'vn-53')
        head, *rows = files['vn-53/expected-rejections.tsv'].decode().splitlines()
        self.assertEqual(head, 'file\tline\tcodes\tat')
        self.assertEqual({row.split('\t')[3] for row in rows}, {'home', 'worker'})
        for row in rows:
            file, line, codes, _ = row.split('\t')
            wrong = files[f'vn-53/{file}'].decode().splitlines()[int(line) - 1]
            self.assertTrue('SAI-2' in wrong, (codes, wrong))

    def test_more_volume_is_further_records_beside_the_same_ones(self):
        once = self.files('once', '--reporter', 'vn-53')
        more = self.files('more', '--reporter', 'vn-53', '--scale', '3')
        self.assertEqual(len(more), 2 * 3 + 1)
        for path in ('vn-53/2020.ndjson', 'vn-53/2021.ndjson'):
            self.assertEqual(more[path], once[path])
        ids = [{line.split(b'"recordId":"')[1].split(b'"')[0]
                for line in more[path].splitlines() if b'"recordId"' in line}
               for path in sorted(more) if '2021' in path]
        self.assertEqual(len(ids), 3)
        self.assertFalse(ids[0] & ids[1] or ids[0] & ids[2] or ids[1] & ids[2])

    def test_a_rate_is_kept(self):
        before = time.monotonic()
        rows = self.simulate('--reporter', 'ministry', '--rate', '200').stdout.splitlines()
        self.assertGreater(len(rows), 80)
        self.assertGreaterEqual(time.monotonic() - before, (len(rows) - 1) / 200)

    def test_wrong_calls_end_in_one_sentence(self):
        for argv, code, words in ((('--reporter', 'vn-99'), 64, "'vn-99'"), ((), 64, '--out'),
                                  (('--out', '/dev/null/x'), 74, '/dev/null'),
                                  (('--reporter', 'vn-06', '--reference', self.world.path), 66,
                                   'units.tsv')):
            with self.subTest(argv=argv):
                said = self.simulate(*argv, code=code)
                self.assertEqual(said.stderr.count('\n'), 1, said.stderr)
                self.assertIn(words, said.stderr)


if __name__ == '__main__':
    case.main()
