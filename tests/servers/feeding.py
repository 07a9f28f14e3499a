"""What tests of the producer share: rows, the program, and what it must have left in the log."""
import hashlib
import json

from servers.messages import event_pb2, parse
from servers.world import SOURCE, program

REPORTER, TOPIC = 'vn-06', 'thidua.raw.vn-06'
CHECKPOINT = event_pb2.KIND_CHECKPOINT


def row(number, **other):
    """A good row about the record r-<number>; `other` changes it."""
    return {'kind': 'KIND_DEPLOYMENT', 'recordId': f'r-{number}', 'revision': '1',
            'unit': 'vn-06.136', 'occurredAt': '2021-12-30T17:00:00Z',
            'occurredPrecision': 'PRECISION_DAY', 'recordedAt': '2022-01-02T01:00:00Z',
            'deployment': {'purpose': 'DEPLOYMENT_PURPOSE_COVID19', 'officers': 12}, **other}


def lines(first, count):
    """`count` good rows as NDJSON, from r-<first> on."""
    return ''.join(json.dumps(row(number)) + '\n' for number in range(first, first + count))


class Feeding:
    """A spool in `world`, and thidua-producer over it."""

    def __init__(self, world, brokers, spool='spool'):
        self.world, self.brokers, self.spool = world, brokers, world.path / spool
        self._started = 0

    def argv(self, *more):
        return [program('thidua-producer'), '--brokers', self.brokers, '--single-node',
                '--reporter', REPORTER, '--spool', self.spool,
                '--reference', SOURCE / 'workers/reference', *more]

    def run(self, *more, **how):
        """Runs it to its end."""
        return self.world.run(*self.argv(*more), **how)

    def once(self, *files, **how):
        return self.run('--once', *files, **how)

    def start(self, *more, fault=None, **how):
        """Starts it; its log and what it accepts go to producer-<number>.log."""
        self._started += 1
        return self.world.start(f'producer-{self._started}', *self.argv(*more),
                                env={'TD_FAULT': fault} if fault else None, **how)

    def file(self, name, content):
        path = self.world.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def status(self):
        """What `status` says, as a dict of texts."""
        said = self.world.run(program('thidua-producer'), 'status', '--spool', self.spool).stdout
        return dict(line.split('\t') for line in said.splitlines())


class Log:
    """The raw topic, read to its end, held to what is promised of it."""

    def __init__(self, broker, topic=TOPIC):
        self.values = [record.value for record in broker.read(topic)]
        self.events = [parse(event_pb2.Event, value) for value in self.values]

    def epochs(self):
        """{epoch: {sequence: packed event}}, after the checks: repeats are equal byte by byte,
        sequences first appear in their order, none is missing, and checkpoints tell the truth."""
        epochs = {}
        for value, event in zip(self.values, self.events):
            said = epochs.setdefault(event.epoch, {})
            if event.sequence in said:
                assert said[event.sequence] == value, f'two events are {event.sequence}'
            else:
                assert event.sequence == len(said) + 1, \
                    f'{event.sequence} follows {len(said)} in {event.epoch}'
                said[event.sequence] = value
        for said in epochs.values():
            check_chain(said)
        return epochs

    def only_epoch(self):
        """The events of the one epoch there is, in order."""
        epochs = self.epochs()
        assert len(epochs) == 1, f'epochs: {list(epochs)}'
        return [parse(event_pb2.Event, value) for value in next(iter(epochs.values())).values()]

    def records(self):
        """Record ids in the order of their first statement."""
        return list(dict.fromkeys(event.record_id for event in self.events
                                  if event.kind != CHECKPOINT))

    def checkpoints(self):
        return [event.checkpoint for event in self.only_epoch() if event.kind == CHECKPOINT]


def check_chain(said):
    """Every checkpoint names the last sequence and the hash over all before it."""
    chain = bytes(32)
    for sequence, value in said.items():
        event = parse(event_pb2.Event, value)
        if event.kind == CHECKPOINT:
            assert event.checkpoint.last_sequence == sequence - 1
            assert event.checkpoint.running_sha256 == chain, f'the chain before {sequence}'
        chain = hashlib.sha256(chain + value).digest()


def accepted(text):
    """Rows accepted of each input by what the program said: {name: (lines, accepted, refused)}."""
    said = {}
    for line in text.splitlines():
        if line.startswith('accepted\t'):
            _, name, *numbers = line.split('\t')
            said[name] = tuple(map(int, numbers))
    return said


def accepted_records(text, contents):
    """Ids of the records in the lines up to which the program said that all is accepted; `contents`
    are the texts of the inputs by name."""
    found = []
    for name, (count, _, _) in accepted(text).items():
        for line in contents[name].splitlines()[:count]:
            if line.startswith('{'):
                found.append(json.loads(line)['recordId'])
    return found
