"""Redis and the broker restarted, silent, put back to a copy, cut: the tallies come to be those of
the verdicts again."""
import random
import shutil
import signal

from servers import case
from servers.aggregators import COUNT, AggregatorTest
from servers.planted import shards, wait_for_position
from servers.redis_server import RedisServer


class Servers(AggregatorTest):
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


if __name__ == '__main__':
    case.main()
