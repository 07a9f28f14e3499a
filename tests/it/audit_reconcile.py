"""Sources, checkpoints, verdicts and transfers held against each other: what was tampered with is
named with its place. That honest ones fit, whatever crashed meanwhile: audit_honest.py."""
import json
import shutil
import tempfile

from servers import case
from servers.broker import HOT
from servers.messages import event_pb2, parse, reference_version, verdict_pb2
from servers.pipeline import REFERENCE, Pipeline
from servers.planted import absent
from servers.process import wait_until
from servers.workers import pure_verdicts

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
        programs = [self.pipeline.start_worker(), self.pipeline.start_aggregator()]
        self.pipeline.feed('vn-06', [accident(number) for number in range(50)])
        self.pipeline.wait_complete(['vn-06'])
        for program in programs:  # a worker would judge what is tampered with anew
            program.stop()
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
        passed = parse(verdict_pb2.Verdict, absent(5, 5))
        passed.absent.reason = verdict_pb2.ABSENT_REASON_UNREADABLE
        passed.absent.decision = 'QD-9'
        for name, verdicts, code in (
                ('false', said[:5] + [false.SerializeToString()] + said[6:], 'verdict_differs'),
                ('dropped', said[:5] + said[6:], 'verdict_missing'),
                ('absent', said[:5] + [absent(5, 5)] + said[6:], 'verdict_absent'),
                ('passed by a decision that nobody took',
                 said[:5] + [passed.SerializeToString()] + said[6:], 'verdict_undecided'),
                ('nonsense', said + [b'\xff'], 'verdict_none')):
            with self.subTest(name):
                self.rebuild(VERDICTS, verdicts)
                self.assertEqual(self.found(), {code})
        with self.subTest('repeated by a zombie'):
            self.rebuild(VERDICTS, said + said[3:20])
            found = self.audit('reconcile')
            row = next(row for row in found['verdicts']['rows'] if row['reporter'] == 'vn-06')
            self.assertEqual(row['repeats'], 17)


def deployment(number, unit):
    return {'kind': 'KIND_DEPLOYMENT', 'recordId': f'{number}', 'revision': '1', 'unit': unit,
            'occurredAt': '2021-03-04T17:00:00Z', 'occurredPrecision': 'PRECISION_DAY',
            'recordedAt': '2021-03-06T00:00:00Z',
            'deployment': {'purpose': 'DEPLOYMENT_PURPOSE_COVID19', 'officers': 1}}


class Late(Reconcile):
    """Reference data that is published when verdicts have already been given without it."""

    def setUp(self):
        super().setUp()
        self.worker = self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.ends = []
        for _ in range(2):
            self.feed()
        self.publish_with_the_unit(self.broker.read(RAW)[self.ends[0]].append_ms)
        self.feed()
        self.worker.stop()
        self.feed(self.fill_a_hole)

    def feed(self, judge=lambda: None):
        """Ten deployments, every second one by a unit that the first version does not have."""
        first = 100 * len(self.ends)
        self.pipeline.feed('vn-06', [deployment(first + i, 'vn-06.136' if i % 2 else 'vn-06.999')
                                     for i in range(10)])
        judge()
        self.pipeline.wait_complete(['vn-06'])
        self.ends.append(self.broker.end(RAW))

    def fill_a_hole(self):
        """Verdicts of which three come last, by the first version: two of them are rejections."""
        records = self.broker.read(RAW)[self.ends[-1]:]
        versions = [record.value for record in self.broker.read('thidua.reference')]
        said, late = (pure_verdicts('vn-06', records, known) for known in (versions, versions[:1]))
        self.hole = sorted(said)[2:5]
        self.broker.produce(VERDICTS, [said[offset] for offset in sorted(said)
                                       if offset not in self.hole])
        wait_until(lambda: self.pipeline.head('vn-06').holes, 'there is a hole')
        self.broker.produce(VERDICTS, [late[offset] for offset in self.hole])
        wait_until(lambda: not self.pipeline.head('vn-06').holes, 'the hole is filled')

    def publish_with_the_unit(self, in_force_ms):
        self.tables = self.world.path / 'tables'
        shutil.copytree(REFERENCE, self.tables)
        units = self.tables / 'units.tsv'
        units.write_text(units.read_text('utf-8') + 'vn-06.999\tvn-06\tdistrict\t999\tCông an '
                         'huyện Quên\t\t2025-02-28\n', 'utf-8')
        version = reference_version(self.tables, version=2, in_force_ms=in_force_ms)
        self.broker.produce('thidua.reference', [version.SerializeToString()], key=b'2')
        self.worker.wait_for_line('event=reference_version version=2')

    def test_a_replay_follows_its_verdicts_and_reconcile_names_them(self):
        late = list(range(self.ends[0], self.ends[1])) + self.hole
        named = {offset for offset, verdict in self.pipeline.verdicts('vn-06').items()
                 if verdict.reference_version == 1}
        self.assertEqual(named, set(range(self.ends[0])) | set(late))
        self.assertEqual(self.found(), {'verdict_version'})
        found = self.audit('reconcile', code=1)
        self.assertEqual([int(row['offsets']) for row in found['mismatches']['rows']], late)
        self.audit('export', 'archive')
        for at in ((), ('--archive', 'archive')):
            with self.subTest(at=at):
                self.looks_right(*at)
        with self.subTest('a manifest that says something else'):
            self.manifest_altered()

    def looks_right(self, *at):
        self.assertEqual(self.audit('compare', *at)['outcome'], 'equal')
        # Five of ten in the first two, all in the third, and eight in the last.
        found = self.audit('explain', 'deployments.officers', '--period', '2021', *at)
        self.assertEqual(sum(row['effect'] == 'stands' for row in found['events']['rows']), 28)
        # By the second version, the twelve that were rejected count.
        found = self.audit('what-if', '--reference', str(self.tables), *at, code=1)
        row, = (row for row in found['figures']['rows'] if row['metric'] == 'deployments.officers')
        self.assertEqual((row['now'], row['then']), (28, 40))

    def manifest_altered(self):
        path = self.world.path / 'archive/manifest.json'
        manifest = json.loads(path.read_text('utf-8'))
        entry, = (topic for topic in manifest['topics'] if topic['name'] == VERDICTS)
        self.assertEqual([int(run['endOffset']) for run in entry['judged']],
                         [self.ends[1], self.hole[0], self.hole[-1] + 1, self.ends[-1]])
        entry['judged'][0]['endOffset'] = entry['judged'][1]['firstOffset'] = str(self.ends[0])
        path.write_text(json.dumps(manifest), 'utf-8')
        found = self.audit('reconcile', '--archive', 'archive', code=1)
        row, = (row for row in found['mismatches']['rows'] if row['code'] == 'versions_noted')
        self.assertEqual(int(row['offsets']), self.ends[0])


if __name__ == '__main__':
    case.main()
