"""The spool as its owner meets it: taken once, copied, sent again, on a full disk, damaged."""
import resource
import shutil

from servers import case
from servers.broker import Broker
from servers.feeding import TOPIC, Feeding, Log, accepted, lines
from servers.world import World


class Spool(case.ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker = Broker(cls.servers)

    def setUp(self):
        if TOPIC in self.broker.admin.list_topics(timeout=10).topics:
            self.broker.delete_topic(TOPIC)
        self.broker.create_thidua_topic(TOPIC)
        self.feeding = Feeding(self.world, self.broker.address)

    def feed(self, first, count, *more):
        self.feeding.once(*more, self.feeding.file(f'{first}.ndjson', lines(first, count)))

    def segments(self):
        epoch = self.feeding.status()['epoch']
        return sorted((self.feeding.spool / epoch).glob('*.seg'))

    def test_a_second_process_is_refused_with_a_sentence(self):
        first = self.feeding.start()
        first.wait_for_line('event=spool_opened')
        said = self.feeding.once(code=75, input=lines(0, 1))
        self.assertIn(f'in use by process {first.pid}', said.stderr)
        self.assertEqual(self.feeding.status()['process'], str(first.pid))
        self.assertEqual(first.stop(), 0)
        self.assertEqual(self.feeding.status()['process'], '0')
        said = self.feeding.once('--source', 'other', code=78, input='')
        self.assertIn('belongs to source main', said.stderr)

    def test_a_copy_says_the_undelivered_again_in_an_epoch_of_its_own(self):
        self.feed(0, 100)
        away = Feeding(self.world, '127.0.0.1:1')
        process = away.start(away.file('late.ndjson', lines(100, 50)))
        process.wait_for_line('^accepted')
        process.kill()
        shutil.copytree(self.feeding.spool, self.world.path / 'copy')
        copy = Feeding(self.world, self.broker.address, 'copy')
        self.assertEqual(copy.status()['copy'], 'yes')
        copy.once(input='', env={'TD_FAULT': 'spool.epoch:1'}, code=-9)
        self.assertEqual(copy.status()['copy'], 'yes')
        said = copy.once(input=lines(200, 5))
        self.assertIn('event=spool_is_copy', said.stderr)
        self.assertIn('said_again=50', said.stderr)
        self.assertEqual(copy.status()['copy'], 'no')
        self.feeding.once(input=lines(300, 5))
        epochs = Log(self.broker).epochs()
        self.assertEqual(sorted(map(len, epochs.values())), [56, 158])
        records = set(Log(self.broker).records())
        self.assertEqual(records, {f'r-{number}' for first, count in
                                   ((0, 150), (200, 5), (300, 5))
                                   for number in range(first, first + count)})

    def test_what_was_sent_is_sent_again_byte_by_byte(self):
        self.feed(0, 500, '--segment-bytes', '64K')
        self.feed(500, 500, '--segment-bytes', '64K')
        self.assertEqual(self.broker.end(TOPIC), 1002)
        self.feeding.run('resend', '--from', 700)
        self.assertEqual(self.broker.end(TOPIC), 1002 + 303)
        self.feeding.run('resend', '--from', 1)
        log = Log(self.broker)
        log.only_epoch()
        self.assertEqual(len(log.values), 2 * 1002 + 303)
        for sequence in (0, 1003):
            said = self.feeding.run('resend', '--from', sequence, code=66)
            self.assertIn('keeps the sequences 1 to 1002', said.stderr)
        self.assertEqual(self.feeding.status()['delivered'], '1002')

    def test_what_is_delivered_is_forgotten_after_a_time(self):
        self.feed(0, 2000, '--segment-bytes', '64K')
        self.feed(2000, 1000, '--segment-bytes', '64K')
        self.feed(3000, 1, '--segment-bytes', '64K')
        self.assertEqual(self.feeding.status()['oldest'], '1')
        self.feed(4000, 1, '--segment-bytes', '64K', '--keep', '0s')
        oldest = int(self.feeding.status()['oldest'])
        self.assertGreater(oldest, 1000)
        self.assertIn(f'keeps the sequences {oldest} to',
                      self.feeding.run('resend', '--from', 1, code=66).stderr)

    def test_a_full_disk_holds_back_rows_and_goes_on_by_itself(self):
        process = self.feeding.start('--once', '--segment-bytes', '1M',
                                     self.feeding.file('a.ndjson', lines(0, 30000)),
                                     fault='intake.accepted:1:stop')
        process.wait_for_stop()
        # Half of the next group fits.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (500000, resource.RLIM_INFINITY))
        process.resume()
        process.wait_for_line('event=intake_waits .*make room')
        self.assertLess(list(accepted(process.log()).values())[0][0], 30000)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertEqual(process.wait(60), 0)
        log = Log(self.broker)
        self.assertEqual(len(log.only_epoch()), 30001)
        self.assertEqual(len(log.records()), 30000)

    def test_a_torn_end_is_cut_and_damage_is_said(self):
        self.feed(0, 300)
        segment, = self.segments()
        whole = segment.read_bytes()
        segment.write_bytes(whole + whole[200:900])
        self.feed(300, 300)
        self.assertEqual(len(Log(self.broker).only_epoch()), 602)
        whole = segment.read_bytes()
        segment.write_bytes(whole[:1000] + b'?' + whole[1001:])
        said = self.feeding.once(code=76, input='')
        self.assertIn('is damaged at byte', said.stderr)
        self.assertIn('move the spool away', said.stderr)


if __name__ == '__main__':
    case.main()
