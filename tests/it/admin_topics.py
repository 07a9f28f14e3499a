"""thidua-admin makes the topics that are missing, changes none that is there, and publishes the
reference data as numbered versions."""
import shutil

from confluent_kafka.admin import ConfigResource

from servers import case
from servers.broker import HOT
from servers.messages import parse, reference_pb2, reference_version
from servers.pipeline import REFERENCE
from servers.world import program

REPORTERS = ['cluster-3', 'ministry', 'vn-06', 'vn-07', 'vn-13', 'vn-14', 'vn-53', 'vn-54', 'vn-68',
             'vn-69']


class Admin(case.SharedServersTest):
    def admin(self, *argv, **how):
        return self.world.run(program('thidua-admin'), '--brokers', self.broker.address,
                              '--single-node', '--redis', self.redis.address,
                              '--reference', REFERENCE, *argv, **how)


class Init(Admin):
    def settings(self, topic):
        asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
        entries = self.broker.admin.describe_configs([asked])[asked].result(30)
        return {name: entry.value for name, entry in entries.items()}

    def test_every_reporter_gets_its_topics_and_a_second_call_changes_nothing(self):
        first = self.admin('init')
        self.assertIn('23 topics made, 0 were there', first.stdout)
        topics = [name for name in self.broker.admin.list_topics(timeout=10).topics
                  if not name.startswith('__')]
        expected = ['thidua.reference', 'thidua.decisions', 'thidua.seals']
        for reporter in REPORTERS:
            expected += [f'thidua.raw.{reporter}', f'thidua.verdicts.{reporter}']
        self.assertEqual(sorted(topics), sorted(expected))
        self.assertIn('0 topics made, 23 were there', self.admin('init').stdout)

    def test_topics_keep_everything_by_the_broker_s_time(self):
        self.admin('init')
        for topic, size in (('thidua.raw.vn-06', 1000 * 1000), ('thidua.verdicts.vn-06', 1 << 20)):
            with self.subTest(topic=topic):
                found = self.settings(topic)
                self.assertEqual({name: found[name] for name in
                                  ('message.timestamp.type', 'retention.ms', 'retention.bytes',
                                   'cleanup.policy')},
                                 {'message.timestamp.type': 'LogAppendTime', 'retention.ms': '-1',
                                  'retention.bytes': '-1', 'cleanup.policy': 'delete'})
                self.assertGreater(int(found['max.message.bytes']), size)
        for topic in ('thidua.reference', 'thidua.decisions'):
            self.assertEqual(self.settings(topic)['cleanup.policy'], 'compact')

    def test_a_topic_that_is_there_is_left_as_it_is_and_what_is_wrong_is_said(self):
        self.broker.create_topic('thidua.raw.vn-06', **{**HOT, 'retention.ms': '604800000'})
        said = self.admin('init', code=78)
        self.assertIn('22 topics made, 1 were there', said.stdout)
        self.assertIn('WRONG thidua.raw.vn-06: retention.ms is 604800000, not -1', said.stdout)
        self.assertIn('--add-config retention.ms=-1', said.stdout)
        self.assertEqual(self.settings('thidua.raw.vn-06')['retention.ms'], '604800000')

    def test_without_single_node_one_broker_is_too_few_and_that_is_said(self):
        said = self.world.run(program('thidua-admin'), '--brokers', self.broker.address,
                              '--reference', REFERENCE, 'init', code=78)
        self.assertIn('thidua.reference', said.stderr)
        self.assertIn('replication factor', said.stderr.lower())


class Publish(Admin):
    def setUp(self):
        super().setUp()
        self.admin('init')
        self.folder = self.world.path / 'reference'
        shutil.copytree(REFERENCE, self.folder)

    def publish(self, moment, folder=None, note='test', **how):
        return self.admin('reference', 'publish', folder or self.folder, '--in-force-from', moment,
                          '--note', note, **how)

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text('utf-8')
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1), 'utf-8')

    def versions(self):
        return [parse(reference_pb2.ReferenceVersion, record.value)
                for record in self.broker.read('thidua.reference')]

    def test_the_first_version_is_the_folder_s_tables_in_force_now(self):
        said = self.publish('now', note='quyết định 1')
        version, = self.versions()
        expected = reference_version(self.folder)
        self.assertEqual((version.version, version.note), (1, 'quyết định 1'))
        self.assertEqual(list(version.files), list(expected.files))
        self.assertEqual(version.sha256, expected.sha256)
        self.assertEqual(version.in_force_from, version.published_at)
        self.assertIn('published version 1', said.stdout)
        self.assertIn(version.sha256.hex(), said.stdout)
        self.assertEqual(self.broker.read('thidua.reference')[0].key, b'1')

    def test_equal_tables_are_refused_and_a_later_version_needs_time_to_be_known(self):
        self.publish('now')
        self.assertIn('those of version 1', self.publish('+1m', code=65).stderr)
        self.change('units.tsv', 'Công an huyện Văn Yên', 'Công an huyện Văn Yên (mới)')
        self.assertIn('at least 30 s from now', self.publish('now', code=64).stderr)
        self.publish('+1m')
        first, second = self.versions()
        self.assertEqual(second.version, 2)
        self.assertEqual(second.in_force_from.seconds - second.published_at.seconds, 60)
        self.assertNotEqual(first.sha256, second.sha256)

    def test_tables_that_are_wrong_are_refused_with_file_and_line(self):
        self.change('units.tsv', 'vn-06.136\tvn-06', 'vn-06.136\tvn-99')
        said = self.publish('now', code=65)
        self.assertRegex(said.stderr, r'units\.tsv line \d+')
        self.assertEqual(self.versions(), [])

    def test_what_is_missing_on_the_command_line_is_named(self):
        for argv, says in ((['reference', 'publish', self.folder, '--note', 'x'],
                            '--in-force-from'),
                           (['reference', 'publish', self.folder, '--in-force-from', 'now'],
                            '--note'),
                           (['reference', 'publish'], 'reference publish DIR'),
                           (['reference', 'publish', self.folder, '--note', 'x',
                             '--in-force-from', 'soon'], "'soon' is no moment"),
                           (['refrence', 'publish'], "did you mean 'reference publish'"),
                           (['docter'], "did you mean 'doctor'"),
                           (['xyz'], 'thidua-admin --help')):
            with self.subTest(argv=argv[2:]):
                self.assertIn(says, self.admin(*argv, code=64).stderr)
        self.assertIn('no files', self.publish('now', self.world.path, code=66).stderr)

    def test_versions_are_listed_shown_and_compared_also_with_a_folder(self):
        self.assertIn('nothing is published yet', self.admin('reference', 'list').stdout)
        self.publish('now', note='quyết định 1')
        self.change('units.tsv', 'Công an huyện Văn Yên', 'Công an Văn Yên')
        self.assertIn('~ vn-06.136: name_vi: Công an huyện Văn Yên -> Công an Văn Yên',
                      self.admin('reference', 'diff', '1', self.folder).stdout)
        self.publish('+1h', note='quyết định 2')
        self.assertEqual(self.admin('reference', 'diff', '2', self.folder).stdout,
                         'no row differs\n')
        said = self.admin('reference', 'diff', '1', '2').stdout
        self.assertEqual(said.splitlines()[0], 'units.tsv: 0 rows added, 0 removed, 1 changed')
        listed = self.admin('reference', 'list').stdout
        self.assertRegex(listed, r'1 +judges now .* quyết định 1')
        self.assertRegex(listed, r'2 +to come .* quyết định 2')
        self.assertRegex(self.admin('reference', 'show', '2').stdout, r'units\.tsv +\d+ rows')
        self.assertEqual(self.admin('reference', 'show', '2', 'units.tsv').stdout,
                         (self.folder / 'units.tsv').read_text('utf-8'))
        self.assertIn("no version '7'", self.admin('reference', 'show', '7', code=64).stderr)
        self.assertIn('no table x.tsv',
                      self.admin('reference', 'show', '1', 'x.tsv', code=64).stderr)

    def test_before_init_it_says_what_to_do_first(self):
        self.broker.delete_topic('thidua.reference')
        self.assertIn('thidua-admin init', self.publish('now', code=78).stderr)


if __name__ == '__main__':
    case.main()
