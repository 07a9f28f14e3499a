"""What an operator does to shards and logs: rebuild one under a running aggregator, pass what nobody
can read, and hear from doctor what is wrong."""
import struct

from servers import case
from servers.broker import HOT, Broker
from servers.messages import event_pb2, parse, reference_pb2, tally_pb2, verdict_pb2
from servers.pipeline import REFERENCE
from servers.planted import Planted, head, shards, wait_for_position
from servers.process import wait_until
from servers.redis_server import RedisServer
from servers.world import program


class Operator:
    """What both kinds of test say; they have a world, a broker and a redis."""

    def admin(self, *argv, **how):
        return self.world.run(program('thidua-admin'), '--brokers', self.broker.address,
                              '--single-node', '--redis', self.redis.address,
                              '--reference', REFERENCE, *argv, **how)

    def daemon(self, name):
        return self.world.start(name, program(f'thidua-{name}'),
                                env={'THIDUA_KAFKA_BROKERS': self.broker.address,
                                     'THIDUA_KAFKA_SINGLE_NODE': 'yes',
                                     'THIDUA_REDIS_ADDRESS': self.redis.address})

    def publish(self):
        self.admin('reference', 'publish', REFERENCE, '--in-force-from', 'now', '--note', 'test')

    def folded(self, *reporters, events=30):
        """Reporters with events, verdicts and live shards; the aggregator is gone."""
        planted = {name: Planted(self.broker, name, seed=at) for at, name in enumerate(reporters)}
        for plan in planted.values():
            plan.plant(events)
        aggregator = self.daemon('aggregator')
        for name in reporters:
            wait_for_position(self.redis, events, name)
        self.assertEqual(aggregator.stop(), 0)
        return planted


class Shards(Operator, case.SharedServersTest):
    def setUp(self):
        super().setUp()
        self.admin('init')

    def test_a_rebuild_under_a_running_aggregator_ends_in_the_same_tallies(self):
        planted = Planted(self.broker)
        planted.plant(500)
        aggregator = self.daemon('aggregator')
        wait_for_position(self.redis, 500)
        before = shards(self.redis)
        self.assertIn('vn-06 is marked', self.admin('shard', 'rebuild', 'vn-06').stdout)
        aggregator.wait_for_line('event=shard_cleared reporter=vn-06')
        wait_for_position(self.redis, 500)
        self.assertEqual(shards(self.redis), before)
        self.assertEqual(aggregator.stop(), 0)

    def test_a_rebuild_heals_a_head_that_was_altered_while_nobody_ran(self):
        self.folded('vn-06')
        before = shards(self.redis)
        self.redis.set('{vn-06}:0:head', b'nonsense')
        self.admin('shard', 'show', 'vn-06', code=76)
        self.admin('shard', 'rebuild', 'vn-06')
        self.assertEqual(head(self.redis).state, tally_pb2.SHARD_STATE_CLEARING)
        aggregator = self.daemon('aggregator')
        wait_for_position(self.redis, 30)
        self.assertEqual(aggregator.stop(), 0)
        self.assertEqual(shards(self.redis), before)

    def test_show_says_where_shards_stand(self):
        self.folded('vn-06', 'vn-69')
        listed = self.admin('shard', 'show').stdout
        for name in ('vn-06', 'vn-69'):
            self.assertRegex(listed, rf'{name} +live +\d+ +30 +0 +0 ')
        said = self.admin('shard', 'show', 'vn-06').stdout
        self.assertIn('raw offset 30 of 30, verdict offset 30 of 30', said)
        self.assertIn('source       a/7: next sequence 31', said)
        for command in ('show', 'rebuild'):
            self.assertIn("no shard of 'vn-99'",
                          self.admin('shard', command, 'vn-99', code=64).stderr)


class Doctor(Operator, case.SharedServersTest):
    def assert_says(self, said, wrong, mend):
        """A line that begins with WRONG and holds the one, followed by one that holds the other."""
        lines = said.stdout.splitlines()
        found = [at for at, line in enumerate(lines) if line.startswith('WRONG') and wrong in line]
        self.assertEqual(len(found), 1, f'{wrong!r} in:\n{said.stdout}')
        self.assertIn(mend, lines[found[0] + 1])

    def test_where_nothing_is_wrong_it_says_so(self):
        self.admin('init')
        self.publish()
        self.folded('vn-06')
        before = shards(self.redis)
        said = self.admin('doctor').stdout
        self.assertNotIn('WRONG', said)
        self.assertNotIn('aof-load-truncated', said)
        self.assertEqual(said.splitlines()[-1], 'nothing is wrong')
        for part in ('Kafka: 1 broker', 'version 1 judges', '23 topics', 'append-only file',
                     "the broker's clock and ours agree", "Redis' clock and ours agree",
                     '10 reporters'):
            self.assertIn(part, said)
        self.assertEqual(shards(self.redis), before)

    def test_an_empty_cluster_needs_init_and_publish(self):
        said = self.admin('doctor', code=78)
        self.assert_says(said, 'thidua.raw.vn-06 does not exist', 'thidua-admin init')
        self.admin('init')
        said = self.admin('doctor', code=78)
        self.assert_says(said, 'no reference data is published', 'thidua-admin reference publish')
        self.assertIn('1 thing is wrong', said.stderr)

    def test_it_finds_what_is_wrong_with_topics_and_redis(self):
        self.admin('init')
        self.publish()
        for topic in ('thidua.raw.vn-07', 'thidua.verdicts.vn-13'):
            self.broker.delete_topic(topic)
        self.broker.create_topic('thidua.verdicts.vn-13', **{**HOT, 'retention.ms': '1000'})
        self.broker.create_topic('thidua.raw.vn-99', **HOT)
        self.redis.config_set('appendonly', 'no')
        self.redis.config_set('aof-load-truncated', 'yes')
        try:
            said = self.admin('doctor', code=78)
        finally:
            self.redis.config_set('appendonly', 'yes')
            self.redis.config_set('aof-load-truncated', 'no')
        self.assert_says(said, 'thidua.raw.vn-07 does not exist', 'thidua-admin init')
        self.assert_says(said, 'thidua.verdicts.vn-13: retention.ms is 1000, not -1',
                         '--add-config retention.ms=-1')
        self.assert_says(said, 'thidua.verdicts.vn-13: max.message.bytes is 1048588',
                         '--add-config max.message.bytes=2097152')
        self.assert_says(said, 'no append-only file', 'appendonly yes')
        self.assertIn('note  thidua.raw.vn-99 belongs to no reporter', said.stdout)
        self.assertIn('note  Redis has aof-load-truncated yes', said.stdout)
        self.assertIn('4 things are wrong', said.stderr)

    def test_it_finds_servers_that_may_not_be_used_or_are_away(self):
        self.admin('init')
        self.publish()
        self.redis.config_set('maxmemory-policy', 'allkeys-lru')
        try:
            said = self.admin('doctor', code=78)
        finally:
            self.redis.config_set('maxmemory-policy', 'noeviction')
        self.assertRegex(said.stdout, 'WRONG .*maxmemory-policy.*noeviction')
        said = self.admin('--redis', '127.0.0.1:1', 'doctor', code=78)
        self.assert_says(said, '127.0.0.1:1', 'section [redis]')

    def test_it_finds_shards_that_are_altered_stopped_stuck_or_have_holes(self):
        self.admin('init')
        self.publish()
        planted = self.folded('vn-06', 'vn-07', 'vn-13', 'vn-14')
        planted['vn-06'].events(4)
        planted['vn-06'].say(33)
        aggregator = self.daemon('aggregator')
        wait_for_position(self.redis, 34, 'vn-06')
        self.assertEqual(aggregator.stop(), 0)
        self.redis.set('{vn-07}:0:head', b'x')
        planted['vn-13'].events(5)
        planted['vn-14'].plant(3)
        Planted(self.broker, 'vn-69').events(2)
        said = self.admin('doctor', code=78)
        self.assert_says(said, 'vn-06: raw offsets 30..32 have no verdict', '--again 30..32')
        self.assert_says(said, 'vn-07: the head of its shard was altered', 'shard rebuild vn-07')
        self.assert_says(said, 'vn-13: 5 events are not judged', 'start thidua-worker')
        self.assert_says(said, 'vn-14: 3 events are not in the tallies', 'start thidua-aggregator')
        self.assert_says(said, 'vn-69: 2 events are not judged', 'start thidua-worker')
        self.assertIn('5 things are wrong', said.stderr)

    def target(self, sequence, record, revision, metric):
        """What the ministry says of a target for the clearance of one province in 2021."""
        event = event_pb2.Event(
            reporter='ministry', source='main', epoch=1, sequence=sequence,
            kind=event_pb2.KIND_TARGET, record_id=record, revision=revision,
            occurred_precision=event_pb2.PRECISION_DAY,
            target=event_pb2.Target(province='vn-06', metric=metric, value=7500, period={
                'kind': event_pb2.PERIOD_KIND_POLICE_YEAR, 'year': 2021}))
        event.occurred_at.FromJsonString('2021-01-04T17:00:00Z')
        event.recorded_at.FromJsonString('2021-01-05T01:00:00Z')
        return event.SerializeToString()

    def test_it_names_targets_for_figures_that_there_are_not(self):
        self.admin('init')
        self.publish()
        self.broker.produce('thidua.raw.ministry', [
            self.target(1, 'CT-1', 1, 'clearance'), self.target(2, 'CT-2', 1, 'clearence'),
            self.target(3, 'CT-3', 1, 'clearence'), self.target(4, 'CT-3', 2, 'clearance')])
        daemons = [self.daemon(name) for name in ('worker', 'aggregator')]
        wait_for_position(self.redis, 4, 'ministry')
        self.assertEqual([daemon.stop() for daemon in daemons], [0, 0])
        said = self.admin('doctor').stdout
        self.assertIn("note  ministry: target/CT-2 counts nowhere, until it is corrected: there is "
                      "no figure 'clearence' (did you mean 'clearance'?)", said)
        self.assertNotIn('target/CT-1 ', said)
        self.assertNotIn('target/CT-3 ', said)


class Unreadable(Operator, case.ServerTest):
    """A batch whose bytes on the broker's disk are damaged stops its reporter's worker."""

    def setUp(self):
        self.broker, self.redis = Broker(self.world), RedisServer(self.world)
        self.admin('init')
        self.publish()
        self.topic = 'thidua.raw.vn-06'

    def produce(self, count, first):
        self.broker.produce(self.topic, [event_pb2.Event(
            reporter='vn-06', source='main', epoch=1, sequence=first + at).SerializeToString()
                                         for at in range(count)], **{'linger.ms': '200'})

    def damage(self, offset):
        """Changes a byte of the batch that holds the offset, while the broker is down."""
        self.broker.stop()
        path = self.broker.world.path / 'kafka/data' / f'{self.topic}-0/00000000000000000000.log'
        data = bytearray(path.read_bytes())
        at = 0
        while True:
            base, length = struct.unpack_from('>qi', data, at)
            last = base + struct.unpack_from('>i', data, at + 23)[0]
            if last >= offset:
                break
            at += 12 + length
        data[at + 12 + length - 1] ^= 0xff
        path.write_bytes(data)
        self.broker.start()
        return base, last

    def test_it_is_passed_by_a_recorded_decision_and_nothing_else_is(self):
        for first in (0, 10, 20):
            self.produce(10, first)
        base, last = self.damage(12)
        bad = f'{base}..{last}'
        worker, aggregator = self.daemon('worker'), self.daemon('aggregator')
        worker.wait_for_line(f'event=unreadable .*at offset {base}[: ]')
        self.assertIn(f'thidua-admin absent {self.topic} {bad}', self.admin('doctor', code=78).stdout)
        how = ('--by', 'Cục C06', '--note', 'hỏng đĩa')
        for offsets, says in ((f'{base}..{last + 1}', f'offset {last + 1} can be read'),
                              (f'{base - 1}..{last}', f'offset {base - 1} can be read'),
                              ('40..41', 'ends before offset 30'), ('7..3', 'no range'),
                              ('x', 'no range')):
            with self.subTest(offsets=offsets):
                self.assertIn(says, self.admin('absent', self.topic, offsets, *how, '--yes',
                                               code=64).stderr)
        asked = self.admin('absent', self.topic, bad, *how, code=64)
        self.assertIn(f'offsets {bad}: cannot be read', asked.stdout)
        self.assertIn('--yes', asked.stderr)
        self.assertIsNone(next((record for record in self.broker.read('thidua.decisions')
                                if record.value), None))
        self.admin('absent', self.topic, bad, *how, '--yes')
        wait_for_position(self.redis, 30)
        self.assertEqual(head(self.redis).counts.absent, last - base + 1)
        decision = parse(reference_pb2.AbsentDecision,
                         [record.value for record in self.broker.read('thidua.decisions')
                          if record.value][0])
        self.assertEqual((decision.decided_by, decision.note), ('Cục C06', 'hỏng đĩa'))
        verdicts = [parse(verdict_pb2.Verdict, record.value)
                    for record in self.broker.read('thidua.verdicts.vn-06')]
        passed, = [verdict for verdict in verdicts if verdict.HasField('absent')]
        self.assertEqual((passed.raw_offset, passed.absent.through_offset, passed.absent.decision),
                         (base, last, decision.decision))
        self.assertIn('passes them already',
                      self.admin('absent', self.topic, bad, *how, '--yes').stdout)
        self.assertEqual([worker.stop(), aggregator.stop()], [0, 0])


if __name__ == '__main__':
    case.main()
