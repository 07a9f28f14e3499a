"""Verdicts without a worker: events planted in a raw log, and what a worker would say of them."""
import random

import redis

from servers.broker import HOT, verdict_topic
from servers.messages import event_pb2 as ev, parse, tally_pb2, verdict_pb2 as vd
from servers.process import wait_until

DAY_MS = 24 * 3600 * 1000
FROM_MS = 1609434000000  # 2021-01-01 00:00 in Viet Nam


def _day(moment_ms):
    import datetime
    moment = datetime.datetime.fromtimestamp(moment_ms / 1000, datetime.timezone.utc)
    return int((moment + datetime.timedelta(hours=7)).strftime('%Y%m%d'))


class Planted:
    """One reporter's raw and verdict logs; everything is a function of the seed."""

    def __init__(self, broker, reporter='vn-06', seed=1, records=150):
        self.broker, self.reporter, self.records = broker, reporter, records
        self.raw, self.verdicts = f'thidua.raw.{reporter}', verdict_topic(reporter)
        self.judged = []  # packed verdicts by raw offset
        self._random, self._sequence = random.Random(seed), 0

    def create_topics(self):
        self.broker.create_topic(self.raw, **HOT)
        self.broker.create_topic(self.verdicts, **HOT, **{'max.message.bytes': str(2 << 20)})

    def events(self, count):
        """New events in the raw log; their verdicts are kept in `judged`, not yet in any log."""
        fresh = [self._event() for _ in range(count)]
        self.broker.produce(self.raw, [event.SerializeToString() for event in fresh])
        records = self.broker.read(self.raw)[len(self.judged):]
        for record, event in zip(records, fresh):
            self.judged.append(self._verdict(record, event).SerializeToString())

    def next_event(self):
        """The next event, packed, for a log that somebody else keeps."""
        return self._event().SerializeToString()

    def say(self, *offsets):
        """Puts the verdicts about these raw offsets into the verdict log, in this order."""
        self.broker.produce(self.verdicts, [self.judged[offset] for offset in offsets])

    def plant(self, count):
        """Events and their verdicts, as if a worker had been there."""
        first = len(self.judged)
        self.events(count)
        self.say(*range(first, len(self.judged)))

    def _event(self):
        pick = self._random
        self._sequence += 1
        moment = FROM_MS + pick.randrange(300 * 24) * 3600000
        event = ev.Event(reporter=self.reporter, source='a', epoch=7, sequence=self._sequence,
                         record_id=f'2021-{pick.randrange(self.records):05d}',
                         revision=pick.randrange(1, 5), unit=f'{self.reporter}.pc02')
        event.occurred_at.FromMilliseconds(moment)
        event.recorded_at.FromMilliseconds(moment)
        event.occurred_precision = ev.PRECISION_TIME
        self._body(event, pick)
        return event

    @staticmethod
    def _body(event, pick):
        kind = pick.randrange(5)
        if kind == 0:
            event.kind = ev.KIND_ACCIDENT
            event.accident.mode, event.accident.deaths = ev.TRAFFIC_MODE_ROAD, pick.randrange(3)
            setattr(event.accident, 'class', ev.ACCIDENT_CLASS_SERIOUS)
        elif kind == 1:
            event.kind = ev.KIND_DEPLOYMENT
            event.deployment.purpose = ev.DEPLOYMENT_PURPOSE_COVID19
            event.deployment.officers = pick.randrange(1, 90)
        elif kind == 2:
            event.kind = ev.KIND_IDENTITY
            event.identity.cards_printed = pick.randrange(1, 500)
        elif kind == 3:
            event.kind = ev.KIND_ARREST
            event.arrest.kind, event.arrest.subjects = ev.ARREST_KIND_WANTED, pick.randrange(1, 9)
        else:
            event.kind = ev.KIND_SOCIETY
            event.retraction.SetInParent()

    def _verdict(self, record, event):
        verdict = vd.Verdict(raw_offset=record.offset, append_ms=record.append_ms,
                             reference_version=1)
        if self._random.randrange(20) == 0:
            verdict.rejected.raw = record.value
            verdict.rejected.reasons.add(code=101, field='unit')
            return verdict
        verdict.enriched.raw = record.value
        verdict.enriched.stages.add(kind=vd.STAGE_KIND_OCCURRED, province=self.reporter, cluster=3,
                                    on=_day(event.occurred_at.ToMilliseconds()))
        return verdict


def absent(first, through):
    """The packed verdict that the log has nothing there."""
    verdict = vd.Verdict(raw_offset=first)
    verdict.absent.through_offset = through
    verdict.absent.reason = vd.ABSENT_REASON_NO_RECORD
    return verdict.SerializeToString()


def head(server, reporter='vn-06', generation=0):
    """The head of a shard; None while there is none, or what a hand put there in its place."""
    try:
        packed = server.get(f'{{{reporter}}}:{generation}:head')
    except redis.ResponseError as error:
        if not str(error).startswith('WRONGTYPE'):
            raise
        return None
    return parse(tally_pb2.ShardHead, packed) if packed else None


def wait_for_position(server, offset, reporter='vn-06', state=tally_pb2.SHARD_STATE_LIVE,
                      seconds=60.0):
    """Waits until the shard has folded everything below the raw offset."""
    def there():
        found = head(server, reporter)
        return found if found and found.next_raw_offset == offset and found.state == state else None
    return wait_until(there, f'{reporter} reaches {offset}', seconds)


def shards(server):
    """All that a Redis holds of shards, as Python values; of the heads what a set of verdicts
    decides, not who folded them how often."""
    found = {}
    for key in sorted(server.keys('*')):
        kind = server.type(key)
        if key.endswith(b':head'):
            message = parse(tally_pb2.ShardHead, server.get(key))
            message.ClearField('owner')
            message.ClearField('crc')
            message.ClearField('verdict_offset_hint')
            message.ClearField('verdict_hint_append_ms')
            message.counts.ClearField('repeats')
            found[key] = str(message)
        elif kind == b'hash':
            found[key] = server.hgetall(key)
        elif kind == b'set':
            found[key] = server.smembers(key)
        else:
            found[key] = server.get(key)
    return found
