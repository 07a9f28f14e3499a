"""An archive in place of Kafka: made while events arrive, read without a broker, held to account.
As of a moment means what a pipeline that was stopped then knew."""
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time

from servers import case
from servers.messages import archive_pb2
from servers.pipeline import REFERENCE, Pipeline
from servers.planted import Planted
from servers.process import wait_until
from servers.world import program

DEATHS = 'accidents.deaths'
RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'
SEALS = 'thidua.seals'


def accident(reporter, number, day='2021-03-05', revision=1):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': f'{reporter}.pc08', 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': number % 3}}


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


def interrupted():
    """For preexec_fn: somebody presses Ctrl-C before the program has begun, which it sees at once."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.kill(os.getpid(), signal.SIGINT)


class Archive(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker
        self.worker = self.pipeline.start_worker()
        self.aggregator = self.pipeline.start_aggregator()
        self.folder = self.world.path / 'archive'
        for reporter, count in (('vn-06', 300), ('vn-69', 200)):
            self.pipeline.feed(reporter, [accident(reporter, number, f'2021-{1 + number % 9:02d}-05')
                                          for number in range(count)])

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', *argv, '--format', 'json', '--lang', 'en', code=code)
        return json.loads(said.stdout)

    def refused(self, *argv, env=None):
        """What is said on standard error when it cannot be done."""
        said = self.pipeline.run('audit', *argv, code=2, env=env)
        self.assertEqual(said.stdout, '')
        return said.stderr

    def same(self, *argv, code=0):
        """The report from Kafka and the one from the archive, which may differ in nothing but where
        they were made from."""
        kafka, archive = (self.audit(*argv, *more, code=code)
                          for more in ([], ['--archive', str(self.folder)]))
        for report in (kafka, archive):
            for fact in ('logs', 'manifest_sha256'):
                report.pop(fact, None)
        self.assertEqual(archive, kafka)
        return archive

    def manifest(self):
        return json.loads((self.folder / 'manifest.json').read_text('utf-8'))

    def files(self, topic=RAW):
        found, = (entry for entry in self.manifest()['topics'] if entry['name'] == topic)
        return found.get('files', [])

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
        with self.subTest('tampered'):
            for alteration in (self.a_bit, self.a_verdict, self.the_end_cut_off, self.files_exchanged,
                               self.a_file_gone, self.a_reporter_left_out, self.an_older_file,
                               self.no_verdicts,
                               self.no_manifest):
                with self.subTest(alteration=alteration.__name__):
                    shutil.copytree(self.folder, self.world.path / 'kept')
                    try:
                        alteration()
                    finally:
                        shutil.rmtree(self.folder)
                        (self.world.path / 'kept').rename(self.folder)
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


class Commands(case.SharedServersTest):
    def setUp(self):
        super().setUp()
        self.pipeline = Pipeline(self.world, broker=self.broker, redis=self.redis)
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.feed([accident('vn-06', number) for number in range(300)])

    def feed(self, rows):
        self.pipeline.feed('vn-06', rows)
        self.pipeline.wait_complete(['vn-06'])
        return self.pipeline.broker.read(RAW)[-1].append_ms

    def audit(self, *argv):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv).stdout
        return json.loads(said) if said.startswith('{') else said

    def alone(self, *argv):
        """Without configuration, so without a broker."""
        said = self.world.run(program('thidua-audit'), '--format', 'json', '--lang', 'en',
                              '--brokers', '127.0.0.1:1', '--redis', self.pipeline.redis.address,
                              '--archive', 'archive', *argv).stdout
        return json.loads(said) if said.startswith('{') else said

    def test_seals_are_read_from_an_archive(self):
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        self.audit('export', 'archive')
        kafka, archive = (audit('verify', '--keys', 'log.key.pub')
                          for audit in (self.audit, self.alone))
        self.assertEqual(archive['outcome'], 'equal')
        for report in (kafka, archive):
            for fact in ('logs', 'manifest_sha256'):
                report.pop(fact, None)
        self.assertEqual(archive, kafka)
        self.assertEqual(self.alone('prove', 'vn-06@250'), self.audit('prove', 'vn-06@250'))

    def test_seals_behind_the_moment_asked_about_accuse_nobody(self):
        keys = ('--keys', 'log.key.pub')
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        moment = f'@{self.pipeline.broker.read(SEALS)[-1].append_ms}'
        wait_until(lambda: time.time() * 1000 > int(moment[1:]), 'the clock goes on')
        self.feed([accident('vn-06', number) for number in range(300, 340)])
        self.audit('seal', '--key', 'log.key')
        with self.subTest('verify and seal'):
            found = self.audit('verify', *keys, '--as-of', moment)
            self.assertEqual((found['outcome'], found['seals_later']), ('equal', 1))
            self.assertNotIn('sealed', self.audit('seal', '--key', 'log.key', '--as-of', moment))
        with self.subTest('an archive as of then, and as of now'):
            self.audit('export', 'archive', '--as-of', moment)
            found = self.alone('verify', *keys)
            row, = (row for row in found['verified']['rows'] if row['reporter'] == 'vn-06')
            self.assertEqual((found['outcome'], row['seals'], row['unsealed']), ('equal', 1, 0))
            self.audit('export', 'archive')
            self.assertEqual(self.alone('verify', *keys)['verified'],
                             self.audit('verify', *keys)['verified'])
            self.audit('export', 'archive', '--as-of', moment)
        with self.subTest('an archive older than a seal that is shown'):
            self.audit('export', 'older', '--as-of', moment)
            self.audit('seal', '--key', 'log.key', '--seals', 'sealed')
            said = self.pipeline.run('audit', 'verify', *keys, '--archive', 'older', '--seals',
                                     'sealed', '--lang', 'en', code=1).stdout
            self.assertIn('the archive ends before this seal', said)
            self.assertNotIn('shorter', said)

    def test_a_command_that_is_told_to_stop_ends_with_2(self):
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        self.audit('export', 'archive')
        for argv in (['replay'], ['compare'], ['reconcile'], ['explain', DEATHS],
                     ['trace', 'accident/2021-00002', '--reporter', 'vn-06'],
                     ['changed', DEATHS, '--between', '2021-01-01', 'now'],
                     ['what-if', '--reference', REFERENCE], ['export', 'other'],
                     ['verify', '--keys', 'log.key.pub'], ['seal', '--key', 'log.key'],
                     ['prove', 'vn-06@250'],
                     ['restore', '--archive', 'archive', '--generation', '1', '--by', 'X',
                      '--note', 'y']):
            with self.subTest(argv=argv):
                done = subprocess.run([program('thidua-audit'), '--config', self.pipeline.config,
                                       '--log-level', 'error', *argv], capture_output=True,
                                      text=True, cwd=self.world.path, env=self.world.env,
                                      timeout=60, preexec_fn=interrupted, check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertIn('stopped', done.stderr)

    def test_an_archive_of_one_reporter_takes_the_others_later(self):
        self.audit('export', 'archive', '--reporter', 'vn-06')
        shards = self.alone('replay')['shards']['rows']
        self.assertEqual([row['reporter'] for row in shards], ['vn-06'])
        self.assertEqual(shards, self.audit('replay', '--reporter', 'vn-06')['shards']['rows'])
        kept = (self.world.path / 'archive' / f'{RAW}.{0:020}.zst').read_bytes()
        self.audit('export', 'archive')
        self.assertEqual(self.alone('replay')['shards']['rows'],
                         self.audit('replay')['shards']['rows'])
        self.assertEqual((self.world.path / 'archive' / f'{RAW}.{0:020}.zst').read_bytes(), kept)
        self.audit('export', 'archive', '--reporter', 'vn-06')
        self.assertEqual(self.alone('replay')['shards']['rows'],
                         self.audit('replay')['shards']['rows'])

    def test_as_of_a_moment_is_what_a_pipeline_stopped_then_knew(self):
        then = self.audit('replay')['shards']['rows']
        moment = self.pipeline.broker.read(RAW)[-1].append_ms
        self.feed([accident('vn-06', number, '2021-07-07', 2) for number in range(0, 300, 7)])
        self.assertNotEqual(self.audit('replay')['shards']['rows'], then)
        self.assertEqual(self.audit('replay', '--as-of', f'@{moment}')['shards']['rows'], then)
        self.audit('export', 'archive')
        self.assertEqual(self.alone('replay', '--as-of', f'@{moment}')['shards']['rows'], then)
        self.audit('export', 'earlier', '--as-of', f'@{moment}')
        shutil.rmtree(self.world.path / 'archive')
        (self.world.path / 'earlier').rename(self.world.path / 'archive')
        self.assertEqual(self.alone('replay')['shards']['rows'], then)

    def test_a_generation_that_nobody_decided_on_has_no_verdicts(self):
        found = self.audit('export', 'archive', '--generation', '7')
        self.assertIn('thidua.verdicts.7.vn-06',
                      [row['topic'] for row in found['missing']['rows']])
        said = self.pipeline.run('audit', 'reconcile', '--generation', '7', code=2).stderr
        self.assertIn('nobody decided on it', said)
        self.assertIn('vn-06', [row['reporter'] for row in
                                self.alone('reconcile')['verdicts_not_archived']['rows']])

    def test_a_log_that_was_made_again_does_not_go_on_from_an_archive(self):
        self.audit('export', 'archive')
        for count in (310, 5):
            self.broker.delete_topic(RAW)
            self.broker.create_thidua_topic(RAW)
            self.pipeline.feed('vn-06', [accident('vn-06', number) for number in range(count)],
                               source=f'again{count}')
            said = self.pipeline.run('audit', 'export', 'archive', code=2).stderr
            self.assertIn(f'{RAW} does not have at offset', said)
            self.assertIn('made again', said)


if __name__ == '__main__':
    case.main()
