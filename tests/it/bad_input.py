"""Bad input stops nobody: each bad event ends with its reasons, what cannot be read is passed by a
decision, and the good ones around it count."""
import time

from confluent_kafka import Producer

from servers import case
from servers.messages import event_pb2 as ev, verdict_pb2 as vd
from servers.pipeline import Pipeline

KEPT = (1 << 20) - 16 * 1024  # bytes of a raw event that a verdict keeps


def event(reporter='vn-06', number=1, **fields):
    """A valid event: one accident with one death on 5 March 2021."""
    made = ev.Event(reporter=reporter, source='hand', epoch=9, sequence=number,
                    kind=ev.KIND_ACCIDENT, record_id=f'TN-{number}', revision=1,
                    unit=f'{reporter}.pc08', occurred_precision=ev.PRECISION_TIME)
    made.occurred_at.FromJsonString('2021-03-05T07:30:00Z')
    made.recorded_at.FromJsonString('2021-03-06T02:00:00Z')
    made.accident.mode, made.accident.deaths = ev.TRAFFIC_MODE_ROAD, 1
    setattr(made.accident, 'class', ev.ACCIDENT_CLASS_SERIOUS)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def packed(**fields):
    return event(**fields).SerializeToString()


def future():
    made = event()
    made.occurred_at.FromSeconds(int(time.time()) + 3600)
    made.recorded_at.FromSeconds(int(time.time()) + 3600)
    return made.SerializeToString()


def out_of_range():
    made = event(epoch=1 << 60)
    made.accident.injured = 10001
    return made.SerializeToString()


# Bad bytes, and what is said of them: (code, field).
BAD = [
    (b'', [(101, '')]),
    (None, [(101, '')]),
    (b'z' * 65537, [(102, '')]),
    (packed(min_reader=2), [(103, 'min_reader')]),
    (packed()[:-1], [(104, '')]),
    (b'\x8f so lieu thang 3', [(105, '')]),
    (packed() + b'\xd0\x05\x01', [(106, '')]),                  # a field of the future
    (packed() + b'\x8a\x02\x00', [(106, '')]),                  # a body of the future
    (packed() + b'\xf2\x01\x00', [(107, 'retraction')]),        # a second body
    (packed().replace(b'\x28\x03', b'\x28\x83\x00', 1), [(108, '')]),
    (packed().replace(b'\x28\x03', b'\x28\xff\xff\xff\xff\x7f', 1), [(109, 'kind')]),
    (packed().replace(b'\x28\x03', b'\x28\x63', 1), [(110, 'kind')]),
    (packed().replace(b'TN-1', b'\xff\xfe-1', 1), [(111, 'record_id')]),
    (packed(record_id='TN\x001'), [(112, 'record_id')]),
    (packed(record_id='Ho\u0300a-1'), [(113, 'record_id')]),    # a decomposed Hòa
    (packed(reporter='vn-69', unit='vn-06.pc08'), [(302, 'reporter')]),
    (future(), [(208, 'occurred_at'), (208, 'recorded_at')]),
    (out_of_range(), [(203, 'epoch'), (203, 'accident.injured')]),
    (packed(revision=1 << 53), [(211, 'revision')]),
    (packed(unit='vn-06.999'), [(305, 'unit')]),
]


def reasons(verdict):
    return [(reason.code, reason.field) for reason in verdict.rejected.reasons]


class BadInput(case.SharedServersTest):
    def setUp(self):
        super().setUp()
        self.pipeline = Pipeline(self.world, broker=self.broker, redis=self.redis)

    def start(self):
        self.worker = self.pipeline.start_worker()
        self.pipeline.start_aggregator()

    def say(self, reporter, values, **config):
        self.broker.produce(f'thidua.raw.{reporter}', values, **config)

    def good(self, reporter, first, count):
        """Valid events in the raw log."""
        self.say(reporter, [packed(reporter=reporter, number=number)
                            for number in range(first, first + count)])

    def assert_deaths(self, **expected):
        """Each good event is one death."""
        for reporter, deaths in expected.items():
            reporter = reporter.replace('_', '-')
            cells = self.pipeline.tallies(reporter)
            counted = sum(number for (key, field), number in cells.items()
                          if key == 'd:20210305' and field.startswith('41.'))
            self.assertEqual(counted, deaths, f'{reporter}: {cells}')

    def test_each_bad_event_is_rejected_with_its_reasons_and_the_others_count(self):
        self.start()
        self.good('vn-06', 1, 1)
        for number, (value, _) in enumerate(BAD):
            self.say('vn-06', [value])
            self.good('vn-06', number + 2, 1)
        self.good('vn-69', 1, 3)
        self.pipeline.wait_complete(['vn-06', 'vn-69'])
        verdicts = self.pipeline.verdicts('vn-06')
        self.assertEqual(sorted(verdicts), list(range(2 * len(BAD) + 1)))
        for number, (value, expected) in enumerate(BAD):
            with self.subTest(value=value[:60] if value else value):
                verdict = verdicts[2 * number + 1]
                self.assertEqual(reasons(verdict), expected)
                self.assertEqual(verdict.rejected.raw, value or b'')
                self.assertEqual(verdicts[2 * number].WhichOneof('outcome'), 'enriched')
        self.assertEqual(self.pipeline.head('vn-06').counts.rejected, len(BAD))
        self.assert_deaths(vn_06=len(BAD) + 1, vn_69=3)

    def test_an_event_too_long_for_any_verdict_is_rejected_with_its_beginning(self):
        self.start()
        long = b'0123456789abcdef' * (3 << 16)  # 3 MiB, of which little is left on the wire
        self.good('vn-06', 1, 1)
        self.say('vn-06', [long], **{'message.max.bytes': str(8 << 20),
                                     'compression.type': 'zstd'})
        self.good('vn-06', 2, 1)
        self.pipeline.wait_complete(['vn-06'])
        verdict = self.pipeline.verdicts('vn-06')[1]
        self.assertEqual(reasons(verdict), [(102, '')])
        self.assertEqual(verdict.rejected.raw, long[:KEPT])
        self.assert_deaths(vn_06=2)
        # The next owner knows it again.
        self.worker.stop(60)
        self.good('vn-06', 3, 1)
        self.worker = self.pipeline.start_worker()
        self.pipeline.wait_complete(['vn-06'])
        self.assert_deaths(vn_06=3)

    def test_transactions_of_another_client_leave_holes_that_are_said_to_be_absent(self):
        self.start()
        self.good('vn-06', 1, 1)
        producer = Producer({'bootstrap.servers': self.broker.address, 'log_level': '0',
                             'transactional.id': 'somebody'})
        producer.init_transactions(30)
        for number, end in ((2, producer.commit_transaction), (3, producer.abort_transaction)):
            producer.begin_transaction()
            producer.produce('thidua.raw.vn-06', packed(number=number))
            producer.flush(30)
            end(30)
        producer.begin_transaction()
        producer.produce('thidua.raw.vn-06', packed(number=4))
        producer.flush(30)
        self.good('vn-06', 5, 1)
        self.pipeline.wait_complete(['vn-06'])
        # 0 good, 1 committed, 2 its mark, 3 aborted, 4 its mark, 5 left open, 6 good. What lies in
        # the log was said, whatever its sender thought of it later.
        verdicts = self.pipeline.verdicts('vn-06')
        self.assertEqual([verdicts[offset].WhichOneof('outcome') for offset in range(7)],
                         ['enriched', 'enriched', 'absent', 'enriched', 'absent', 'enriched',
                          'enriched'])
        for offset in (2, 4):
            self.assertEqual(verdicts[offset].absent.reason, vd.ABSENT_REASON_NO_RECORD)
            self.assertEqual(verdicts[offset].absent.through_offset, offset)
        self.assert_deaths(vn_06=5)
        producer.abort_transaction(30)

    def test_a_batch_that_no_reader_can_unpack_is_passed_by_a_decision(self):
        self.good('vn-06', 1, 2)
        # A few kilobytes on the wire and in the log, 300 MB when unpacked.
        self.say('vn-06', [bytes(300 << 20)], **{'message.max.bytes': str(400 << 20),
                                                 'compression.type': 'zstd'})
        self.good('vn-06', 3, 2)
        self.start()
        self.worker.wait_for_line('unreadable.*vn-06', 60)
        self.good('vn-69', 1, 3)
        self.pipeline.wait_complete(['vn-69'])
        self.assertEqual(self.pipeline.position('vn-06'), 2)
        self.assert_deaths(vn_06=2, vn_69=3)

        # One that can be read is not for a decision.
        refused = self.pipeline.admin('absent', 'thidua.raw.vn-06', '1..2', '--by', 'V01',
                                      '--note', 'QD-7', '--yes', code=None)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.pipeline.admin('absent', 'thidua.raw.vn-06', '2..2', '--by', 'V01',
                            '--note', 'QD-8: bomb', '--yes', seconds=120)
        self.pipeline.wait_complete(['vn-06'])
        passed = self.pipeline.verdicts('vn-06')[2]
        self.assertEqual(passed.absent.reason, vd.ABSENT_REASON_UNREADABLE)
        self.assertEqual(passed.absent.through_offset, 2)
        self.assertTrue(passed.absent.decision)
        self.assert_deaths(vn_06=4, vn_69=3)
        self.assertEqual(self.pipeline.head('vn-06').counts.absent, 1)


if __name__ == '__main__':
    case.main()
