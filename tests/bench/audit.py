"""The stage audit of tests/bench/run: replays, seals and proofs beside raw consume, Kafka Streams and
plain Python.

The data are the demo's, one, ten, a hundred times as many; topics, broker and machine are the same
for all. The rates of replays are those from their first events on, as the bare consumer's is, and
those of the whole commands, with start and report; verify's is that of a whole command. The peers,
which are slow, get the smallest scale. At the end stand
the curves: what an event costs and what a record takes in memory, at each scale and from one scale
to the next, where start and report no longer count; equal numbers are a straight line.
"""
import dataclasses
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

from servers.pipeline import REFERENCE, Pipeline
from servers.world import SOURCE, World

PEERS = SOURCE / 'tests/bench/peers'
THREADS = os.cpu_count()


def say(name, value):
    print(f'{name:<44} {value}', flush=True)


def ratio(name, rate, yardstick, limits=''):
    say(name, f'{rate / yardstick:.2f}   {limits}'.rstrip())


@dataclasses.dataclass
class Measured:
    """What one scale of the data came to; rates are events a second."""
    scale: int
    events: int
    records: int = 0
    consume: float = 0
    replay: float = 0
    archived: float = 0
    verify: float = 0
    kept: int = 0    # bytes of states and tallies for each record, as the replay counts them
    memory: int = 0  # bytes, the largest that the whole process had


class Audit:
    """One scale of the data on servers of its own."""

    def __init__(self, options, world, scale):
        self.options, self.world, self.scale = options, world, scale
        world.env['HEAP'] = '1g'
        self.bin = options.build / 'bin'
        self.pipeline = Pipeline(world)
        self.fill()
        self.topics = [f'thidua.raw.{name}' for name in self.pipeline.reporters()]
        self.events = sum(self.pipeline.broker.end(topic) for topic in self.topics)
        self.result = Measured(scale, self.events)

    def fill(self):
        data = self.world.path / 'data'
        self.pipeline.run('simulate', '--seed', '2021', '--scale', self.scale, '--out', data,
                          seconds=3600)
        for folder in sorted(path for path in data.iterdir() if path.is_dir()):
            self.pipeline.feed(folder.name, sorted(folder.glob('*.ndjson')), seconds=3600)
        shutil.rmtree(data)

    def measured(self, *argv, env=None):
        """(seconds, largest memory in bytes, standard output) of a program; see self.pace, too."""
        began = time.monotonic()
        with open(self.world.path / 'out', 'w+b') as out, \
                open(self.world.path / 'err', 'w+b') as err:
            process = subprocess.Popen([str(part) for part in argv], stdout=out, stderr=err,
                                       cwd=self.world.path,
                                       env={**self.world.env, **(env or {})})
            _, status, usage = os.wait4(process.pid, 0)
            out.seek(0)
            err.seek(0)
            found = re.search(rb'event=pace .*per_second=(\d+)', err.read())
            self.pace = int(found[1]) if found else None
            if status:
                raise AssertionError(f'{argv[0]} ended with {status}')
            return time.monotonic() - began, usage.ru_maxrss * 1024, out.read().decode()

    def median(self, measure):
        """The median of the rounds; one more, the first, warms up."""
        return statistics.median([measure() for _ in range(self.options.rounds + 1)][1:])

    def consume(self):
        _, _, said = self.measured(self.bin / 'bench_bare_kafka', 'consume',
                                   self.pipeline.broker.address, *self.topics)
        records, _, seconds = map(float, said.split())
        return records / seconds

    def audit(self, *argv):
        """(events a second, bytes of memory, standard output) of a whole command over all events."""
        seconds, memory, said = self.measured(self.bin / 'thidua-audit', '--config',
                                              self.pipeline.config, *argv)
        return self.events / seconds, memory, said

    def run(self, with_peers):
        result = self.result
        say(f'the demo\'s volume × {self.scale}', f'{self.events:,} events')
        result.consume = self.median(self.consume)
        say('raw consume', f'{result.consume:,.0f} events/s')
        self.replay()
        self.replay_from_archive()
        self.verify()
        if with_peers:
            self.proofs()
            self.streams(result.replay)
            self.plain(result.replay)
        return result

    def replay(self):
        result, memory, whole = self.result, [], []

        def once():
            rate, used, said = self.audit('replay', '--format', 'json')
            memory.append(used)
            report = json.loads(said)
            result.kept = report['bytes_per_record']
            result.records = sum(row['records'] for row in report['shards']['rows'])
            whole.append(rate)
            return self.pace
        result.replay = self.median(once)
        result.memory = statistics.median(memory)
        self.say_replay('replay', result.replay, whole)
        ratio('replay ÷ raw consume', result.replay, result.consume, '(floor 0.35, aim 0.6)')
        say('states and tallies kept', f'{result.kept} bytes a record, {result.records:,} records')
        say('memory of the whole process', f'{result.memory / 1e6:,.0f} MB, '
            f'{result.memory / result.records:,.0f} bytes a record')

    def say_replay(self, name, rate, whole):
        say(name, f'{rate:,.0f} events/s; the whole command '
            f'{statistics.median(whole[1:]):,.0f}')

    def replay_from_archive(self):
        result, archive, whole = self.result, self.world.path / 'archive', []
        self.audit('export', archive)

        def once():
            whole.append(self.audit('replay', '--archive', archive)[0])
            return self.pace
        result.archived = self.median(once)
        self.say_replay('replay from an archive', result.archived, whole)
        ratio('from an archive ÷ raw consume', result.archived, result.consume, '(floor 1, aim 3)')

    def verify(self):
        """Every event hashed again and every tally replayed, against a seal of each reporter."""
        key = self.world.path / 'key'
        self.audit('keygen', 'thidua.bench/seals', key)
        self.audit('seal', '--key', key)
        self.result.verify = self.median(lambda: self.audit('verify', '--keys', f'{key}.pub')[0])
        say('verify', f'{self.result.verify:,.0f} events/s')

    def proofs(self):
        """Another program's numbers, on one core; see tests/bench/proofs.c."""
        _, _, said = self.measured(self.bin / 'bench_proofs')
        hashed, megabytes, included, consistent, paths = map(float, said.split())
        say('events hashed, one core', f'{hashed:,.0f} events/s, {megabytes:,.0f} MB/s')
        say('inclusion proofs checked, one core', f'{included:,.0f} /s')
        say('consistency proofs checked, one core', f'{consistent:,.0f} /s')
        say('inclusions below a seal verified before', f'{paths:,.0f} /s')

    def streams(self, replay):
        for topic in self.topics:
            self.pipeline.broker.create_topic(topic.replace('thidua.raw', 'peer.verdicts'),
                                              **{'max.message.bytes': str(2 << 20)})
        classes = build_streams(self.world)
        reporters = [topic.removeprefix('thidua.raw.') for topic in self.topics]
        _, memory, said = self.measured(
            'java', '-Xmx3g', '-XX:+UseParallelGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
            '-cp', classes, 'Peer', self.pipeline.broker.address, REFERENCE,
            self.world.path / 'streams', THREADS, self.events, *reporters)
        lines = said.splitlines()
        events, seconds = map(float, lines[0].split())
        say('Kafka Streams, exactly_once_v2', f'{events / seconds:,.0f} events/s, '
            f'{memory / 1e6:,.0f} MB')
        ratio('replay ÷ Kafka Streams', replay, events / seconds)
        self.compare({int(metric): int(total) for metric, total in map(str.split, lines[1:])})

    def compare(self, peer):
        """The peer's sums by metric beside the pipeline's own, which must be complete for it."""
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.pipeline.wait_complete(seconds=3600)
        ours = {}
        for reporter in self.pipeline.reporters():
            for (key, field), number in self.pipeline.tallies(reporter).items():
                if key.startswith('d:'):
                    metric = int(field.split('.')[0])
                    ours[metric] = ours.get(metric, 0) + number
        ours = {metric: total for metric, total in ours.items() if total}
        other = sorted(metric for metric in ours.keys() | peer.keys()
                       if ours.get(metric) != peer.get(metric))
        say('its sums of all metrics', 'are ours' if not other else
            f'differ from ours in {len(other)} of {len(ours)}: ' +
            ', '.join(f'{metric} {ours.get(metric, 0)} {peer.get(metric, 0)}' for metric in other))

    def plain(self, replay):
        self.pipeline.redis.flushall()
        reporters = [topic.removeprefix('thidua.raw.') for topic in self.topics]
        _, _, said = self.measured(
            '/usr/bin/python3', PEERS / 'plain.py', self.pipeline.broker.address,
            self.pipeline.redis.port, self.events, *reporters,
            env={'PYTHONPATH': str(SOURCE / 'tests')})
        events, seconds = map(float, said.split())
        say('plain Python, counted once if nothing fails', f'{events / seconds:,.0f} events/s')
        ratio('replay ÷ plain Python', replay, events / seconds)


def build_streams(world):
    """Fetches the libraries and compiles the topology; its class path."""
    folder = world.path / 'peer'
    (folder / 'generated').mkdir(parents=True)
    if not shutil.which('javac') or not shutil.which('mvn'):
        raise SystemExit('bench: the peer needs javac and mvn: apt-get install default-jdk-headless '
                         'maven')

    def run(*argv):
        subprocess.run([str(part) for part in argv], check=True, stdout=subprocess.DEVNULL)
    run('mvn', '-B', '-q', '-f', PEERS / 'streams/pom.xml', 'dependency:copy-dependencies',
        f'-DoutputDirectory={folder / "lib"}')
    run('protoc', f'-I{SOURCE / "proto"}', f'--java_out={folder / "generated"}',
        *(SOURCE / f'proto/thidua/v1/{name}.proto' for name in ('event', 'verdict')))
    run('javac', '-nowarn', '-d', folder / 'classes', '-cp', f'{folder / "lib"}/*',
        *(PEERS / 'streams').glob('*.java'), *(folder / 'generated').rglob('*.java'))
    return f'{folder / "classes"}:{folder / "lib"}/*'


def say_curves(results):
    """A line for each scale, and one for what it has more than the scale before."""
    def line(name, *values):
        print(f'{name:<12}' + ''.join(f'{value:>14}' for value in values), flush=True)

    def cost(events, seconds):
        return f'{seconds / events * 1e6:.2f}'

    def seconds(result, rate):
        return result.events / rate
    rates = ('consume', 'replay', 'archived', 'verify')
    print('\nµs for each event, and bytes for each record')
    line('scale', 'events', 'records', *rates, 'kept', 'memory')
    for result, before in zip(results, [None, *results]):
        line(f'× {result.scale}', f'{result.events:,}', f'{result.records:,}',
             *(cost(result.events, seconds(result, getattr(result, rate))) for rate in rates),
             result.kept, f'{result.memory / result.records:,.0f}')
        if before:
            events, records = result.events - before.events, result.records - before.records
            line('  the more', f'{events:,}', f'{records:,}',
                 *(cost(events, seconds(result, getattr(result, rate)) -
                        seconds(before, getattr(before, rate))) for rate in rates),
                 f'{(result.kept * result.records - before.kept * before.records) / records:,.0f}',
                 f'{(result.memory - before.memory) / records:,.0f}')


def run(options):
    print('The data are synthetic: the demo\'s, times the scale.', file=sys.stderr)
    results = []
    for scale in sorted(set(map(int, options.scales.split(',')))):
        world = World()
        try:
            results.append(Audit(options, world, scale).run(with_peers=not results))
        finally:
            world.close()
    say_curves(results)
