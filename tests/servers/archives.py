"""What tests of archives share: rows, and pipelines whose logs an archive holds."""
import json

from servers import case
from servers.pipeline import Pipeline

RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'


def accident(reporter, number, day='2021-03-05', revision=1):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': f'{reporter}.pc08', 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': number % 3}}


def unplaced(report):
    """The report without the facts that say where it was made from: Kafka's or an archive's."""
    return {fact: said for fact, said in report.items() if fact not in ('logs', 'manifest_sha256')}


class ArchiveTest(case.ServerTest):
    """A pipeline of two reporters with a few hundred accidents, and a `folder` for its archive."""

    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker
        self.worker = self.pipeline.start_worker()
        self.aggregator = self.pipeline.start_aggregator()
        self.folder = self.world.path / 'archive'
        for reporter, count in (('vn-06', 300), ('vn-69', 200)):
            rows = [accident(reporter, number, f'2021-{1 + number % 9:02d}-05')
                    for number in range(count)]
            self.pipeline.feed(reporter, rows)

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', *argv, '--format', 'json', '--lang', 'en', code=code)
        return json.loads(said.stdout)

    def refused(self, *argv, env=None):
        """What is said on standard error when it cannot be done."""
        said = self.pipeline.run('audit', *argv, code=2, env=env)
        self.assertEqual(said.stdout, '')
        return said.stderr

    def same(self, *argv, code=0):
        """The report from Kafka and the one from the archive, which may differ in nothing but where
        they were made from."""
        kafka, archive = (unplaced(self.audit(*argv, *more, code=code))
                          for more in ([], ['--archive', str(self.folder)]))
        self.assertEqual(archive, kafka)
        return archive

    def manifest(self):
        return json.loads((self.folder / 'manifest.json').read_text('utf-8'))

    def files(self, topic=RAW):
        found, = (entry for entry in self.manifest()['topics'] if entry['name'] == topic)
        return found.get('files', [])


class AuditedTest(case.SharedServersTest):
    """One reporter's pipeline with some hundred accidents, all folded, on shared servers."""

    def setUp(self):
        super().setUp()
        self.pipeline = Pipeline(self.world, broker=self.broker, redis=self.redis)
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.feed([accident('vn-06', number) for number in range(300)])

    def feed(self, rows):
        self.pipeline.feed('vn-06', rows)
        self.pipeline.wait_complete(['vn-06'])
        return self.pipeline.broker.read(RAW)[-1].append_ms

    def audit(self, *argv):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv).stdout
        return json.loads(said) if said.startswith('{') else said
