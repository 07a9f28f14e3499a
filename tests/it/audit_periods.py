"""A period from preliminary figures to closed ones, and what moves behind that: every province signs
its own figures off, a closing keeps them, and each amendment is listed with its record."""
import base64
import hashlib
import json
import shutil

from google.protobuf import json_format

from servers import case
from servers.broker import HOT
from servers.messages import event_pb2
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until
from servers.world import program

DEATHS = 'accidents.deaths'
QUARTER = ('--period', '2021-Q2')  # 15 March to 14 June
NINE_MONTHS = ('--period', '2021-9M')
PERIOD = 'police-2021-Q2'
PROVINCES = ('vn-06', 'vn-69')


def accident(reporter, number, day='2021-04-05', revision=1, deaths=1):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': f'{reporter}.pc08', 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'deaths': deaths, 'injured': 1,
                         'class': f'ACCIDENT_CLASS_{"SERIOUS" if deaths == 1 else "VERY"}'}}


class Periods(case.ServerTest):
    def setUp(self):
        self.path = self.world.path
        for name in (*PROVINCES, 'centre', 'stranger'):
            self.world.run(program('thidua-audit'), 'keygen', name, f'{name}.key',
                           '--brokers', '127.0.0.1:1')
        self.pipeline = Pipeline(self.world, reference=self.make_reference())
        self.broker, self.redis = self.pipeline.broker, self.pipeline.redis
        self.programs = self.pipeline.start_worker(), self.pipeline.start_aggregator()
        for reporter in PROVINCES:
            self.feed(reporter, [accident(reporter, number) for number in range(10)] +
                      [accident(reporter, 10, '2021-07-01')])

    def make_reference(self):
        """Two provinces, each with a key of its own."""
        reference = self.path / 'reference'
        shutil.copytree(REFERENCE, reference)
        reporters = reference / 'reporters.tsv'
        reporters.write_text(''.join(
            line for line in reporters.read_text('utf-8').splitlines(True)
            if not line.startswith('vn-') or line.startswith(PROVINCES)), 'utf-8')
        with open(reference / 'keys.tsv', 'a', encoding='utf-8') as keys:
            for reporter in PROVINCES:
                key_id, key = self.public_key(reporter)
                keys.write(f'{reporter}\t*\t{key_id}\t{key}\t2021-01-01\t\n')
        return reference

    def public_key(self, name):
        key = (self.path / f'{name}.key.pub').read_text().strip().split('+', 2)[2]
        key = base64.b64decode(key)[1:]
        return hashlib.sha256(key).hexdigest()[:32], base64.b64encode(key).decode()

    def feed(self, reporter, rows):
        self.pipeline.feed(reporter, rows)
        self.pipeline.wait_complete([reporter])

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, code=code)
        return json.loads(said.stdout) if said.stdout else said.stderr

    def sign(self, reporter, *argv, key=None, period=QUARTER, **change):
        """The statement as sign-off writes it, with something changed."""
        path = self.path / 'sign-off.ndjson'
        self.said = self.audit('sign-off', path, *period, '--reporter', reporter, '--key',
                               f'{key or reporter}.key', *argv)
        row = json.loads(path.read_text('utf-8'))
        row.get('signOff', row).update(change)
        return row

    def sign_off(self, reporter, period=QUARTER):
        self.feed(reporter, [self.sign(reporter, period=period)])

    def close(self, period=QUARTER, code=0):
        return self.audit('close', *period, '--key', 'centre.key', code=code)

    def open_for(self):
        return {row['reporter']: row['why'] for row in self.close(code=1)['open']['rows']}

    def states(self, *argv, period=QUARTER):
        """State, figure and what it was, by province."""
        answer = self.pipeline.tally(DEATHS, *period, '--by', 'province', '--province',
                                     ','.join(PROVINCES), *argv)
        return {row['province']: (row['state'].removeprefix('PERIOD_STATE_'), int(row['value']),
                                  int(row.get('valueAsClosed', {}).get('value', -1)))
                for row in answer['rows']}

    def put(self, row):
        """Lays a statement into the log as it is; returns the codes with which it is rejected."""
        event = json_format.ParseDict(row, event_pb2.Event())
        event.source, event.epoch, event.sequence = 'by-hand', 1, 1
        end = self.broker.end('thidua.raw.vn-06')
        self.broker.produce('thidua.raw.vn-06', [event.SerializeToString()])
        wait_until(lambda: end in self.pipeline.verdicts('vn-06'), 'it is judged')
        return [reason.code for reason in self.pipeline.verdicts('vn-06')[end].rejected.reasons]

    def test_a_period_is_signed_off_closed_and_amended(self):
        both = {'vn-06': 10, 'vn-69': 10}
        with self.subTest('preliminary'):
            self.assertEqual(self.states(), {name: ('PRELIMINARY', 10, -1) for name in both})
        with self.subTest('a wrong digest, a strange key, a key of another'):
            digest = base64.b64encode(bytes(32)).decode()
            self.assertEqual(self.put(self.sign('vn-06', figuresSha256=digest)), [605])
            self.assertNotIn('key_unknown', self.said)
            self.assertEqual(self.put(self.sign('vn-06', key='stranger')), [604])
            self.assertIn(self.public_key('stranger')[1],
                          self.said['key_unknown'])
            self.assertEqual(self.put(self.sign('vn-06', key='vn-69')), [604])
            self.assertEqual(self.states()['vn-06'][0], 'PRELIMINARY')
        with self.subTest('closing waits for every province'):
            self.sign_off('vn-06')
            self.assertEqual(self.states(), {'vn-06': ('SIGNED_OFF', 10, -1),
                                             'vn-69': ('PRELIMINARY', 10, -1)})
            self.assertEqual(self.open_for(), {'vn-69': 'not signed off'})
        with self.subTest('nobody but the province takes its signature back'):
            taken = self.sign('vn-06', '--take-back')
            unsigned = {**taken, 'retraction': {'reason': 'RETRACTION_REASON_ERROR'}}
            self.assertEqual(self.put(unsigned), [608])
            self.assertEqual(self.put(self.sign('vn-06', '--take-back', key='vn-69')), [604])
            self.assertEqual(self.put({**taken, 'revision': str(int(taken['revision']) + 1)}),
                             [605])
            self.assertEqual(self.states()['vn-06'][0], 'SIGNED_OFF')
            self.feed('vn-06', [self.sign('vn-06', '--take-back')])
            self.assertEqual(self.states()['vn-06'][0], 'PRELIMINARY')
            self.assertEqual(self.open_for()['vn-06'], 'its sign-off was taken back')
            self.sign_off('vn-06')
        with self.subTest('a figure that only moved to another day is signed again'):
            self.feed('vn-06', [accident('vn-06', 2, '2021-04-07', revision=2)])
            self.assertIn('by day or unit', self.open_for()['vn-06'])
            self.sign_off('vn-06')
            self.assertEqual(self.open_for(), {'vn-69': 'not signed off'})
        with self.subTest('figures that changed since are signed again'):
            self.sign_off('vn-69')
            self.feed('vn-06', [accident('vn-06', 1, revision=2, deaths=2)])
            self.assertEqual(self.states(), {'vn-06': ('PRELIMINARY', 11, -1),
                                             'vn-69': ('SIGNED_OFF', 10, -1)})
            self.assertIn('sign again', self.open_for()['vn-06'])
            said = self.pipeline.run('tally', DEATHS, *QUARTER, '--as-closed', code=None)
            self.assertIn('is not closed', said.stderr)
            self.sign_off('vn-06')
        with self.subTest('closed'):
            # What lies outside the period moves nothing in it.
            self.feed('vn-69', [accident('vn-69', 11, '2021-08-01')])
            closed = {row['reporter']: row for row in self.close()['closed']['rows']}
            self.assertEqual(closed['vn-06']['through_offset'], self.broker.end('thidua.raw.vn-06'))
            self.assertEqual(self.states('--as-closed'), {'vn-06': ('CLOSED', 11, 11),
                                                          'vn-69': ('CLOSED', 10, 10)})
            self.assertIn('is closed already', self.close(code=2))
            self.assertEqual(self.amendments(), ({}, []))
        with self.subTest('amended'):
            retraction = {**accident('vn-69', 3, revision=2),
                          'retraction': {'reason': 'RETRACTION_REASON_ERROR'}}
            del retraction['accident']
            self.feed('vn-69', [retraction, accident('vn-69', 4, '2021-04-06', revision=2)])
            self.assertEqual(self.states('--as-closed'), {'vn-06': ('CLOSED', 11, 11),
                                                          'vn-69': ('AMENDED', 9, 10)})
            self.assertEqual(self.states()['vn-69'], ('AMENDED', 9, -1))
            figures, moves = self.amendments()
            self.assertEqual(figures[DEATHS], ('vn-69', 10, 9))
            moved = [row for row in moves if row['metric'] == DEATHS]
            self.assertEqual([(row['record'], row['before'], row['after'], row['why'], row['place'])
                              for row in moved],
                             [('accident/2021-00003', 1, 0, 'retracted by the reporter',
                               'thidua.raw.vn-69')])
            said = self.pipeline.run('audit', 'amendments', *QUARTER, '--keys',
                                     self.path / 'centre.key.pub').stdout
            self.assertRegex(said, r'Số người chết +vn-69 +nghiêm trọng, đường bộ +10 +9')
            text = self.pipeline.run('tally', DEATHS, *QUARTER, '--by', 'province', '--province',
                                     'vn-06,vn-69', '--as-closed').stdout
            self.assertRegex(text, r'Khi chốt +Trạng thái')
            self.assertRegex(text, r'9 +10 +có điều chỉnh')
            self.assertRegex(text, r'11 +11 +đã chốt')
        with self.subTest('the summary shows both, and the year before as it was'):
            self.feed('vn-06', [accident('vn-06', 90, '2020-04-05')])
            page = self.summary('--as-closed')
            self.assertRegex(page, r'2021-Q2: 15/03/2021 – 14/06/2021 · có điều chỉnh')
            self.assertRegex(page, r'số người chết +20 +1 +\+19 \S+ %\) +21 +0 +có điều chỉnh')
            self.assertRegex(page, r'số người bị thương +19 +1 .* 20 +0 +có điều chỉnh')
            self.assertRegex(page, r'Số vụ phạm tội xảy ra +0 +0 +0 +0 +đã chốt')
            self.assertRegex(page, r'số người chết +11 +9 \(khi chốt 10\)')
            self.assertRegex(self.summary('--as-closed', '--lang', 'en'),
                             r'deaths +11 +9 \(as closed 10\)')
            self.assertNotRegex(self.summary(), 'hi chốt')
            rows = json.loads(self.summary('--as-closed', '--format', 'json'))['rows']
            deaths = {row['province']: row for row in rows if row['metric'] == DEATHS}
            self.assertEqual(deaths['all']['valueAsClosed'], {'value': '21'})
            self.assertEqual(deaths['vn-06']['valueBeforeAsClosed'], {})
            self.assertEqual(deaths['vn-06']['valueBefore'], {'value': '1'})
            self.assertEqual([deaths[name]['state'] for name in ('all', *PROVINCES)],
                             ['PERIOD_STATE_AMENDED', 'PERIOD_STATE_CLOSED',
                              'PERIOD_STATE_AMENDED'])
        with self.subTest('nine months are a period like others'):
            for reporter in PROVINCES:
                self.sign_off(reporter, NINE_MONTHS)
            self.assertEqual(self.states(period=NINE_MONTHS)['vn-69'], ('SIGNED_OFF', 11, -1))
            self.close(NINE_MONTHS)
            self.assertEqual(self.states('--as-closed', period=NINE_MONTHS),
                             {'vn-06': ('CLOSED', 12, 12), 'vn-69': ('CLOSED', 11, 11)})
        with self.subTest('what Redis lost or somebody altered is put back'):
            key = f'thidua:closed:{PERIOD}'
            kept = self.redis.hgetall(key)
            self.redis.hset(key, 'vn-06', kept[b'vn-06'].replace(b'.vn-06 9\n', b'.vn-06 8\n'))
            said = self.pipeline.run('tally', DEATHS, *QUARTER, code=None)
            self.assertNotEqual(said.returncode, 0)
            self.assertIn('thidua-audit closed', said.stderr)
            self.redis.delete(key)
            self.assertEqual(self.audit('closed', '--keys', 'centre.key.pub')['outcome'], 'equal')
            self.assertEqual(self.redis.hgetall(key), kept)
            false = self.forged(kept[b'vn-06'])
            self.redis.hset(key, 'vn-06', false)
            self.redis.hset('thidua:closed:police-2021-M05', 'vn-06', false)
            self.assertEqual(self.states('--as-closed')['vn-06'][2], 10)
            found = self.audit('closed', '--keys', 'centre.key.pub', code=1)
            self.assertEqual([(row['key'], row['why'][:27])
                              for row in found['closed_altered']['rows']],
                             [(key, 'it was not what was signed;'),
                              ('thidua:closed:police-2021-M05', 'it is shown as closed, but ')])
            self.assertEqual(self.redis.hgetall(key), kept)
            self.redis.delete('thidua:closed:police-2021-M05')
            found = self.audit('closed', '--keys', 'stranger.key.pub', code=1)
            self.assertEqual([row['why'] for row in found['closings_wrong']['rows']],
                             ['no signature of a known key'] * 2)
        with self.subTest('the shards are what the log says, and so are the seals'):
            self.pipeline.wait_complete(PROVINCES)
            self.assertEqual(self.audit('compare')['outcome'], 'equal')
            self.audit('seal', '--key', 'centre.key')
            self.assertEqual(self.audit('verify', '--keys', 'centre.key.pub')['outcome'], 'equal')
        with self.subTest('what was signed is what the log gives there'):
            self.assertEqual(self.signed(), (['vn-06 police-2021-9M', 'vn-06 police-2021-Q2',
                                              'vn-69 police-2021-9M', 'vn-69 police-2021-Q2'], []))
            digest = base64.b64encode(bytes(32)).decode()
            for change, why in (({'throughOffset': '3'}, 'the totals are not'),
                                ({'talliesSha256': digest}, 'by day or unit'),
                                ({'throughOffset': '1000'}, 'behind itself')):
                row = self.signed_by_hand('vn-69', self.sign('vn-69'), **change)
                self.feed('vn-69', [row])
                self.assertEqual(self.signed()[1], ['vn-69 police-2021-Q2'])
                self.assertIn(why, self.wrong[0]['what'])
        with self.subTest('an archive tells the same'):
            self.audit('export', 'archive')
            self.assertEqual(self.amendments('--archive', 'archive'), (figures, moves))
            self.assertEqual(self.audit('verify', '--keys', 'centre.key.pub', '--archive',
                                        'archive')['outcome'], 'equal')
        with self.subTest('a log that was changed below the closing gives it no more'):
            topic = 'thidua.raw.vn-69'
            events = [record.value for record in self.broker.read(topic)]
            event = event_pb2.Event.FromString(events[5])
            event.accident.injured += 1
            self.assertEqual([program.stop() for program in self.programs], [0, 0])
            self.broker.delete_topic(topic)
            self.broker.create_topic(topic, **HOT)
            self.broker.produce(topic, [*events[:5], event.SerializeToString(), *events[6:]])
            found = self.audit('amendments', *QUARTER, '--keys', 'centre.key.pub', code=1)
            self.assertEqual([(row['reporter'], row['what'])
                              for row in found['closed_wrong']['rows']], [('vn-69', 'totals')])
        with self.subTest('nor does one that ends before it, or is gone'):
            self.broker.delete_topic(topic)
            self.broker.create_topic(topic, **HOT)
            self.broker.produce(topic, events[:5])
            self.assertEqual(self.closed_wrong(), [('vn-69', 'the log ends before it: it was cut')])
            self.broker.delete_topic(topic)
            self.assertEqual(self.closed_wrong(), [('vn-69', 'there is no log of it any more')])

    def closed_wrong(self):
        found = self.audit('amendments', *QUARTER, '--keys', 'centre.key.pub', code=1)
        return [(row['reporter'], row['what']) for row in found['closed_wrong']['rows']]

    def forged(self, snapshot):
        """One death less, by somebody who knows how a snapshot is made."""
        head, _, rest = snapshot.partition(b'\n')
        totals, _, before = rest.partition(b'\n\n')
        totals = totals.replace(b'.vn-06 9\n', b'.vn-06 8\n') + b'\n'
        self.assertNotIn(totals, snapshot)
        words = head.split(b' ')
        words[3] = hashlib.sha256(totals).hexdigest().encode()
        return b' '.join(words) + b'\n' + totals + b'\n' + before

    def signed(self):
        """Whose sign-offs reconcile finds to be what the log gives, and whose not."""
        found = self.audit('reconcile', code=None)
        self.wrong = found.get('signed_wrong', {'rows': []})['rows']
        return tuple(sorted(f'{row["reporter"]} {row["period"]}' for row in rows)
                     for rows in (found['signed']['rows'], self.wrong))

    def signed_by_hand(self, reporter, row, **change):
        """A statement with something changed, under the reporter's true signature."""
        said = row['signOff']
        said.update(change)
        figures, tallies = (base64.b64decode(said[name]).hex()
                            for name in ('figuresSha256', 'talliesSha256'))
        text, key, signature = (self.path / f'by-hand.{name}' for name in ('txt', 'der', 'sig'))
        text.write_text(
            f'thidua sign-off\nreporter {reporter}\nperiod {PERIOD}\nrevision {row["revision"]}\n'
            f'through {said["throughOffset"]}\nfigures {figures}\ntallies {tallies}\n')
        seed = base64.b64decode((self.path / f'{reporter}.key').read_text().split('+', 4)[4])[1:]
        key.write_bytes(bytes.fromhex('302e020100300506032b657004220420') + seed)  # PKCS #8
        self.world.run('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', key, '-keyform', 'DER',
                       '-in', text, '-out', signature)
        said['signature'] = base64.b64encode(signature.read_bytes()).decode()
        return row

    def summary(self, *argv):
        return self.pipeline.run('tally', 'summary', *QUARTER, '--province', ','.join(PROVINCES),
                                 *argv).stdout

    def amendments(self, *argv):
        """Figures that changed, by metric; and the moves."""
        found = self.audit('amendments', *QUARTER, '--keys', 'centre.key.pub', *argv)
        figures = {row['metric']: (row['reporter'], row['closed'], row['now'])
                   for row in found.get('amended', {'rows': []})['rows']}
        return figures, found.get('moves', {'rows': []})['rows']

    def test_what_cannot_be_signed_off_or_closed_is_said(self):
        for argv, why in (
                (['sign-off', 'f', '--reporter', 'vn-06', '--key', 'vn-06.key'], '--period'),
                (['sign-off', 'f', '--period', '2021', '--key', 'vn-06.key'], '--reporter'),
                (['sign-off', 'f', '--period', '2021-9M', '--reporter', 'vn-06', '--key',
                  'vn-06.key', '--take-back'], 'nothing to take back'),
                (['sign-off', 'f', '--period', '2099', '--reporter', 'vn-06', '--key',
                  'vn-06.key'], 'not over yet'),
                (['sign-off', 'f', '--period', '2021', '--reporter', 'vn-06'], '--key'),
                (['close', '--period', '2021', '--reporter', 'vn-06', '--key', 'centre.key'],
                 'for all reporters'),
                (['amendments', '--period', '2021', '--keys', 'centre.key.pub'],
                 'was not closed')):
            with self.subTest(argv=argv):
                said = self.pipeline.run('audit', *argv, code=2)
                self.assertIn(why, said.stderr)


if __name__ == '__main__':
    case.main()
