"""A shard altered by hand in Redis: it is found, and healed from the log."""
from servers import case
from servers.aggregators import COUNT, PREFIX, AggregatorTest
from servers.planted import head, shards, wait_for_position
from servers.process import wait_until
from servers.world import program


class Hands(AggregatorTest):
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


if __name__ == '__main__':
    case.main()
