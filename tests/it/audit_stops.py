"""An audit that is told to stop says so and nothing else, whatever it was asked."""
import os
import signal
import subprocess

from servers import case
from servers.archives import AuditedTest
from servers.pipeline import REFERENCE
from servers.world import program

DEATHS = 'accidents.deaths'


def interrupted():
    """For preexec_fn: Ctrl-C before the program has begun, which it then sees at once."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.kill(os.getpid(), signal.SIGINT)


class Stops(AuditedTest):
    def test_a_command_that_is_told_to_stop_ends_with_2(self):
        self.audit('keygen', 'seals.example', 'log.key')
        self.audit('seal', '--key', 'log.key')
        self.audit('export', 'archive')
        for argv in (['replay'], ['compare'], ['reconcile'], ['explain', DEATHS],
                     ['trace', 'accident/2021-00002', '--reporter', 'vn-06'],
                     ['changed', DEATHS, '--between', '2021-01-01', 'now'],
                     ['what-if', '--reference', REFERENCE], ['export', 'other'],
                     ['verify', '--keys', 'log.key.pub'], ['seal', '--key', 'log.key'],
                     ['prove', 'vn-06@250'],
                     ['restore', '--archive', 'archive', '--generation', '1', '--by', 'X',
                      '--note', 'y']):
            with self.subTest(argv=argv):
                done = subprocess.run([program('thidua-audit'), '--config', self.pipeline.config,
                                       '--log-level', 'error', *argv], capture_output=True,
                                      text=True, cwd=self.world.path, env=self.world.env,
                                      timeout=60, preexec_fn=interrupted, check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertIn('stopped', done.stderr)


if __name__ == '__main__':
    case.main()
