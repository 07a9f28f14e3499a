"""A real single-node Kafka broker, and what tests say to it."""
import collections
import json
import pathlib
import time

from confluent_kafka import (OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer,
                             TopicPartition)
from confluent_kafka.admin import RESOURCE_TOPIC, AdminClient, ConfigResource, NewTopic

from servers.process import free_port, wait_until
from servers.proxy import Proxy
from servers.world import SOURCE

Record = collections.namedtuple('Record', 'offset append_ms key value')

HOT = {'message.timestamp.type': 'LogAppendTime', 'retention.ms': '-1',
       'cleanup.policy': 'delete', 'min.insync.replicas': '1'}
COMPACTED = {'cleanup.policy': 'compact', 'retention.ms': '-1', 'min.insync.replicas': '1',
             'max.message.bytes': str(4 << 20)}


# Rights are looked at, and everybody has those that nobody has taken away.
WITH_RIGHTS = '''authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true'''


class Broker:
    """A broker on free ports of 127.0.0.1; the same data and ports over restarts.

    With `behind_proxy` it has a second door: clients that are given `broker.proxy.address` stay
    behind `broker.proxy`; `broker.address` still leads to it directly.
    """

    def __init__(self, world, name='kafka', behind_proxy=False, properties=''):
        self.world, self.name, self._properties = world, name, properties
        self.port, self._controller_port = free_port(), free_port()
        self._far_ports = []
        if behind_proxy:
            far_port = free_port()
            self.proxy = Proxy(far_port)
            self._far_ports = [far_port, self.proxy.port]
        self.address = f'127.0.0.1:{self.port}'
        # One for the broker's life: its futures die with it.
        self.admin = AdminClient({'bootstrap.servers': self.address, 'log_level': '0',
                                  'reconnect.backoff.max.ms': '200'})
        self.start()

    def start(self):
        """Starts it, or starts it again, and waits until it serves."""
        self.process = self.world.start(self.name, SOURCE / 'deploy/lib/kafka_run',
                                        self.world.path / self.name, self.port,
                                        self._controller_port, *self._far_ports,
                                        env={'PROPERTIES': self._properties})

        def serves():
            if not self.process.alive():
                raise AssertionError(f'{self.name} ended:\n{self.process.log()[-3000:]}')
            try:
                return self.admin.list_topics(timeout=1).brokers
            except KafkaException:
                return None
        wait_until(serves, f'{self.name} serves', 60)

    def stop(self):
        self.process.stop(60)

    def kill(self):
        self.process.kill()

    def restart(self):
        self.stop()
        self.start()

    def create_topic(self, topic, **config):
        """One partition, one replica; `config` as in broker.HOT or broker.COMPACTED."""
        future = self.admin.create_topics([NewTopic(topic, 1, 1, config=config)])[topic]
        future.result(30)
        wait_until(lambda: self.end(topic) is not None, f'{topic} has a leader')

    def create_thidua_topics(self, reporters, generation=0):
        """The topics that `thidua-admin init` makes, for tests that need no thidua-admin."""
        for reporter in reporters:
            self.create_hot_topics(reporter, generation)
        self.create_topic('thidua.reference', **COMPACTED)
        self.create_topic('thidua.decisions', **COMPACTED)

    def create_thidua_topic(self, topic):
        """One raw topic alone."""
        self.create_topic(topic, **HOT)

    def create_hot_topics(self, reporter, generation=0):
        """The raw and the verdict topic of a reporter."""
        self.create_topic(f'thidua.raw.{reporter}', **HOT)
        self.create_topic(verdict_topic(reporter, generation), **HOT,
                          **{'max.message.bytes': str(2 << 20)})

    def delete_topic(self, topic):
        self.admin.delete_topics([topic])[topic].result(30)
        wait_until(lambda: topic not in self.admin.list_topics(timeout=5).topics,
                   f'{topic} is gone')

    def set_topic(self, topic, **config):
        """Settings of a topic in place of those that it had."""
        resource = ConfigResource(RESOURCE_TOPIC, topic, set_config=config)
        self.admin.alter_configs([resource])[resource].result(30)

    def forbid_writing(self, topic):
        """Of a broker WITH_RIGHTS: who may only read may not write."""
        self._tool('AclCommand', '--add', '--allow-principal', 'User:*', '--operation', 'Read', '--topic', topic)

    def permit_writing(self, topic):
        self._tool('AclCommand', '--remove', '--force', '--topic', topic)

    def empty_topic(self, topic):
        """Deletes the records that are there; offsets go on behind them."""
        plan = self.world.path / 'delete-records.json'
        plan.write_text(json.dumps({'version': 1, 'partitions': [
            {'topic': topic, 'partition': 0, 'offset': self.end(topic)}]}))
        self._tool('DeleteRecordsCommand', '--offset-json-file', plan)

    def _tool(self, name, *argv):
        """One of Kafka's own commands."""
        jars = pathlib.Path(self.world.env['THIDUA_WORK']) / 'kafka/lib'
        self.world.run('java', '-XX:TieredStopAtLevel=1', '-Xmx64m', '-cp', f'{jars}/*',
                       f'org.apache.kafka.tools.{name}', '--bootstrap-server', self.address, *argv)

    def produce(self, topic, values, key=None, **config):
        """Produces bytes, in order, acknowledged by the broker when it returns."""
        failed = []
        producer = Producer({'bootstrap.servers': self.address, 'acks': 'all', 'linger.ms': '5',
                             'enable.idempotence': 'true', 'log_level': '3', **config})

        def delivered(error, _message):
            if error is not None:
                failed.append(error)
        for value in values:
            while True:
                try:
                    producer.produce(topic, value, key=key, on_delivery=delivered)
                    break
                except BufferError:
                    producer.poll(0.1)
        if producer.flush(60) or failed:
            raise AssertionError(f'not delivered to {topic}: {failed[:3]}')

    def end(self, topic):
        """The offset after the last record; None while the topic has no leader."""
        try:
            return self._consumer().get_watermark_offsets(TopicPartition(topic, 0), timeout=5)[1]
        except KafkaException:
            return None

    def committed(self):
        """The offsets that groups have committed, as lag tools show them: {(group, topic): offset}."""
        places = [TopicPartition(topic, 0) for topic in self.admin.list_topics(timeout=10).topics
                  if not topic.startswith('__')]
        found = {}
        for group in self.admin.list_groups(timeout=10):
            asking = self._consumer(group.id)  # asks, and never joins
            found.update({(group.id, place.topic): place.offset
                          for place in asking.committed(places, timeout=10) if place.offset >= 0})
            asking.close()
        return found

    def read(self, topic, seconds=60.0):
        """Every record of the topic from its first to its present end."""
        consumer, end = self._consumer(), self.end(topic)
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        records, deadline = [], time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                for message in consumer.consume(1000, timeout=0.2):
                    if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                        return records
                    if message.error():
                        raise AssertionError(f'{topic}: {message.error()}')
                    records.append(Record(message.offset(), message.timestamp()[1],
                                          message.key(), message.value()))
                    # A log that grows all the time never says that it has ended.
                    if message.offset() + 1 == end:
                        return records
        finally:
            consumer.close()
        raise AssertionError(f'{topic} was not read to its end in {seconds} s')

    def _consumer(self, group='tests'):
        return Consumer({'bootstrap.servers': self.address, 'group.id': group,
                         'enable.auto.commit': 'false', 'auto.offset.reset': 'earliest',
                         'isolation.level': 'read_uncommitted', 'log_level': '0',
                         'enable.partition.eof': 'true'})


def verdict_topic(reporter, generation=0):
    return f'thidua.verdicts.{generation}.{reporter}' if generation else \
        f'thidua.verdicts.{reporter}'
