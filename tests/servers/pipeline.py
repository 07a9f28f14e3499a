"""A whole pipeline: Kafka, Redis, topics, reference data, workers, aggregators, and a producer.

    pipeline = Pipeline(self.world, reporters=['vn-06', 'vn-69'])
    pipeline.start_worker()
    pipeline.start_aggregator()
    pipeline.feed('vn-06', [{'kind': 'KIND_CASE', 'recordId': '1', ...}])
    pipeline.wait_complete()
    pipeline.tally('summary', '--period', '2021')
"""
import json

from servers.broker import Broker, verdict_topic
from servers.messages import parse, tally_pb2, verdict_pb2
from servers.process import wait_until
from servers.redis_server import RedisServer
from servers.world import SOURCE, program

REFERENCE = SOURCE / 'workers/reference'


class Pipeline:
    """Servers and programs of one test. `broker` and `redis` may be given, empty ones, to share
    their start among the tests of a script (see servers.case.SharedServersTest)."""

    def __init__(self, world, reference=REFERENCE, broker=None, redis=None):
        self.world, self.reference = world, reference
        self.broker = broker or Broker(world)
        self.redis = redis or RedisServer(world)
        self.config = world.path / 'thidua.ini'
        self._started = {}
        self._fed = 0
        self.write_config()
        self.admin('init', '--single-node')
        self.admin('reference', 'publish', reference, '--in-force-from', 'now', '--note', 'test')

    def write_config(self, kafka_address=None, redis_address=None):
        """The INI of all programs; other addresses than the servers' are a proxy's."""
        self.config.write_text(f'[kafka]\nbrokers = {kafka_address or self.broker.address}\n'
                               f'single-node = yes\n\n'
                               f'[redis]\naddress = {redis_address or self.redis.address}\n\n'
                               f'[reference]\nfolder = {self.reference}\n')

    def run(self, name, *argv, **how):
        """Runs thidua-<name> to its end; `how` as for World.run."""
        return self.world.run(program(f'thidua-{name}'), '--config', self.config, *argv, **how)

    def admin(self, *argv, **how):
        return self.run('admin', *argv, **how)

    def start(self, name, *argv, env=None):
        """Starts thidua-<name> as a daemon; its log is <name>-<number>.log."""
        number = self._started[name] = self._started.get(name, 0) + 1
        return self.world.start(f'{name}-{number}', program(f'thidua-{name}'), '--config',
                                self.config, *argv, env=env)

    def start_worker(self, *argv, env=None):
        return self.start('worker', *argv, env=env)

    def start_aggregator(self, *argv, env=None):
        return self.start('aggregator', *argv, env=env)

    def spool(self, reporter, source='main'):
        return self.world.path / 'spool' / reporter / source

    def write_rows(self, rows):
        """An NDJSON file of its own with the rows: dicts, or lines as they are."""
        self._fed += 1
        path = self.world.path / f'rows-{self._fed}.ndjson'
        path.write_text(''.join((row if isinstance(row, str) else json.dumps(row)) + '\n'
                                for row in rows), 'utf-8')
        return path

    def feed(self, reporter, rows, source='main', argv=(), seconds=120.0, code=0, env=None):
        """Lets the producer publish rows, or the files in `rows`, and waits until it has."""
        spool = self.spool(reporter, source)
        spool.parent.mkdir(parents=True, exist_ok=True)
        files = rows if rows and hasattr(rows[0], 'is_file') else [self.write_rows(rows)]
        return self.run('producer', '--reporter', reporter, '--source', source, '--spool', spool,
                        '--reference', self.reference, '--once', *argv, *files, seconds=seconds,
                        code=code, env=env)

    def reporters(self):
        """Whose raw topics exist."""
        topics = self.broker.admin.list_topics(timeout=10).topics
        prefix = 'thidua.raw.'
        return sorted(topic[len(prefix):] for topic in topics if topic.startswith(prefix))

    def head(self, reporter, generation=0):
        """The shard's ShardHead; None before the first."""
        packed = self.redis.get(f'{{{reporter}}}:{generation}:head')
        return parse(tally_pb2.ShardHead, packed) if packed else None

    def position(self, reporter, generation=0):
        """The raw offset up to which the shard's tallies speak."""
        head = self.head(reporter, generation)
        return head.next_raw_offset if head else 0

    def wait_complete(self, reporters=None, seconds=120.0, generation=0):
        """Until the tallies speak for all that is in the raw topics now."""
        ends = {name: self.broker.end(f'thidua.raw.{name}')
                for name in reporters or self.reporters()}

        def behind():
            return {name: (self.position(name, generation), end) for name, end in ends.items()
                    if self.position(name, generation) < end}
        try:
            wait_until(lambda: not behind(), 'the tallies are complete', seconds)
        except AssertionError:
            raise AssertionError(f'not within {seconds} s; position and end: {behind()}') from None

    def verdicts(self, reporter, generation=0):
        """The verdicts by raw offset, as every reader takes them: the first of each stands."""
        found = {}
        for record in self.broker.read(verdict_topic(reporter, generation)):
            verdict = parse(verdict_pb2.Verdict, record.value)
            found.setdefault(verdict.raw_offset, verdict)
        return found

    def tally(self, *argv, **how):
        """What `thidua-tally ... --format json` says, as an object."""
        return json.loads(self.run('tally', *argv, '--format', 'json', **how).stdout)

    def tallies(self, reporter, generation=0):
        """Every tally cell of the shard: {(hash without prefix, field): number}."""
        prefix, cells = f'{{{reporter}}}:{generation}:', {}
        for key in self.redis.scan_iter(match=f'{prefix}[dDmMh]:*', count=1000):
            for field, value in self.redis.hgetall(key).items():
                if field != b'#':
                    cells[key.decode()[len(prefix):], field.decode()] = int(value)
        return cells
