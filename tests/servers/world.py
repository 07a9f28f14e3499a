"""A directory and all that was started in it; nothing outlives it."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from servers.process import Process, die_with_parent

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('THIDUA_BUILD', SOURCE / 'build-asan'))
_SANITIZER = re.compile(r'ERROR: (Address|Leak)Sanitizer|runtime error:')


def program(name):
    """Path of a built program such as thidua-worker."""
    path = BUILD / 'bin' / name
    if not path.exists():
        raise AssertionError(f'{path} is not built')
    return path


class World:
    """A directory and all that was started in it; `close` ends everything and deletes it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='thidua-it-'))
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(('THIDUA_', 'TD_'))}
        self.env['UBSAN_OPTIONS'] = 'print_stacktrace=1'
        self.env['THIDUA_WORK'] = os.environ.get('THIDUA_WORK', str(SOURCE / 'work'))
        self.processes = []

    def start(self, name, *argv, env=None, **how):
        """Starts a server or daemon; its log is <path>/<name>.log. `env` adds variables, `how` is
        for Process."""
        process = Process(name, argv, self.path / f'{name}.log', {**self.env, **(env or {})},
                          self.path, **how)
        self.processes.append(process)
        return process

    def run(self, *argv, env=None, input=None, seconds=60.0, code=0):
        """Runs a program to its end; asserts its exit code (None: any), returns what it said."""
        done = subprocess.run([str(part) for part in argv], capture_output=True, text=True,
                              input=input, timeout=seconds, env={**self.env, **(env or {})},
                              cwd=self.path, preexec_fn=die_with_parent, check=False)
        if _SANITIZER.search(done.stderr):
            raise AssertionError(f'a sanitizer spoke in {argv[0]}:\n{done.stderr[-6000:]}')
        if code is not None and done.returncode != code:
            raise AssertionError(f'{argv[0]} ended with {done.returncode}, not {code}\n'
                                 f'{done.stdout[-3000:]}\n{done.stderr[-3000:]}')
        return done

    def logs(self, lines=40):
        """The last lines of every log, for the report of a failed test."""
        parts = []
        for path in sorted(self.path.glob('*.log')):
            tail = path.read_text('utf-8', 'replace').splitlines()[-lines:]
            parts.append(f'--- {path.name}\n' + '\n'.join(tail))
        return '\n'.join(parts)

    def close(self):
        """Kills what still runs, the last started first; fails if a sanitizer found something."""
        for process in reversed(self.processes):
            process.kill()
        found = [path.name for path in self.path.glob('*.log')
                 if _SANITIZER.search(path.read_text('utf-8', 'replace'))]
        report = self.logs(200) if found else ''
        shutil.rmtree(self.path, ignore_errors=True)
        if found:
            raise AssertionError(f'a sanitizer spoke in {", ".join(found)}:\n{report}')
