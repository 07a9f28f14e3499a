"""An archive in place of Kafka: made while events arrive, whole or not at all, read without a
broker, and saying what Kafka says."""
import fcntl
import hashlib
import os
import subprocess
import threading

from servers import case
from servers.archives import RAW, VERDICTS, ArchiveTest, accident
from servers.messages import archive_pb2
from servers.pipeline import REFERENCE
from servers.planted import Planted
from servers.process import wait_until
from servers.world import program

DEATHS = 'accidents.deaths'


def records(path):
    """What `zstd -d` makes of a file, as messages."""
    content = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
    found, at = [], 0
    while at < len(content):
        size, shift = 0, 0
        while True:
            byte, at = content[at], at + 1
            size |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                break
        found.append(archive_pb2.ArchiveRecord.FromString(content[at:at + size]))
        at += size
    return found


class Archive(ArchiveTest):
    def test_an_archive_says_what_kafka_says(self):
        with self.subTest('export while events arrive, and again'):
            self.export_while_events_arrive()
        self.pipeline.wait_complete(['vn-06', 'vn-69'])
        with self.subTest('verdicts that came later'):
            self.export_verdicts()
        middle = self.broker.read(RAW)[400].append_ms
        with self.subTest('the files'):
            self.look_at_the_files()
        with self.subTest('replay'):
            found = self.same('replay', '--period', '2021')
            self.assertGreater(len(found['figures']['rows']), 4)
            found = self.same('replay', '--as-of', f'@{middle}')
            ends = {row['reporter']: row['next_raw_offset'] for row in found['shards']['rows']}
            self.assertGreater(ends['vn-06'], 400)
            self.assertLess(ends['vn-06'], self.broker.end(RAW))
        with self.subTest('reconcile and trace'):
            found = self.same('reconcile')
            self.assertEqual(sum(row['enriched'] + row['rejected'] for row in
                                 found['verdicts']['rows'] if row['reporter'] == 'vn-06'),
                             self.broker.end(RAW))
            self.same('reconcile', '--as-of', f'@{middle}')
            found = self.same('trace', 'accident/2021-00002', '--reporter', 'vn-06')
            self.assertIn(f'{VERDICTS} 2,', ' '.join(row['what'] for row in found['way']['rows']))
        with self.subTest('compare'):
            found = self.audit('compare', '--archive', str(self.folder))
            self.assertEqual(found['outcome'], 'equal')
        with self.subTest('a failed export leaves the archive as it was'):
            self.export_that_fails()
        before = self.questions()
        self.assertEqual(self.worker.stop(), 0)
        self.assertEqual(self.aggregator.stop(), 0)
        self.broker.stop()
        with self.subTest('no broker'):
            self.assertEqual(self.questions(), before)

    def questions(self):
        """Every command that reads logs alone, from the archive."""
        at = ['--archive', str(self.folder)]
        return [self.audit('replay', *at), self.audit('explain', DEATHS, '--period', '2021', *at),
                self.audit('trace', 'accident/2021-00002', '--reporter', 'vn-06', *at),
                self.audit('changed', DEATHS, '--between', '2021-01-01', 'now', *at),
                self.audit('what-if', '--reference', str(REFERENCE), *at),
                self.audit('reconcile', *at)]

    def export_while_events_arrive(self):
        done = threading.Event()
        planted = Planted(self.broker)

        def go_on():
            while not done.is_set():
                self.broker.produce(RAW, [planted.next_event() for _ in range(100)])
        arriving = threading.Thread(target=go_on)
        arriving.start()
        try:
            wait_until(lambda: self.pipeline.position('vn-06') > 1000, 'events flow')
            first = self.audit('export', str(self.folder))
        finally:
            done.set()
            arriving.join()
        # Every event in it has its verdict in it.
        self.assertEqual(self.audit('reconcile', '--archive', str(self.folder))['outcome'], 'equal')
        self.assertGreater(int(self.files()[0]['endOffset']), 1000)
        self.assertLess(int(self.files()[0]['endOffset']), self.broker.end(RAW))
        again = self.audit('export', str(self.folder))
        self.assertNotEqual(first['manifest_sha256'], again['manifest_sha256'])
        self.assertEqual([len(self.files(topic)) for topic in (RAW, 'thidua.raw.vn-69')], [2, 1])
        self.assertEqual(int(self.files()[-1]['endOffset']), self.broker.end(RAW))
        # Nothing new is no new file.
        self.audit('export', str(self.folder))
        self.assertEqual(len(self.files()), 2)
        self.assertIn('whole logs', self.refused('export', str(self.folder), '--period', '2021'))

    def export_verdicts(self):
        """No verdict lies in an archive without the event that it is about."""
        planted = Planted(self.broker)
        self.broker.produce(RAW, [planted.next_event() for _ in range(100)])
        end = self.broker.end(RAW)
        self.pipeline.wait_complete(['vn-06'])
        moment = self.broker.read(RAW)[end - 100].append_ms - 1
        self.audit('export', str(self.folder), '--as-of', f'@{moment}')
        self.assertEqual(int(self.files(VERDICTS)[-1]['endOffset']), end - 100)
        self.audit('export', str(self.folder))
        self.assertEqual(int(self.files(VERDICTS)[-1]['endOffset']), end)
        entry, = (topic for topic in self.manifest()['topics'] if topic['name'] == VERDICTS)
        self.assertEqual(entry['judged'], [{'endOffset': str(end),
                                            'referenceVersion': 1}])

    def look_at_the_files(self):
        listed = {file['name']: file for topic in self.manifest()['topics']
                  for file in topic.get('files', [])}
        there = {path.name for path in self.folder.iterdir()} - {'manifest.json'}
        self.assertEqual(there, set(listed))
        for name, file in listed.items():
            content = (self.folder / name).read_bytes()
            self.assertEqual(hashlib.sha256(content).hexdigest(), file['sha256'])
            self.assertEqual(len(content), int(file['bytes']))
            # The seek table of zstd's seekable format, at the very end.
            self.assertEqual(content[-4:], bytes.fromhex('b1ea928f'))
        for topic in (RAW, VERDICTS, 'thidua.reference'):
            archived = [record for file in self.files(topic)
                        for record in records(self.folder / file['name'])]
            self.assertEqual([(record.offset, record.append_ms, record.key, record.value)
                              for record in archived],
                             [(record.offset, record.append_ms, record.key or b'', record.value)
                              for record in self.broker.read(topic)])

    def export_that_fails(self):
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self.pipeline.feed('vn-06', [accident('vn-06', number, revision=3) for number in range(90)])

        def unchanged():
            return {name: (self.folder / name).read_bytes() for name in before} == before
        killed = self.pipeline.run('audit', 'export', str(self.folder), code=None,
                                   env={'TD_FAULT': 'export_manifest:1'})
        self.assertEqual(killed.returncode, -9)
        self.assertTrue(unchanged())
        expected = self.audit('replay', '--archive', str(self.folder))
        full = self.world.run('prlimit', '--fsize=512', program('thidua-audit'), '--config',
                              self.pipeline.config, 'export', self.folder, code=2)
        self.assertIn('File too large', full.stderr)
        self.assertTrue(unchanged())
        self.assertEqual(self.audit('replay', '--archive', str(self.folder)), expected)
        lock = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.assertIn('another export', self.refused('export', str(self.folder)))
        os.close(lock)
        # The tallies have gone on; the archive follows.
        self.pipeline.wait_complete(['vn-06'])
        self.assertIn('export into it again',
                      self.refused('compare', '--archive', str(self.folder)))
        self.audit('export', str(self.folder))
        self.assertEqual(self.audit('compare', '--archive', str(self.folder))['outcome'], 'equal')
        self.assertEqual({path.name for path in self.folder.glob('*.tmp')}, set())


if __name__ == '__main__':
    case.main()
