"""thidua-rejects on a real broker: what was rejected, why, and what still waits for a correction."""
import base64
import csv
import io
import json

from servers import case
from servers.messages import event_pb2 as ev
from servers.planted import wait_for_position
from servers.workers import WorkerTest
from servers.world import SOURCE, program

MOMENT = 1622500000000  # 1 June 2021


class Rejects(WorkerTest):
    reporters = ('vn-06', 'vn-69')

    def statement(self, record, revision, officers, reporter='vn-06', **changes):
        """A deployment; 0 officers are wrong."""
        event = ev.Event(reporter=reporter, source='main', epoch=7, sequence=1,
                         kind=ev.KIND_DEPLOYMENT, record_id=record, revision=revision,
                         unit=f'{reporter}.pc02', occurred_precision=ev.PRECISION_TIME)
        event.occurred_at.FromMilliseconds(MOMENT)
        event.recorded_at.FromMilliseconds(MOMENT)
        event.deployment.purpose = ev.DEPLOYMENT_PURPOSE_COVID19
        event.deployment.officers = officers
        for name, value in changes.items():
            setattr(event, name, value)
        return event.SerializeToString()

    def judge(self, *events, reporter='vn-06'):
        self.broker.produce(f'thidua.raw.{reporter}', events)
        worker = self.worker()
        self.wait_judged(reporter)
        self.assertEqual(worker.stop(), 0)

    def rejects(self, *argv, code=0):
        return self.world.run(program('thidua-rejects'), '-b', self.broker.address, *argv,
                              code=code)

    def listed(self, *argv):
        said = self.rejects('list', '--format', 'json', *argv).stdout
        return [json.loads(line) for line in said.splitlines()]

    def states(self):
        return {(item['recordId'], item['revision']): item['state'] for item in self.listed('--all')}

    def open_in_tallies(self):
        """How many the aggregator counts as open."""
        aggregator = self.world.start('aggregator', program('thidua-aggregator'), env={
            'THIDUA_KAFKA_BROKERS': self.broker.address, 'THIDUA_KAFKA_SINGLE_NODE': 'yes',
            'THIDUA_REDIS_ADDRESS': self.redis.address})
        found = wait_for_position(self.redis, self.broker.end('thidua.raw.vn-06'))
        self.assertEqual(aggregator.stop(), 0)
        return found.counts.open_rejections

    def test_only_what_waits_for_a_correction_is_listed(self):
        self.judge(self.statement('never-right', 1, 0),
                   self.statement('corrected', 1, 0), self.statement('corrected', 2, 5),
                   self.statement('same-revision', 1, 0), self.statement('same-revision', 1, 5),
                   self.statement('older-than-accepted', 9, 5),
                   self.statement('older-than-accepted', 3, 0),
                   self.statement('twice-wrong', 1, 0), self.statement('twice-wrong', 2, 0),
                   self.statement('later-wrong', 1, 5), self.statement('later-wrong', 2, 0))
        self.assertEqual([(item['recordId'], item['revision']) for item in self.listed()],
                         [('never-right', 1), ('twice-wrong', 2), ('later-wrong', 2)])
        self.assertEqual(self.open_in_tallies(), 3)
        self.assertEqual(self.states(), {
            ('never-right', 1): 'open', ('corrected', 1): 'corrected',
            ('same-revision', 1): 'corrected', ('older-than-accepted', 3): 'corrected',
            ('twice-wrong', 1): 'outdated', ('twice-wrong', 2): 'open', ('later-wrong', 2): 'open'})

    def test_what_is_shown_can_be_corrected_and_fed_again(self):
        self.judge(self.statement('one', 4, 0))
        found, = self.listed()
        self.assertEqual((found['reporter'], found['rawOffset'], found['source'], found['epoch'],
                          found['sequence'], found['referenceVersion']),
                         ('vn-06', 0, 'main', 7, 1, 1))
        row = found['event']
        self.assertEqual((row['recordId'], row['revision'], 'source' in row), ('one', '4', False))
        shown = self.rejects('show', 'vn-06', '0').stdout
        self.assertEqual(json.loads(shown.splitlines()[-1]), row)
        for reason in found['reasons']:
            self.assertIn(f"{reason['code']} {reason['field']}: {reason['vi']}", shown)
        english = self.rejects('show', 'vn-06', '0', '--lang', 'en').stdout
        self.assertIn(found['reasons'][0]['en'], english)
        row['deployment']['officers'] = 5
        rows = self.world.path / 'rows.ndjson'
        rows.write_text(json.dumps(row) + '\n', 'utf-8')
        self.world.run(program('thidua-producer'), '-b', self.broker.address, '--single-node',
                       '--reporter', 'vn-06', '--source', 'mended', '--spool',
                       self.world.path / 'spool', '--reference',
                       SOURCE / 'workers/reference', '--once', rows)
        self.judge()
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.states(), {('one', 4): 'corrected'})

    def test_what_names_no_record_is_said_but_is_nobody_s_task(self):
        self.judge(b'\xff\xff', b'', self.statement('theirs', 1, 5, reporter='vn-69'),
                   self.statement('', 1, 5))
        self.assertEqual(self.listed(), [])
        self.assertIn('4 lần từ chối không rõ bản ghi', self.rejects().stdout)
        found = self.listed('--all')
        self.assertEqual([item['state'] for item in found], ['nameless'] * 4)
        self.assertEqual(base64.b64decode(found[0]['bytes']), b'\xff\xff')
        self.assertIn(base64.b64encode(b'\xff\xff').decode(),
                      self.rejects('show', 'vn-06', '0').stdout)

    def test_reporters_codes_and_days_narrow_the_list(self):
        self.judge(self.statement('a', 1, 0), self.statement('b', 1, 5, unit='vn-06.none'),
                   self.statement('c', 1, 0, unit='vn-06.none'))
        self.judge(self.statement('d', 1, 0, reporter='vn-69'), reporter='vn-69')
        unit = {reason['code'] for item in self.listed() if item['recordId'] == 'b'
                for reason in item['reasons']}
        code, = unit
        names = lambda *argv: [item['recordId'] for item in self.listed(*argv)]
        self.assertEqual(names(), ['a', 'b', 'c', 'd'])
        self.assertEqual(names('--reporter', 'vn-69'), ['d'])
        self.assertEqual(names('--code', code), ['b', 'c'])
        self.assertEqual(names('--since', '2021-01-01'), ['a', 'b', 'c', 'd'])
        self.assertEqual(names('--since', '2100-01-01'), [])
        rows = list(csv.DictReader(io.StringIO(self.rejects('--format', 'csv').stdout)))
        self.assertEqual([(row['reporter'], row['record_id'], row['state']) for row in rows],
                         [('vn-06', 'a', 'open'), ('vn-06', 'b', 'open'), ('vn-06', 'c', 'open'),
                          ('vn-69', 'd', 'open')])
        table = self.rejects().stdout
        self.assertIn('4 bản ghi chờ sửa', table)
        counts = {(line['reporter'], line['code']): line['open'] for line in
                  map(json.loads, self.rejects('count', '--format', 'json').stdout.splitlines())}
        self.assertEqual(counts['vn-06', code], 2)
        self.assertEqual(sum(number for (reporter, _), number in counts.items()
                             if reporter == 'vn-69'), 1)

    def test_a_verdict_that_was_written_twice_is_listed_once(self):
        self.judge(self.statement('one', 1, 0))
        topic = 'thidua.verdicts.vn-06'
        self.broker.produce(topic, [record.value for record in self.broker.read(topic)])
        self.assertEqual(len(self.listed('--all')), 1)

    def test_what_was_asked_for_wrongly_is_said(self):
        for argv, code in ((['list', '--code', 'E998'], 64), (['list', '--since', 'Monday'], 64),
                           (['show', 'vn-06'], 64), (['burn'], 64), (['show', 'vn-06', '5'], 65),
                           (['list', '--reporter', 'VN'], 64),
                           (['list', '--reporter', 'vn-99'], 78)):
            with self.subTest(argv=argv):
                self.assertRegex(self.rejects(*argv, code=code).stderr, '^thidua-rejects: .+')


if __name__ == '__main__':
    case.main()
