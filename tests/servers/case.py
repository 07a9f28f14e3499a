"""The unittest cases that tests of real servers derive from."""
import signal
import sys
import unittest

from servers.broker import Broker
from servers.redis_server import RedisServer
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


class SharedServersTest(ServerTest):
    """The tests of the class share one `broker` and one `redis`; each test finds them empty.

    For tests that hurt no server: starting one takes seconds. Logs of the servers and their data
    lie in a world of the class, all else in the test's own.
    """

    @classmethod
    def setUpClass(cls):
        cls.servers = World()
        cls.addClassCleanup(cls.servers.close)
        cls.broker, cls.redis = Broker(cls.servers), RedisServer(cls.servers)

    def setUp(self):
        for topic in self.broker.admin.list_topics(timeout=10).topics:
            if not topic.startswith('__'):
                self.broker.delete_topic(topic)
        self.redis.flushall()


def main():
    """Runs the tests of the calling script."""
    unittest.main(verbosity=2)
