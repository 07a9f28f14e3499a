"""Nothing is found in random honest runs: whatever is killed, said twice, late, corrected or refused,
shared out anew or started again, judged by new reference data or once more as another generation,
`compare`, `verify` and `reconcile` find everything equal; and `replay --as-of` a moment comes to
what the tallies were then.

HONEST_RUNS says how many runs there are, HONEST_SEED with which they begin.
"""
import base64
import datetime
import hashlib
import json
import os
import random
import shutil
import sys
import time

from oracle.oracle import VIET_NAM
from oracle.random_rows import RandomRows
from oracle.tables import Reference
from servers import case
from servers.messages import tally_pb2
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until
from servers.world import program

SOURCES = ('main', 'other', 'signed')
REPORTERS = ('vn-06', 'vn-13', 'vn-14', 'cluster-3')
RECORDS = 15        # of each reporter in a run
TROUBLES = 4        # of a run
# A member that was killed is missed after so long; the broker allows no less.
SESSION = ('-X', 'session.timeout.ms=6000', '-X', 'heartbeat.interval.ms=500')
FAULTS = {
    'producer': ('spool.append', 'spool.fsync', 'intake.accepted', 'intake.ended', 'publish.send',
                 'publish.ack', 'spool.cursor'),
    'worker': ('worker.read', 'worker.judged', 'worker.send', 'worker.ack', 'worker.commit',
               'worker.tail', 'worker.assign', 'worker.compare'),
    'aggregator': ('aggregator.claim', 'aggregator.read', 'aggregator.folded', 'aggregator.exec',
                   'aggregator.reply', 'aggregator.commit'),
}


def digest(tallies):
    """SHA-256 of a shard's tallies as the audit says it (aggregator/audit/sums.h)."""
    lines = sorted((key.encode(), field.encode(), value) for (key, field), value in tallies.items()
                   if not key.startswith('h:'))
    text = b''.join(b'%s %s %d\n' % line for line in lines)
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


class Honest(case.SharedServersTest):
    seed = int(os.environ.get('HONEST_SEED', time.time()))
    runs = int(os.environ.get('HONEST_RUNS', 3))

    def setUp(self):
        super().setUp()
        folder = self.world.path / 'reference'
        shutil.copytree(REFERENCE, folder)
        reporters = folder / 'reporters.tsv'
        reporters.write_text(''.join(
            line for line in reporters.read_text('utf-8').splitlines(True)
            if line.split('\t')[0] in (*REPORTERS, 'ministry', 'reporter_id')), 'utf-8')
        with open(folder / 'keys.tsv', 'a', encoding='utf-8') as table:
            table.writelines(map(self.make_key, REPORTERS))
        self.pipeline = Pipeline(self.world, folder, self.broker, self.redis)
        self.reference = Reference(folder)
        self.running = {'worker': [], 'aggregator': []}
        self.groups, self.generation, self.then = 0, 0, []
        self.audit('keygen', 'seals.example', 'log.key')

    def key_of(self, reporter):
        return self.world.path / f'{reporter}.pem'

    def make_key(self, reporter):
        """The row of the key with which one of its sources signs its checkpoints."""
        return self.world.run(program('thidua-producer'), 'key', '--reporter', reporter, '--source',
                              'signed', '--key', self.key_of(reporter)).stdout

    def audit(self, *argv):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, seconds=120)
        return json.loads(said.stdout) if said.stdout.startswith('{') else None

    def test_nothing_is_found_in_random_honest_runs(self):
        print(f'seeds {self.seed}..{self.seed + self.runs - 1}; again with HONEST_SEED={self.seed}',
              file=sys.stderr)
        for seed in range(self.seed, self.seed + self.runs):
            self.dice, self.did = random.Random(seed), []
            try:
                self.live_through(seed)
                self.settle()
                self.look()
                print(f'seed {seed}: {"; ".join(self.did)}', file=sys.stderr)
            except Exception:
                print(f'seed {seed}: {self.did}', file=sys.stderr)
                raise

    def live_through(self, seed):
        """New rows of all reporters, in pieces, and trouble between and during them."""
        for name in ('worker', 'aggregator'):
            if not self.running[name]:
                self.start(name)
        yesterday = datetime.datetime.now(VIET_NAM).date() - datetime.timedelta(days=1)
        made = RandomRows(self.dice, self.reference, yesterday, prefix=f'{seed}-')
        pieces = [(reporter, rows[at::2]) for reporter, rows in
                  made.data_set(REPORTERS, RECORDS).items() for at in range(2)]
        self.dice.shuffle(pieces)
        troubles = self.dice.sample((
            self.kill, self.kill, self.fault, self.fault, self.another, self.fewer, self.zombie,
            self.kill_the_producer, self.say_again, self.lose_a_spool, self.restart_redis,
            self.empty_redis, self.restart_the_broker, self.seal, self.replay), TROUBLES)
        # Of three runs, one has both; then what is published comes into force during another one.
        in_force = self.publish() if seed % 3 != 1 else 0
        judging = self.judge_again() if seed % 3 != 0 else None
        for number, (reporter, rows) in enumerate(pieces):
            if number == len(pieces) - 2 and not judging:
                wait_until(lambda: time.time() > in_force, 'the new version is in force', 60)
            self.feed(reporter, [json.dumps(row, ensure_ascii=False) for row in rows])
            if number < len(troubles):
                troubles[number](reporter)
        if judging:
            self.switch_and_drop(judging)

    def feed(self, reporter, rows, **how):
        source = self.dice.choice(SOURCES)
        signing = ('--key', self.key_of(reporter)) if source == 'signed' else ()
        self.pipeline.feed(reporter, rows, source=source, argv=signing, **how)

    # What operators do.

    def publish(self):
        """Reference data by which other rows are refused; when they come into force, in seconds."""
        units, strange = self.pipeline.reference / 'units.tsv', '.999\t'
        lines = units.read_text('utf-8').splitlines(True)
        kept = [line for line in lines if strange not in line]
        if kept == lines:
            kept += [f'{name}{strange}{name}\tdistrict\t999\tCông an huyện Quên\t\t2025-02-28\n'
                     for name in REPORTERS if name.startswith('vn-')]
        units.write_text(''.join(kept), 'utf-8')
        self.note('publish', 'units with' if len(kept) > len(lines) else 'units without', strange)
        self.pipeline.admin('reference', 'publish', self.pipeline.reference, '--in-force-from',
                            '+31s', '--note', 'a run')
        return time.time() + 31

    def judge_again(self):
        """Another generation beside the live one; its worker and its aggregator."""
        self.generation += 1
        number = str(self.generation)
        self.note('generation', number)
        self.pipeline.admin('generation', 'start', number, '--by', 'X05', '--note', 'a run')
        return [self.pipeline.start(name, *SESSION, '--generation', number)
                for name in ('worker', 'aggregator')]

    def switch_and_drop(self, judging):
        """It becomes the live one, and is found as honest; then everything is put back."""
        number = str(self.generation)
        self.pipeline.wait_complete(generation=self.generation)
        self.pipeline.wait_complete()
        self.pipeline.admin('generation', 'switch', number)
        for argv in (['compare'], ['reconcile']):
            with self.subTest(argv=argv, generation=number, did=self.did):
                self.assertEqual(self.audit(*argv, '--generation', number)['outcome'], 'equal')
        self.pipeline.admin('generation', 'switch', '0')
        for process in judging:
            self.assertEqual(process.stop(), 0)
        self.pipeline.admin('generation', 'drop', number, '--yes')

    # What runs.

    def start(self, name, fault=None, alone=False):
        """Starts one more, sometimes of a group of its own, as after a mistake of operators."""
        argv = [*SESSION]
        if alone:
            self.groups += 1
            argv += ['--group', f'{name}-{self.groups}']
        if name == 'aggregator':
            argv += ['--batch', str(self.dice.choice((7, 50, 10000)))]
        process = self.pipeline.start(name, *argv, env={'TD_FAULT': fault} if fault else None)
        self.running[name].append(process)
        return process

    def any_name(self):
        return self.dice.choice(('worker', 'aggregator'))

    # Troubles.

    def note(self, *words):
        self.did.append(' '.join(map(str, words)))

    def kill(self, _reporter):
        name = self.any_name()
        self.note('kill', name)
        for process in self.running[name]:
            process.kill()
        self.running[name] = []
        self.start(name, alone=self.dice.random() < 0.7)

    def fault(self, _reporter):
        """One that will be killed at a certain place, beside those that run."""
        name = self.any_name()
        fault = f'{self.dice.choice(FAULTS[name])}:{self.dice.randrange(1, 40)}'
        self.note('fault', fault)
        self.start(name, fault, alone=True)

    def another(self, _reporter):
        name = self.any_name()
        self.note('another', name)
        self.start(name)

    def fewer(self, _reporter):
        name = self.any_name()
        self.note('stop', name)
        self.assertIn(self.running[name].pop(0).stop(), (0, -9))  # -9: by its fault, before
        self.start(name)

    def zombie(self, _reporter):
        """One sleeps in the middle of its work; another takes over, and meets it when it wakes."""
        name = self.any_name()
        self.note('zombie', name)
        sleeping = self.running[name][-1]
        if sleeping.alive():
            sleeping.signal(19)
            self.start(name, alone=True)
            self.feed('vn-13', [self.late_row(number) for number in range(30)])
            sleeping.resume()

    def late_row(self, number):
        day = f'2021-0{self.dice.randrange(1, 10)}-17'
        return json.dumps({
            'kind': 'KIND_ACCIDENT', 'recordId': f'late-{number}', 'unit': 'vn-13.pc08',
            'revision': str(self.dice.randrange(1, 9)), 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': self.dice.randrange(9)}})

    def kill_the_producer(self, _reporter):
        fault = f'{self.dice.choice(FAULTS["producer"])}:{self.dice.randrange(1, 30)}'
        self.note(fault)
        path = self.pipeline.write_rows([self.late_row(number) for number in range(60)])
        self.pipeline.feed('vn-13', [path], code=None, env={'TD_FAULT': fault})
        self.pipeline.feed('vn-13', [path])

    def say_again(self, reporter):
        for source in SOURCES:
            spool = self.pipeline.spool(reporter, source)
            if spool.exists():
                first = self.dice.randrange(1, 10)
                self.note('resend', reporter, source, first)
                self.pipeline.run('producer', 'resend', '--from', str(first), '--reporter', reporter,
                                  '--source', source, '--spool', spool)

    def lose_a_spool(self, reporter):
        spool = self.pipeline.spool(reporter, self.dice.choice(SOURCES))
        self.note('lose', spool.parent.name, spool.name)
        shutil.rmtree(spool, ignore_errors=True)

    def restart_redis(self, _reporter):
        self.note('redis is killed')
        self.redis.kill()
        self.redis.start()

    def empty_redis(self, _reporter):
        self.note('redis is emptied')
        self.redis.flushall()

    def restart_the_broker(self, _reporter):
        self.note('broker')
        self.broker.restart()

    def seal(self, _reporter):
        self.note('seal')
        self.audit('seal', '--key', 'log.key')

    def replay(self, _reporter):
        """An audit while all flows; that nothing live minds it shows in the end."""
        self.note('replay')
        self.audit('replay', '--period', '2021')

    # Afterwards.

    def settle(self):
        """All is judged and folded; who was killed by its fault has a successor."""
        for name, processes in self.running.items():
            self.running[name] = [process for process in processes if process.alive()]
            while len(self.running[name]) > 2:
                self.assertIn(self.running[name].pop(0).stop(), (0, -9))
            if not self.running[name]:
                self.start(name, alone=True)
        ends = {name: self.broker.end(f'thidua.raw.{name}') for name in self.pipeline.reporters()}

        def is_live(name):
            head = self.pipeline.head(name)
            return head and head.state == tally_pb2.SHARD_STATE_LIVE and not head.holes and \
                head.next_raw_offset >= ends[name]

        wait_until(lambda: all(map(is_live, ends)), 'all shards are live and complete', 120)

    def look(self):
        self.audit('seal', '--key', 'log.key')
        for argv in (['compare'], ['verify', '--keys', 'log.key.pub'], ['reconcile']):
            with self.subTest(argv=argv, did=self.did):
                found = self.audit(*argv)
                self.assertEqual(found['outcome'], 'equal')
                if argv == ['compare']:
                    looked_at = {row['reporter']: row['fields'] for row in found['compared']['rows']}
                    self.assertGreater(min(looked_at[name] for name in REPORTERS), 10)
        now_ms = max(record.append_ms for name in REPORTERS
                     for record in self.broker.read(f'thidua.raw.{name}')[-1:])
        self.then.append((now_ms, {name: digest(self.pipeline.tallies(name)) for name in REPORTERS}))
        moment_ms, known = self.dice.choice(self.then)
        shards = self.audit('replay', '--as-of', f'@{moment_ms}')['shards']['rows']
        with self.subTest('as of', did=self.did):
            self.assertEqual({row['reporter']: row['tallies_sha256'] for row in shards
                              if row['reporter'] in REPORTERS}, known)


if __name__ == '__main__':
    case.main()
