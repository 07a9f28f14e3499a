"""A log rebuilt by somebody who keeps all that can be kept, offsets, append times and sources'
numbers: each alteration is found by what is said, and named, and nothing else is."""
import json
import struct

from confluent_kafka import Producer

from servers import case
from servers.broker import HOT
from servers.messages import event_pb2, parse
from servers.pipeline import Pipeline
from servers.process import wait_until

RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'
EACH = 41  # rows and a checkpoint


def accident(number):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': '1',
            'unit': 'vn-06.pc08', 'occurredAt': '2021-03-05T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': '2021-03-05T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': 1}}


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def marked_as_the_broker_s(log):
    """A segment whose batches say that their times are LogAppendTime, checksums being right."""
    log, at = bytearray(log), 0
    while at < len(log):
        size, = struct.unpack_from('>i', log, at + 8)  # behind the offset, of what follows
        log[at + 22] |= 8                              # bit 3 of the attributes
        struct.pack_into('>I', log, at + 17, crc32c(log[at + 21:at + 12 + size]))
        at += 12 + size
    return bytes(log)


class Tampered(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker
        self.audit('keygen', 'seals.example', 'log.key')
        worker, aggregator = self.pipeline.start_worker(), self.pipeline.start_aggregator()
        for first in range(0, 3 * (EACH - 1), EACH - 1):
            self.pipeline.feed('vn-06', [accident(first + more) for more in range(EACH - 1)])
            self.audit('seal', '--key', 'log.key')
        self.pipeline.wait_complete()
        self.assertEqual([aggregator.stop(), worker.stop()], [0, 0])
        self.true = self.broker.read(RAW)

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, code=code)
        return json.loads(said.stdout) if said.stdout.startswith('{') else None

    def rebuild(self, records):
        """The raw topic made again with these (value, append time), by somebody who has the
        broker's disk: a record to a batch, filled with the producer's times, which are then marked
        as the broker's own."""
        self.broker.delete_topic(RAW)
        self.broker.create_topic(RAW, **{**HOT, 'message.timestamp.type': 'CreateTime'})
        producer = Producer({'bootstrap.servers': self.broker.address, 'acks': 'all',
                             'enable.idempotence': 'true', 'batch.num.messages': '1'})
        for value, append_ms in records:
            producer.produce(RAW, value, timestamp=append_ms)
        self.assertEqual(producer.flush(30), 0)
        self.broker.set_topic(RAW, **HOT)
        segment, = self.world.path.glob(f'kafka/**/{RAW}-0/*.log')
        segment.write_bytes(marked_as_the_broker_s(segment.read_bytes()))
        self.assertEqual([(record.value, record.append_ms) for record in self.broker.read(RAW)],
                         records)

    def found(self, command, table, *argv, code=1):
        return self.audit(command, *argv, code=code).get(table, {'rows': []})['rows']

    def ranges(self):
        """Which events differ from their seals; each seal names those behind the last that holds."""
        rows = self.found('verify', 'altered', '--keys', 'log.key.pub')
        self.assertEqual({row['place'] for row in rows}, {RAW})
        return [(row['from'], row['through']) for row in rows]

    def mismatches(self):
        rows = self.found('reconcile', 'mismatches')
        return {row['code']: row for row in rows}

    def test_each_alteration_of_the_log_is_named_and_nothing_where_there_is_none(self):
        true = [(record.value, record.append_ms) for record in self.true]
        with self.subTest('nothing altered'):
            self.rebuild(true)
            for argv in (['verify', '--keys', 'log.key.pub'], ['compare'], ['reconcile']):
                self.assertEqual(self.audit(*argv)['outcome'], 'equal')
        event = parse(event_pb2.Event, true[50][0])
        event.accident.deaths = 0
        changed = [*true[:50], (event.SerializeToString(), true[50][1]), *true[51:]]
        twice = [*true[:50], (true[3][0], true[50][1]), *true[50:]]
        later = [*true[:50], (true[50][0], true[50][1] + 1), *true[51:]]
        moved = [*true[:50], true[51], true[50], *true[52:]]
        for name, records, code in (
                ('changed', changed, 'checkpoint_differs'), ('dropped', true[:50] + true[51:],
                                                             'sequence_gap'),
                ('added', twice, 'verdict_of_other'), ('moved', moved, 'sequence_order'),
                ('another time', later, 'verdict_of_other')):
            with self.subTest(name):
                self.rebuild(records)
                # The first seal still holds: what was altered lies behind it.
                self.assertEqual(self.ranges()[0], (EACH, 2 * EACH - 1))
                self.assertIn(code, self.mismatches())
        with self.subTest('changed, and named by record and offset'):
            self.rebuild(changed)
            found = self.audit('compare', code=1)
            self.assertEqual([row['record'] for row in found['records']['rows']],
                             [f'accident/{event.record_id}'])
            self.assertEqual([(row['place'], row['offset']) for row in found['events']['rows']],
                             [(RAW, 50)])
        with self.subTest('changed, and all judged and folded again'):
            self.judge_again()
            self.assertEqual(self.audit('compare')['outcome'], 'equal')
            self.assertEqual(self.ranges()[0], (EACH, 2 * EACH - 1))
            self.assertEqual(set(self.mismatches()), {'checkpoint_differs'})
        with self.subTest('cut'):
            self.rebuild(true[:-5])
            self.assertEqual(self.ranges(), [(2 * EACH, 3 * EACH - 1)])
            row, = self.found('compare', 'shards_wrong')
            self.assertIn('the log was cut', row['why'])

    def judge_again(self):
        """Verdicts and tallies by the real programs, from the log as it is now."""
        self.broker.delete_topic(VERDICTS)
        self.broker.create_topic(VERDICTS, **HOT, **{'max.message.bytes': str(2 << 20)})
        self.pipeline.redis.flushall()
        worker = self.pipeline.start_worker('--group', 'again')
        aggregator = self.pipeline.start_aggregator('--group', 'again')
        wait_until(lambda: all(self.pipeline.head(name) for name in self.pipeline.reporters()),
                   'all shards are there')
        self.pipeline.wait_complete()
        self.assertEqual([aggregator.stop(), worker.stop()], [0, 0])


if __name__ == '__main__':
    case.main()
