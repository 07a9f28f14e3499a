"""Logs that repeat, miss, are lost or made again: what was said is folded once, or the shard stops
and says why."""
import signal

from servers import case
from servers.aggregators import COUNT, PREFIX, AggregatorTest
from servers.broker import HOT
from servers.messages import tally_pb2
from servers.planted import absent, head, shards, wait_for_position
from servers.process import wait_until


class Logs(AggregatorTest):
    def test_a_repeated_verdict_is_counted_once_and_a_missing_one_shown_until_it_comes(self):
        self.planted.events(COUNT)
        said = [offset for offset in range(COUNT) if offset not in (400, 401, 900)]
        self.planted.say(*said[:600], *said[300:600], *said[600:])
        aggregator = self.aggregator()
        found = wait_for_position(self.redis, COUNT)
        self.assertEqual([(hole.first, hole.last) for hole in found.holes], [(400, 401), (900, 900)])
        self.assertEqual(found.counts.repeats, 300)
        self.planted.say(401, 900, 400)
        wait_until(lambda: not head(self.redis).holes, 'the holes are filled')
        self.assertEqual(aggregator.stop(), 0)
        filled = shards(self.redis)
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.say(*range(COUNT))
        expected = self.undisturbed()
        for found in (filled, expected):
            del found[f'{PREFIX}head'.encode()]
        self.assertEqual(filled, expected)

    def test_a_verdict_log_made_again_is_read_on_at_the_right_verdict(self):
        self.planted.plant(COUNT // 2)
        self.folded(COUNT // 2)
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.say(*range(COUNT // 2))
        self.planted.plant(COUNT // 2)
        self.folded()
        self.assert_same(self.undisturbed())

    def grown_again(self):
        """A verdict log that was lost and is by now exactly as long as what was folded of it, for
        the lost one held verdicts twice: what is new lies before where the shard would read on."""
        self.broker.delete_topic(self.planted.verdicts)
        self.broker.create_topic(self.planted.verdicts, **HOT)
        self.planted.events(COUNT // 2)
        self.planted.say(*range(COUNT))

    def test_a_verdict_log_that_grew_again_to_where_it_was_is_read_from_what_is_new(self):
        self.planted.plant(COUNT // 2)
        self.planted.say(*range(COUNT // 2))
        self.folded(COUNT // 2)
        self.grown_again()
        self.folded()
        self.assert_same(self.undisturbed())

    def test_a_running_aggregator_sees_that_a_verdict_log_grew_again(self):
        self.planted.plant(COUNT // 2)
        self.planted.say(*range(COUNT // 2))
        aggregator = self.aggregator()
        wait_for_position(self.redis, COUNT // 2)
        wait_until(lambda: head(self.redis).verdict_offset_hint == COUNT, 'the repeats are read')
        aggregator.signal(signal.SIGSTOP)  # so that it never sees the log shorter
        self.grown_again()
        aggregator.signal(signal.SIGCONT)
        wait_for_position(self.redis, COUNT)
        self.assertEqual(aggregator.stop(), 0)
        self.assert_same(self.undisturbed())

    def test_a_raw_topic_deleted_and_made_again_stops_the_shard_with_a_reason(self):
        self.planted.plant(COUNT)
        self.folded()
        before = shards(self.redis)
        self.broker.delete_topic(self.planted.raw)
        self.broker.create_topic(self.planted.raw, **{'message.timestamp.type': 'LogAppendTime'})
        self.broker.produce(self.planted.raw, [b'another'] * (COUNT + 5))
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*thidua.raw.vn-06.*deleted and created again')
        wait_until(lambda: head(self.redis).state == tally_pb2.SHARD_STATE_STOPPED, 'it is marked')
        self.assertEqual(aggregator.stop(), 0)
        after = shards(self.redis)
        for found in (before, after):
            del found[f'{PREFIX}head'.encode()]
        self.assertEqual(after, before)

    def test_a_raw_log_shorter_than_the_position_stops_the_shard(self):
        self.planted.plant(COUNT)
        self.folded()
        self.broker.delete_topic(self.planted.raw)
        self.broker.create_topic(self.planted.raw, **{'message.timestamp.type': 'LogAppendTime'})
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*ends at offset 0')

    def test_absent_ranges_count_as_offsets(self):
        self.planted.plant(100)
        self.broker.produce(self.planted.raw, [b'x'] * 50)
        self.broker.produce(self.planted.verdicts, [absent(100, 149)])
        found = self.folded(150)
        self.assertEqual(found.counts.absent, 50)

    def test_bytes_that_are_no_verdict_stop_the_shard(self):
        self.planted.plant(100)
        self.broker.produce(self.planted.verdicts, [b'\xff\xff'])
        aggregator = self.aggregator()
        aggregator.wait_for_line('event=shard_stopped .*100')


if __name__ == '__main__':
    case.main()
