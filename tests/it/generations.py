"""The log is judged again beside the live judgement, compared with it, switched to, and dropped."""
import shutil

from servers.case import ServerTest, main
from servers.pipeline import REFERENCE, Pipeline
from servers.process import wait_until

MOMENT = '2021-03-04T17:00:00Z'


def deployment(record, unit, officers):
    return {'kind': 'KIND_DEPLOYMENT', 'recordId': record, 'revision': '1', 'unit': unit,
            'occurredAt': MOMENT, 'occurredPrecision': 'PRECISION_DAY',
            'recordedAt': '2021-03-06T00:00:00Z',
            'deployment': {'purpose': 'DEPLOYMENT_PURPOSE_COVID19', 'officers': officers}}


class Generations(ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        # The unit is missing in the first version: what it reports is rejected.
        self.pipeline.feed('vn-06', [deployment('known', 'vn-06.136', 7),
                                     deployment('forgotten', 'vn-06.999', 5)])
        self.pipeline.wait_complete(['vn-06'])

    def officers(self, *argv):
        answer = self.pipeline.tally('deployments.officers', '--from', '2021-03-05', '--to',
                                     '2021-03-05', '--by', 'province', '--province', 'vn-06', *argv)
        return [int(row.get('value', 0)) for row in answer['rows']]

    def publish_with_the_unit(self):
        folder = self.world.path / 'reference'
        shutil.copytree(REFERENCE, folder)
        units = folder / 'units.tsv'
        units.write_text(units.read_text('utf-8') +
                         'vn-06.999\tvn-06\tdistrict\t999\tCông an huyện Quên\t\t2025-02-28\n', 'utf-8')
        self.pipeline.admin('reference', 'publish', folder, '--in-force-from', '+10m', '--note',
                            'a unit that was forgotten')

    def test_the_past_is_judged_by_corrected_reference_data_beside_the_live_figures(self):
        self.publish_with_the_unit()
        refused = self.pipeline.admin('generation', 'start', '1', code=None)
        self.assertNotEqual(refused.returncode, 0)  # nobody said who decides
        self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'unit 999')
        worker = self.pipeline.start_worker('--generation', '1')
        aggregator = self.pipeline.start_aggregator('--generation', '1')
        # Live ingestion goes on.
        self.pipeline.feed('vn-06', [deployment('later', 'vn-06.136', 1)])
        self.pipeline.wait_complete(['vn-06'])
        self.pipeline.wait_complete(['vn-06'], generation=1)

        self.assertEqual(self.officers(), [8])
        self.assertEqual(self.officers('--generation', '1'), [13])
        compared = self.pipeline.admin('generation', 'compare', '0', '1').stdout
        self.assertIn('vn-06 20210305 deployments.officers dims 1,0: 8, 13\n', compared)
        self.assertIn('\n1 tallies differ', compared)

        # Its verdicts follow the decision, and the audit knows it.
        for generation in ('0', '1'):
            for command in ('reconcile', 'compare'):
                self.pipeline.run('audit', command, '--generation', generation)
            self.pipeline.run('audit', 'export', 'archive', '--generation', generation)
        # An archive goes on with every generation that it has.
        self.pipeline.feed('vn-06', [deployment('latest', 'vn-06.136', 0)])
        self.pipeline.wait_complete(['vn-06'])
        self.pipeline.wait_complete(['vn-06'], generation=1)
        self.pipeline.run('audit', 'export', 'archive')
        for generation in ('0', '1'):
            for command in ('reconcile', 'compare'):
                said = self.pipeline.run('audit', command, '--generation', generation, '--archive',
                                         'archive', '--format', 'json').stdout
                self.assertNotIn('verdicts_not_archived', said)

        self.assertIn('generation switch 0', self.pipeline.admin('generation', 'switch', '1').stdout)
        self.assertEqual(self.officers(), [13])
        self.assertIn('generation 1 (live)', self.pipeline.admin('generation', 'status').stdout)
        refused = self.pipeline.admin('generation', 'drop', '1', '--yes', code=64)
        self.assertIn('live', refused.stderr)

        self.pipeline.admin('generation', 'switch', '0')
        self.assertEqual(self.officers(), [8])
        worker.stop(30)
        aggregator.stop(30)
        self.pipeline.redis.srem('{thidua.}:1:shards', 'vn-07')
        self.assertIn('vn-07 has no shard in generation 1\n',
                      self.pipeline.admin('generation', 'compare', '0', '1').stdout)
        self.pipeline.redis.sadd('{thidua.}:1:shards', 'vn-07')
        self.pipeline.admin('generation', 'drop', '1', code=64)  # not without --yes
        self.pipeline.admin('generation', 'drop', '1', '--yes')
        self.assertEqual(list(self.pipeline.redis.scan_iter('{vn-06}:1:*')), [])

        def gone():
            topics = self.pipeline.broker.admin.list_topics(timeout=10).topics
            return not [name for name in topics if name.startswith('thidua.verdicts.1.')]
        wait_until(gone, 'every broker knows that the topics are deleted')
        said = self.pipeline.run('audit', 'compare', '--generation', '1', code=2).stderr
        self.assertIn('the one that is shown is 0: give --generation 0', said)
        self.assertEqual(self.officers(), [8])
        again = self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'again',
                                    code=64)
        self.assertIn('never used again', again.stderr)

    def test_a_generation_that_has_not_caught_up_is_not_switched_to(self):
        self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'trial')
        refused = self.pipeline.admin('generation', 'switch', '1', code=64)
        self.assertIn('no shard', refused.stderr)
        for pair in ('0', '1'), ('1', '0'):
            refused = self.pipeline.admin('generation', 'compare', *pair, code=66)
            self.assertIn('no shard of generation 1', refused.stderr)

    def test_a_topic_of_a_later_generation_that_is_missing_is_made_as_doctor_says(self):
        self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'trial')
        self.pipeline.broker.delete_topic('thidua.verdicts.1.vn-06')
        said = self.pipeline.admin('doctor', '--generation', '1', code=78).stdout
        self.assertIn('WRONG thidua.verdicts.1.vn-06 does not exist\n'
                      '      mend: thidua-admin init --generation 1\n', said)
        said = self.pipeline.admin('init', '--generation', '1').stdout
        self.assertIn('made  thidua.verdicts.1.vn-06\n', said)

    def test_a_redis_that_was_emptied_does_not_bring_old_figures_back(self):
        self.publish_with_the_unit()
        self.pipeline.admin('generation', 'start', '1', '--by', 'X05', '--note', 'unit 999')
        self.pipeline.start_worker('--generation', '1')
        self.pipeline.start_aggregator('--generation', '1')
        self.pipeline.wait_complete(['vn-06'], generation=1)
        self.pipeline.admin('generation', 'switch', '1')
        self.pipeline.redis.flushall()
        self.pipeline.wait_complete(['vn-06'])
        self.pipeline.wait_complete(['vn-06'], generation=1)
        refused = self.pipeline.run('tally', 'deployments.officers', '--period', '2021', code=78)
        self.assertIn('generation switch', refused.stderr)
        self.pipeline.admin('generation', 'switch', '1')
        self.assertEqual(self.officers(), [12])


if __name__ == '__main__':
    main()
