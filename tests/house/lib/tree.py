"""The source tree as the house rules see it: which file is pure, which is a shell or a main."""
import os
import pathlib
import re
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get('THIDUA_BUILD', SOURCE / 'build-asan'))
FOLDERS = ('common', 'proto', 'producers', 'workers', 'aggregator')
# Headers of what a shell talks to.
_OUTSIDE = re.compile(r'^#include <(librdkafka|hiredis|sys|unistd|fcntl|signal|pthread|ini|argp)\b',
                      re.MULTILINE)
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def files(*suffixes):
    """Our own files below the folders of the flow, as paths relative to the project."""
    return sorted(path.relative_to(SOURCE) for folder in FOLDERS
                  for path in (SOURCE / folder).rglob('*') if path.suffix in suffixes)


def pure_libraries():
    """The archives whose code may touch nothing outside; their names end in _pure."""
    return sorted(BUILD.glob('*/libtd_*_pure.a')) + sorted(BUILD.glob('*/*/libtd_*_pure.a'))


def members(archive):
    """The source files in an archive, as project paths without suffix: 'workers/decode'."""
    folder = archive.parent.relative_to(BUILD)
    listed = subprocess.run(['ar', 't', archive], capture_output=True, text=True, check=True)
    return {str(folder / name.removesuffix('.c.o')) for name in listed.stdout.split()}


def pure_units():
    """Every 'folder/name' that is pure: in a pure library, or a header without a source file that
    includes nothing but such."""
    units = set()
    for archive in pure_libraries():
        units |= members(archive)
    sources = {str(path.with_suffix('')) for path in files('.c')}
    headers = [path for path in files('.h') if str(path.with_suffix('')) not in sources]
    while True:
        found = {str(path.with_suffix('')) for path in headers if not _OUTSIDE.search(
            (SOURCE / path).read_text('utf-8')) and all(
                is_pure_name(name, units) for name in includes(path))}
        if found <= units:
            return units
        units |= found


def is_pure_name(name, units):
    """Whether what an include line names is data, generated, or in `units`."""
    path = pathlib.PurePath(name)
    return path.suffix == '.def' or 'pb-c' in name or str(path.with_suffix('')) in units


def is_main(path):
    return path.stem.endswith('_main') or (path.suffix == '.c' and bool(re.search(
        r'^int main\(', (SOURCE / path).read_text('utf-8'), re.MULTILINE)))


def includes(path):
    """The files that `path` includes in quotes."""
    return _INCLUDE.findall((SOURCE / path).read_text('utf-8'))
