"""Sources, checkpoints, verdicts and transfers held against each other: what was tampered with is
named with its place. That honest ones fit, whatever crashed meanwhile: audit_honest.py."""
import json
import tempfile

from servers import case
from servers.broker import HOT
from servers.messages import event_pb2, parse, verdict_pb2
from servers.pipeline import Pipeline
from servers.planted import absent
from servers.process import wait_until

RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'


def accident(number, revision=1, deaths=1):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': 'vn-06.pc08', 'occurredAt': '2021-03-05T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': '2021-03-05T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': deaths, 'injured': 1}}


class Reconcile(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', *argv, '--format', 'json', '--lang', 'en', code=code)
        return json.loads(said.stdout)

    def codes(self, found):
        return [row['code'] for row in found.get('mismatches', {'rows': []})['rows']]

    def found(self):
        """The codes of what reconcile names: from Kafka, and no other ones from an archive of it."""
        archive = tempfile.mkdtemp(dir=self.world.path)
        self.audit('export', archive)
        kafka, archived = (self.pipeline.run('audit', 'reconcile', '--format', 'json', *argv,
                                             code=None)
                           for argv in ((), ('--archive', archive)))
        self.assertEqual(archived.returncode, kafka.returncode)
        found, codes = (self.codes(json.loads(said.stdout)) for said in (archived, kafka))
        self.assertEqual(found, codes)
        self.assertEqual(kafka.returncode, 1 if codes else 0)
        return set(codes)

    def rebuild(self, topic, values):
        self.broker.delete_topic(topic)
        self.broker.create_topic(topic, **HOT)
        self.broker.produce(topic, values)


class Tampered(Reconcile):
    def test_what_was_tampered_with_is_named(self):
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.pipeline.feed('vn-06', [accident(number) for number in range(50)])
        self.pipeline.wait_complete(['vn-06'])
        found = self.audit('reconcile')
        row, = found['sources']['rows']
        self.assertEqual((row['received'], row['enriched'], row['rejected'], row['missing']),
                         (51, 51, 0, 0))
        self.assertEqual(row['checkpoints'], row['proven'])
        self.assertEqual(self.codes(found), [])
        true = [record.value for record in self.broker.read(RAW)]
        said = [record.value for record in self.broker.read(VERDICTS)]
        changed = parse(event_pb2.Event, true[10])
        changed.accident.injured = 7
        with self.subTest('the raw log'):
            for name, events, code in (
                    ('changed', true[:10] + [changed.SerializeToString()] + true[11:],
                     'checkpoint_differs'),
                    ('dropped', true[:10] + true[11:], 'sequence_gap'),
                    ('moved', true[:10] + [true[11], true[10]] + true[12:], 'sequence_order')):
                with self.subTest(name):
                    self.rebuild(RAW, events)
                    self.assertIn(code, self.found())
        with self.subTest('the verdicts'):
            self.rebuild(RAW, true)
            self.assertEqual(self.found(), {'verdict_of_other'})
            self.rebuild(VERDICTS, [])
            self.assertIn('verdict_missing', self.found())
            self.verdicts_altered()

    def verdicts_altered(self):
        """New verdicts on the log as it is now, some of them false."""
        worker = self.pipeline.start_worker()
        end = self.broker.end(RAW)
        wait_until(lambda: len(self.pipeline.verdicts('vn-06')) == end, 'all is judged')
        worker.stop()
        self.assertEqual(self.codes(self.audit('reconcile')), [])
        said = [record.value for record in self.broker.read(VERDICTS)]
        false = parse(verdict_pb2.Verdict, said[5])
        false.enriched.stages[0].province = 'vn-69'
        for name, verdicts, code in (
                ('false', said[:5] + [false.SerializeToString()] + said[6:], 'verdict_differs'),
                ('dropped', said[:5] + said[6:], 'verdict_missing'),
                ('absent', said[:5] + [absent(5, 5)] + said[6:], 'verdict_absent'),
                ('nonsense', said + [b'\xff'], 'verdict_none')):
            with self.subTest(name):
                self.rebuild(VERDICTS, verdicts)
                self.assertEqual(self.found(), {code})
        with self.subTest('repeated by a zombie'):
            self.rebuild(VERDICTS, said + said[3:20])
            found = self.audit('reconcile')
            row = next(row for row in found['verdicts']['rows'] if row['reporter'] == 'vn-06')
            self.assertEqual(row['repeats'], 17)


if __name__ == '__main__':
    case.main()
