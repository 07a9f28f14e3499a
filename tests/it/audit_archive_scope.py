"""What an archive holds: seals, one reporter or all, one generation, and, as of a moment, what a
pipeline that was stopped then knew."""
import json
import shutil
import time

from servers import case
from servers.archives import RAW, AuditedTest, accident, unplaced
from servers.process import wait_until
from servers.world import program

SEALS = 'thidua.seals'


class Scope(AuditedTest):
    def alone(self, *argv):
        """Without configuration, so without a broker."""
        said = self.world.run(program('thidua-audit'), '--format', 'json', '--lang', 'en',
                              '--brokers', '127.0.0.1:1', '--redis', self.pipeline.redis.address,
                              '--archive', 'archive', *argv).stdout
        return json.loads(said) if said.startswith('{') else said

    def test_seals_are_read_from_an_archive(self):
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        self.audit('export', 'archive')
        kafka, archive = (unplaced(audit('verify', '--keys', 'log.key.pub'))
                          for audit in (self.audit, self.alone))
        self.assertEqual(archive['outcome'], 'equal')
        self.assertEqual(archive, kafka)
        self.assertEqual(self.alone('prove', 'vn-06@250'), self.audit('prove', 'vn-06@250'))

    def test_seals_behind_the_moment_asked_about_accuse_nobody(self):
        keys = ('--keys', 'log.key.pub')
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        moment = f'@{self.pipeline.broker.read(SEALS)[-1].append_ms}'
        wait_until(lambda: time.time() * 1000 > int(moment[1:]), 'the clock goes on')
        self.feed([accident('vn-06', number) for number in range(300, 340)])
        self.audit('seal', '--key', 'log.key')
        with self.subTest('verify and seal'):
            found = self.audit('verify', *keys, '--as-of', moment)
            self.assertEqual((found['outcome'], found['seals_later']), ('equal', 1))
            self.assertNotIn('sealed', self.audit('seal', '--key', 'log.key', '--as-of', moment))
        with self.subTest('an archive as of then, and as of now'):
            self.audit('export', 'archive', '--as-of', moment)
            found = self.alone('verify', *keys)
            row, = (row for row in found['verified']['rows'] if row['reporter'] == 'vn-06')
            self.assertEqual((found['outcome'], row['seals'], row['unsealed']), ('equal', 1, 0))
            self.audit('export', 'archive')
            self.assertEqual(self.alone('verify', *keys)['verified'],
                             self.audit('verify', *keys)['verified'])
            self.audit('export', 'archive', '--as-of', moment)
        with self.subTest('an archive older than a seal that is shown'):
            self.audit('export', 'older', '--as-of', moment)
            self.audit('seal', '--key', 'log.key', '--seals', 'sealed')
            said = self.pipeline.run('audit', 'verify', *keys, '--archive', 'older', '--seals',
                                     'sealed', '--lang', 'en', code=1).stdout
            self.assertIn('the archive ends before this seal', said)
            self.assertNotIn('shorter', said)

    def test_an_archive_of_one_reporter_takes_the_others_later(self):
        self.audit('export', 'archive', '--reporter', 'vn-06')
        shards = self.alone('replay')['shards']['rows']
        self.assertEqual([row['reporter'] for row in shards], ['vn-06'])
        self.assertEqual(shards, self.audit('replay', '--reporter', 'vn-06')['shards']['rows'])
        kept = (self.world.path / 'archive' / f'{RAW}.{0:020}.zst').read_bytes()
        self.audit('export', 'archive')
        self.assertEqual(self.alone('replay')['shards']['rows'],
                         self.audit('replay')['shards']['rows'])
        self.assertEqual((self.world.path / 'archive' / f'{RAW}.{0:020}.zst').read_bytes(), kept)
        self.audit('export', 'archive', '--reporter', 'vn-06')
        self.assertEqual(self.alone('replay')['shards']['rows'],
                         self.audit('replay')['shards']['rows'])

    def test_as_of_a_moment_is_what_a_pipeline_stopped_then_knew(self):
        then = self.audit('replay')['shards']['rows']
        moment = self.pipeline.broker.read(RAW)[-1].append_ms
        self.feed([accident('vn-06', number, '2021-07-07', 2) for number in range(0, 300, 7)])
        self.assertNotEqual(self.audit('replay')['shards']['rows'], then)
        self.assertEqual(self.audit('replay', '--as-of', f'@{moment}')['shards']['rows'], then)
        self.audit('export', 'archive')
        self.assertEqual(self.alone('replay', '--as-of', f'@{moment}')['shards']['rows'], then)
        self.audit('export', 'earlier', '--as-of', f'@{moment}')
        shutil.rmtree(self.world.path / 'archive')
        (self.world.path / 'earlier').rename(self.world.path / 'archive')
        self.assertEqual(self.alone('replay')['shards']['rows'], then)

    def test_a_generation_that_nobody_decided_on_has_no_verdicts(self):
        found = self.audit('export', 'archive', '--generation', '7')
        self.assertIn('thidua.verdicts.7.vn-06',
                      [row['topic'] for row in found['missing']['rows']])
        said = self.pipeline.run('audit', 'reconcile', '--generation', '7', code=2).stderr
        self.assertIn('nobody decided on it', said)
        self.assertIn('vn-06', [row['reporter'] for row in
                                self.alone('reconcile')['verdicts_not_archived']['rows']])

    def test_a_log_that_was_made_again_does_not_go_on_from_an_archive(self):
        self.audit('export', 'archive')
        for count in (310, 5):
            self.broker.delete_topic(RAW)
            self.broker.create_thidua_topic(RAW)
            self.pipeline.feed('vn-06', [accident('vn-06', number) for number in range(count)],
                               source=f'again{count}')
            said = self.pipeline.run('audit', 'export', 'archive', code=2).stderr
            self.assertIn(f'{RAW} does not have at offset', said)
            self.assertIn('made again', said)


if __name__ == '__main__':
    case.main()
