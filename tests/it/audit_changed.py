"""Why a figure of last year is another today: a correction, the reference data, or a rule."""
import json
import shutil

from servers import case
from servers.messages import verdict_pb2
from servers.pipeline import REFERENCE, Pipeline

DEATHS = 'accidents.deaths'
RAW, VERDICTS = 'thidua.raw.vn-06', 'thidua.verdicts.vn-06'


def accident(record, revision=1, deaths=1, unit='vn-06.pc08'):
    return {'kind': 'KIND_ACCIDENT', 'recordId': record, 'revision': str(revision), 'unit': unit,
            'occurredAt': '2021-03-05T03:00:00Z', 'occurredPrecision': 'PRECISION_TIME',
            'recordedAt': '2021-03-05T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'deaths': deaths, 'injured': 1,
                         'class': f'ACCIDENT_CLASS_{"SERIOUS" if deaths == 1 else "VERY"}'}}


class Changed(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.broker = self.pipeline.broker
        self.worker = self.pipeline.start_worker()
        self.pipeline.start_aggregator()

    def feed(self, *rows):
        """Publishes rows; returns the broker's time of the last event."""
        self.pipeline.feed('vn-06', list(rows))
        self.pipeline.wait_complete(['vn-06'])
        return self.broker.read(RAW)[-1].append_ms

    def judged_by_another_release(self, row):
        """A row that a release refused whose rules are not this one's."""
        self.assertEqual(self.worker.stop(), 0)
        self.pipeline.feed('vn-06', [row])
        raw = self.broker.read(RAW)[-2]  # before the checkpoint
        verdict = verdict_pb2.Verdict(raw_offset=raw.offset, append_ms=raw.append_ms,
                                      reference_version=1)
        verdict.rejected.raw = raw.value
        verdict.rejected.reasons.add(code=451, field='accident.class')
        self.broker.produce(VERDICTS, [verdict.SerializeToString()])
        self.worker = self.pipeline.start_worker()
        self.pipeline.wait_complete(['vn-06'])
        return self.broker.read(RAW)[-1].append_ms

    def judge_again(self):
        """Another generation, by reference data that know the unit that was forgotten."""
        folder = self.world.path / 'reference'
        shutil.copytree(REFERENCE, folder)
        with open(folder / 'units.tsv', 'a', encoding='utf-8') as units:
            units.write('vn-06.999\tvn-06\tdistrict\t999\tCông an huyện Quên\t\t2025-02-28\n')
        self.pipeline.admin('reference', 'publish', folder, '--in-force-from', '+10m', '--note',
                            'a unit that was forgotten')
        self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'unit 999')
        self.pipeline.start_worker('--generation', '1')
        self.pipeline.start_aggregator('--generation', '1')
        self.pipeline.wait_complete(['vn-06'], generation=1)

    def changed(self, first, *argv):
        """The figure at both moments, and why each record moved it."""
        said = self.pipeline.run('audit', 'changed', DEATHS, '--between', f'@{first}', 'now',
                                 '--period', '2021', '--format', 'json', '--lang', 'en', *argv)
        found = json.loads(said.stdout)
        row, = found['figure']['rows']
        moves = {move['record'].removeprefix('accident/'): (move['before'], move['after'], move['why'])
                 for move in found.get('moves', {'rows': []})['rows']}
        return (row['before'], row['after']), moves

    def figure(self, generation):
        answer = self.pipeline.tally(DEATHS, '--period', '2021', '--province', 'vn-06',
                                     '--generation', str(generation))
        return int(answer['rows'][0].get('value', 0))

    def test_each_move_is_by_a_correction_a_rule_or_reference_data(self):
        self.feed(accident('plain'), accident('forgotten', unit='vn-06.999'),
                  accident('mended', unit='vn-06.998'))
        first = self.judged_by_another_release(accident('ruled'))
        self.assertEqual(self.figure(0), 1)
        self.assertEqual(self.changed(first), ((1, 1), {}))
        self.judge_again()
        with self.subTest('judged again'):
            self.assertEqual(self.changed(first, '--former-generation', '0', '--generation', '1'),
                             ((1, 3), {
                                 'forgotten': (0, 1, 'generation 0 → 1; reference data 1 → 2'),
                                 'ruled': (0, 1, 'generation 0 → 1; a rule changed')}))
        # The same row once more, by the rules of this release; and what the province has corrected.
        self.feed(accident('ruled'), accident('mended', 2), accident('plain', 2, deaths=2),
                  accident('new'))
        self.pipeline.wait_complete(['vn-06'], generation=1)
        corrected = 'corrected by the reporter'
        with self.subTest('one generation'):
            self.assertEqual(self.changed(first), ((1, 5), {
                'ruled': (0, 1, 'a rule changed'), 'mended': (0, 1, corrected),
                'plain': (1, 2, corrected), 'new': (0, 1, 'first said')}))
            self.assertEqual(self.figure(0), 5)
        with self.subTest('both'):
            figure, moves = self.changed(first, '--former-generation', '0', '--generation', '1')
            self.assertEqual(figure, (1, 6))
            self.assertEqual(self.figure(1), 6)
            self.assertEqual(set(moves), {'forgotten', 'ruled', 'mended', 'plain', 'new'})
        with self.subTest('an archive tells the same'):
            self.pipeline.run('audit', 'export', 'archive')
            self.assertEqual(self.changed(first, '--archive', 'archive'), self.changed(first))


if __name__ == '__main__':
    case.main()
