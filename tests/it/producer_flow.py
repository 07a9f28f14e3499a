"""Rows go from files and pipes through the spool into the raw topic, and what is wrong with a row is
said beside it."""
import hashlib
import json
import os
import shutil

from servers import case
from servers.broker import Broker
from servers.feeding import CHECKPOINT, TOPIC, Feeding, Log, accepted, lines, row
from servers.pipeline import REFERENCE
from servers.process import wait_until
from servers.world import World


class Flow(case.ServerTest):
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

    def test_rows_of_a_file_arrive_in_order_and_a_checkpoint_says_so(self):
        path = self.feeding.file('a.ndjson', lines(1, 1000))
        said = self.feeding.once(path).stdout
        self.assertEqual(accepted(said), {str(path): (1000, 1000, 0)})
        log = Log(self.broker)
        events = log.only_epoch()
        self.assertEqual(log.records(), [f'r-{number}' for number in range(1, 1001)])
        self.assertEqual(events[-1].kind, CHECKPOINT)
        found = events[-1].checkpoint
        self.assertEqual(found.file_sha256, hashlib.sha256(path.read_bytes()).digest())
        self.assertEqual((found.rows_read, found.rows_accepted, found.rows_refused), (1000, 1000, 0))
        self.assertEqual(found.complete_until.ToMilliseconds(),
                         path.stat().st_mtime_ns // 1000000)
        self.assertFalse(path.with_suffix('.ndjson.rejected').exists())

    def test_bad_rows_are_refused_with_line_and_reasons_and_good_ones_go_on(self):
        long_row = json.dumps(row(9, recordId='x' * 300000))
        content = b'\xef\xbb\xbf' + '\r\n'.join([
            json.dumps(row(1)), '', '{"kind":7}', '   ', 'no json', json.dumps(row(2)),
            json.dumps(row(3, sequence='5', nothing=1)), long_row]).encode() + \
            b'\n' + json.dumps(row(4, recordId='BAD')).encode().replace(b'BAD', b'\xff\xfe') + \
            b'\n' + json.dumps(row(5)).encode()
        path = self.feeding.file('b.ndjson', content)
        said = self.feeding.once(path)
        self.assertEqual(accepted(said.stdout), {str(path): (10, 3, 5)})
        log = Log(self.broker)
        self.assertEqual(log.records(), ['r-1', 'r-2', 'r-5'])
        self.assertEqual([event.source_line for event in log.only_epoch()], [1, 6, 10, 0])
        found = [json.loads(line) for line in
                 path.with_suffix('.ndjson.rejected').read_text('utf-8').splitlines()]
        codes = {item['line']: {reason['code'] for reason in item['reasons']} for item in found}
        self.assertEqual(list(codes), [3, 5, 7, 8, 9])
        self.assertLess({'E201', 'E211'}, codes[3] | {'more'})
        self.assertEqual(codes[5], {'R001'})
        self.assertEqual(codes[7], {'R002'})
        self.assertEqual(codes[8], {'R008'})
        self.assertEqual(codes[9], {'R001'})
        self.assertEqual(found[0]['row'], '{"kind":7}')
        self.assertEqual(found[0]['file'], str(path))
        self.assertIn('\ufffd', found[4]['row'])
        for item in found:
            for reason in item['reasons']:
                self.assertTrue(reason['vi'] and reason['en'])

    def test_a_file_fed_again_is_known_and_a_corrected_one_loses_its_rejections(self):
        path = self.feeding.file('c.ndjson', lines(1, 10) + 'bad\n')
        rejected = path.with_suffix('.ndjson.rejected')
        self.feeding.once(path)
        before = self.broker.end(TOPIC)
        os.utime(path, (1600000000, 1600000000))
        self.assertIn(f'known\t{path}', self.feeding.once(path).stdout)
        self.assertEqual(self.broker.end(TOPIC), before + 1)
        fed, known = Log(self.broker).checkpoints()
        self.assertEqual((fed.rows_read, known.rows_read, known.file_sha256), (11, 0, b''))
        self.assertEqual(known.complete_until.ToSeconds(), 1600000000)
        self.assertTrue(rejected.exists())
        self.feeding.file('c.ndjson', lines(1, 11))
        self.feeding.once(path)
        self.assertFalse(rejected.exists())
        self.assertEqual(self.broker.end(TOPIC), before + 13)
        self.feeding.once('--again', path)
        self.assertEqual(self.broker.end(TOPIC), before + 25)
        Log(self.broker).only_epoch()

    def test_a_pipe_is_answered_row_by_row_and_minded_by_checkpoints(self):
        inward, outward = os.pipe()
        process = self.feeding.start('--checkpoint', '200ms', stdin=inward)
        os.close(inward)
        for number in range(1, 4):
            os.write(outward, lines(number, 1).encode())
            process.wait_for_line(fr'^accepted\t-\t{number}\t{number}\t0$')
        os.write(outward, b'bad\n')
        process.wait_for_line(r'^accepted\t-\t4\t3\t1$')
        wait_until(lambda: self.broker.end(TOPIC) > 8, 'checkpoints come')
        os.close(outward)
        process.wait_for_line('event=input_ended')
        self.assertEqual(process.stop(), 0)
        log = Log(self.broker)
        self.assertEqual(log.records(), ['r-1', 'r-2', 'r-3'])
        found = log.checkpoints()
        self.assertEqual((sum(each.rows_read for each in found),
                          sum(each.rows_accepted for each in found),
                          sum(each.rows_refused for each in found)), (4, 3, 1))
        times = [each.complete_until.ToMilliseconds() for each in found]
        self.assertEqual(times, sorted(times))
        self.assertIn('bad', (self.feeding.spool / 'stdin.rejected').read_text('utf-8'))

    def test_a_fifo_is_read_until_its_writer_is_gone(self):
        fifo = self.world.path / 'rows.fifo'
        os.mkfifo(fifo)
        writer = os.open(fifo, os.O_RDWR)
        process = self.feeding.start('--once', fifo)
        os.write(writer, lines(1, 20).encode())
        process.wait_for_line(r'^accepted\t.*rows\.fifo\t20\t20\t0$')
        os.close(writer)
        self.assertEqual(process.wait(), 0)
        checkpoint, = Log(self.broker).checkpoints()
        self.assertEqual((checkpoint.rows_accepted, checkpoint.file_sha256), (20, b''))

    def test_checkpoints_are_signed_with_the_source_s_key(self):
        key = self.world.path / 'key.pem'
        row_of_table = self.feeding.run('key', '--key', key).stdout
        self.assertEqual(self.feeding.run('key', '--key', key).stdout, row_of_table)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        said = self.feeding.once('--key', key, input=lines(1, 3))
        self.assertIn('event=key_unknown', said.stderr)
        *_, last = Log(self.broker).only_epoch()
        reporter, source, key_id, *_ = row_of_table.split('\t')
        self.assertEqual((reporter, source, key_id), (last.reporter, last.source,
                                                      last.checkpoint.key_id))
        signature = self.feeding.file('signature', last.checkpoint.signature)
        last.checkpoint.signature = b''
        message = self.feeding.file('message', last.SerializeToString(deterministic=True))
        self.world.run('openssl', 'pkeyutl', '-verify', '-rawin', '-inkey', key,
                       '-in', message, '-sigfile', signature)
        key.chmod(0o640)
        self.assertIn('others may read it',
                      self.feeding.once('--key', key, input='', code=78).stderr)

    def test_a_source_that_must_sign_and_has_no_key_is_warned(self):
        key, reference = self.world.path / 'key.pem', self.world.path / 'reference'
        shutil.copytree(REFERENCE, reference)
        self.assertNotIn('event=key_', self.feeding.once('--reference', reference, input='').stderr)
        with open(reference / 'keys.tsv', 'a', encoding='utf-8') as table:
            table.write(self.feeding.run('key', '--key', key).stdout)
        unsigned = self.feeding.once('--reference', reference, input='')
        self.assertRegex(unsigned.stderr, 'level=warn .*event=key_missing .*--key')
        signed = self.feeding.once('--reference', reference, '--key', key, input='')
        self.assertNotIn('event=key_', signed.stderr)

    def test_standard_input_of_a_hundred_thousand_rows(self):
        said = self.feeding.once(input=lines(1, 100000).rstrip('\n'))
        self.assertEqual(accepted(said.stdout), {'-': (100000, 100000, 0)})
        self.assertEqual(len(Log(self.broker).records()), 100000)


if __name__ == '__main__':
    case.main()
