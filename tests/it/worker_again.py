"""Versions of the reference data, generations, and holes that are filled by judging again."""
import time

from servers import case
from servers.broker import HOT, verdict_topic
from servers.messages import parse, reference_pb2, reference_version, verdict_pb2
from servers.process import wait_until
from servers.workers import WorkerTest, read_as_readers_do

VERDICTS = 'thidua.verdicts.vn-06'


class AgainTest(WorkerTest):
    def again(self, span, *argv, code=0):
        worker = self.worker('--again', span, '--reporter', 'vn-06', *argv, name='again')
        self.assertEqual(worker.wait(60), code, worker.log())
        return worker

    def next_version(self, number, seconds):
        """Publishes the tables again as a version that comes into force in so many seconds."""
        self.publish(reference_version(version=number,
                                       in_force_ms=int((time.time() + seconds) * 1000)))

    def told_by(self):
        """The reference versions that verdicts name, in the order of raw offsets."""
        told = read_as_readers_do(self.broker.read(VERDICTS)).counted
        return [parse(verdict_pb2.Verdict, told[offset]).reference_version
                for offset in sorted(told)]

    def until_version(self, number):
        """Events, until one was judged by that version."""
        def said():
            self.events(20)
            end = self.broker.end('thidua.raw.vn-06')
            wait_until(lambda: self.judged('vn-06') == end, 'all but the holes are judged')
            return number in self.told_by()
        wait_until(said, f'version {number} judges')


class Versions(AgainTest):
    def test_a_version_judges_from_when_it_comes_into_force(self):
        worker = self.worker()
        self.events(50)
        self.wait_judged()
        self.next_version(2, seconds=2)
        worker.wait_for_line('event=reference_version version=2')
        self.until_version(2)
        told = self.told_by()
        self.assertEqual(told[:50], [1] * 50)
        self.assertEqual(told, sorted(told))
        self.check()

    def test_a_generation_of_its_own_says_the_same(self):
        self.broker.create_topic(verdict_topic('vn-06', 1), **HOT,
                                 **{'max.message.bytes': str(2 << 20)})
        decision = reference_pb2.GenerationDecision(generation=1, reference_version=1,
                                                    decided_by='X05')
        self.broker.produce('thidua.decisions', [decision.SerializeToString()],
                            key=b'generation/1')
        self.events(100)
        self.worker()
        self.worker('--generation', '1', name='other')
        self.wait_judged()
        self.wait_judged(generation=1)
        self.check()
        self.check(generation=1)
        self.assertEqual(self.broker.end(VERDICTS), 100)


class Holes(AgainTest):
    def plant(self, missing, count=200):
        """A verdict log in which some verdicts are missing."""
        self.events(count)
        worker = self.worker()
        self.wait_judged()
        self.assertEqual(worker.stop(), 0)
        told = read_as_readers_do(self.broker.read(VERDICTS)).counted
        self.broker.delete_topic(VERDICTS)
        self.broker.create_topic(VERDICTS, **HOT, **{'max.message.bytes': str(2 << 20)})
        self.broker.produce(VERDICTS, [told[offset] for offset in sorted(told)
                                       if offset not in missing])

    def test_holes_are_filled_with_what_would_have_been_said_live(self):
        self.plant({50, 51, 120})
        self.next_version(2, seconds=1)
        self.worker(name='live')
        self.until_version(2)
        self.assertEqual(read_as_readers_do(self.broker.read(VERDICTS)).holes, [50, 51, 120])
        end = self.broker.end(VERDICTS)
        self.again('10..1000000').wait_for_line('event=filled .*judged=3 absent=0')
        self.assertEqual(self.broker.end(VERDICTS), end + 3)
        self.check()
        self.assertEqual(self.told_by()[:200], [1] * 200)
        self.again('0..199').wait_for_line('event=filled .*judged=0 absent=0')
        self.assertEqual(self.broker.end(VERDICTS), end + 3)

    def test_only_what_was_asked_for_is_filled(self):
        self.plant({20, 30, 40})
        self.again('25..35')
        self.again('199..199')
        self.again('5000..6000')
        self.assertEqual(read_as_readers_do(self.broker.read(VERDICTS)).holes, [20, 40])
        self.again('40')
        self.assertEqual(read_as_readers_do(self.broker.read(VERDICTS)).holes, [20])

    def test_killed_while_it_fills_it_is_called_again(self):
        self.plant(set(range(50, 150)))
        killed = self.worker('--again', '0..199', '--reporter', 'vn-06', fault='worker.ack:1')
        self.assertEqual(killed.wait(), -9)
        self.again('0..199')
        self.check()

    def test_a_raw_log_that_is_another_is_not_judged(self):
        self.plant({50})
        self.broker.delete_topic('thidua.raw.vn-06')
        self.broker.create_topic('thidua.raw.vn-06', **HOT)
        self.events(300)
        self.again('0..199', code=76)

    def test_what_was_asked_for_wrongly_is_said(self):
        for argv, code in ((['--again', '5'], 64), (['--again', '9..5', '--reporter', 'vn-06'], 64),
                           (['--again', 'x', '--reporter', 'vn-06'], 64),
                           (['--again', '1..2', '--reporter', 'vn-99'], 78)):
            with self.subTest(argv=argv):
                self.assertEqual(self.worker(*argv, name=argv[1]).wait(), code)


if __name__ == '__main__':
    case.main()
