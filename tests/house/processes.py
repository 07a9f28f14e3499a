"""The demo ends what it started, and nothing else; it takes no port that is taken."""
import pathlib
import socket
import subprocess
import tempfile
import unittest

import tree

LIBRARY = tree.SOURCE / 'deploy/lib/processes.sh'


def runs(pid):
    """False for one that has ended, even if nobody has asked how."""
    try:
        state = pathlib.Path('/proc', pid, 'stat').read_text('utf-8').rpartition(')')[2].split()[0]
    except FileNotFoundError:
        return False
    return state != 'Z'


class Processes(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='thidua-house-')
        self.addCleanup(directory.cleanup)
        self.run_folder = pathlib.Path(directory.name)

    def bash(self, script):
        """Runs `script` with the library, as the demo does; returns (exit code, output)."""
        done = subprocess.run(
            ['bash', '-euo', 'pipefail', '-c',
             f'run=$1 logs=$1; say() {{ echo "$*"; }}; . {LIBRARY}; {script}', 'demo',
             self.run_folder], capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout.strip()

    def other_process(self):
        """A process that the library did not start."""
        process = subprocess.Popen(['sleep', '60'])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_what_was_started_runs_until_it_is_ended(self):
        code, pid = self.bash('process_begin sleeper sleep 60; process_pid sleeper')
        self.assertEqual(code, 0)
        self.assertTrue(runs(pid))
        code, _ = self.bash('process_end sleeper 10; ! process_pid sleeper')
        self.assertEqual(code, 0)
        self.assertFalse(runs(pid))

    def test_a_second_start_of_the_same_name_starts_nothing(self):
        _, pids = self.bash('process_begin sleeper sleep 60; process_pid sleeper; '
                            'process_begin sleeper sleep 60; process_pid sleeper; '
                            'process_end sleeper 10')
        first, second = pids.split()
        self.assertEqual(first, second)

    def test_one_that_ignores_sigterm_is_killed_and_named(self):
        code, said = self.bash(
            'process_begin deaf bash -c "trap : TERM; touch $run/ready; while :; do sleep 0.1; done"; '
            'until [ -e "$run/ready" ]; do sleep 0.05; done; '
            'process_end deaf 1; ! process_pid deaf')
        self.assertEqual(code, 0)
        self.assertIn('deaf', said)

    def test_a_pid_that_belongs_to_somebody_else_by_now_is_left_alone(self):
        other = self.other_process()
        (self.run_folder / 'stale').write_text(f'{other.pid} 1\n')
        code, _ = self.bash('! process_pid stale && process_end stale 1')
        self.assertEqual(code, 0)
        self.assertIsNone(other.poll())

    def test_a_torn_pid_file_stands_for_nobody(self):
        other = self.other_process()
        for text in ('', f'{other.pid}\n', f'{other.pid} \n', 'x y\n', '999999999 12\n'):
            with self.subTest(text=text):
                (self.run_folder / 'torn').write_text(text)
                self.assertNotEqual(self.bash('process_pid torn')[0], 0)
        self.assertIsNone(other.poll())

    def test_a_taken_port_is_passed_over(self):
        for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET, '0.0.0.0'),
                                (socket.AF_INET6, '::')):
            with self.subTest(address=address), socket.socket(family) as listener:
                try:
                    listener.bind((address, 0))
                except OSError:
                    continue  # no IPv6 here
                listener.listen()
                port = listener.getsockname()[1]
                self.assertGreater(int(self.bash(f'port_from {port}')[1]), port)

    def test_a_free_port_is_taken_as_it_is(self):
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        self.assertEqual(self.bash(f'port_from {port}'), (0, str(port)))


if __name__ == '__main__':
    unittest.main()
