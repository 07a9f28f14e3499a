"""The JSON codec and Google's say the same of every message, both ways.

Random messages of every type, by descriptor; THIDUA_SEED repeats a run.
"""
import json
import os
import pathlib
import random
import subprocess
import unittest

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor as Field

from servers.messages import event_pb2, parse, reference_pb2, tally_pb2, verdict_pb2
from servers.world import BUILD

TYPES = [event_pb2.Event, verdict_pb2.Verdict, tally_pb2.ShardHead, tally_pb2.SourceState,
         tally_pb2.TallyStatus, tally_pb2.TallyAnswer, reference_pb2.ReferenceVersion,
         reference_pb2.AbsentDecision]
EACH = 250  # messages of each type
SEED = int(os.environ.get('THIDUA_SEED', random.SystemRandom().randrange(1 << 32)))
TEXTS = ['', 'a', 'vn-06', 'Hòa Bình', '"\\/\b\f\n\r\t', '\x01\x1f\x7f\x80', '\u2028\u2029', '😀',
         '</script>', 'e\u0301', '\uffff', 'x' * 300]
RANGES = {Field.TYPE_INT32: (-1 << 31, (1 << 31) - 1), Field.TYPE_INT64: (-1 << 63, (1 << 63) - 1),
          Field.TYPE_UINT32: (0, (1 << 32) - 1), Field.TYPE_UINT64: (0, (1 << 64) - 1),
          Field.TYPE_FIXED32: (0, (1 << 32) - 1)}


class Codec:
    """The program at the other end of the pipe."""

    def __init__(self):
        self._process = subprocess.Popen([BUILD / 'tests/json_codec'], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def ask(self, command, kind, content):
        """The bytes that it answers; None when it refuses, and why."""
        self._process.stdin.write(f'{kind.DESCRIPTOR.full_name} {command} {content.hex()}\n')
        self._process.stdin.flush()
        said, _, rest = self._process.stdout.readline().rstrip('\n').partition(' ')
        return (bytes.fromhex(rest), '') if said == 'ok' else (None, rest)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait(30)


class Chance:
    """Random messages."""

    def __init__(self, seed):
        self.pick = random.Random(seed)

    def number(self, low, high):
        edges = [low, low + 1, -1, 0, 1, 127, 128, (1 << 53) + 1, high - 1, high]
        value = self.pick.choice(edges + [self.pick.randint(low, high)] * 5)
        return min(max(value, low), high)

    def timestamp(self, message):
        # Years 1 to 9999; whole seconds, milliseconds, microseconds, nanoseconds.
        message.seconds = self.pick.choice([0, -62135596800, 253402300799,
                                            self.pick.randint(-62135596800, 253402300799)])
        step = self.pick.choice([10**9, 10**6, 10**3, 1])
        message.nanos = self.pick.randrange(10**9) // step * step

    def value(self, field):
        if field.type in RANGES:
            return self.number(*RANGES[field.type])
        if field.type == Field.TYPE_ENUM:
            return self.pick.choice(field.enum_type.values).number
        if field.type == Field.TYPE_BOOL:
            return self.pick.random() < 0.5
        if field.type == Field.TYPE_STRING:
            return self.pick.choice(TEXTS)
        assert field.type == Field.TYPE_BYTES, field.full_name
        return self.pick.randbytes(self.pick.choice([0, 1, 2, 3, 32, 64]))

    def fill(self, message, depth=0):
        if message.DESCRIPTOR.full_name == 'google.protobuf.Timestamp':
            self.timestamp(message)
            return
        for field in message.DESCRIPTOR.fields:
            if self.pick.random() < 0.35:
                continue
            if field.label == Field.LABEL_REPEATED:
                for _ in range(self.pick.randrange(4)):
                    if field.message_type:
                        self.fill(getattr(message, field.name).add(), depth + 1)
                    else:
                        getattr(message, field.name).append(self.value(field))
            elif field.message_type:
                getattr(message, field.name).SetInParent()
                self.fill(getattr(message, field.name), depth + 1)
            else:
                setattr(message, field.name, self.value(field))


class JsonIsGoogles(unittest.TestCase):
    def setUp(self):
        self.codec, self.chance = Codec(), Chance(SEED)
        self.addCleanup(lambda: self.assertEqual(self.codec.close(), 0))
        print(f'THIDUA_SEED={SEED}')

    def each(self):
        for kind in TYPES:
            for _ in range(EACH):
                message = kind()
                self.chance.fill(message)
                yield kind, message

    def test_what_we_write_is_what_google_writes_and_reads(self):
        for kind, message in self.each():
            written, why = self.codec.ask('write', kind, message.SerializeToString())
            self.assertIsNotNone(written, why)
            self.assertEqual(json.loads(written), json.loads(json_format.MessageToJson(message)))
            self.assertEqual(json_format.Parse(written, kind()), message)

    def test_what_google_writes_we_read_as_the_same_message(self):
        pick = self.chance.pick
        for kind, message in self.each():
            text = json_format.MessageToJson(
                message, including_default_value_fields=pick.random() < 0.3,
                preserving_proto_field_name=pick.random() < 0.5,
                use_integers_for_enums=pick.random() < 0.5, sort_keys=pick.random() < 0.5,
                indent=pick.choice([None, 0, 2]), ensure_ascii=pick.random() < 0.5)
            packed, why = self.codec.ask('read', kind, text.encode())
            self.assertIsNotNone(packed, f'{why}: {text}')
            self.assertEqual(parse(kind, packed), message)

    def test_what_is_hurt_is_refused_or_read_as_google_reads_it(self):
        pick, taken = self.chance.pick, 0
        for kind, message in self.each():
            text = json_format.MessageToJson(message, indent=None)
            at = pick.randrange(len(text))
            hurt = pick.choice([text[:at] + text[at + 1:], text[:at] + text[at] + text[at:],
                                text[:at] + pick.choice('{}[]",:0123456789.eE-+ntf\\') + text[at:],
                                text.replace('"', "'", 1), text.replace('_', '__', 1)])
            packed, _ = self.codec.ask('read', kind, hurt.encode())
            if packed is None:
                continue
            taken += 1
            try:
                theirs = json_format.Parse(hurt, kind())
            except json_format.ParseError as error:
                self.fail(f'{error}: {hurt}')
            self.assertEqual(parse(kind, packed), theirs, hurt)
        self.assertGreater(taken, EACH // 10)


if __name__ == '__main__':
    unittest.main()
