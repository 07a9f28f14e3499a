"""A Redis Cluster instead of one Redis: shards lie on several nodes, and whoever asks the wrong one is
led to the right one."""
import redis

from servers import case
from servers.broker import COMPACTED, HOT, Broker, verdict_topic
from servers.pipeline import REFERENCE
from servers.planted import Planted, absent, head, shards
from servers.process import free_port, wait_until
from servers.redis_server import RedisServer
from servers.world import program

REPORTERS = ('vn-06', 'vn-07', 'vn-13', 'vn-69')
SLOTS = 16384
COUNT = 300


class Node:
    """One node of a cluster, with a range of its slots, or none."""

    def __init__(self, world, name, *slots):
        self.world, self.name, self.slots = world, name, slots
        self.port, self.bus_port = free_port(), free_port()
        self.address = f'127.0.0.1:{self.port}'
        self.path = world.path / name
        self.path.mkdir()
        self.client = redis.Redis('127.0.0.1', self.port)
        self.start()
        if slots:
            self.client.execute_command('CLUSTER', 'ADDSLOTSRANGE', *slots)

    def start(self):
        self.process = self.world.start(
            self.name, 'redis-server', '--port', self.port, '--bind', '127.0.0.1', '--dir',
            self.path, '--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction',
            '--cluster-enabled', 'yes', '--cluster-port', self.bus_port)

        def serves():
            try:
                return self.client.ping()
            except redis.exceptions.RedisError:
                return False
        wait_until(serves, f'{self.name} serves')


class Cluster(case.ServerTest):
    def setUp(self):
        self.broker = Broker(self.world)
        half = SLOTS // 2
        self.nodes = [Node(self.world, 'node-1', 0, half - 1),
                      Node(self.world, 'node-2', half, SLOTS - 1)]
        self.meet(self.nodes[1])
        for node in self.nodes:
            wait_until(lambda node=node: b'cluster_state:ok' in self.info(node), 'the cluster is')
        self.planted = {name: Planted(self.broker, name, seed=at)
                        for at, name in enumerate(REPORTERS)}
        for plan in self.planted.values():
            plan.create_topics()

    def meet(self, node):
        self.nodes[0].client.execute_command('CLUSTER', 'MEET', '127.0.0.1', node.port,
                                             node.bus_port)

    def replica(self):
        """Another node, which holds what the first one holds."""
        node = Node(self.world, 'replica')
        self.meet(node)
        master = self.nodes[0].client.execute_command('CLUSTER', 'MYID')

        def follows():
            info = node.client.info('replication')
            if info['role'] == 'slave':
                return info['master_link_status'] == 'up'
            try:
                node.client.execute_command('CLUSTER', 'REPLICATE', master)
            except redis.exceptions.ResponseError:
                pass  # it does not know its master yet
            return False
        wait_until(follows, 'the replica follows')
        return node

    @staticmethod
    def info(node):
        said = node.client.execute_command('CLUSTER', 'INFO')
        return str(said).encode() if isinstance(said, dict) else bytes(said)

    def run_program(self, name, *argv, **how):
        return self.world.run(program(f'thidua-{name}'), '--redis', self.nodes[0].address, *argv,
                              **how)

    def aggregator(self, address, name='aggregator', generation=0):
        return self.world.start(name, program('thidua-aggregator'), env={
            'THIDUA_KAFKA_BROKERS': self.broker.address, 'THIDUA_KAFKA_SINGLE_NODE': 'yes',
            'THIDUA_AGGREGATOR_BATCH': '50', 'THIDUA_AGGREGATOR_GROUP': name,
            'THIDUA_AGGREGATOR_GENERATION': str(generation), 'THIDUA_REDIS_ADDRESS': address})

    def found(self):
        """What all nodes hold together."""
        found = {}
        for node in self.nodes:
            found.update(shards(node.client))
        return found

    def wait_for(self, expected):
        """Until the cluster holds what one Redis would."""
        def same():
            try:
                return self.found() == expected
            except redis.exceptions.RedisError:
                return False
        wait_until(same, 'the cluster holds the tallies', 60)

    def single(self):
        """What one Redis holds of the same verdicts."""
        server = RedisServer(self.world, 'single')
        aggregator = self.aggregator(server.address, 'quiet')
        wait_until(lambda: all(self.position(server, name) == COUNT for name in REPORTERS), 'one Redis holds all', 60)
        self.assertEqual(aggregator.stop(), 0)
        found = shards(server)
        server.kill()
        return found

    @staticmethod
    def position(server, name):
        found = head(server, name)
        return found.next_raw_offset if found else 0

    def test_shards_on_both_nodes_are_folded_read_and_rebuilt(self):
        for plan in self.planted.values():
            plan.plant(COUNT)
        expected = self.single()
        aggregator = self.aggregator(self.nodes[0].address)
        self.wait_for(expected)
        self.assertTrue(all(node.client.dbsize() for node in self.nodes), 'one node has all')
        asked = ('deployments.officers', '--province', ','.join(REPORTERS), '--period', '2021',
                 '--calendar', 'civil', '--by', 'province', '--reference', REFERENCE)
        self.assertEqual(self.run_program('tally', *asked).stdout.count('\nLượt cán bộ'), 4)
        for name in REPORTERS:
            self.run_program('admin', 'shard', 'rebuild', name)
        for name in REPORTERS:
            aggregator.wait_for_line(f'event=shard_cleared reporter={name} keys=[1-9]')
        self.wait_for(expected)
        self.nodes[1].process.kill()
        self.nodes[1].start()
        for plan in self.planted.values():
            plan.say(*range(COUNT - 20, COUNT))
        self.wait_for(expected)
        self.assertEqual(aggregator.stop(), 0)

    def test_a_slot_that_moves_is_followed(self):
        for plan in self.planted.values():
            plan.plant(COUNT // 2)
        aggregator = self.aggregator(self.nodes[0].address)
        wait_until(lambda: sum(f'next_raw_offset: {COUNT // 2}\n' in str(value)
                               for value in self.found().values()) == len(REPORTERS),
                   'half is folded', 60)
        self.move_slot_of('{vn-06}')
        for plan in self.planted.values():
            plan.plant(COUNT - COUNT // 2)
        self.wait_for(self.single())
        self.assertEqual(aggregator.stop(), 0)

    def test_any_node_leads_to_the_shards_a_replica_too(self):
        for plan in self.planted.values():
            plan.plant(COUNT)
        replica = self.replica()
        aggregator = self.aggregator(replica.address)
        self.wait_for(self.single())
        self.assertEqual(aggregator.stop(), 0)
        said = self.world.run(program('thidua-admin'), 'doctor', '--redis', replica.address,
                              '--brokers', self.broker.address, '--single-node', code=None).stdout
        self.assertIn('fine  Redis ', said)

    def test_generations_are_compared_wherever_their_shards_lie(self):
        for topic in ('thidua.reference', 'thidua.decisions'):
            self.broker.create_topic(topic, **COMPACTED)
        for name, plan in self.planted.items():
            plan.plant(COUNT)
            self.broker.create_topic(verdict_topic(name, 1), **HOT)
            self.broker.produce(verdict_topic(name, 1),
                                [*plan.judged[:-20], absent(COUNT - 20, COUNT - 1)])
        server = RedisServer(self.world, 'single')
        differ = [self.compared(server.address), self.compared(self.nodes[0].address)]
        self.assertTrue(all(f'\n{name} 2021' in '\n' + differ[0] for name in REPORTERS), differ[0])
        self.assertEqual(differ[0], differ[1])

    def compared(self, address):
        """What thidua-admin says of generations 0 and 1, when both are folded."""
        for generation in (0, 1):
            name = f'aggregator-{address}-{generation}'
            aggregator = self.aggregator(address, name, generation)
            for reporter in REPORTERS:
                aggregator.wait_for_line(f'event=shard_state reporter={reporter} '
                                         f'from=rebuilding to=live .*raw_offset={COUNT}', 60)
            self.assertEqual(aggregator.stop(), 0)
        return self.world.run(program('thidua-admin'), 'generation', 'compare', '0', '1', '--redis',
                              address, '--brokers', self.broker.address, '--single-node').stdout

    def move_slot_of(self, tag):
        """Moves a slot with all its keys to the other node, as redis-cli --cluster reshard does."""
        slot = self.nodes[0].client.execute_command('CLUSTER', 'KEYSLOT', tag)
        source, target = sorted(self.nodes, key=lambda node: not
                                node.slots[0] <= slot <= node.slots[1])
        names = {node: node.client.execute_command('CLUSTER', 'MYID') for node in self.nodes}
        target.client.execute_command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', names[source])
        source.client.execute_command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', names[target])
        while True:
            keys = source.client.execute_command('CLUSTER', 'GETKEYSINSLOT', slot, 100)
            if not keys:
                break
            source.client.execute_command('MIGRATE', '127.0.0.1', target.port, '', 0, 5000, 'KEYS',
                                          *keys)
        for node in (target, source):
            node.client.execute_command('CLUSTER', 'SETSLOT', slot, 'NODE', names[target])


if __name__ == '__main__':
    case.main()
