"""One process with a log file, and waiting for conditions instead of sleeping."""
import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import time

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_reserved = []


def die_with_parent():
    """For preexec_fn: the child is killed when the test is, however the test ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(condition, what, seconds=30.0):
    """Calls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + seconds
    pause = 0.01
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what}')
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def free_port():
    """A port of 127.0.0.1 that stays this test's own until it ends.

    Below the range that the kernel hands out, so that nobody's outgoing connection takes it while
    a server is down; reserved among tests by a name that vanishes with the process.
    """
    while True:
        port = random.randrange(15000, 32000)
        name = socket.socket(socket.AF_UNIX)
        probe = socket.socket()
        try:
            name.bind(f'\0thidua-port-{port}')
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(('127.0.0.1', port))
            _reserved.append(name)
            return port
        except OSError:
            name.close()
        finally:
            probe.close()


class Process:
    """A started program; what it says goes to `log_path`, appended over restarts."""

    def __init__(self, name, argv, log_path, env, cwd, stdin=subprocess.DEVNULL):
        self.name = name
        self.log_path = log_path
        self.argv = [str(part) for part in argv]
        with open(log_path, 'ab') as log:
            self._from = log.tell()
            self._popen = subprocess.Popen(self.argv, stdin=stdin, stdout=log,
                                           stderr=log, env=env, cwd=cwd,
                                           preexec_fn=die_with_parent)

    @property
    def pid(self):
        return self._popen.pid

    def log(self):
        """What it has said since this start."""
        with open(self.log_path, 'rb') as log:
            log.seek(self._from)
            return log.read().decode('utf-8', 'replace')

    def wait_for_line(self, pattern, seconds=30.0):
        """Waits until a line of its log matches the regular expression; returns the match."""
        expression = re.compile(pattern, re.MULTILINE)

        def found():
            match = expression.search(self.log())
            if not match and not self.alive():
                raise AssertionError(f'{self.name} ended with {self.exit_code()} before it said '
                                     f'{pattern!r}:\n{self.log()[-3000:]}')
            return match
        return wait_until(found, f'{self.name} says {pattern!r}', seconds)

    def alive(self):
        return self._popen.poll() is None

    def exit_code(self):
        """None while it runs; -9 when it was killed."""
        return self._popen.poll()

    def wait(self, seconds=30.0):
        """Waits for its end; returns the exit code."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f'{self.name} still runs after {seconds} s') from None

    def signal(self, number):
        """SIGSTOP and SIGCONT are the usual ones: a process that sleeps, and wakes as a zombie."""
        os.kill(self.pid, number)

    def wait_for_stop(self, seconds=30.0):
        """Waits until it sleeps by SIGSTOP, as TD_FAULT=<point>:<n>:stop makes it."""
        def stopped():
            with open(f'/proc/{self.pid}/stat', encoding='ascii') as stat:
                return stat.read().rpartition(')')[2].split()[0] == 'T'
        wait_until(stopped, f'{self.name} sleeps', seconds)

    def resume(self):
        self.signal(signal.SIGCONT)

    def stop(self, seconds=30.0):
        """SIGTERM, as a service manager would; returns the exit code."""
        if self.alive():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        """kill -9."""
        if self.alive():
            self.signal(signal.SIGKILL)
        return self.wait()
