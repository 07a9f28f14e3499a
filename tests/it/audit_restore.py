"""A cluster that is lost with its Redis starts again from an archive, as a new generation: every event
keeps its offset and its time, what the archive does not have is sent again and counts once, and the
whole history can be audited, sealed and exported as before."""
import json
import shutil

from confluent_kafka import Producer

from servers import case
from servers.broker import HOT, Broker, verdict_topic
from servers.messages import tally_pb2
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until
from servers.redis_server import RedisServer

REPORTERS = ('vn-06', 'vn-69')
RAW = 'thidua.raw.vn-06'
ASKED = ('--archive', 'archive', '--generation', '1', '--threads', '1')
DECIDED = ('--by', 'X05', '--note', 'fire in the machine room')


def accident(reporter, number, revision):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': f'{reporter}.pc08', 'occurredAt': f'2021-0{1 + (number + revision) % 9}-05T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': '2021-10-05T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': number % 3}}


class Restore(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.running = [self.pipeline.start_worker(), self.pipeline.start_aggregator()]
        self.audit('keygen', 'seals.example', 'log.key')

    @property
    def broker(self):
        return self.pipeline.broker

    def audit(self, *argv, code=0, env=None):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, code=code,
                                 env=env)
        return json.loads(said.stdout) if said.stdout.startswith('{') else said.stderr

    def restore(self, *argv, **how):
        return self.audit('restore', *ASKED, *argv, **how)

    def feed(self, first, last, revision=1):
        for reporter in REPORTERS:
            self.pipeline.feed(reporter, [accident(reporter, number, revision)
                                          for number in range(first, last)])

    def stop_programs(self):
        for process in self.running:
            self.assertEqual(process.stop(30), 0)
        self.running = []

    def start_programs(self, generation):
        argv = ('--generation', str(generation))
        self.running += [self.pipeline.start_worker(*argv), self.pipeline.start_aggregator(*argv)]

    def lose(self, number, redis=True):
        """Kafka and Redis are gone; new ones are empty."""
        self.stop_programs()
        self.broker.kill()
        self.pipeline.broker = Broker(self.world, f'kafka-{number}')
        if redis:
            self.pipeline.redis.kill()
            self.pipeline.redis = RedisServer(self.world, f'redis-{number}')
        self.pipeline.write_config()

    def tallies(self, generation):
        return {reporter: self.pipeline.tallies(reporter, generation) for reporter in REPORTERS}

    def test_a_lost_cluster_starts_again_from_its_archive(self):
        self.feed(0, 300)
        self.broker.produce(RAW, [b'no event at all', b''])
        self.feed(100, 150, revision=2)
        self.pipeline.wait_complete()
        self.audit('seal', '--key', 'log.key')
        moment = self.broker.read(RAW)[200].append_ms
        self.audit('export', 'early', '--as-of', f'@{moment}')
        self.audit('export', 'archive')
        archived = {name: self.broker.read(f'thidua.raw.{name}') for name in REPORTERS}
        written = {name: [record.value for record in self.broker.read(verdict_topic(name))]
                   for name in REPORTERS}
        # What comes after the export is in the spools of the provinces alone.
        self.feed(250, 400)
        self.feed(120, 130, revision=3)
        self.pipeline.wait_complete()
        expected = self.tallies(0)
        judged = self.pipeline.verdicts('vn-06')
        self.lose(2)

        with self.subTest('what is refused'):
            self.refused_before()
        with self.subTest('killed at each step'):
            self.killed_and_called_again(written)
        self.start_programs(1)
        with self.subTest('the archive is judged, each event at its place and time'):
            self.same_verdicts(archived, judged)
            self.assertEqual(self.restore()['restored']['rows'][0]['verdicts'], 0)
        with self.subTest('provinces send again'):
            for reporter in REPORTERS:
                self.pipeline.run('producer', 'resend', '--from', '200', '--reporter', reporter,
                                  '--source', 'main', '--spool', self.pipeline.spool(reporter))
            self.assertEqual(self.broker.read(RAW)[0].offset, len(archived['vn-06']))
            self.pipeline.wait_complete(REPORTERS, generation=1)
            self.assertEqual(self.tallies(1), expected)
        with self.subTest('programs begin again'):
            self.stop_programs()
            self.start_programs(1)
            self.feed(400, 420)
            self.pipeline.wait_complete(REPORTERS, generation=1)
        with self.subTest('generation'):
            self.assertIn('goes on from an archive',
                          self.pipeline.admin('generation', 'status').stdout)
            self.pipeline.admin('generation', 'switch', '1')
            self.pipeline.admin('doctor')
        with self.subTest('a shard is folded anew'):
            before = self.pipeline.tallies('vn-06', 1)
            self.pipeline.admin('shard', 'rebuild', 'vn-06', '--yes')
            wait_until(lambda: self.pipeline.head('vn-06', 1).state == tally_pb2.SHARD_STATE_LIVE,
                       'the shard is live again')
            self.assertEqual(self.pipeline.tallies('vn-06', 1), before)
        with self.subTest('the audit of the whole history'):
            self.audited()

    def refused_before(self):
        self.assertIn('--archive DIR', self.audit('restore', '--generation', '1', code=2))
        self.assertIn('give --generation 1',
                      self.audit('restore', '--archive', 'archive', *DECIDED, code=2))
        self.assertIn('--by and --note', self.restore(code=2))
        self.pipeline.redis.sadd('{thidua.}:1:shards', 'vn-06')
        self.assertIn('Redis has shards of generation 1', self.restore(*DECIDED, code=2))
        self.pipeline.redis.flushall()
        path, = (self.world.path / 'archive').glob(f'{RAW}.*.zst')
        content = path.read_bytes()
        path.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
        self.assertIn('was altered', self.restore(*DECIDED, code=2))
        path.write_bytes(content)
        # A province that was quicker.
        self.broker.create_thidua_topic(RAW)
        self.broker.produce(RAW, [b'early'])
        self.assertIn('has events already', self.restore(*DECIDED, code=2))
        self.broker.delete_topic(RAW)

    def plant_verdicts(self, values):
        topic = verdict_topic('vn-06', 1)
        self.broker.delete_topic(topic)
        self.broker.create_topic(topic, **HOT, **{'max.message.bytes': str(2 << 20)})
        self.broker.produce(topic, values)

    def killed_and_called_again(self, written):
        """Each call is killed later than the one before. Workers and aggregators wait meanwhile."""
        self.start_programs(1)
        for point in ('restore.looked:1', 'restore.write:1', 'restore.decide:1',
                      'restore.decided:1', 'restore.write:3', 'restore.write:500',
                      'restore.write:700'):
            with self.subTest(point=point):
                killed = self.pipeline.run('audit', 'restore', *ASKED, *DECIDED, code=None,
                                           env={'TD_FAULT': point})
                self.assertEqual(killed.returncode, -9)
        self.stop_programs()  # what is planted now is none of theirs
        # A province that was quicker than the filling.
        self.broker.delete_topic(RAW)
        self.broker.create_thidua_topic(RAW)
        self.broker.produce(RAW, [b'early'])
        self.assertIn('before the cluster was restored', self.restore(*DECIDED, code=2))
        self.broker.delete_topic(RAW)
        # Half of the filling, and verdicts about another log, then the first ones about this one.
        self.broker.create_thidua_topic(RAW)
        self.broker.produce(RAW, [None] * 100, key=b'thidua.restore')
        self.plant_verdicts(written['vn-69'])
        self.assertIn('is not about this archive', self.restore(code=2))
        self.plant_verdicts(written['vn-06'][:100])
        rows = {row['reporter']: row for row in self.restore()['restored']['rows']}
        self.assertEqual(rows['vn-06']['verdicts'], rows['vn-06']['goes_on_at'] - 100)
        again = self.pipeline.run('worker', '--generation', '1', '--reporter', 'vn-06', '--again',
                                  '5', code=78)
        self.assertIn('lie in an archive', again.stderr)

    def same_verdicts(self, archived, judged):
        found = self.pipeline.verdicts('vn-06', generation=1)
        self.assertEqual(sorted(found), [record.offset for record in archived['vn-06']])
        for record in archived['vn-06']:
            self.assertEqual(found[record.offset].append_ms, record.append_ms)
            self.assertEqual(found[record.offset], judged[record.offset])
        self.assertEqual(len(self.broker.read(verdict_topic('vn-06', 1))), len(found))

    def publish_another_version(self):
        """Not in force yet: none but a generation that is decided on with it judges by it."""
        folder = self.world.path / 'reference'
        shutil.copytree(REFERENCE, folder)
        with (folder / 'units.tsv').open('a', encoding='utf-8') as units:
            units.write('vn-06.999\tvn-06\tdistrict\t999\tCông an huyện Quên\t\t2025-02-28\n')
        self.pipeline.admin('reference', 'publish', folder, '--in-force-from', '+10m', '--note', 'more')

    def test_a_cluster_is_lost_twice_and_judged_anew_in_between(self):
        self.publish_another_version()
        self.feed(0, 60)
        producer = Producer({'bootstrap.servers': self.broker.address, 'transactional.id': 'alien'})
        producer.init_transactions(30)
        producer.begin_transaction()
        producer.produce(RAW, b'no event')
        producer.commit_transaction()  # its mark is an offset without a record
        self.feed(60, 100)
        self.pipeline.wait_complete()
        first = self.tallies(0), self.pipeline.verdicts('vn-06')
        self.audit('export', 'archive')
        with self.subTest('Redis lives'):
            self.lose(2, redis=False)
            self.restore(*DECIDED)
            self.start_programs(1)
            self.pipeline.wait_complete(REPORTERS, generation=1)
            self.assertEqual((self.tallies(1), self.pipeline.verdicts('vn-06', generation=1)), first)
            self.assertIn('generation 0 (live)', self.pipeline.admin('generation', 'status').stdout)
            self.pipeline.admin('generation', 'switch', '1')
        with self.subTest('the archive grows behind the loss'):
            self.feed(100, 140)
            self.pipeline.wait_complete(REPORTERS, generation=1)
            expected = self.tallies(1)
            self.audit('export', 'archive', '--archive-first', 'archive', '--generation', '1')
        with self.subTest('a second loss'):
            self.lose(3)
            self.assertIn('give --generation 2', self.restore(*DECIDED, code=2))
            self.restore('--generation', '2', *DECIDED)
            # A broker that dies so soon may not know any more that it deleted the filling.
            self.broker.kill()
            self.broker.start()
            self.start_programs(2)
            self.feed(100, 140)  # again, while the worker waits or not
            self.restore('--generation', '2')
            self.pipeline.wait_complete(REPORTERS, generation=2)
            self.assertEqual(self.tallies(2), expected)
        with self.subTest('a generation beside it judges the archive, too'):
            said = self.pipeline.admin('generation', 'start', '3', '--by', 'X05', '--note', 'anew')
            self.assertIn('thidua-audit restore --archive DIR --generation 3', said.stdout)
            self.restore('--generation', '3')
            self.start_programs(3)
            self.pipeline.wait_complete(REPORTERS, generation=3)
            self.assertEqual(self.tallies(3), self.tallies(2))
            for generation, version in ((2, 1), (3, 2)):
                self.assertEqual({verdict.reference_version for verdict in
                                  self.pipeline.verdicts('vn-06', generation).values()
                                  if not verdict.HasField('absent')}, {version})
            self.assertEqual(self.audit('compare', '--archive-first', 'archive', '--generation',
                                        '3')['outcome'], 'equal')

    def audited(self):
        both = ('--archive-first', 'archive', '--generation', '1')
        self.assertIn('--archive-first', self.audit('replay', '--generation', '1', code=2))
        replayed = self.audit('replay', *both)
        self.assertEqual({row['reporter']: row['next_raw_offset']
                          for row in replayed['shards']['rows']
                          if row['reporter'] in REPORTERS},
                         {name: self.broker.end(f'thidua.raw.{name}') for name in REPORTERS})
        self.assertEqual(self.audit('compare', *both)['outcome'], 'equal')
        self.assertEqual(self.audit('reconcile', *both)['outcome'], 'equal')
        self.audit('seal', '--key', 'log.key', *both)
        verified = self.audit('verify', '--keys', 'log.key.pub', *both)
        self.assertEqual(verified['outcome'], 'equal')
        row = next(row for row in verified['verified']['rows'] if row['reporter'] == 'vn-06')
        self.assertEqual((row['seals'], row['unsealed']), (2, 0))
        # A whole archive again, which needs no other, and the old one grown.
        self.audit('export', 'whole', *both)
        self.audit('export', 'archive', *both)
        for folder in ('whole', 'archive'):
            found = self.audit('reconcile', '--archive', folder, '--generation', '1')
            self.assertEqual(found['outcome'], 'equal')
            self.assertNotIn('verdicts_not_archived', found)
            again = self.audit('replay', '--archive', folder, '--generation', '1')
            self.assertEqual(again['shards'], replayed['shards'])
            verified = self.audit('verify', '--keys', 'log.key.pub', '--archive', folder,
                                  '--generation', '1')
            self.assertEqual(verified['outcome'], 'equal')
        for folder in ('whole', 'archive'):
            self.assertEqual(self.audit('replay', '--archive-first', folder, '--generation',
                                        '1')['shards'], replayed['shards'])
        self.assertIn('not the archive', self.audit('replay', '--archive-first', 'early', code=2))
        self.assertIn('not the archive', self.audit('restore', '--archive', 'early',
                                                    '--generation', '1', code=2))


if __name__ == '__main__':
    case.main()
