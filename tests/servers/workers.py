"""Workers on a real broker, and the one rule by which their work is judged."""
import collections
import itertools
import subprocess

from servers import case
from servers.broker import verdict_topic
from servers.messages import parse, reference_version, verdict_pb2
from servers.planted import Planted
from servers.process import wait_until
from servers.world import BUILD, program

# As short as the broker allows: a killed member is missed after so long.
SESSION = ('-X', 'session.timeout.ms=6000', '-X', 'heartbeat.interval.ms=500')


def pure_verdicts(reporter, records, versions):
    """What the pure function says of each raw record, by offset: packed verdicts."""
    said = b''.join([*(b'version %d\n%s' % (len(packed), packed) for packed in versions),
                     *(b'raw %d %d %d\n%s' % (record.offset, record.append_ms,
                                             len(record.value or b''), record.value or b'')
                       for record in records)])
    rest = subprocess.run([BUILD / 'tests/judge_raw', reporter], input=said, capture_output=True,
                          check=True, timeout=60).stdout
    verdicts = {}
    for record in records:
        size, _, rest = rest.partition(b'\n')
        verdicts[record.offset], rest = rest[:int(size)], rest[int(size):]
    return verdicts


Told = collections.namedtuple('Told', 'counted repeats holes')


def read_as_readers_do(records):
    """Which verdict counts for each raw offset, how many were repeats, and what holes are left."""
    counted, repeats, following = {}, 0, 0
    for record in records:
        verdict = parse(verdict_pb2.Verdict, record.value)
        through = verdict.absent.through_offset if verdict.HasField('absent') else \
            verdict.raw_offset
        fresh = [offset for offset in range(verdict.raw_offset, through + 1)
                 if offset not in counted]
        repeats += not fresh
        counted.update((offset, record.value) for offset in fresh)
        following = max(following, through + 1)
    return Told(counted, repeats, [offset for offset in range(following) if offset not in counted])


class WorkerTest(case.SharedServersTest):
    """A broker with topics and reference data for `reporters`; workers that are started by name."""

    reporters = ('vn-06',)

    def setUp(self):
        super().setUp()
        self.versions, self.planted, self._group = [], {}, itertools.count(1)
        self.broker.create_thidua_topics(self.reporters)
        self.publish(reference_version())
        for number, reporter in enumerate(self.reporters):
            self.planted[reporter] = Planted(self.broker, reporter, seed=number + 1)

    def publish(self, version):
        packed = version.SerializeToString()
        self.versions.append(packed)
        self.broker.produce('thidua.reference', [packed], key=str(version.version).encode())

    def worker(self, *argv, fault=None, group=None, name='worker', address=None):
        """Starts one; of a group of its own unless told, so that nobody's session is waited for."""
        env = {'THIDUA_KAFKA_BROKERS': address or self.broker.address,
               'THIDUA_KAFKA_SINGLE_NODE': 'yes',
               'THIDUA_WORKER_GROUP': group or f'{self.id()}-{next(self._group)}'}
        if fault:
            env['TD_FAULT'] = fault
        return self.world.start(name, program('thidua-worker'), *argv, env=env)

    def events(self, count, reporter=None):
        """So many new events of the reporter, or of each."""
        for each in [reporter] if reporter else self.reporters:
            self.broker.produce(f'thidua.raw.{each}',
                                [self.planted[each].next_event() for _ in range(count)])

    def judged(self, reporter, generation=0):
        """The raw offset behind the highest that has a verdict."""
        records = self.broker.read(verdict_topic(reporter, generation))
        return max((parse(verdict_pb2.Verdict, record.value).raw_offset + 1 for record in records),
                   default=0)

    def wait_judged(self, reporter=None, generation=0, seconds=60.0):
        """Until every raw offset that is there now has a verdict."""
        for each in [reporter] if reporter else self.reporters:
            end = self.broker.end(f'thidua.raw.{each}')
            topic = verdict_topic(each, generation)

            def there():
                if (self.broker.end(topic) or 0) == 0:
                    return end == 0
                told = read_as_readers_do(self.broker.read(topic))
                return len(told.counted) >= end and not told.holes
            wait_until(there, f'{end} verdicts of {each}', seconds)

    def check(self, reporter=None, generation=0):
        """One verdict for each raw offset by the readers' rule, equal to what the pure function
        says; returns how many were written more than once."""
        repeats = 0
        for each in [reporter] if reporter else self.reporters:
            raw = self.broker.read(f'thidua.raw.{each}')
            told = read_as_readers_do(self.broker.read(verdict_topic(each, generation)))
            end = self.broker.end(f'thidua.raw.{each}')
            self.assertEqual(told.holes, [])
            self.assertEqual(sorted(told.counted), list(range(end)))
            expected = pure_verdicts(each, raw, self.versions)
            for offset, packed in told.counted.items():
                if offset in expected:
                    self.assertEqual(parse(verdict_pb2.Verdict, packed),
                                     parse(verdict_pb2.Verdict, expected[offset]))
                    self.assertEqual(packed, expected[offset])
                else:
                    self.assertEqual(parse(verdict_pb2.Verdict, packed).WhichOneof('outcome'),
                                     'absent')
            repeats += told.repeats
        return repeats
