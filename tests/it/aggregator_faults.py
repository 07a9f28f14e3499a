"""Whatever happens to aggregators, Redis and the logs: the tallies are those of the verdicts, or the
shard stops and says why."""
import random
import re
import shutil
import signal

from servers import case
from servers.broker import HOT
from servers.messages import tally_pb2
from servers.planted import Planted, absent, head, shards, wait_for_position
from servers.process import wait_until
from servers.redis_server import RedisServer
from servers.world import SOURCE, program

COUNT = 1200
PREFIX = '{vn-06}:0:'


class Aggregators(case.SharedServersTest):
    def setUp(self):
        super().setUp()
        self.planted = Planted(self.broker)
        self.planted.create_topics()

    def aggregator(self, fault=None, redis=None, name='aggregator', group=None, env=None):
        """Starts one, with batches small enough that there are many."""
        env = {'THIDUA_KAFKA_BROKERS': self.broker.address, 'THIDUA_KAFKA_SINGLE_NODE': 'yes',
               'THIDUA_REDIS_ADDRESS': (redis or self.redis).address,
               'THIDUA_AGGREGATOR_BATCH': '100', **(env or {})}
        if fault:
            env['TD_FAULT'] = fault
        if group:
            env['THIDUA_AGGREGATOR_GROUP'] = group
        return self.world.start(name, program('thidua-aggregator'), env=env)

    def undisturbed(self, count=COUNT):
        """What a fresh Redis holds after an aggregator to which nothing happened."""
        fresh = RedisServer(self.world, 'fresh')
        quiet = self.aggregator(redis=fresh, name='undisturbed', group='undisturbed')
        wait_for_position(fresh, count)
        self.assertEqual(quiet.stop(), 0)
        expected = shards(fresh)
        fresh.kill()
        return expected

    def assert_same(self, expected):
        self.assertEqual(shards(self.redis), expected)

    def folded(self, count=COUNT, **options):
        """A Redis into which everything so far was folded, its aggregator gone."""
        aggregator = self.aggregator(**options)
        aggregator.wait_for_line('event=shard_reading')  # all may have been folded before
        found = wait_for_position(self.redis, count)
        self.assertEqual(aggregator.stop(), 0)
        return found


class Kills(Aggregators):
    faults = ('aggregator.claim:1', 'aggregator.clear:1', 'aggregator.read:1', 'aggregator.read:4',
              'aggregator.folded:1', 'aggregator.folded:5', 'aggregator.exec:1',
              'aggregator.exec:2', 'aggregator.exec:3', 'aggregator.exec:6', 'aggregator.sent:1',
              'aggregator.sent:4', 'aggregator.reply:1', 'aggregator.reply:2', 'aggregator.reply:3',
              'aggregator.reply:7',
              'aggregator.commit:1')

    def test_killed_at_every_point_it_ends_in_the_same_tallies(self):
        there = set()
        for path in (SOURCE / 'aggregator').glob('*.c'):
            there |= set(re.findall(r'td_fault\("([a-z.]+)"\)', path.read_text('utf-8')))
        self.assertEqual({fault.split(':')[0] for fault in self.faults}, there)
        self.planted.plant(COUNT)
        expected = self.undisturbed()
        for fault in self.faults:
            with self.subTest(fault=fault):
                self.redis.flushall()
                self.assertEqual(self.aggregator(fault=fault, group=f'{fault}.killed').wait(), -9)
                self.folded(group=f'{fault}.next')  # of a group that waits for no dead member
                self.assert_same(expected)

    def test_sigterm_writes_what_was_taken_and_the_next_one_goes_on(self):
        self.planted.plant(500)
        self.folded(500)
        self.planted.plant(COUNT - 500)
        self.folded()
        self.assert_same(self.undisturbed())


class Zombies(Aggregators):
    def test_one_that_slept_before_its_write_changes_nothing_when_it_wakes(self):
        self.planted.plant(COUNT)
        expected = self.undisturbed()
        for point in ('aggregator.exec:5', 'aggregator.sent:5', 'aggregator.read:4',
                      'aggregator.claim:1', 'aggregator.clear:1'):
            with self.subTest(point=point):
                self.redis.flushall()
                zombie = self.aggregator(fault=f'{point}:stop', name='zombie')
                wait_until(lambda: stopped(zombie.pid), 'the zombie sleeps')
                owner = self.aggregator(group='another')
                wait_for_position(self.redis, COUNT)
                zombie.signal(signal.SIGCONT)
                zombie.wait_for_line('event=shard_(superseded|retries)')
                self.assertEqual(zombie.stop(), 0)
                self.assertEqual(owner.stop(), 0)
                self.assert_same(expected)

    def test_two_that_both_believe_to_own_a_shard_fold_it_once(self):
        one, two = self.aggregator(name='one', group='one'), self.aggregator(name='two', group='two')
        for _ in range(6):
            self.planted.plant(COUNT // 6)
        wait_for_position(self.redis, COUNT)
        self.assertEqual([one.stop(), two.stop()], [0, 0])
        self.assert_same(self.undisturbed())


class Servers(Aggregators):
    def setUp(self):
        super().setUp()
        self.redis = RedisServer(self.world)  # whose files hold nothing of other tests

    def test_redis_restarted_while_it_folds(self):
        aggregator = self.aggregator()
        for _ in range(4):
            self.planted.plant(COUNT // 4)
            self.redis.kill()
            self.redis.start()
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_a_redis_that_does_not_answer_is_said_and_keeps_nobody_from_stopping(self):
        """Many shards, of which each would wait for its own time-out."""
        others = [f'vn-{number}' for number in range(50, 58)]
        for reporter in others:
            self.broker.create_hot_topics(reporter)
        aggregator = self.aggregator(env={'THIDUA_REDIS_COMMAND_TIMEOUT': '4s'})
        for reporter in others:
            aggregator.wait_for_line(f'reporter={reporter} from=rebuilding to=live')
        self.redis.process.signal(signal.SIGSTOP)
        self.addCleanup(self.redis.process.signal, signal.SIGCONT)
        aggregator.wait_for_line('event=shard_waits .*no reply within the time-out')
        self.assertEqual(aggregator.stop(seconds=16), 0)

    def test_the_broker_restarted_while_it_folds(self):
        self.planted.plant(COUNT // 2)
        aggregator = self.aggregator()
        wait_for_position(self.redis, COUNT // 2)
        self.broker.restart()
        self.planted.plant(COUNT // 2)
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_an_emptied_redis_is_filled_again_under_a_running_aggregator(self):
        self.planted.plant(COUNT)
        aggregator = self.aggregator()
        wait_for_position(self.redis, COUNT)
        self.redis.flushall()
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_redis_put_back_to_a_copy_of_last_week_under_a_running_aggregator(self):
        self.planted.plant(COUNT // 2)
        aggregator = self.aggregator()
        wait_for_position(self.redis, COUNT // 2)
        self.redis.stop()
        copy, log = self.world.path / 'copy', self.redis.path / 'appendonlydir'
        shutil.copytree(log, copy)
        self.redis.start()
        self.planted.plant(COUNT // 2)
        wait_for_position(self.redis, COUNT)
        self.redis.kill()
        shutil.rmtree(log)
        shutil.copytree(copy, log)
        self.redis.start()
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_redis_put_back_to_an_older_log_cut_at_random_bytes(self):
        self.planted.plant(COUNT)
        self.folded()
        expected = self.undisturbed()
        seed = random.randrange(1 << 30)
        pick = random.Random(seed)
        self.redis.stop()
        log, = [path for path in self.redis.append_only_files() if '.incr.' in path.name]
        whole = log.read_bytes()
        for number in range(6):
            cut = pick.randrange(len(whole))
            log.write_bytes(whole[:cut])
            self.redis.start()
            with self.subTest(seed=seed, size=len(whole), cut=cut):
                self.folded(group=f'cut-{number}')
                self.assert_same(expected)
            self.redis.stop()
        self.redis.start()

    def test_a_log_torn_within_a_transaction_is_mended_before_a_start_and_holds_for_good(self):
        self.planted.plant(COUNT)
        self.folded()
        expected = shards(self.redis)
        self.redis.stop()
        log, = [path for path in self.redis.append_only_files() if '.incr.' in path.name]
        whole = log.read_bytes()
        log.write_bytes(whole[:whole.rindex(b'HSET', 0, whole.rindex(b'EXEC')) + 6])
        self.redis.start()
        self.folded(group='mended')
        self.redis.restart()
        self.assert_same(expected)


class Hands(Aggregators):
    """Keys altered by hand: found, and healed from the log."""

    def altered(self, alter, says='event=shard_torn'):
        self.planted.plant(COUNT - 100)
        self.folded(COUNT - 100)
        alter()
        self.planted.plant(100)
        aggregator = self.aggregator()
        aggregator.wait_for_line(says)
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_a_head_with_another_byte(self):
        def alter():
            packed = self.redis.get(f'{PREFIX}head')
            self.redis.set(f'{PREFIX}head', packed[:-1] + bytes([packed[-1] ^ 1]))
        self.altered(alter)

    def test_a_head_of_another_type(self):
        def alter():
            self.redis.delete(f'{PREFIX}head')
            self.redis.lpush(f'{PREFIX}head', 'x')
        self.altered(alter)

    def test_a_head_that_is_gone(self):
        self.altered(lambda: self.redis.delete(f'{PREFIX}head'), says='event=shard_new')

    def test_states_with_another_byte(self):
        def alter():
            for key in self.redis.keys(f'{PREFIX}s:*'):
                for field, state in self.redis.hgetall(key).items():
                    self.redis.hset(key, field, state[:-1] + bytes([state[-1] ^ 1]))
        self.altered(alter)

    def test_tallies_that_are_no_numbers(self):
        def alter():
            for key in self.redis.keys(f'{PREFIX}m:*'):
                for field in self.redis.hkeys(key):
                    self.redis.hset(key, field, 'many')
        self.altered(alter)

    def test_a_tally_that_is_another_number_is_put_right_by_a_rebuild(self):
        self.planted.plant(COUNT)
        self.folded()
        expected = shards(self.redis)
        key = self.redis.keys(f'{PREFIX}m:*')[0]
        field, = [name for name in self.redis.hkeys(key) if name != b'#'][:1]
        self.redis.hincrby(key, field, 1)
        aggregator = self.aggregator()
        wait_until(lambda: head(self.redis).owner > 1, 'it is claimed')
        self.world.run(program('thidua-admin'), '--brokers', self.broker.address, '--redis',
                       self.redis.address, 'shard', 'rebuild', 'vn-06')
        aggregator.wait_for_line('event=shard_cleared')
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(expected)

    def test_tallies_of_another_type(self):
        def alter():
            for key in self.redis.keys(f'{PREFIX}m:*'):
                self.redis.delete(key)
                self.redis.set(key, 'x')
        self.altered(alter)


class Logs(Aggregators):
    def test_a_repeated_verdict_is_counted_once_and_a_missing_one_shown_until_it_comes(self):
        self.planted.events(COUNT)
        said = [offset for offset in range(COUNT) if offset not in (400, 401, 900)]
        self.planted.say(*said[:600], *said[300:600], *said[600:])
        aggregator = self.aggregator()
        found = wait_for_position(self.redis, COUNT)
        self.assertEqual([(hole.first, hole.last) for hole in found.holes], [(400, 401), (900, 900)])
        self.assertEqual(found.counts.repeats, 300)
        self.planted.say(401, 900, 400)
        wait_until(lambda: not head(self.redis).holes, 'the holes are filled')
        self.assertEqual(aggregator.stop(), 0)
        filled = shards(self.redis)
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.say(*range(COUNT))
        expected = self.undisturbed()
        for found in (filled, expected):
            del found[f'{PREFIX}head'.encode()]
        self.assertEqual(filled, expected)

    def test_a_verdict_log_made_again_is_read_on_at_the_right_verdict(self):
        self.planted.plant(COUNT // 2)
        self.folded(COUNT // 2)
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.say(*range(COUNT // 2))
        self.planted.plant(COUNT // 2)
        self.folded()
        self.assert_same(self.undisturbed())

    def grown_again(self):
        """A verdict log that was lost and is by now exactly as long as what was folded of it, for
        the lost one held verdicts twice: what is new lies before where the shard would read on."""
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.events(COUNT // 2)
        self.planted.say(*range(COUNT))

    def test_a_verdict_log_that_grew_again_to_where_it_was_is_read_from_what_is_new(self):
        self.planted.plant(COUNT // 2)
        self.planted.say(*range(COUNT // 2))
        self.folded(COUNT // 2)
        self.grown_again()
        self.folded()
        self.assert_same(self.undisturbed())

    def test_a_running_aggregator_sees_that_a_verdict_log_grew_again(self):
        self.planted.plant(COUNT // 2)
        self.planted.say(*range(COUNT // 2))
        aggregator = self.aggregator()
        wait_for_position(self.redis, COUNT // 2)
        wait_until(lambda: head(self.redis).verdict_offset_hint == COUNT, 'the repeats are read')
        aggregator.signal(signal.SIGSTOP)  # so that it never sees the log shorter
        self.grown_again()
        aggregator.signal(signal.SIGCONT)
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_a_raw_topic_deleted_and_made_again_stops_the_shard_with_a_reason(self):
        self.planted.plant(COUNT)
        self.folded()
        before = shards(self.redis)
        self.broker.delete_topic(self.planted.raw)
        self.broker.create_topic(self.planted.raw, **{'message.timestamp.type': 'LogAppendTime'})
        self.broker.produce(self.planted.raw, [b'another'] * (COUNT + 5))
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*thidua.raw.vn-06.*deleted and created again')
        wait_until(lambda: head(self.redis).state == tally_pb2.SHARD_STATE_STOPPED, 'it is marked')
        self.assertEqual(aggregator.stop(), 0)
        after = shards(self.redis)
        for found in (before, after):
            del found[f'{PREFIX}head'.encode()]
        self.assertEqual(after, before)

    def test_a_raw_log_shorter_than_the_position_stops_the_shard(self):
        self.planted.plant(COUNT)
        self.folded()
        self.broker.delete_topic(self.planted.raw)
        self.broker.create_topic(self.planted.raw, **{'message.timestamp.type': 'LogAppendTime'})
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*ends at offset 0')

    def test_absent_ranges_count_as_offsets(self):
        self.planted.plant(100)
        self.broker.produce(self.planted.raw, [b'x'] * 50)
        self.broker.produce(self.planted.verdicts, [absent(100, 149)])
        found = self.folded(150)
        self.assertEqual(found.counts.absent, 50)

    def test_bytes_that_are_no_verdict_stop_the_shard(self):
        self.planted.plant(100)
        self.broker.produce(self.planted.verdicts, [b'\xff\xff'])
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*100')


def stopped(pid):
    """Whether the process sleeps by SIGSTOP."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as stat:
        return stat.read().rpartition(')')[2].split()[0] == 'T'


if __name__ == '__main__':
    case.main()
