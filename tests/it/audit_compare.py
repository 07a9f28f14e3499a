"""The live tallies against the log: honest ones are equal; each altered one is found and named."""
import fcntl
import json
import shutil
import signal

from servers import case
from servers.messages import reference_version
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until

VN06 = '{vn-06}:0:'


def accident(number, day='2021-03-05', revision=1, deaths=1):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': 'vn-06.pc08', 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': deaths, 'injured': 1}}


class Compare(case.SharedServersTest):
    """One province whose accidents are folded; each test alters what Redis holds."""

    def setUp(self):
        super().setUp()
        self.pipeline = Pipeline(self.world, broker=self.broker, redis=self.redis)
        self.worker = self.pipeline.start_worker()
        self.aggregator = self.pipeline.start_aggregator()
        rows = [accident(number, f'2021-{1 + number % 12:02d}-05') for number in range(240)]
        rows += [accident(number, '2021-06-20', 2) for number in range(0, 60, 3)]
        self.pipeline.feed('vn-06', rows)
        self.pipeline.wait_complete(['vn-06'])

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', *argv, '--format', 'json', code=code)
        return json.loads(said.stdout)

    def rows(self, report, table):
        return report.get(table, {'rows': []})['rows']


class Honest(Compare):
    def test_equal_in_memory_and_on_disk_and_gone_on_from_a_state(self):
        found = self.audit('compare')
        self.assertEqual(found['outcome'], 'equal')
        compared = {row['reporter']: row for row in self.rows(found, 'compared')}
        self.assertEqual(compared['vn-06']['next_raw_offset'],
                         self.broker.end('thidua.raw.vn-06'))
        self.assertGreater(compared['vn-06']['fields'], 250)
        self.assertEqual(self.audit('compare', '--memory', '64K')['outcome'], 'equal')
        state = str(self.world.path / 'state')
        self.audit('replay', '--state', state)
        self.pipeline.feed('vn-06', [accident(number, revision=3) for number in range(90)])
        self.pipeline.wait_complete(['vn-06'])
        self.assertEqual(self.audit('compare', '--state', state, '--resume')['outcome'], 'equal')

    def test_stopped_by_a_signal_it_goes_on_from_its_state(self):
        """Whole at every moment: however far it was, the state is that of some raw offset."""
        self.pipeline.feed('vn-06', [accident(number, revision=9) for number in range(20000)])
        self.pipeline.wait_complete(['vn-06'])
        whole = self.audit('replay')['shards']['rows']
        state = str(self.world.path / 'stopped')
        stops = 0
        for how in (signal.SIGINT, signal.SIGKILL, signal.SIGINT):
            running = self.pipeline.start('audit', 'replay', '--state', state, '--resume',
                                          '--memory', '64K')
            wait_until(lambda: (self.world.path / 'stopped/vn-06.live').exists()
                       or not running.alive(), 'something is kept')
            running.signal(how)
            code, stopped = running.wait(), 'stopped; --resume' in running.log()
            self.assertIn(code, (2,) if stopped else (0, -how))
            stops += stopped
        self.assertGreater(stops, 0)
        found = self.audit('replay', '--state', state, '--resume')
        self.assertEqual(found['shards']['rows'], whole)

    def test_a_state_goes_on_only_as_what_it_is_of(self):
        with self.subTest('another draft begins anew'):
            tables = self.world.path / 'draft'
            shutil.copytree(REFERENCE, tables)
            same = ('what-if', '--reference', str(REFERENCE), '--state', 'drafts')
            self.assertEqual(self.audit(*same)['outcome'], 'equal')
            units = (tables / 'units.tsv').read_text('utf-8').splitlines(keepends=True)
            (tables / 'units.tsv').write_text(''.join(
                line for line in units if not line.startswith('vn-06.pc08\t')), 'utf-8')
            found = self.audit('what-if', '--reference', str(tables), '--state', 'drafts',
                               '--resume', code=1)
            self.assertEqual(found['rejections']['count'], 240)
            self.assertEqual(self.audit(*same, '--resume')['outcome'], 'equal')
        self.audit('replay', '--state', 'state')
        with self.subTest('a moment before it'):
            self.refused('behind the end asked for', '--as-of', '2021-01-01')
        with self.subTest('another generation'):
            self.refused('of another generation', '--generation', '3')
        with self.subTest('another audit has it'):
            with open(self.world.path / 'state/live.lock', 'rb') as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.refused('another audit is at work there')
        with self.subTest('another log of that name'):
            self.broker.delete_topic('thidua.raw.vn-06')
            self.broker.create_thidua_topic('thidua.raw.vn-06')
            self.pipeline.feed('vn-06', [accident(number) for number in range(300)], source='b')
            self.refused('of another log')

    def refused(self, why, *argv):
        said = self.pipeline.run('audit', 'replay', '--state', 'state', '--resume', *argv, code=2)
        self.assertIn(why, said.stderr)

    def live(self):
        """All that the live side has written, its groups, and what they have committed."""
        return ({key: self.redis.dump(key) for key in self.redis.keys('*')},
                {group.id for group in self.broker.admin.list_groups(timeout=10)},
                self.broker.committed())

    def test_while_the_shard_moves_on(self):
        """What is compared stands at one position, wherever the live shard has gone meanwhile; of
        more conflicts than are listed, it may list others."""
        rows = self.pipeline.write_rows([accident(number // 2, revision=2, deaths=1 + number % 2)
                                         for number in range(9000)])
        producer = self.pipeline.start('producer', '--reporter', 'vn-06', '--source', 'more',
                                       '--spool', self.world.path / 'more', '--once', str(rows))
        wait_until(lambda: self.pipeline.position('vn-06') > 2600, 'there are many conflicts')
        self.forget_the_unit()
        for _ in range(3):
            self.assertEqual(self.audit('compare', '--reporter', 'vn-06')['outcome'], 'equal')
        self.assertEqual(producer.wait(), 0)

    def forget_the_unit(self):
        """A version that should have judged all events, and rejected them; verdicts that are given
        until the worker knows it stand."""
        tables = self.world.path / 'tables'
        shutil.copytree(REFERENCE, tables)
        units = (tables / 'units.tsv').read_text('utf-8').splitlines(keepends=True)
        (tables / 'units.tsv').write_text(''.join(line for line in units
                                                  if not line.startswith('vn-06.pc08\t')), 'utf-8')
        self.broker.produce('thidua.reference',
                            [reference_version(tables, version=2).SerializeToString()], key=b'2')

    def test_a_replay_in_the_midst_of_live_work_leaves_it_as_it_was(self):
        """Held in the middle of their work, worker and aggregator go on from where they were."""
        def ends():
            return {(group, f'thidua.{kind}.vn-06'): self.broker.end(f'thidua.{kind}.vn-06')
                    for group, kind in (('thidua-worker', 'raw'), ('thidua-aggregator', 'verdicts'))}

        wait_until(lambda: ends().items() <= self.broker.committed().items(), 'all is committed')
        rows = self.pipeline.write_rows([accident(number, revision=2) for number in range(9000)])
        producer = self.pipeline.start('producer', '--reporter', 'vn-06', '--source', 'more',
                                       '--spool', self.world.path / 'more', '--once', str(rows))
        wait_until(lambda: self.pipeline.position('vn-06') > 300, 'events flow')
        for process in (self.worker, self.aggregator):
            process.signal(signal.SIGSTOP)
        self.assertEqual(producer.wait(), 0)
        wait_until(lambda: self.live() == self.live(), 'nothing is under way')
        before = self.live()
        self.assertLess(self.pipeline.position('vn-06'), self.broker.end('thidua.raw.vn-06'))
        self.audit('replay', '--period', '2021')
        self.audit('compare')
        self.assertEqual(self.live(), before)
        for process in (self.worker, self.aggregator):
            process.signal(signal.SIGCONT)
        self.pipeline.wait_complete(['vn-06'])
        wait_until(lambda: ends().items() <= self.broker.committed().items(), 'all is committed')
        self.assertEqual(self.audit('compare')['outcome'], 'equal')


class Altered(Compare):
    """One pipeline, whose Redis is put back before each alteration."""

    def test_each_alteration_is_found_and_named(self):
        self.assertEqual(self.aggregator.stop(), 0)
        before = {key: self.redis.dump(key) for key in self.redis.keys('*')}
        for alteration in (self.a_tally, self.tallies_gone_and_invented, self.a_record,
                           self.a_head, self.no_shard, self.keys_of_nobody, self.a_log_cut,
                           self.a_log_gone):
            with self.subTest(alteration=alteration.__name__):
                self.redis.flushall()
                for key, value in before.items():
                    self.redis.restore(key, 0, value)
                alteration()

    def different(self, table):
        return self.rows(self.audit('compare', '--lang', 'en', code=1), table)

    def a_tally(self):
        key = VN06 + 'd:20210305'
        field = next(field for field in self.redis.hkeys(key)
                     if field != b'#' and field.endswith(b'.vn-06'))
        true = int(self.redis.hget(key, field))
        self.redis.hset(key, field, true + 5)
        found = self.audit('compare', '--lang', 'en', code=1)
        row, = self.rows(found, 'tallies')
        self.assertEqual((row['bucket'], row['area'], row['live'], row['log']),
                         ('2021-03-05', 'vn-06', str(true + 5), str(true)))
        self.assertIn('altered in Redis', row['cause'])
        self.assertEqual(self.rows(found, 'records'), [])
        events = self.rows(found, 'events')
        self.assertEqual(len({event['record'] for event in events}), 20)
        self.assertEqual({event['place'] for event in events}, {'thidua.raw.vn-06'})
        # Outside the days that are asked for nothing differs.
        self.assertEqual(self.audit('compare', '--from', '2021-06-01')['outcome'], 'equal')

    def tallies_gone_and_invented(self):
        self.redis.delete(VN06 + 'm:202106b')
        self.redis.hset(VN06 + 'd:20210101', '30.0.0.vn-06', '7')
        buckets = {(row['bucket'], row['live']) for row in self.different('tallies')}
        self.assertIn(('2021-01-01', '7'), buckets)
        self.assertIn(('2021-06-15..30', ''), buckets)

    def a_record(self):
        key, field = VN06 + 's:3:2021-000', '03'
        packed = self.redis.hget(key, field)
        self.redis.hset(key, field, packed[:-1] + bytes([packed[-1] ^ 1]))
        found = self.audit('compare', '--lang', 'en', code=1)
        row, = self.rows(found, 'records')
        self.assertEqual((row['record'], row['live']), ('accident/2021-00003', 'altered or torn'))
        self.assertEqual([(event['revision'], event['offset'], event['effect']) for event in
                          self.rows(found, 'events')], [(1, 3, 'stands'), (2, 241, 'stands')])
        self.redis.hdel(key, field)
        row, = self.different('records')
        self.assertIn('2021-06-20', row['log'])

    def a_head(self):
        head = self.redis.get(VN06 + 'head')
        self.redis.set(VN06 + 'head', head[:-1] + bytes([head[-1] ^ 1]))
        self.assertEqual([row['reporter'] for row in self.different('shards_wrong')], ['vn-06'])

    def no_shard(self):
        self.redis.flushall()
        self.assertEqual([row['reporter'] for row in self.different('shards_wrong')], ['vn-06'])

    def keys_of_nobody(self):
        self.redis.set(VN06 + 'x', '1')
        self.redis.hset(VN06 + 'open', '3/2021-00001', '1 E101')
        self.assertEqual({(row['key'], row['field']) for row in self.different('others')},
                         {('x', ''), ('open', '3/2021-00001')})

    def a_log_cut(self):
        self.broker.delete_topic('thidua.raw.vn-06')
        self.broker.create_thidua_topic('thidua.raw.vn-06')
        row, = self.different('shards_wrong')
        self.assertIn('the log was cut', row['why'])

    def a_log_gone(self):
        """The whole topic; its figures are still shown, and its verdicts still there."""
        self.broker.delete_topic('thidua.raw.vn-06')
        found = self.audit('compare', '--lang', 'en', code=1)
        row, = self.rows(found, 'shards_wrong')
        self.assertEqual(row['reporter'], 'vn-06')
        self.assertIn('no log of it at all', row['why'])
        for command in ('compare', 'reconcile', 'replay'):
            self.assertEqual(self.rows(self.audit(command, code=1), 'logs_gone'),
                             [{'reporter': 'vn-06'}])
        # A topic that was never written to is missed by nobody.
        self.broker.delete_topic('thidua.raw.vn-69')
        self.assertEqual(self.audit('compare', '--lang', 'en', code=1)['logs_gone']['count'], 1)

    def test_what_cannot_be_done_ends_with_2_and_says_why(self):
        for argv, why in ((['compare', '--as-of', '2021-01-01'], '--as-of'),
                          (['nothing'], '--help'), (['replay', '--period', '2021-X'], '2021-X'),
                          (['replay', '--reporter', 'vn-99'], 'vn-99'),
                          (['compare', '--redis', '127.0.0.1:1'], '127.0.0.1')):
            with self.subTest(argv=argv):
                said = self.pipeline.run('audit', *argv, code=None)
                self.assertIn(why, said.stderr)
                self.assertEqual((said.returncode, said.stdout), (2, ''))


if __name__ == '__main__':
    case.main()
