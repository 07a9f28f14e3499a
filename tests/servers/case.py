"""The unittest case that tests of real servers derive from."""
import signal
import sys
import unittest

from servers.world import World


def _end(number, _frame):
    sys.exit(128 + number)


class ServerTest(unittest.TestCase):
    """Gives each test a `world` of its own; prints all logs when the test fails."""

    maxDiff = 4000

    def run(self, result=None):
        signal.signal(signal.SIGTERM, _end)
        self.world = World()
        failed_before = len(result.errors) + len(result.failures)
        try:
            super().run(result)
            if len(result.errors) + len(result.failures) > failed_before:
                print(f'\n=== logs of {self.id()}\n{self.world.logs()}', file=sys.stderr)
        finally:
            self._close(result)
        return result

    def _close(self, result):
        try:
            self.world.close()
        except AssertionError:
            result.addFailure(self, sys.exc_info())


def main():
    """Runs the tests of the calling script."""
    unittest.main(verbosity=2)
