"""Aggregators on planted logs, and the one rule by which their work is judged."""
from servers import case
from servers.planted import Planted, shards, wait_for_position
from servers.redis_server import RedisServer
from servers.world import program

COUNT = 1200  # events that most tests fold
PREFIX = '{vn-06}:0:'  # of the shard's keys in Redis


class AggregatorTest(case.SharedServersTest):
    """One reporter's planted logs, and aggregators that fold them."""

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
