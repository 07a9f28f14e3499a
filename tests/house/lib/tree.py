"""The source tree as the house rules see it: which file is pure, which is a shell or a main."""
import os
import pathlib
import re
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get('THIDUA_BUILD', SOURCE / 'build-asan'))
FOLDERS = ('common', 'proto', 'producers', 'workers', 'aggregator')
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
    """Every 'folder/name' that is pure: in a pure library, or a header without a source file."""
    units = set()
    for archive in pure_libraries():
        units |= members(archive)
    sources = {str(path.with_suffix('')) for path in files('.c')}
    units |= {str(path.with_suffix('')) for path in files('.h')} - sources
    return units


def is_main(path):
    return path.stem.endswith('_main') or (path.suffix == '.c' and bool(re.search(
        r'^int main\(', (SOURCE / path).read_text('utf-8'), re.MULTILINE)))


def includes(path):
    """The files that `path` includes in quotes."""
    return _INCLUDE.findall((SOURCE / path).read_text('utf-8'))
