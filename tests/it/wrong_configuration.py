"""A wrong setting ends in one clear sentence and its exit code, or is retried where it may pass; a
secret is in no log."""
import os
import shutil
import unittest

from servers import case
from servers.broker import HOT, Broker, verdict_topic
from servers.pipeline import REFERENCE
from servers.process import free_port
from servers.redis_server import RedisServer
from servers.world import BUILD, World, program

USAGE, DATA, NO_INPUT, TEMPORARY, CONFIG = 64, 65, 66, 75, 78
SECRET, WRONG = 'secret-word', 'wrong-word'
NOBODY = '127.0.0.1:1'


def names():
    """The programs that there are, without the front command."""
    return sorted(path.name.removeprefix('thidua-') for path in (BUILD / 'bin').glob('thidua-*'))


class WrongSettings(case.ServerTest):
    """Runs programs, and looks for secrets in all that they said."""

    def setUp(self):
        self.said = ''
        self.spool = self.world.path / 'spool'
        self.addCleanup(self.check_secrets)

    def check_secrets(self):
        logs = ''.join(path.read_text('utf-8', 'replace')
                       for path in self.world.path.glob('*.log'))
        for word in (SECRET, WRONG):
            self.assertNotIn(word, self.said + logs)

    def file(self, content, name='file', mode=0o600):
        path = self.world.path / name
        path.write_text(content)
        path.chmod(mode)
        return path

    def ends(self, code, sentence, name, *argv, env=None, seconds=60.0):
        """Runs a program that has to end with `code` and exactly one sentence, which matches."""
        done = self.world.run(program(f'thidua-{name}'), *argv, env=env, seconds=seconds,
                              code=None)
        self.said += done.stdout + done.stderr
        last = [line for line in done.stderr.splitlines()
                if line.startswith(f'thidua-{name}: ') or ' event=ended ' in line]
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(last), 1, done.stderr)
        self.assertRegex(last[0], sentence)

    def waits(self, sentence, name, *argv):
        """Starts a daemon that has to say why it waits, and to end in peace when it is told to."""
        daemon = self.world.start(name, program(f'thidua-{name}'), *argv)
        daemon.wait_for_line(sentence)
        self.assertTrue(daemon.alive())
        self.assertEqual(daemon.stop(), 0)


class WithoutServers(WrongSettings):
    def code(self, name, code):
        """thidua-audit keeps 1 for differences, and 2 for all that could not be done."""
        return 2 if name == 'audit' else code

    def command(self, name):
        """The least that these want to be asked."""
        return {'admin': ['doctor'], 'audit': ['replay']}.get(name, [])

    def test_an_unknown_option_is_wrong_usage(self):
        for name in names():
            with self.subTest(program=name):
                self.ends(self.code(name, USAGE), f'no option --nonsense; see thidua-{name} --help',
                          name, '--nonsense')

    def test_a_mistake_in_the_file_is_told_with_its_line(self):
        for name in names():
            for content, said in (
                    ('[log]\nlevel = info\nlevle = info\n', r':3: \[log\] has no key levle'),
                    ('[lgo]\nlevel = info\n', r':2: no program has a section \[lgo\]'),
                    ('[log]\nlevel\n', r':2: neither \[section\] nor KEY = VALUE')):
                if 'log' not in self.sections(name) and 'no key' in said:
                    continue
                with self.subTest(program=name, said=said):
                    self.ends(self.code(name, CONFIG), said, name, *self.command(name),
                              '--config', self.file(content))

    def sections(self, name):
        """What is in brackets in --help."""
        said = self.world.run(program(f'thidua-{name}'), '--help').stdout
        return {line.strip(' []') for line in said.splitlines() if line.startswith(' [')}

    def test_an_unknown_variable_is_told_with_its_name(self):
        for name in names():
            with self.subTest(program=name):
                self.ends(self.code(name, CONFIG), 'THIDUA_LGO_LEVEL: no program has such a variable',
                          name, *self.command(name), env={'THIDUA_LGO_LEVEL': 'info'})

    def test_properties_of_kafka_are_looked_at_before_anything_is_asked(self):
        open_file = self.file(SECRET, mode=0o644)
        for value, said in (
                ('no.such.property=1', 'No such configuration property'),
                ('fetch.wait.max.ms=soon', 'fetch.wait.max.ms'),
                ('nonsense', 'must be written NAME=VALUE'),
                (f'sasl.password={SECRET}', 'sasl.password: a secret; write sasl.password=@FILE'),
                (f'sasl.password=@{open_file}', 'others may read it; run chmod 600'),
                ('sasl.password=@/nowhere', '/nowhere: cannot read the secret')):
            for name, argv in (('worker', []), ('aggregator', []), ('admin', ['doctor']),
                               ('producer', ['--reporter', 'vn-06', '--spool', self.spool])):
                with self.subTest(program=name, said=said):
                    self.ends(CONFIG, said, name, '-X', value, *argv)

    def test_a_report_is_written_into_a_pipe_and_not_in_its_place(self):
        pipe = self.world.path / 'pipe'
        os.mkfifo(pipe)
        end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, end)
        self.world.run(program('thidua-audit'), 'keygen', 'seals.example', 'key', '--output', pipe)
        self.assertTrue(pipe.is_fifo())
        self.assertIn(b'seals.example+', os.read(end, 4096))
        self.ends(2, 'cannot write: Is a directory', 'audit', 'keygen', 'seals.example', 'key2',
                  '--output', self.world.path)

    def test_an_audit_of_no_days_finds_nothing_equal(self):
        for command in ('compare', 'replay'):
            self.ends(2, '--from is a day after --to', 'audit', command, '--from', '2021-05-02',
                      '--to', '2021-05-01')

    def test_words_that_the_producer_would_pass_over_are_wrong_usage(self):
        for argv, said in (
                (['resend', 'a.ndjson', '--from', '1'], 'resend takes no file; a file of that '
                                                        'name is ./resend'),
                (['key', 'resend'], 'key takes no file'),
                (['--from', '700'], '--from belongs to resend'),
                (['a.ndjson', '--from', '700'], '--from belongs to resend'),
                (['status', '--from', '700'], '--from belongs to resend')):
            with self.subTest(argv=argv):
                self.ends(USAGE, said, 'producer', *argv, '--reporter', 'vn-06',
                          '--spool', self.spool)
                self.assertFalse(self.spool.exists())

    def test_what_thidua_depends_on_cannot_be_set(self):
        for name, value in (('worker', 'group.id=mine'), ('aggregator', 'enable.auto.commit=true')):
            with self.subTest(program=name):
                self.ends(CONFIG, 'thidua depends on its own value; leave it out', name, '-X', value)

    def test_a_password_that_others_may_read_is_refused(self):
        path = self.file(SECRET, mode=0o640)
        for name, argv in (('aggregator', []), ('tally', ['--period', '2021'])):
            with self.subTest(program=name):
                self.ends(CONFIG, r'password-file: .* others may read it; run chmod 600', name,
                          '--redis-password-file', path, *self.reference(name), *argv)

    def reference(self, name, folder=REFERENCE):
        return ['--reference', folder] if 'reference' in self.sections(name) else []

    def test_reference_data_that_is_missing_or_broken_is_told_with_its_place(self):
        broken = self.world.path / 'reference'
        shutil.copytree(REFERENCE, broken)
        with open(broken / 'provinces.tsv', 'a', encoding='utf-8') as table:
            table.write('nonsense\n')
        for name, argv in (('tally', ['--period', '2021']), ('admin', ['init']),
                           ('producer', ['--reporter', 'vn-06', '--spool', self.spool])):
            with self.subTest(program=name):
                self.ends(NO_INPUT, r'/nowhere: No such file or directory', name, *argv,
                          '--reference', '/nowhere')
                self.ends(DATA, r'provinces.tsv line \d+ has 1 columns', name, *argv, '--reference',
                          broken)

    def test_daemons_wait_visibly_for_servers_that_are_away(self):
        self.waits('event=kafka .*Connection refused', 'worker', '--brokers', NOBODY)
        self.waits(f'event=redis_away .*{NOBODY}: Connection refused', 'aggregator', '--brokers',
                   NOBODY, '--redis', NOBODY)

    def test_commands_say_that_a_server_is_away(self):
        self.ends(TEMPORARY, f'Redis at {NOBODY}: Connection refused', 'tally', '--redis', NOBODY,
                  *self.reference('tally'), '--period', '2021')
        self.ends(TEMPORARY, f'{NOBODY}/bootstrap: Connect .* Connection refused', 'admin',
                  '--brokers', NOBODY, 'reference', 'list')


class FrontCommand(case.ServerTest):
    def thidua(self, *argv, code=0, front=None, env=None):
        return self.world.run(front or program('thidua'), *argv, code=code, env=env)

    def test_a_command_is_the_program_of_its_name_with_its_arguments_and_its_end(self):
        direct = self.world.run(program('thidua-tally'), 'metrics', '--format', 'csv')
        self.assertEqual(self.thidua('tally', 'metrics', '--format', 'csv').stdout, direct.stdout)
        said = self.thidua('tally', '--nonsense', code=USAGE).stderr
        self.assertEqual(said, 'thidua-tally: no option --nonsense; see thidua-tally --help\n')

    def test_a_mistyped_command_is_told_what_was_meant(self):
        self.assertEqual(self.thidua('taly', code=USAGE).stderr,
                         "thidua: no command 'taly', did you mean 'tally'? 'thidua' lists them\n")
        self.assertEqual(self.thidua('nonsense', code=USAGE).stderr,
                         "thidua: no command 'nonsense'; 'thidua' lists them\n")

    def test_a_program_that_is_elsewhere_is_found_by_path(self):
        alone = self.world.path / 'thidua'
        shutil.copy(program('thidua'), alone)
        found = self.thidua('tally', '--version', front=alone, env={'PATH': str(BUILD / 'bin')})
        self.assertRegex(found.stdout, r'^thidua-tally \d')
        self.assertEqual(self.thidua('tally', code=CONFIG, front=alone, env={'PATH': '/nowhere'}).stderr,
                         'thidua: thidua-tally cannot be executed: No such file or directory\n')


class BrokerWithPasswords(Broker):
    """One that has a second door, `far`, at which clients log in."""

    def __init__(self, world):
        self.far = f'127.0.0.1:{free_port()}'
        super().__init__(world)

    def start(self):
        near, controller = f'127.0.0.1:{self.port}', f'127.0.0.1:{self._controller_port}'
        self._properties = f'''
listeners=PLAINTEXT://{near},FAR://{self.far},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{near},FAR://{self.far}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,FAR:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.far.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \\
 required user_thidua="{SECRET}";
'''
        super().start()


class WithServers(WrongSettings, case.SharedServersTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker, cls.redis = BrokerWithPasswords(cls.servers), RedisServer(cls.servers)

    def setUp(self):
        WrongSettings.setUp(self)
        case.SharedServersTest.setUp(self)
        self.kafka = ['--brokers', self.broker.address]

    def log_in(self, password):
        return ['--brokers', self.broker.far, '--single-node', '-X', 'sasl.mechanism=PLAIN',
                '-X', 'security.protocol=sasl_plaintext', '-X', 'sasl.username=thidua',
                '-X', f'sasl.password=@{self.file(password, "kafka-password")}']

    def admin(self, *argv):
        self.world.run(program('thidua-admin'), *self.kafka, '--single-node', '--reference',
                       REFERENCE, *argv)

    def test_a_wrong_password_of_kafka_is_told(self):
        for name, argv in (('worker', []), ('aggregator', ['--redis', self.redis.address]),
                           ('admin', ['reference', 'list']),
                           ('producer', ['--reporter', 'vn-06', '--spool', self.spool,
                                         '--reference', REFERENCE])):
            with self.subTest(program=name):
                self.ends(CONFIG, 'Invalid username or password', name, *self.log_in(WRONG), *argv)

    def test_a_password_is_in_no_log_however_much_is_logged(self):
        self.admin('init')
        self.admin('reference', 'publish', REFERENCE, '--in-force-from', 'now', '--note', 'test')
        done = self.world.run(program('thidua-admin'), *self.log_in(SECRET), '--log-level', 'debug',
                              '-X', 'debug=all', 'reference', 'list')
        self.assertIn('about=SASL', done.stderr)
        self.said += done.stdout + done.stderr

    def test_a_wrong_password_of_redis_is_told(self):
        locked = RedisServer(self.world, 'locked')
        locked.config_set('requirepass', SECRET)
        address = ['--redis', locked.address]
        wrong = ['--redis-password-file', self.file(WRONG)]
        for name, argv in (('aggregator', self.kafka),
                           ('tally', ['--reference', REFERENCE, '--period', '2021'])):
            with self.subTest(program=name):
                self.ends(CONFIG, 'NOAUTH Authentication required', name, *address, *argv)
                self.ends(CONFIG, 'WRONGPASS', name, *address, *wrong, *argv)

    def test_a_redis_that_drops_tallies_is_refused(self):
        dropping = RedisServer(self.world, 'dropping')
        dropping.config_set('maxmemory-policy', 'allkeys-lru')
        for name, argv in (('aggregator', self.kafka),
                           ('tally', ['--reference', REFERENCE, '--period', '2021'])):
            with self.subTest(program=name):
                self.ends(CONFIG, 'maxmemory-policy is allkeys-lru, .* set it to noeviction', name,
                          '--redis', dropping.address, *argv)

    def certificate(self, name, *options):
        """Makes <name>.pem and <name>.key; self-signed without options."""
        self.world.run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
                       '-subj', f'/CN={name}', '-keyout', f'{name}.key', '-out', f'{name}.pem',
                       *options)
        return self.world.path / f'{name}.pem'

    def test_tls_of_redis_is_checked_or_said_to_be_absent(self):
        server, port = RedisServer(self.world, 'with-tls'), free_port()
        trusted = self.certificate('localhost', '-addext', 'subjectAltName=DNS:localhost')
        server.execute_command('CONFIG', 'SET', 'tls-cert-file', str(trusted), 'tls-key-file',
                               str(trusted.with_suffix('.key')), 'tls-ca-cert-file', str(trusted),
                               'tls-auth-clients', 'no', 'tls-port', port)
        tally = ['--reference', REFERENCE, '--period', '2021', '--redis-tls', '--redis']
        asked = self.world.run(program('thidua-tally'), *tally, f'localhost:{port}',
                               '--redis-tls-ca', trusted, code=None)
        if 'has no TLS' in asked.stderr:
            self.assertEqual(asked.returncode, CONFIG)
            return
        self.assertEqual(asked.returncode, NO_INPUT, asked.stderr)
        for address, authority, said in (
                (f'localhost:{port}', self.certificate('other'), 'not trusted: self.signed cert'),
                (f'127.0.0.1:{port}', trusted, 'not trusted: IP address mismatch'),
                (f'localhost:{port}', '/nowhere', 'tls: /nowhere: ')):
            with self.subTest(said=said):
                self.ends(CONFIG, said, 'tally', *tally, address, '--redis-tls-ca', authority)
        self.ends(TEMPORARY, 'TLS', 'tally', *tally, server.address, '--redis-tls-ca', trusted,
                  '--redis-command-timeout', '500ms')

    def test_topics_that_are_missing_are_named_with_what_to_do(self):
        self.waits('event=waits for="thidua.reference .*does not exist: run thidua-admin init"',
                   'worker', *self.kafka)
        self.ends(CONFIG, "topic thidua.raw.vn-06 does not exist.* 'thidua admin init' makes",
                  'producer', *self.kafka, '--reporter', 'vn-06', '--spool', self.spool,
                  '--reference', REFERENCE)

    def test_too_few_brokers_are_refused_before_a_topic_is_made(self):
        self.ends(CONFIG, 'replication factor of 3 cannot be reached', 'admin', *self.kafka,
                  '--reference', REFERENCE, 'init')

    def test_topics_that_do_not_keep_what_they_are_given_are_refused(self):
        self.admin('init')
        self.admin('reference', 'publish', REFERENCE, '--in-force-from', 'now', '--note', 'test')
        self.waits('thidua.raw.vn-06 has 1 replica; .* accept that with --single-node', 'worker',
                   *self.kafka)
        redis = ['--redis', self.redis.address]
        self.waits('shard_retries .*topic thidua.verdicts.[a-z0-9-]+ has 1 replica; '
                   '.* accept that with --single-node', 'aggregator', *self.kafka, *redis)
        self.assertEqual(self.redis.keys('*'), [])  # nothing was claimed
        topic = verdict_topic('vn-06')
        self.broker.set_topic(topic, **{**HOT, 'retention.ms': '86400000'})
        said = f'{topic}: retention.ms is 86400000; set it to -1'
        self.waits(said, 'worker', *self.kafka, '--single-node')
        aggregator = self.world.start('mended', program('thidua-aggregator'), *self.kafka, *redis,
                                      '--single-node', '--group', 'mended')
        aggregator.wait_for_line(f'shard_retries .*{said}')
        self.broker.set_topic(topic, **HOT)
        aggregator.wait_for_line('shard_reading reporter=vn-06 ')
        self.assertEqual(aggregator.stop(), 0)


if __name__ == '__main__':
    unittest.main(verbosity=2)
