"""Workers that overlap, come, go and lose their broker: each raw offset has one verdict."""
import signal
import threading

from servers import case
from servers.process import wait_until
from servers.workers import SESSION, WorkerTest
from servers.world import program


def sleeps(process):
    """Whether the process was stopped by SIGSTOP."""
    with open(f'/proc/{process.pid}/stat', encoding='ascii') as stat:
        return stat.read().rpartition(')')[2].split()[0] == 'T'


class Overlap(WorkerTest):
    def test_two_that_both_believe_to_own_a_reporter_write_repeats_that_readers_skip(self):
        self.events(400)
        one = self.worker(fault='worker.send:200:stop', name='one')
        wait_until(lambda: sleeps(one), 'one sleeps')
        two = self.worker(name='two')
        self.wait_judged()
        self.events(400)
        one.signal(signal.SIGCONT)
        self.wait_judged()
        for _ in range(5):
            self.events(40)
        self.wait_judged()
        wait_until(lambda: self.judged_twice() >= 200, 'both have written')
        self.assertEqual([one.stop(), two.stop()], [0, 0])
        self.assertGreaterEqual(self.check(), 200)

    def judged_twice(self):
        return (self.broker.end('thidua.verdicts.vn-06') or 0) - \
            self.broker.end('thidua.raw.vn-06')

    def test_one_that_wakes_after_its_session_drops_what_it_had_and_begins_anew(self):
        self.events(400)
        one = self.worker(*SESSION, group='g', fault='worker.judged:200:stop', name='one')
        wait_until(lambda: sleeps(one), 'one sleeps')
        two = self.worker(*SESSION, group='g', name='two')
        self.wait_judged()
        one.signal(signal.SIGCONT)
        one.wait_for_line('event=revoked')
        one.wait_for_line('event=new_producer')
        self.events(100)
        self.wait_judged()
        self.assertEqual([one.stop(), two.stop()], [0, 0])
        self.check()


class Rebalance(WorkerTest):
    reporters = tuple(f'vn-{number}' for number in ('06', '69', '14', '54', '53', '07'))

    def test_members_come_and_go_under_load(self):
        with self.load():
            one = self.worker(*SESSION, group='g', name='one')
            one.wait_for_line('event=goes_on')
            two = self.worker(*SESSION, group='g', name='two')
            two.wait_for_line('event=goes_on')
            three = self.worker(*SESSION, group='g', name='three')
            three.wait_for_line('event=goes_on')
            two.kill()
            self.assertEqual(one.stop(), 0)
            three.wait_for_line(r'(event=goes_on .*\n(.*\n)*?.*){8}')
            self.worker(*SESSION, group='g', name='four').wait_for_line('event=goes_on')
        self.wait_judged()
        self.check()

    def test_a_new_reporter_is_found_within_seconds(self):
        self.worker().wait_for_line('event=goes_on')
        self.reporters = ('vn-13',)
        self.planted['vn-13'] = self.planted['vn-06']
        self.planted['vn-13'].reporter = 'vn-13'
        self.broker.create_hot_topics('vn-13')
        self.events(10, 'vn-13')
        self.wait_judged('vn-13', seconds=15)
        self.check('vn-13')

    def load(self):
        return Load(self)


class Load:
    """Events for all reporters while the block runs."""

    def __init__(self, test):
        self.test, self.ended = test, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ended.is_set():
            self.test.events(50)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


class Brokers(WorkerTest):
    def test_a_broker_that_is_restarted_or_killed_loses_and_doubles_nothing(self):
        self.worker().wait_for_line('event=goes_on')
        for away in (self.broker.stop, self.broker.kill):
            self.events(200)
            away()
            self.broker.start()
            self.events(200)
            self.wait_judged()
        self.check()

    def test_a_broker_that_does_not_answer_keeps_nobody_from_stopping(self):
        worker = self.worker()
        aggregator = self.world.start('aggregator', program('thidua-aggregator'), '--brokers',
                                      self.broker.address, '--single-node', '--redis',
                                      self.redis.address)
        self.events(200)
        self.wait_judged()
        aggregator.wait_for_line('from=rebuilding to=live')
        self.broker.process.signal(signal.SIGSTOP)
        self.addCleanup(self.broker.process.signal, signal.SIGCONT)
        for process in (worker, aggregator):
            process.signal(signal.SIGTERM)
        self.assertEqual([worker.wait(40), aggregator.wait(40)], [0, 0])


if __name__ == '__main__':
    case.main()
