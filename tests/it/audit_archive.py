"""An archive says what the log said, to every command, with no broker; an altered one is refused.
As of a moment means what a pipeline that was stopped then knew."""
import json
import subprocess

from servers import case
from servers.messages import event_pb2
from servers.pipeline import Pipeline
from servers.world import program

DEATHS = 'accidents.deaths'


def accident(number, revision=1, day='2021-03-05'):
    return {'kind': 'KIND_ACCIDENT', 'recordId': f'2021-{number:05d}', 'revision': str(revision),
            'unit': 'vn-06.pc08', 'occurredAt': f'{day}T03:00:00Z',
            'occurredPrecision': 'PRECISION_TIME', 'recordedAt': f'{day}T05:00:00Z',
            'accident': {'mode': 'TRAFFIC_MODE_ROAD', 'class': 'ACCIDENT_CLASS_SERIOUS',
                         'deaths': 1, 'injured': 1}}


class Archive(case.ServerTest):
    def setUp(self):
        self.pipeline = Pipeline(self.world)
        self.pipeline.start_worker()
        self.pipeline.start_aggregator()
        self.feed([accident(number) for number in range(300)])

    def feed(self, rows):
        self.pipeline.feed('vn-06', rows)
        self.pipeline.wait_complete(['vn-06'])
        return self.pipeline.broker.read('thidua.raw.vn-06')[-1].append_ms

    def audit(self, *argv, code=0):
        said = self.pipeline.run('audit', '--format', 'json', '--lang', 'en', *argv, code=code)
        return json.loads(said.stdout) if said.stdout.startswith('{') else said

    def alone(self, *argv, code=0):
        """Without configuration, so without a broker."""
        said = self.world.run(program('thidua-audit'), '--format', 'json', '--brokers',
                              '127.0.0.1:1', '--redis', self.pipeline.redis.address, '--archive',
                              'archive', *argv, code=code)
        return json.loads(said.stdout) if said.stdout.startswith('{') else said

    def without_place(self, report):
        return {key: value for key, value in report.items() if key != 'logs'}

    def test_every_command_reads_an_archive_in_place_of_kafka(self):
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        exported = self.audit('export', 'archive')['exported']['rows']
        row = next(row for row in exported if row['file'] == 'vn-06.events.zst')
        self.assertEqual(row['next_raw_offset'], self.pipeline.broker.end('thidua.raw.vn-06'))
        for argv in (['replay', '--period', '2021'], ['compare'],
                     ['verify', '--keys', 'log.key.pub']):
            with self.subTest(argv=argv):
                self.assertEqual(self.without_place(self.alone(*argv)),
                                 self.without_place(self.audit(*argv, '--lang', 'vi')))
        found = self.alone('explain', DEATHS, '--reporter', 'vn-06')
        self.assertEqual(found['figure']['rows'][0]['value'], 300)
        self.assertEqual(self.audit('prove', 'vn-06@250').stdout,
                         self.alone('prove', 'vn-06@250').stdout)
        with self.subTest('what zstd itself reads'):
            path = self.world.path / 'archive/vn-06.events.zst'
            whole = subprocess.run(['zstd', '-dc', path], capture_output=True, check=True).stdout
            self.assertIn(event_pb2.Event(reporter='vn-06').SerializeToString(), whole)
        with self.subTest('an altered file'):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
            said = self.alone('replay', code=2)
            self.assertIn('vn-06.events.zst', said.stderr)
        self.assertIn('is an archive already', self.audit('export', 'archive', code=2).stderr)

    def test_as_of_a_moment_is_what_a_pipeline_stopped_then_knew(self):
        then = self.audit('replay')['shards']['rows']
        moment = self.pipeline.broker.read('thidua.raw.vn-06')[-1].append_ms
        self.feed([accident(number, 2, '2021-07-07') for number in range(0, 300, 7)])
        self.assertNotEqual(self.audit('replay')['shards']['rows'], then)
        self.assertEqual(self.audit('replay', '--as-of', f'@{moment}')['shards']['rows'], then)
        self.audit('export', 'archive')
        self.assertEqual(self.alone('replay', '--as-of', f'@{moment}')['shards']['rows'], then)


if __name__ == '__main__':
    case.main()
