"""What the other tests stand on: servers that start, keep their data, and go."""
import socket

from servers import case
from servers.broker import Broker
from servers.messages import event_pb2, parse, reference_pb2, reference_version
from servers.proxy import Proxy
from servers.redis_server import RedisServer


class Fixture(case.ServerTest):
    def test_a_killed_broker_comes_back_with_its_records_and_their_append_times(self):
        broker = Broker(self.world)
        broker.create_thidua_topics(['vn-06'])
        broker.produce('thidua.raw.vn-06', [b'one', b'two'])
        before = broker.read('thidua.raw.vn-06')
        broker.kill()
        broker.start()
        broker.produce('thidua.raw.vn-06', [b'three'])
        after = broker.read('thidua.raw.vn-06')
        self.assertEqual([record.value for record in after], [b'one', b'two', b'three'])
        self.assertEqual(after[:2], before)

    def test_a_topic_can_be_deleted_and_made_again(self):
        broker = Broker(self.world)
        broker.create_topic('thidua.raw.vn-06')
        broker.produce('thidua.raw.vn-06', [b'old'])
        broker.delete_topic('thidua.raw.vn-06')
        broker.create_topic('thidua.raw.vn-06')
        self.assertEqual(broker.read('thidua.raw.vn-06'), [])

    def test_redis_keeps_its_data_over_a_restart_and_evicts_nothing(self):
        server = RedisServer(self.world)
        server.set('a', '1')
        server.restart()
        self.assertEqual(server.get('a'), b'1')
        self.assertEqual(server.config_get('maxmemory-policy'), {'maxmemory-policy': 'noeviction'})
        self.assertTrue(server.append_only_files())

    def test_the_proxy_resets_connections_and_swallows_what_is_sent(self):
        server = RedisServer(self.world)
        proxy = Proxy(server.port)
        self.addCleanup(proxy.close)
        client = socket.create_connection(('127.0.0.1', proxy.port), timeout=0.3)
        self.addCleanup(client.close)
        client.sendall(b'PING\r\n')
        self.assertEqual(client.recv(100), b'+PONG\r\n')
        proxy.black_hole = True
        client.sendall(b'PING\r\n')
        with self.assertRaises(TimeoutError):
            client.recv(100)
        proxy.reset()
        with self.assertRaises(ConnectionError):
            client.recv(100)

    def test_clients_of_a_broker_behind_a_proxy_stay_behind_it(self):
        broker = Broker(self.world, behind_proxy=True)
        self.addCleanup(broker.proxy.close)
        broker.create_topic('thidua.raw.vn-06')
        far = {'bootstrap.servers': broker.proxy.address, 'message.timeout.ms': '1000'}
        broker.produce('thidua.raw.vn-06', [b'one'], **far)
        broker.proxy.refuse = True
        broker.proxy.reset()
        with self.assertRaises(AssertionError):
            broker.produce('thidua.raw.vn-06', [b'two'], **far)
        self.assertEqual([record.value for record in broker.read('thidua.raw.vn-06')], [b'one'])

    def test_a_daemon_says_a_line_and_ends_with_its_code(self):
        daemon = self.world.start('daemon', '/bin/sh', '-c',
                                  'echo ready; trap "exit 7" TERM; while :; do sleep 0.05; done')
        daemon.wait_for_line('^ready$')
        self.assertEqual(daemon.stop(), 7)

    def test_messages_are_google_s_own(self):
        event = event_pb2.Event(reporter='vn-06', kind=event_pb2.KIND_CASE)
        self.assertEqual(parse(event_pb2.Event, event.SerializeToString()), event)
        version = reference_version(version=3)
        self.assertEqual(parse(reference_pb2.ReferenceVersion, version.SerializeToString()).version,
                         3)


class SharedServers(case.SharedServersTest):
    """Both tests leave a topic and a key, and both begin with none."""

    def check_empty_then_fill(self):
        self.assertEqual(self.redis.keys('*'), [])
        self.broker.create_thidua_topics(['vn-06'])
        self.assertEqual(self.broker.read('thidua.raw.vn-06'), [])
        self.broker.produce('thidua.raw.vn-06', [b'one'])
        self.redis.set('a', '1')

    def test_one_test_finds_them_empty(self):
        self.check_empty_then_fill()

    def test_another_finds_them_empty(self):
        self.check_empty_then_fill()


if __name__ == '__main__':
    case.main()
