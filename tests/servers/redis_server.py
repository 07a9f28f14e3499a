"""A real Redis server as thidua wants one."""
import redis

from servers.process import free_port, wait_until
from servers.world import SOURCE


class RedisServer:
    """A Redis with its append-only file, on a free port; the same data and port over restarts."""

    def __init__(self, world, name='redis'):
        self.world, self.name = world, name
        self.port = free_port()
        self.address = f'127.0.0.1:{self.port}'
        self.path = world.path / name
        self.client = redis.Redis('127.0.0.1', self.port)
        self.start()

    def start(self):
        """Starts it, or starts it again, and waits until it has loaded its data."""
        self.process = self.world.start(self.name, SOURCE / 'deploy/lib/redis_run', self.path,
                                        self.port)

        def serves():
            if not self.process.alive():
                raise AssertionError(f'{self.name} ended:\n{self.process.log()[-3000:]}')
            try:
                return self.client.ping()
            except redis.exceptions.RedisError:
                return False
        wait_until(serves, f'{self.name} serves')

    def stop(self):
        self.process.stop()

    def kill(self):
        self.process.kill()

    def restart(self):
        self.stop()
        self.start()

    def append_only_files(self):
        """The files of its log, for tests that cut or replace them while it is down."""
        return sorted((self.path / 'appendonlydir').iterdir())

    def __getattr__(self, command):
        """Any command of the redis client: server.get('key')."""
        return getattr(self.client, command)
