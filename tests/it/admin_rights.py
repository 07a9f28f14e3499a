"""The rights that `thidua-admin init --acl` gives are enough for every program, and no more: a province
writes its own log, reads what became of it, and nothing else."""
from confluent_kafka import KafkaException, Producer

from servers import case
from servers.broker import Broker
from servers.pipeline import REFERENCE
from servers.planted import head, wait_for_position
from servers.redis_server import RedisServer
from servers.world import program

USERS = ('vn-06', 'vn-07', 'thidua-worker', 'thidua-aggregator', 'thidua-admin')
# The far door asks who one is; nobody has a right that was not given.
LOCKED = '\n'.join((
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users=User:ANONYMOUS',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,FAR:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms=PLAIN',
    'listener.name.far.sasl.enabled.mechanisms=PLAIN',
    'listener.name.far.plain.sasl.jaas.config='
    'org.apache.kafka.common.security.plain.PlainLoginModule required '
    + ' '.join(f'user_{name}="{name}-word"' for name in USERS) + ';'))


class Rights(case.ServerTest):
    def setUp(self):
        self.broker = Broker(self.world, behind_proxy=True, properties=LOCKED)
        self.redis = RedisServer(self.world)
        said = self.world.run(program('thidua-admin'), '--brokers', self.broker.address,
                              '--single-node', '--reference', REFERENCE, 'init', '--acl').stdout
        self.assertIn('may   User:vn-06: write topic thidua.raw.vn-06\n', said)

    def client(self, user):
        return {'bootstrap.servers': self.broker.proxy.address, 'log_level': '0',
                'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN',
                'sasl.username': user, 'sasl.password': f'{user}-word'}

    def flags(self, user):
        """How a program says who it is."""
        word = self.world.path / f'{user}.word'
        word.write_text(f'{user}-word\n')
        word.chmod(0o600)
        return ('--brokers', self.broker.proxy.address, '--single-node',
                '-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=PLAIN',
                '-X', f'sasl.username={user}', '-X', f'sasl.password=@{word}')

    def may_write(self, user, topic):
        failed = []
        producer = Producer({**self.client(user), 'acks': 'all', 'message.timeout.ms': '10000'})
        producer.produce(topic, b'x', on_delivery=lambda error, _: failed.append(error))
        producer.flush(20)
        return [error is None for error in failed] == [True]

    def rejects(self, user, reporter, code):
        """The verdicts of a reporter as that user reads them."""
        return self.world.run(program('thidua-rejects'), *self.flags(user), 'count', '--reporter',
                              reporter, code=code)

    def test_a_province_writes_its_own_log_reads_its_own_verdicts_and_nothing_else(self):
        for topic, may in (('thidua.raw.vn-06', True), ('thidua.raw.vn-07', False),
                           ('thidua.verdicts.vn-06', False), ('thidua.reference', False),
                           ('thidua.decisions', False)):
            self.assertEqual(self.may_write('vn-06', topic), may, f'write {topic}')
        self.rejects('vn-06', 'vn-06', 0)
        self.assertIn('thidua.verdicts.vn-07', self.rejects('vn-06', 'vn-07', 78).stderr)
        with self.assertRaisesRegex(KafkaException, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'):
            Producer({**self.client('vn-06'), 'transactional.id': 'any'}).init_transactions(15)

    def test_every_program_has_the_rights_that_it_needs(self):
        self.world.run(program('thidua-admin'), *self.flags('thidua-admin'), 'reference', 'publish',
                       REFERENCE, '--in-force-from', 'now', '--note', 'test')
        self.world.start('worker', program('thidua-worker'), *self.flags('thidua-worker'))
        self.world.start('aggregator', program('thidua-aggregator'),
                         *self.flags('thidua-aggregator'), '--redis', self.redis.address)
        rows = self.world.path / 'rows.ndjson'
        rows.write_text('{"kind":"KIND_DEPLOYMENT","recordId":"1","revision":"1",'
                        '"unit":"vn-06.136","occurredAt":"2021-05-31T17:00:00Z",'
                        '"occurredPrecision":"PRECISION_DAY","recordedAt":"2021-06-02T01:00:00Z",'
                        '"deployment":{"purpose":"DEPLOYMENT_PURPOSE_COVID19","officers":12}}\n')
        self.world.run(program('thidua-producer'), *self.flags('vn-06'), '--reporter', 'vn-06',
                       '--source', 'main', '--spool', self.world.path / 'spool', '--reference',
                       REFERENCE, '--once', rows)
        end = self.broker.end('thidua.raw.vn-06')
        wait_for_position(self.redis, end)
        self.assertEqual(head(self.redis).counts.newer, 1)
        said = self.world.run(program('thidua-admin'), *self.flags('thidua-admin'), '--redis',
                              self.redis.address, '--reference', REFERENCE, 'doctor').stdout
        self.assertIn('nothing is wrong', said)


if __name__ == '__main__':
    case.main()
