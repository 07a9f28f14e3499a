"""thidua-tally against a Redis that a real aggregator has filled with a few known events: every way to
ask, every form of answer, and what stands beside each figure."""
import csv
import datetime
import json
import time

from servers import case
from servers.broker import HOT, Broker, verdict_topic
from servers.messages import event_pb2 as ev, tally_pb2, verdict_pb2 as vd
from servers.pipeline import REFERENCE
from servers.planted import head, wait_for_position
from servers.redis_server import RedisServer
from servers.world import World, program

VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
REPORTERS = ('vn-06', 'vn-69', 'ministry')


def at(text):
    """A moment in Viet Nam, in Unix milliseconds."""
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp() * 1000)


class Log:
    """One reporter's events with the verdicts that a worker would give."""

    def __init__(self, broker, reporter):
        self.broker, self.reporter, self.said = broker, reporter, []
        broker.create_topic(f'thidua.raw.{reporter}', **HOT)
        broker.create_topic(verdict_topic(reporter), **HOT, **{'max.message.bytes': str(2 << 20)})

    def say(self, record, when, province=None, unit='', reject=None, day_only=False, **body):
        """A statement of one body, by its name in the contract."""
        (name, fields), = body.items()
        event = ev.Event(reporter=self.reporter, source='main', epoch=1,
                         sequence=len(self.said) + 1, record_id=record, revision=1, unit=unit,
                         kind=getattr(ev, f'KIND_{name.upper()}'))
        event.occurred_at.FromMilliseconds(when)
        event.occurred_precision = ev.PRECISION_DAY if day_only else ev.PRECISION_TIME
        getattr(event, name).CopyFrom(fields)
        verdict = vd.Verdict(reference_version=1)
        if reject:
            verdict.rejected.reasons.add(code=reject, field='unit')
        else:
            verdict.enriched.stages.add(
                kind=vd.STAGE_KIND_OCCURRED, province=province or self.reporter, cluster=3,
                on=int(datetime.datetime.fromtimestamp(when / 1000, VIETNAM).strftime('%Y%m%d')))
        self.said.append((event, verdict))

    def complete(self, until):
        mark = ev.Checkpoint(last_sequence=len(self.said), running_sha256=bytes(32))
        mark.complete_until.FromMilliseconds(until)
        self.say('', until, checkpoint=mark)
        self.said[-1][1].enriched.ClearField('stages')

    def write(self):
        self.broker.produce(f'thidua.raw.{self.reporter}',
                            [event.SerializeToString() for event, _ in self.said])
        verdicts = []
        for record, (_, verdict) in zip(self.broker.read(f'thidua.raw.{self.reporter}'), self.said):
            verdict.raw_offset, verdict.append_ms = record.offset, record.append_ms
            part = verdict.rejected if verdict.HasField('rejected') else verdict.enriched
            part.raw = record.value
            verdicts.append(verdict.SerializeToString())
        self.broker.produce(verdict_topic(self.reporter), verdicts)


def accident(kind='SERIOUS', deaths=0, injured=0):
    found = ev.Accident(mode=ev.TRAFFIC_MODE_ROAD, deaths=deaths, injured=injured)
    setattr(found, 'class', getattr(ev, f'ACCIDENT_CLASS_{kind}'))
    return found


def target(province, metric, value):
    return ev.Target(province=province, metric=metric, value=value,
                     period=ev.Period(kind=ev.PERIOD_KIND_POLICE_YEAR, year=2021))


class Answers(case.ServerTest):
    """The tests share what was folded, and leave it as it was."""

    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker, cls.redis = Broker(cls.servers), RedisServer(cls.servers)
        cls.logs = {name: Log(cls.broker, name) for name in REPORTERS}
        cls.now = int(time.time() * 1000)
        cls.tell(*cls.logs.values())
        for log in cls.logs.values():
            log.write()
        cls.fold(cls.servers)

    @classmethod
    def tell(cls, yen_bai, thai_nguyen, ministry):
        yen_bai.say('1', at('2021-03-02 08:15'), unit='vn-06.136',
                    accident=accident('SERIOUS', 1, 2))
        yen_bai.say('2', at('2021-03-02 21:40'), unit='vn-06.137', accident=accident('VERY', 2, 0))
        yen_bai.say('3', at('2020-03-02 10:00'), unit='vn-06.136', accident=accident(deaths=1))
        yen_bai.say('4', cls.now - 3 * 3600000, unit='vn-06.136', accident=accident(injured=1))
        yen_bai.say('5', at('2021-06-01 12:00'), unit='vn-06.136', day_only=True,
                    identity=ev.Identity(files_received=1250))
        yen_bai.say('6', at('2021-06-01 12:00'), unit='vn-06.999', reject=305, accident=accident())
        yen_bai.complete(cls.now)
        thai_nguyen.say('1', at('2021-03-14 23:59'), unit='vn-69.164', accident=accident(deaths=1))
        thai_nguyen.say('2', at('2021-03-15 00:00'), unit='vn-69.164', accident=accident(injured=3))
        thai_nguyen.say('3', at('2021-05-05 00:00'), unit='vn-69.164', day_only=True,
                        identity=ev.Identity(files_received=600))
        thai_nguyen.say('4', at('2021-05-05 00:00'), reject=305, accident=accident())
        thai_nguyen.say('5', at('2021-05-05 00:00'), reject=304, accident=accident())
        for number, (province, value) in enumerate((('vn-06', 1000), ('vn-69', 800))):
            ministry.say(str(number), at('2021-12-14 00:00'), province=province,
                         target=target(province, 'identity.files_received', value))
        ministry.complete(cls.now)

    @classmethod
    def fold(cls, world):
        aggregator = world.start('aggregator', program('thidua-aggregator'), env={
            'THIDUA_KAFKA_BROKERS': cls.broker.address, 'THIDUA_KAFKA_SINGLE_NODE': 'yes',
            'THIDUA_REDIS_ADDRESS': cls.redis.address})
        for name, log in cls.logs.items():
            wait_for_position(cls.redis, len(log.said), name)
        assert aggregator.stop() == 0

    def ask(self, *argv, **how):
        return self.world.run(program('thidua-tally'), '--redis', self.redis.address, '--reference',
                              REFERENCE, *argv, **how)

    def answer(self, *argv):
        return json.loads(self.ask('--province', 'vn-06,vn-69', '--format', 'json', *argv).stdout)

    def rows(self, *argv, columns=('metric', 'province', 'value')):
        """The answer's rows, each as a tuple of these members."""
        return [tuple(int(row.get(name, 0)) if name == 'value' else row.get(name, '')
                      for name in columns) for row in self.answer(*argv)['rows']]


class Figures(Answers):
    def test_sums_by_province_unit_and_class(self):
        self.assertEqual(self.rows('accidents.count', '--period', '2021'),
                         [('accidents.count', 'all', 4)])
        self.assertEqual(self.rows('accidents.deaths', '--period', '2021', '--by', 'province'),
                         [('accidents.deaths', 'vn-06', 3), ('accidents.deaths', 'vn-69', 1)])
        self.assertEqual(self.rows('accidents.count', '--period', '2021', '--by', 'unit',
                                   columns=('unit', 'value')),
                         [('vn-06.136', 1), ('vn-06.137', 1), ('vn-69.164', 2)])
        self.assertEqual(self.rows('accidents.count', '--period', '2021', '--by', 'class',
                                   columns=('dimension', 'value')), [('serious', 3), ('very', 1)])
        self.assertEqual(self.rows('accidents.count', 'accidents.deaths', '--period', '2021',
                                   '--only', 'class=very', columns=('metric', 'dimension', 'value')),
                         [('accidents.count', 'class=very', 1),
                          ('accidents.deaths', 'class=very', 2)])

    def test_days_months_and_calendars(self):
        columns = ('bucketOn', 'value')
        self.assertEqual(self.rows('accidents.count', '--from', '2021-03-01', '--to', '2021-03-03',
                                   '--each', 'day', columns=columns),
                         [(20210301, 0), (20210302, 2), (20210303, 0)])
        self.assertEqual(self.rows('accidents.count', '--period', '2021-Q2', '--each', 'month',
                                   columns=columns),
                         [(20210315, 1), (20210415, 0), (20210515, 0)])
        for period, value in (('2021-03', 3), ('2021-M04', 1), ('2021-H1', 4), ('2021-H2', 0)):
            self.assertEqual(self.rows('accidents.count', '--period', period, columns=('value',)),
                             [(value,)], period)
        self.assertEqual(self.rows('accidents.count', '--period', '2021-03', '--calendar', 'civil',
                                   columns=('value',)), [(4,)])

    def test_rolling_windows_and_hours(self):
        for window in ('24h', '1d', '7d'):
            said = self.answer('accidents.count', '--last', window)
            # Three hours ago may be yesterday.
            expected = 1 if window != '1d' or said['fromOn'] == self.local_day(3) else 0
            self.assertEqual(int(said['rows'][0].get('value', 0)), expected, window)
        self.assertEqual(self.rows('accidents.count', '--last', '2h', columns=('value',)), [(0,)])
        hourly = self.rows('accidents.injured', '--last', '6h', '--each', 'hour',
                           columns=('value',))
        self.assertEqual((len(hourly), sum(value for value, in hourly)), (6, 1))
        said = self.ask('accidents.count', '--province', 'vn-06', '--period', '2021', '--each',
                        'hour', code=64)
        self.assertIn('hours are kept from', said.stderr)

    def local_day(self, hours_ago):
        moment = datetime.datetime.fromtimestamp(self.now / 1000, VIETNAM)
        return int((moment - datetime.timedelta(hours=hours_ago)).strftime('%Y%m%d'))

    def test_beside_the_same_days_of_the_year_before(self):
        row, = self.answer('accidents.deaths', '--from', '2021-03-01', '--to', '2021-03-14',
                           '--compare')['rows']
        self.assertEqual((row['value'], row['valueBefore']['value']), ('4', '1'))
        said = self.ask('accidents.deaths', '--province', 'vn-06', '--period', '2021', '--compare')
        self.assertRegex(said.stdout,
                         r'Số người chết +Yên Bái +3 +1 +\+2 \(\+200,00 %\)')

    def test_percent_of_the_target_and_rank(self):
        said = self.answer('identity.files_received', '--period', '2021', '--rank')
        self.assertEqual([(row['province'], row['value'], row['target']['value'], row['rank'])
                          for row in said['rows']],
                         [('vn-06', '1250', '1000', 1), ('vn-69', '600', '800', 2)])
        table = self.ask('identity.files_received', '--period', '2021', '--province',
                         'vn-06,vn-69').stdout
        self.assertRegex(table, r'Tổng cộng +1\.850 +1\.800 +102,78 %')
        for split in (('--by', 'unit'), ('--each', 'month')):
            self.assertNotIn('target', json.dumps(self.answer(
                'identity.files_received', '--period', '2021', *split)['rows']))


class Forms(Answers):
    def test_a_table_in_both_languages(self):
        asked = ('accidents.count', '--period', '2021', '--province', 'vn-06,vn-69', '--by',
                 'province')
        self.assertEqual(self.ask(*asked).stdout.split('\n\n')[:2], [
            '2021: 15/12/2020 – 14/12/2021',
            'Chỉ tiêu                  Tỉnh         Số liệu  Trạng thái\n'
            'Số vụ tai nạn giao thông  Yên Bái            2  sơ bộ\n'
            'Số vụ tai nạn giao thông  Thái Nguyên        2  sơ bộ'])
        self.assertIn('Traffic accidents  Thai Nguyen      2', self.ask(*asked, '--lang', 'en').stdout)

    def test_csv_has_a_line_for_each_figure(self):
        lines = self.ask('accidents.count', 'accidents.deaths', '--period', '2021', '--province',
                         'vn-06,vn-69', '--by', 'province', '--format', 'csv').stdout.splitlines()
        found = list(csv.DictReader(lines))
        self.assertEqual([(row['metric'], row['province'], row['bucket_on'], row['value'])
                          for row in found],
                         [('accidents.count', 'vn-06', '20201215', '2'),
                          ('accidents.count', 'vn-69', '20201215', '2'),
                          ('accidents.deaths', 'vn-06', '20201215', '3'),
                          ('accidents.deaths', 'vn-69', '20201215', '1')])

    def test_the_catalogue_is_complete_in_every_form(self):
        listed = json.loads(self.ask('metrics', '--format', 'json').stdout)
        codes = [entry['code'] for entry in listed]
        self.assertIn('clearance_registered', codes)
        rows = list(csv.DictReader(self.ask('metrics', '--format', 'csv').stdout.splitlines()))
        self.assertEqual([row['code'] for row in rows], codes)
        for lang in ('vi', 'en'):
            text = self.ask('metrics', '--lang', lang).stdout
            self.assertEqual([line.split(' ')[0] for line in text.split('\n\n', maxsplit=1)[0]
                              .splitlines() if not line.startswith(' ')], codes)
        self.assertNotIn('Values', self.ask('metrics', 'identity.files_received', '--lang',
                                            'en').stdout)
        said = self.ask('metrics', 'accidents.count', '--lang', 'en').stdout
        self.assertEqual(said.splitlines()[0],
                         'accidents.count – Traffic accidents (accident), by class, mode')
        self.assertIn('serious (serious), very (very serious)', said)

    def test_the_summary_s_heading_is_a_year_only_when_it_is_of_one(self):
        for argv, heading in (
                (('--period', '2021'), 'Thi đua năm 2021: 15/12/2020'),
                (('--period', '2021-Q3'), 'Thi đua kỳ 2021-Q3: 15/06/2021'),
                (('--last', '7d'), 'Thi đua kỳ 7d: '),
                (('--from', '2021-03-01', '--to', '2021-03-02'), 'Thi đua: 01/03/2021'),
                (('--from', '2022-03-01', '--to', '2022-03-02', '--cluster', '3'),
                 'Thi đua (cụm 3 như năm 2021): 01/03/2022')):
            with self.subTest(argv=argv):
                provinces = () if '--cluster' in argv else ('--province', 'vn-06,vn-69')
                self.assertTrue(self.ask('summary', *argv, *provinces).stdout.startswith(heading))

    def test_a_ranking_has_no_other_figures_in_any_form(self):
        asked = ('--period', '2021', '--province', 'vn-06,vn-69', '--format')
        codes = {row['metric'] for row in json.loads(
            self.ask('ranking', *asked, 'json').stdout).get('rows', ())}
        codes |= {row['metric'] for row in csv.DictReader(
            self.ask('ranking', *asked, 'csv').stdout.splitlines())}
        self.assertLessEqual(codes, {'scores.points', 'scores.maximum', 'titles.awarded',
                                     'commendations.collective', 'commendations.proposed'})
        self.assertIn('accidents.count', self.ask('summary', *asked, 'csv').stdout)

    def test_status_has_every_shard_and_the_reasons_of_rejections(self):
        said = json.loads(self.ask('status', '--format', 'json').stdout)
        self.assertEqual([shard['reporter'] for shard in said['shards']], sorted(REPORTERS))
        table = self.ask('status', '--lang', 'en').stdout
        self.assertRegex(table, r'vn-69 +live +5 +3 +2 +2 ')
        self.assertRegex(table, r'E305 +2 .* vn-06 1, vn-69 1')


class Beside(Answers):
    """What stands beside the figures: whose are complete, what is open, what must not be believed."""

    def test_completeness_and_open_rejections_are_those_of_the_provinces_asked_for(self):
        asked = ('accidents.count', '--period', '2021', '--lang', 'en', '--province')
        self.assertRegex(self.ask(*asked, 'vn-06,vn-69').stdout,
                         r'Complete: 1 of 2 provinces \(not: Thai Nguyen\); all until unknown\. '
                         r'Open: 3 rejected records\. Missing: 0 sequence numbers, 0 log')
        self.assertRegex(self.ask(*asked, 'vn-06').stdout,
                         r'Complete: 1 of 1 provinces; all until 20\d\d-.* Open: 1 rejected')
        said = self.answer('accidents.count', '--period', '2021')
        self.assertEqual(said['completeness']['provincesIncomplete'], ['vn-69'])
        self.assertEqual([(place['reporter'], place['nextRawOffset'])
                          for place in said['positions']],
                         [('ministry', '3'), ('vn-06', '7'), ('vn-69', '5')])

    def test_a_cell_altered_by_hand_is_an_error_and_no_figure(self):
        asked = ('accidents.count', '--period', '2021', '--province', 'vn-06')
        before = self.ask(*asked).stdout
        key = '{vn-06}:0:m:202103a'
        fields = [field for field in self.redis.hkeys(key) if field != b'#']
        for name, alter, back in (
                ('a number', lambda: self.redis.hincrby(key, fields[0], 1),
                 lambda: self.redis.hincrby(key, fields[0], -1)),
                ('a cell', lambda: self.redis.hset(key, '40.1.1.vn-06', '5'),
                 lambda: self.redis.hdel(key, '40.1.1.vn-06')),
                ('a name', lambda: self.redis.hset(key, 'x', '5'),
                 lambda: self.redis.hdel(key, 'x'))):
            with self.subTest(altered=name):
                alter()
                said = self.ask(*asked, code=76)
                self.assertIn(key, said.stderr)
                self.assertIn('thidua-admin shard rebuild vn-06', said.stderr)
                back()
                self.assertEqual(self.ask(*asked).stdout, before)

    def test_a_shard_that_is_folded_anew_is_warned_of(self):
        asked = ('accidents.count', '--period', '2021', '--province', 'vn-06')
        before = self.ask(*asked).stdout
        self.world.run(program('thidua-admin'), '--brokers', self.broker.address, '--redis',
                       self.redis.address, 'shard', 'rebuild', 'vn-06')
        self.assertIn('CẢNH BÁO vn-06: đang được dựng lại', self.ask(*asked).stdout)
        # A CSV has no place for it.
        said = self.ask(*asked, '--format', 'csv')
        self.assertIn('event=figures_partial reporter=vn-06', said.stderr)
        self.assertEqual(len(list(csv.DictReader(said.stdout.splitlines()))), 1)
        self.assertEqual(self.ask('accidents.count', '--province', 'vn-69', '--format',
                                  'csv').stderr, '')
        self.fold(self.world)
        self.assertEqual(head(self.redis).state, tally_pb2.SHARD_STATE_LIVE)
        self.assertEqual(self.ask(*asked).stdout, before)

    def test_bad_questions_are_answered_with_what_was_meant(self):
        for argv, says in (
                (('accident.count',), "did you mean 'accidents.count'"),
                (('sumary',), "did you mean 'summary'"),
                (('accidents.count', '--by', 'provinse'), "did you mean 'province'"),
                (('accidents.count', '--by', 'class,mode'), 'only one dimension'),
                (('accidents.count', '--only', 'class=bad'), 'collision, less, serious'),
                (('accidents.count', '--only', 'severity=very'), 'only by class and mode'),
                (('accidents.count', '--only', 'class'), 'no selection'),
                (('accidents.count', '--province', 'vn06'), "did you mean 'vn-06'"),
                (('accidents.count', '--period', '2021-Q5'), 'no period'),
                (('accidents.count', '--period', '2021', '--last', '7d'), 'not several'),
                (('accidents.count', '--from', '2021-02-30', '--to', '2021-03-01'), 'no day'),
                (('accidents.count', '--from', '2021-03-02', '--to', '2021-03-01'), 'lies behind'),
                (('accidents.count', '--from', '2021-03-02'), 'belong together'),
                (('accidents.count', '--last', '7w'), 'no window'),
                (('accidents.count', '--each', 'week'), 'no bucket'),
                (('accidents.count', '--last', '24h', '--compare'), 'not kept'),
                (('accidents.count', '--by', 'unit', '--rank'), '--rank'),
                (('accidents.count', '--cluster', '77', '--period', '2021'), 'no members'),
                (('summary', 'x'), 'takes nothing'),
                (('summary', '--by', 'unit'), 'go with figures'),
                (('ranking', '--only', 'stage=ministry'), 'go with figures'),
                (('summary', '--last', '24h'), '--last 7d'),
                (('scores.points', '--rank'), '--only stage=self'),
                (('accidents.count', '--by', 'severity'), 'only by class and mode'),
                (('accidents.count', '--province', 'vn-06,vn-06'), 'twice'),
                (('status', '--format', 'csv'), 'not CSV'),
                (('accidents.count', '--format', 'xml'), 'format')):
            with self.subTest(argv=argv):
                self.assertIn(says, self.ask(*argv, code=64).stderr)

    def test_servers_that_are_away_or_empty_are_named(self):
        asked = ('accidents.count', '--province', 'vn-06')
        self.assertIn('127.0.0.1:1', self.ask('--redis', '127.0.0.1:1', *asked, code=75).stderr)
        self.assertIn('no shard of generation 9', self.ask('--generation', '9', *asked,
                                                          code=66).stderr)


if __name__ == '__main__':
    case.main()
