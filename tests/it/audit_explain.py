"""What makes up a figure, what moved it, one record's way, and what a draft would change."""
import hashlib
import json
import shutil

from servers import case
from servers.pipeline import REFERENCE, Pipeline

DEATHS = 'accidents.deaths'


def accident(number, day='2021-03-05', revision=1, deaths=1, unit='vn-06.pc08'):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': unit, 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': deaths, 'injured': 1}}


def retraction(number, revision):
    row = accident(number, revision=revision)
    del row['accident']
    return {**row, 'retraction': {'reason': 'RETRACTION_REASON_ERROR'}}


class Explain(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.files = []
        self.first = self.feed([accident(number) for number in range(10)] +
                               [accident(10, '2021-07-01')])

    def feed(self, rows):
        """Publishes rows; returns the broker's time of the last event."""
        self.files.append(self.pipeline.write_rows(rows))
        self.pipeline.feed('vn-06', self.files[-1:])
        self.pipeline.wait_complete(['vn-06'])
        return self.pipeline.broker.read('thidua.raw.vn-06')[-1].append_ms

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', *argv, '--format', 'json', '--lang', 'en', code=code)
        return json.loads(said.stdout)

    def figure(self, found):
        return {row['metric']: row['value'] for row in found['figure']['rows']}

    def test_figures_are_explained_traced_and_their_changes_named(self):
        self.feed([accident(2, '2021-07-02', 2), retraction(3, 2), accident(4, revision=2),
                   accident(11)])
        with self.subTest('explain'):
            found = self.audit('explain', DEATHS, '--from', '2021-03-01', '--to', '2021-03-31')
            self.assertEqual(self.figure(found), {DEATHS: 9})
            events = found['events']['rows']
            told = [(row['record'][-2:], row['revision'], row['adds'] != '') for row in events]
            self.assertIn(('02', 2, False), told)
            self.assertNotIn('10', {record for record, _, _ in told})
            tally = self.pipeline.tally(DEATHS, '--from', '2021-03-01', '--to', '2021-03-31',
                                        '--province', 'vn-06')
            self.assertEqual(int(tally['rows'][0]['value']), 9)
        with self.subTest('as of'):
            found = self.audit('explain', DEATHS, '--as-of', f'@{self.first}')
            self.assertEqual(self.figure(found), {DEATHS: 11})
        with self.subTest('changed'):
            found = self.audit('changed', DEATHS, '--between', f'@{self.first}', 'now',
                               '--from', '2021-03-01', '--to', '2021-03-31')
            row, = found['figure']['rows']
            self.assertEqual((row['before'], row['after']), (10, 9))
            moves = {row['record'][-2:]: row['why'] for row in found['moves']['rows']}
            self.assertEqual(moves, {'02': 'corrected by the reporter',
                                     '03': 'retracted by the reporter', '11': 'first said'})
        with self.subTest('trace'):
            found = self.audit('trace', 'accident/2021-00002', '--reporter', 'vn-06')
            steps = [row['step'] for row in found['way']['rows']]
            self.assertEqual(steps, ['recorded', 'source line', 'appended', 'judged'] * 2)
            said = [row['what'] for row in found['way']['rows']]
            self.assertIn('thidua.raw.vn-06 2', said)
            for line, file, rows in ((3, self.files[0], 11), (1, self.files[1], 4)):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                self.assertIn(f'line {line} of the file with SHA-256 {digest}, '
                              f'rows accepted of it: {rows}', said)
            said = self.pipeline.run('audit', 'trace', 'accident/Ho\u0300a', '--reporter', 'vn-06',
                                     code=2)
            self.assertIn('ids have them together (NFC)', said.stderr)
            said = self.pipeline.run('audit', 'trace', 'accident/none', '--reporter', 'vn-06',
                                     code=2)
            self.assertIn('says nothing of accident/none', said.stderr)

    def test_a_figure_of_more_records_than_are_listed_is_whole(self):
        self.feed([accident(number, '2021-05-05') for number in range(1000, 3100)])
        found = self.audit('explain', DEATHS)
        self.assertEqual(self.figure(found), {DEATHS: 11 + 2100})
        self.assertEqual((found['events']['count'], len(found['events']['rows'])), (2111, 2000))

    def test_published_figures_are_compared_with_the_log(self):
        days = ('--from', '2021-03-01', '--to', '2021-07-31')
        said = self.pipeline.run('tally', 'accidents.deaths', 'accidents.injured', *days,
                                 '--province', 'vn-06', '--format', 'csv').stdout
        printed = self.world.path / 'printed.csv'
        printed.write_text(said, 'utf-8')
        found = self.audit('compare', '--published', str(printed), *days)
        self.assertEqual((found['outcome'], found['figures_compared']), ('equal', 2))
        printed.write_text('value,metric,dimension\n11,accidents.deaths,\n'
                           '11,accidents.deaths,class=serious\n'
                           '11,accidents.deaths,serious\n12,accidents.injured,\n', 'utf-8')
        found = self.audit('compare', '--published', str(printed), *days, code=1)
        row, = found['published']['rows']
        self.assertEqual((row['line'], row['published'], row['log']), (5, 12, 11))
        by_month = self.pipeline.run('tally', DEATHS, '--period', '2021', '--each', 'month',
                                     '--format', 'csv').stdout
        printed.write_text(by_month, 'utf-8')
        said = self.pipeline.run('audit', 'compare', '--published', printed, '--period', '2021',
                                 code=2).stderr
        self.assertIn('line 3: it is of days from 20210115 on, not those asked about', said)
        printed.write_text('metric,value\nno.such,1\n', 'utf-8')
        self.assertIn('line 2', self.pipeline.run('audit', 'compare', '--published', printed,
                                                  code=2).stderr)

    def test_a_draft_of_reference_data_is_tried_without_writing_anything(self):
        self.assertEqual(self.audit('what-if', '--reference', str(REFERENCE))['outcome'], 'equal')
        draft = self.world.path / 'draft'
        shutil.copytree(REFERENCE, draft)
        units = draft / 'units.tsv'
        units.write_text(''.join(line for line in units.read_text('utf-8').splitlines(True)
                                 if 'pc08' not in line.lower() or 'vn-06' not in line), 'utf-8')
        before = {key: self.pipeline.redis.dump(key) for key in self.pipeline.redis.keys('*')}
        ends = [self.pipeline.broker.end(f'thidua.{kind}.vn-06') for kind in ('raw', 'verdicts')]
        found = self.audit('what-if', '--reference', str(draft), code=1)
        figures = {row['metric']: (row['now'], row['then']) for row in found['figures']['rows']}
        self.assertEqual(figures[DEATHS], (11, 0))
        self.assertEqual(found['rejections']['count'], 11)
        self.assertEqual({key: self.pipeline.redis.dump(key)
                          for key in self.pipeline.redis.keys('*')}, before)
        self.assertEqual([self.pipeline.broker.end(f'thidua.{kind}.vn-06')
                          for kind in ('raw', 'verdicts')], ends)


if __name__ == '__main__':
    case.main()
