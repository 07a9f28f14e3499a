"""A worker that is killed at any point: another goes on, and each raw offset has one verdict."""
import re

from servers import case
from servers.workers import WorkerTest
from servers.world import SOURCE

# Each window, early and in the middle of a batch; those of giving up and of a producer that breaks
# need an occasion of their own (below, and worker_logs.py).
ELSEWHERE = {'worker.revoke', 'worker.renew'}
POINTS = ('worker.assign:1', 'worker.tail:1', 'worker.read:1', 'worker.read:70', 'worker.judged:1',
          'worker.judged:70', 'worker.send:1', 'worker.send:70', 'worker.ack:1', 'worker.ack:70',
          'worker.commit:1', 'worker.compare:1')


class Kills(WorkerTest):
    def test_killed_at_every_point_another_goes_on_where_the_log_says(self):
        there = set()
        for path in (SOURCE / 'workers').glob('*.c'):
            there |= set(re.findall(r'td_fault\("([a-z.]+)"\)', path.read_text('utf-8')))
        self.assertEqual({point.split(':')[0] for point in POINTS} | ELSEWHERE, there)
        for point in POINTS:
            with self.subTest(point=point):
                self.events(100)
                self.assertEqual(self.worker(fault=point, name=point).wait(), -9)
        worker = self.worker()
        self.wait_judged()
        self.assertEqual(worker.stop(), 0)
        self.check()

    def test_sigterm_sends_what_was_judged(self):
        self.events(500)
        worker = self.worker('--linger', '1s', fault='worker.revoke:99')
        worker.wait_for_line('event=goes_on')
        self.assertEqual(worker.stop(), 0)
        told = self.judged('vn-06')
        match = worker.wait_for_line(r'event=revoked .*next=(\d+)')
        self.assertEqual(told, int(match[1]))

    def test_killed_while_it_gives_its_topics_up(self):
        self.events(100)
        worker = self.worker(fault='worker.revoke:1')
        self.wait_judged()
        worker.signal(15)
        self.assertEqual(worker.wait(), -9)
        self.events(100)
        self.worker()
        self.wait_judged()
        self.assertEqual(self.check(), 0)


if __name__ == '__main__':
    case.main()
