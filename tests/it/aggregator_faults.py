"""Aggregators that are killed at any point, or wake when another owns their shard: the tallies are
those of the verdicts."""
import re
import signal

from servers import case
from servers.aggregators import COUNT, AggregatorTest
from servers.planted import wait_for_position
from servers.process import wait_until
from servers.world import SOURCE


class Kills(AggregatorTest):
    faults = ('aggregator.claim:1', 'aggregator.clear:1', 'aggregator.read:1', 'aggregator.read:4',
              'aggregator.folded:1', 'aggregator.folded:5', 'aggregator.exec:1',
              'aggregator.exec:2', 'aggregator.exec:3', 'aggregator.exec:6', 'aggregator.sent:1',
              'aggregator.sent:4', 'aggregator.reply:1', 'aggregator.reply:2', 'aggregator.reply:3',
              'aggregator.reply:7',
              'aggregator.commit:1')

    def test_killed_at_every_point_it_ends_in_the_same_tallies(self):
        there = set()
        for path in (SOURCE / 'aggregator').glob('*.c'):
            there |= set(re.findall(r'td_fault\("([a-z.]+)"\)', path.read_text('utf-8')))
        self.assertEqual({fault.split(':')[0] for fault in self.faults}, there)
        self.planted.plant(COUNT)
        expected = self.undisturbed()
        for fault in self.faults:
            with self.subTest(fault=fault):
                self.redis.flushall()
                self.assertEqual(self.aggregator(fault=fault, group=f'{fault}.killed').wait(), -9)
                self.folded(group=f'{fault}.next')  # of a group that waits for no dead member
                self.assert_same(expected)

    def test_sigterm_writes_what_was_taken_and_the_next_one_goes_on(self):
        self.planted.plant(500)
        self.folded(500)
        self.planted.plant(COUNT - 500)
        self.folded()
        self.assert_same(self.undisturbed())


class Zombies(AggregatorTest):
    def test_one_that_slept_before_its_write_changes_nothing_when_it_wakes(self):
        self.planted.plant(COUNT)
        expected = self.undisturbed()
        for point in ('aggregator.exec:5', 'aggregator.sent:5', 'aggregator.read:4',
                      'aggregator.claim:1', 'aggregator.clear:1'):
            with self.subTest(point=point):
                self.redis.flushall()
                zombie = self.aggregator(fault=f'{point}:stop', name='zombie')
                wait_until(lambda: stopped(zombie.pid), 'the zombie sleeps')
                owner = self.aggregator(group='another')
                wait_for_position(self.redis, COUNT)
                zombie.signal(signal.SIGCONT)
                zombie.wait_for_line('event=shard_(superseded|retries)')
                self.assertEqual(zombie.stop(), 0)
                self.assertEqual(owner.stop(), 0)
                self.assert_same(expected)

    def test_two_that_both_believe_to_own_a_shard_fold_it_once(self):
        one, two = self.aggregator(name='one', group='one'), self.aggregator(name='two', group='two')
        for _ in range(6):
            self.planted.plant(COUNT // 6)
        wait_for_position(self.redis, COUNT)
        self.assertEqual([one.stop(), two.stop()], [0, 0])
        self.assert_same(self.undisturbed())


def stopped(pid):
    """Whether the process sleeps by SIGSTOP."""
    with open(f'/proc/{pid}/stat', encoding='ascii') as stat:
        return stat.read().rpartition(')')[2].split()[0] == 'T'


if __name__ == '__main__':
    case.main()
