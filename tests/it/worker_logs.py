"""Whatever becomes of the logs: a worker goes on where they are sound, and else says what is wrong."""
import signal

from confluent_kafka import Producer

from servers import case
from servers.broker import COMPACTED, HOT, Broker
from servers.messages import parse, reference_pb2, reference_version, verdict_pb2
from servers.process import wait_until
from servers.redis_server import RedisServer
from servers.workers import WorkerTest
from servers.world import World

RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'
NEVER_MS = 4102444800000  # 2100


class LogTest(WorkerTest):
    def set(self, topic, name, value):
        self.broker.set_topic(topic, **{**HOT, 'max.message.bytes': str(2 << 20), name: value})

    def decide(self, first, last, number='12/QD'):
        decision = reference_pb2.AbsentDecision(decision=number, topic=RAW, from_offset=first,
                                                through_offset=last, decided_by='C01', note='test')
        self.broker.produce('thidua.decisions', [decision.SerializeToString()],
                            key=f'{RAW}/{number}'.encode())

    def absent(self):
        """(first, last, decision) of each absent verdict."""
        verdicts = (parse(verdict_pb2.Verdict, record.value)
                    for record in self.broker.read(VERDICTS))
        return [(verdict.raw_offset, verdict.absent.through_offset, verdict.absent.decision)
                for verdict in verdicts if verdict.HasField('absent')]

    def make_anew(self, topic, **config):
        self.broker.delete_topic(topic)
        self.broker.create_topic(topic, **HOT, **config)


class Verdicts(LogTest):
    def test_a_verdict_topic_made_anew_under_a_living_worker_is_filled_from_the_beginning(self):
        self.worker()
        self.events(500)
        self.wait_judged()
        self.make_anew(VERDICTS, **{'max.message.bytes': str(2 << 20)})
        self.events(100)
        self.wait_judged()
        self.check()

    def test_a_verdict_log_emptied_under_a_living_worker_is_filled_by_the_next_one(self):
        worker = self.worker()
        self.events(500)
        self.wait_judged()
        self.broker.empty_topic(VERDICTS)
        self.events(100)
        wait_until(lambda: self.judged('vn-06') == 600, 'the worker goes on')
        self.assertEqual(worker.stop(), 0)
        self.worker().wait_for_line('event=verdict_log_anew')
        self.wait_judged()
        self.check()

    def test_a_verdict_that_the_broker_refuses_is_no_gap(self):
        self.events(100)
        self.set(VERDICTS, 'max.message.bytes', '300')
        self.assertEqual(self.worker(fault='worker.renew:1', name='killed').wait(), -9)
        worker = self.worker()
        worker.wait_for_line('event=new_producer')
        self.set(VERDICTS, 'max.message.bytes', str(2 << 20))
        self.wait_judged()
        self.check()

    def test_what_is_no_verdict_is_passed_over(self):
        self.events(100)
        self.broker.produce(VERDICTS, [b'\xff\xff', b''])
        self.worker()
        wait_until(lambda: self.broker.end(VERDICTS) == 102, 'all are judged')
        self.broker.produce(VERDICTS, [b'\xff\xff'])
        self.worker(name='another').wait_for_line('event=goes_on .*next=100 not_verdicts=3')


class Books(LogTest):
    def test_reference_data_made_anew_under_a_living_worker_is_read_from_its_beginning(self):
        """Its later versions lie at offsets that the worker had read of the former topic."""
        worker = self.worker()
        self.publish(reference_version(version=2, in_force_ms=NEVER_MS))
        worker.wait_for_line('event=reference_version version=2')
        self.broker.delete_topic('thidua.reference')
        self.broker.create_topic('thidua.reference', **COMPACTED)
        self.broker.produce('thidua.reference', [self.versions[0]], key=b'1')
        self.publish(reference_version(version=3, in_force_ms=NEVER_MS))
        worker.wait_for_line('event=reference_version version=3')
        self.events(20)
        self.wait_judged()
        self.check()


class Raw(LogTest):
    reporters = ('vn-06', 'vn-69')

    def test_a_raw_topic_made_anew_stops_its_reporter_and_no_other(self):
        worker = self.worker()
        self.events(50)
        self.wait_judged()
        self.make_anew(RAW)
        self.events(200)
        worker.wait_for_line('event=reporter_stopped reporter=vn-06 .*cut or replaced')
        self.wait_judged('vn-69')
        self.assertEqual(worker.stop(), 0)
        self.worker(name='next').wait_for_line('event=reporter_stopped reporter=vn-06 '
                                               '.*cut or replaced')

    def test_a_raw_topic_made_anew_while_the_worker_slept_is_noticed(self):
        worker = self.worker()
        self.events(50)
        self.wait_judged()
        worker.signal(signal.SIGSTOP)
        self.make_anew(RAW)
        self.events(200)
        worker.signal(signal.SIGCONT)
        worker.wait_for_line('event=reporter_stopped reporter=vn-06 .*cut or replaced')
        self.wait_judged('vn-69')

    def test_a_raw_log_that_was_cut_at_its_beginning_waits_for_a_decision(self):
        self.events(100)
        self.broker.empty_topic(RAW)
        self.events(50)
        worker = self.worker()
        worker.wait_for_line('event=unreadable reporter=vn-06 .*offset 0: ')
        self.wait_judged('vn-69')
        self.decide(0, 99)
        self.wait_judged()
        self.assertEqual(self.absent(), [(0, 99, '12/QD')])
        self.check()

    def test_records_of_transactions_are_judged_and_their_marks_are_absent(self):
        producer = Producer({'bootstrap.servers': self.broker.address, 'transactional.id': 'alien',
                             'log_level': '3'})
        producer.init_transactions(30)
        for end in (producer.commit_transaction, producer.abort_transaction):
            producer.begin_transaction()
            for _ in range(10):
                producer.produce(RAW, self.planted['vn-06'].next_event())
            producer.flush(30)
            end(30)
            self.events(5)
        wait_until(lambda: self.broker.end(RAW) == 32, 'both marks are written')
        self.worker()
        self.wait_judged()
        absent = self.absent()
        self.assertEqual(len(absent), 2)
        self.assertEqual([first for first, _, _ in absent], [last for _, last, _ in absent])
        self.check()

    def test_topics_that_do_not_keep_what_they_are_given_are_refused(self):
        self.set(RAW, 'message.timestamp.type', 'CreateTime')
        self.events(10)
        worker = self.worker()
        worker.wait_for_line('event=waits reporter=vn-06 .*message.timestamp.type')
        self.wait_judged('vn-69')
        self.world.start('strict', worker.argv[0],
                         env={'THIDUA_KAFKA_BROKERS': self.broker.address}
                         ).wait_for_line('event=waits reporter=vn-69 .*has 1 replica')


class Unreadable(LogTest):
    reporters = ('vn-06', 'vn-69')

    def segment(self):
        data = self.servers.path / 'kafka/data' / f'{RAW}-0'
        return data / '00000000000000000000.log'

    def test_a_damaged_batch_is_reported_and_passed_by_a_decision(self):
        self.events(50)
        before = self.segment().stat().st_size
        self.events(20)
        self.events(30)
        self.broker.stop()
        with open(self.segment(), 'r+b') as log:
            log.seek(before + 80)
            byte = log.read(1)
            log.seek(before + 80)
            log.write(bytes([byte[0] ^ 1]))
        self.broker.start()
        self.blocks_and_goes_on(50, 69)

    def test_a_batch_that_unpacks_to_more_than_fits_is_reported_and_passed_by_a_decision(self):
        self.events(50)
        self.broker.produce(RAW, [bytes(110 << 20)], **{
            'compression.type': 'zstd', 'message.max.bytes': str(200 << 20),
            'queue.buffering.max.kbytes': str(200 << 10)})
        self.events(30)
        self.blocks_and_goes_on(50, 50)

    def blocks_and_goes_on(self, first, last):
        worker = self.worker()
        worker.wait_for_line(f'event=unreadable reporter=vn-06 .*offset {first}: ')
        self.wait_judged('vn-69')
        self.assertEqual(self.judged('vn-06'), first)
        self.decide(first, last)
        wait_until(lambda: self.judged('vn-06') == last + 31, 'it goes on behind it')
        self.assertEqual(self.absent(), [(first, last, '12/QD')])
        self.events(10)
        another = self.worker(name='another')
        wait_until(lambda: self.judged('vn-06') == last + 41, 'another goes on as well')
        self.assertEqual([worker.stop(), another.stop()], [0, 0])


class FarAway(LogTest):
    """Workers behind a bad network."""

    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker, cls.redis = Broker(cls.servers, behind_proxy=True), RedisServer(cls.servers)

    def test_an_event_judged_while_an_older_one_is_read_again_is_not_taken_for_it(self):
        self.events(100)
        first = self.worker()
        self.wait_judged()
        self.assertEqual(first.stop(), 0)
        proxy = self.broker.proxy
        worker = self.worker('--log-level', 'debug', address=proxy.address, name='far')
        worker.wait_for_line('event=goes_on .*next=100')
        proxy.delay = 1.0
        # The answer takes four delays, the new event two.
        worker.wait_for_line('event=compares reporter=vn-06 offset=99')
        self.events(1)
        self.wait_judged()
        proxy.delay = 0
        self.events(1)
        self.wait_judged()
        self.assertNotIn('reporter_stopped', worker.log())
        self.check()


if __name__ == '__main__':
    case.main()
