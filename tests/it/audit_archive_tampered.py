"""An archive of which anything was altered, exchanged or left out: it is noticed, and named."""
import json
import shutil

from servers import case
from servers.archives import RAW, VERDICTS, ArchiveTest
from servers.planted import Planted


class Tampered(ArchiveTest):
    def setUp(self):
        """The archive has two files of one reporter's log."""
        super().setUp()
        planted = Planted(self.broker)
        for count in (1000, 100):
            self.broker.produce(RAW, [planted.next_event() for _ in range(count)])
            self.pipeline.wait_complete(['vn-06', 'vn-69'])
            self.audit('export', str(self.folder))
        self.assertEqual(len(self.files()), 2)

    def test_whatever_was_altered_is_noticed(self):
        for alteration in (self.a_bit, self.a_verdict, self.the_end_cut_off, self.files_exchanged,
                           self.a_file_gone, self.a_reporter_left_out, self.an_older_file,
                           self.no_verdicts, self.no_manifest):
            with self.subTest(alteration=alteration.__name__):
                shutil.copytree(self.folder, self.world.path / 'kept')
                try:
                    alteration()
                finally:
                    shutil.rmtree(self.folder)
                    (self.world.path / 'kept').rename(self.folder)

    def replay_refuses(self, *words):
        said = self.refused('replay', '--archive', str(self.folder))
        for word in words:
            self.assertIn(word, said)

    def path(self, topic=RAW, which=0):
        return self.folder / self.files(topic)[which]['name']

    def a_bit(self):
        for place, words in ((5000, ('the frame at byte 0, offsets 0..', 'altered')),
                             (-60, ('its index is not the one that the manifest names',))):
            content = bytearray(self.path().read_bytes())
            content[place] ^= 4
            self.path().write_bytes(content)
            self.replay_refuses(self.path().name, *words)
            content[place] ^= 4
            self.path().write_bytes(content)

    def a_verdict(self):
        content = bytearray(self.path(VERDICTS).read_bytes())
        content[5000] ^= 4
        self.path(VERDICTS).write_bytes(content)
        said = self.refused('reconcile', '--archive', str(self.folder))
        for word in (VERDICTS, 'the frame at byte 0, offsets 0..', 'altered'):
            self.assertIn(word, said)

    def the_end_cut_off(self):
        content = self.path().read_bytes()
        self.path().write_bytes(content[:-1])
        self.replay_refuses(self.path().name, f'{len(content) - 1} bytes', f'says {len(content)}')

    def files_exchanged(self):
        one, other = self.path(which=1), self.path('thidua.raw.vn-69')
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)
        self.replay_refuses(one.name, 'bytes, the manifest says')

    def a_file_gone(self):
        name = self.path(which=1).name
        self.path(which=1).unlink()
        self.replay_refuses(name, 'No such file')

    def a_reporter_left_out(self):
        """Who rewrites the manifest as well is found by the verdicts, or else by its digest, noted
        elsewhere."""
        noted = self.audit('replay', '--archive', str(self.folder))['manifest_sha256']
        manifest = self.manifest()
        for topics, code in (((RAW,), 1), ((RAW, VERDICTS), 0)):
            manifest['topics'] = [topic for topic in manifest['topics']
                                  if topic['name'] not in topics]
            (self.folder / 'manifest.json').write_text(json.dumps(manifest), 'utf-8')
            found = self.audit('replay', '--archive', str(self.folder), code=code)
            self.assertEqual('logs_gone' in found, code == 1)
        self.assertNotEqual(found['manifest_sha256'], noted)
        self.assertIn('no raw log of a reporter vn-06',
                      self.refused('replay', '--archive', str(self.folder), '-r', 'vn-06'))

    def an_older_file(self):
        """A manifest that leaves a piece out of the middle."""
        manifest = self.manifest()
        for topic in manifest['topics']:
            if topic['name'] == RAW:
                del topic['files'][0]
        (self.folder / 'manifest.json').write_text(json.dumps(manifest), 'utf-8')
        self.replay_refuses(RAW, 'at offset 0 ')

    def no_verdicts(self):
        """An archive of before verdicts were archived; the next export adds them."""
        manifest = self.manifest()
        manifest['topics'] = [topic for topic in manifest['topics']
                              if not topic['name'].startswith('thidua.verdicts.')]
        (self.folder / 'manifest.json').write_text(json.dumps(manifest), 'utf-8')
        at = ['--archive', str(self.folder)]
        self.assertEqual(self.audit('compare', *at)['outcome'], 'equal')
        found = self.audit('reconcile', *at)
        self.assertIn('vn-06', [row['reporter'] for row in found['verdicts_not_archived']['rows']])
        self.assertNotIn('verdicts', found)
        found = self.audit('trace', 'accident/2021-00002', '--reporter', 'vn-06', *at)
        self.assertIn('the archive has no verdicts', [row['what'] for row in found['way']['rows']])
        self.audit('export', str(self.folder))
        self.same('reconcile')

    def no_manifest(self):
        (self.folder / 'manifest.json').unlink()
        self.replay_refuses('manifest.json')


if __name__ == '__main__':
    case.main()
