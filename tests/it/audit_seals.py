"""Seals over the raw logs: what was sealed can be proven to third parties, and every tampering with
the log, the tallies or the seals themselves is found and named."""
import base64
import fcntl
import json
import stat

from servers import case
from servers.messages import event_pb2, parse
from servers.pipeline import Pipeline
from servers.world import program

RAW = 'thidua.raw.vn-06'
SEALS = 'thidua.seals'


def accident(number):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': '1',
            'unit': 'vn-06.pc08', 'occurredAt': '2021-03-05T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': '2021-03-05T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': 1}}


class Seals(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker
        self.path = self.world.path
        self.audit('keygen', 'seals.example', 'log.key')
        self.keys = ('--keys', 'log.key.pub')
        for number in range(3):
            self.pipeline.feed('vn-06', [accident(number * 40 + more) for more in range(40)])
            self.seal()

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, code=code)
        return json.loads(said.stdout) if said.stdout.startswith('{') else said.stdout

    def seal(self, *argv, key='log.key'):
        return self.audit('seal', '--key', key, 'sealed', *argv)

    def verify(self, *argv, code=0):
        return self.audit('verify', *self.keys, *argv, code=code)

    def wrong(self, *argv, table='seals_wrong'):
        return [row['why'] for row in self.verify(*argv, code=1)[table]['rows']]

    def seal_files(self):
        return sorted((self.path / 'sealed').glob('*.seal'))


class Proofs(Seals):
    def test_honest_logs_are_sealed_verified_proven_and_witnessed(self):
        with self.subTest('verify'):
            self.assertEqual(stat.S_IMODE((self.path / 'log.key').stat().st_mode), 0o600)
            found = self.verify()
            row = next(row for row in found['verified']['rows'] if row['reporter'] == 'vn-06')
            self.assertEqual((row['events'], row['seals'], row['unsealed']),
                             (self.broker.end(RAW), 3, 0))
            self.assertEqual(self.verify('--seals', 'sealed')['outcome'], 'equal')
            self.assertEqual(self.seal().get('sealed'), None)
        with self.subTest('prove and check, offline'):
            record = self.broker.read(RAW)[57]
            event = parse(event_pb2.Event, record.value)
            name = f'vn-06/{event.source}/{event.epoch}/{event.sequence}'
            self.audit('prove', name, '--output', 'p.tlog-proof')
            text = (self.path / 'p.tlog-proof').read_text('utf-8')
            self.assertTrue(text.startswith('c2sp.org/tlog-proof@v1\nextra '))
            self.assertIn('\nindex 57\n', text)
            self.assertEqual(self.audit('prove', 'vn-06@57'), text)
            said = {row['what']: row['value'] for row in self.offline('p.tlog-proof')['says']['rows']}
            self.assertEqual((said['event'], said['offset'], said['record']),
                             (name, '57', f'accident/{event.record_id}'))
            extra = base64.b64decode(text.split('\n')[1].split(' ')[1])
            self.assertEqual(extra[16:], record.value)
        with self.subTest('altered proofs'):
            for find, put in (('index 57', 'index 58'), (text.split('\n')[4], text.split('\n')[5]),
                              (text.split('\n')[1], 'extra ' + base64.b64encode(
                                  extra[:-1] + b'?').decode())):
                (self.path / 'false').write_text(text.replace(find, put, 1), 'utf-8')
                self.assertEqual(self.offline('false', code=1)['proof_wrong']['count'], 1)
            self.audit('keygen', 'seals.example', 'other.key')
            self.offline('p.tlog-proof', keys='other.key.pub', code=1)
        with self.subTest('growth'):
            old, middle, new = self.seal_files()
            self.audit('prove', '--from', old, '--to', new, '--output', 'grown')
            self.assertEqual(self.offline('grown')['outcome'], 'equal')
            grown = (self.path / 'grown').read_text('utf-8').split('\n')
            grown[1], grown[2] = grown[2], grown[1]
            (self.path / 'false').write_text('\n'.join(grown), 'utf-8')
            self.offline('false', code=1)
        with self.subTest('a witness'):
            self.witness(old, middle, new)
        with self.subTest('a folder gets what it lacks'):
            new.unlink()
            self.seal()
            self.assertEqual(self.verify('--seals', 'sealed')['outcome'], 'equal')
        with self.subTest('no key takes over that does not know those before'):
            self.audit('keygen', 'seals.example', 'stranger.key')
            self.pipeline.feed('vn-06', [accident(899)])
            said = self.pipeline.run('audit', 'seal', '--key', 'stranger.key', code=2)
            self.assertIn('give --keys FILE', said.stderr)
        with self.subTest('another key takes over'):
            self.audit('keygen', 'seals.example', 'next.key')
            self.pipeline.feed('vn-06', [accident(900)])
            self.seal('--key', 'next.key')
            self.pipeline.feed('vn-06', [accident(901)])
            self.seal('--keys', 'log.key.pub', key='next.key')
            self.assertEqual(self.verify('--keys', 'next.key.pub')['outcome'], 'equal')
            self.assertIn('no signature of a known key', self.wrong())

    def offline(self, path, keys='log.key.pub', code=0):
        """Checks with nothing but the file and the keys: there is no server of that address."""
        said = self.world.run(program('thidua-audit'), '--brokers', '127.0.0.1:1', 'check', path,
                              '--keys', keys, '--format', 'json', '--lang', 'en', code=code)
        return json.loads(said.stdout)

    def witness(self, old, middle, new):
        self.audit('keygen', 'witness.example', 'w.key', '--witness')
        how = ('--key', 'w.key', *self.keys, '--state', 'seen')
        first = self.audit('witness', old, *how)
        self.assertEqual(first.count('— '), 2)
        refused = self.audit('witness', new, *how, code=1)['refused']['rows']
        self.assertIn('proof', refused[0]['why'])
        cosigned = self.audit('witness', 'grown', *how)
        self.assertIn('— witness.example ', cosigned)
        self.assertIn('older', self.audit('witness', old, *how, code=1)['refused']['rows'][0]['why'])
        (self.path / 'cosigned').write_text(cosigned, 'utf-8')
        both = self.world.path / 'both.pub'
        both.write_text((self.path / 'log.key.pub').read_text() +
                        (self.path / 'w.key.pub').read_text(), 'utf-8')
        said = self.world.run(program('thidua-audit'), 'check', 'cosigned', '--keys', both,
                              '--witnesses', '1', '--lang', 'en')
        self.assertIn('Equal and intact', said.stdout)
        self.world.run(program('thidua-audit'), 'check', new, '--keys', both, '--witnesses', '1',
                       code=1)
        with self.subTest('one at a time'):
            with open(self.path / 'seen/witness.lock', 'rb') as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                said = self.pipeline.run('audit', 'witness', 'cosigned', *how, code=2)
                self.assertIn('another audit is at work there', said.stderr)
        with self.subTest('a witness that signs twice is one'):
            self.audit('witness', 'cosigned', *how, '--output', 'twice')
            self.assertEqual((self.path / 'twice').read_text('utf-8').count('— witness'), 2)
            said = self.world.run(program('thidua-audit'), 'check', 'twice', '--keys', both,
                                  '--witnesses', '2', '--lang', 'en', code=1)
            self.assertIn('too few witnesses', said.stdout)
        with self.subTest('a proof from another seal than the one seen last accuses nobody'):
            self.audit('prove', '--from', middle, '--to', new, '--output', 'from-middle')
            self.audit('witness', old, '--state', 'slow', *how[:-2])
            refused = self.audit('witness', 'from-middle', '--state', 'slow', *how[:-2], code=1)
            self.assertEqual(len(refused['refused']['rows']), 1)
            why = refused['refused']['rows'][0]['why']
            self.assertIn('another seal', why)
            self.assertNotIn('rewritten', why)


class Tampering(Seals):
    """Each alteration is found; the log is rebuilt by the broker's own means, and so with other
    append times (with the old ones: audit_tampered.py)."""

    def test_each_tampering_is_found_and_named(self):
        true = [record.value for record in self.broker.read(RAW)]
        seals = [record.value for record in self.broker.read(SEALS)]
        with self.subTest('seals'):
            self.seals_altered(seals)
        changed = bytearray(true[50])
        changed[-1] ^= 1
        for name, events in (('changed', true[:50] + [bytes(changed)] + true[51:]),
                             ('dropped', true[:50] + true[51:]),
                             ('added', true[:50] + [true[3]] + true[50:]),
                             ('moved', true[:50] + [true[51], true[50]] + true[52:]),
                             ('cut', true[:-5])):
            with self.subTest(name):
                self.rebuild(events)
                found = self.verify(code=1)['altered']['rows']
                self.assertEqual({row['place'] for row in found}, {RAW})
                self.pipeline.run('audit', 'seal', '--key', 'log.key', code=1)
                self.pipeline.run('audit', 'prove', 'vn-06@50', code=2)

        with self.subTest('all seals gone'):
            self.rebuild(true)
            self.publish([])
            said = self.pipeline.run('audit', 'verify', *self.keys, code=2)
            self.assertIn('there is no seal at all', said.stderr)
        with self.subTest('two seals of one size'):
            self.rebuild(true)
            self.publish([])
            kept = {path: path.read_bytes() for path in self.seal_files()}
            said = self.pipeline.run('audit', 'seal', '--key', 'log.key', 'sealed', code=2)
            self.assertIn('another seal of as many events', said.stderr)
            self.assertEqual({path: path.read_bytes() for path in self.seal_files()}, kept)
            self.audit('seal', '--key', 'log.key')
            fork = self.broker.read(SEALS)[0].value
            self.publish([*seals, fork])
            self.assertIn('two seals of the same size with other roots', self.wrong())

    def rebuild(self, events):
        """The raw topic, deleted and made again with these events."""
        self.broker.delete_topic(RAW)
        self.broker.create_thidua_topic(RAW)
        self.broker.produce(RAW, events)

    def publish(self, seals):
        """The topic of seals, holding these."""
        self.broker.delete_topic(SEALS)
        self.broker.create_thidua_topic(SEALS)
        self.broker.produce(SEALS, seals, key=b'vn-06')

    def seals_altered(self, seals):
        one, two, three = seals
        text = three.decode()
        root = text.split('\n')[2]
        other_root = two.decode().split('\n')[2]
        for name, altered, why in (
                ('another root', [one, two, text.replace(root, other_root).encode()],
                 'a signature is wrong'),
                ('an old seal shown as new', [one, two, three, two],
                 'an old seal, shown after a newer one'),
                ('the one before is missing', [two, three], 'the seal before it is not here'),
                ('one between is missing', [one, three], 'it does not name the one before it'),
                ('no seal at all', [one, two, three, b'hello\n'], 'this is no signed note')):
            with self.subTest(name):
                self.publish(altered)
                self.assertTrue(any(why in said for said in self.wrong()), self.wrong())
        with self.subTest('two seals of one size by the true key'):
            self.publish([one, two])
            self.pipeline.feed('vn-06', [accident(500)])
            self.seal()
            fork = self.broker.read(SEALS)[-1].value
            size = three.decode().split('\n')[1]
            self.assertNotEqual(fork.decode().split('\n')[1], size)
            self.publish([one, two, three])
            self.assertEqual(self.verify()['outcome'], 'equal')
            self.broker.produce(SEALS, [fork], key=b'vn-06')
            self.assertIn('it does not name the one before it', self.wrong())
        with self.subTest('a wrong key'):
            self.audit('keygen', 'seals.example', 'false.key')
            self.publish([one, two, three])
            self.pipeline.feed('vn-06', [accident(501)])
            self.seal('--keys', 'log.key.pub', key='false.key')
            self.assertEqual(self.wrong(), ['no signature of a known key'])
            self.publish([one, two, three])
        with self.subTest('the seal of a stranger stands in nobody\'s way'):
            text = one.decode()
            self.publish([text.replace(text.split('\n')[2], other_root).encode(), one, two, three])
            self.pipeline.run('audit', 'prove', 'vn-06@3', code=2)
            self.assertIn('\nindex 3\n', self.audit('prove', 'vn-06@3', *self.keys))
            self.publish([one, two, three])


if __name__ == '__main__':
    case.main()
