"""The messages of proto/ in Python, by Google's protobuf: event_pb2, verdict_pb2, ..."""
import importlib
import pathlib
import subprocess
import sys
import tempfile

from servers.world import SOURCE

with tempfile.TemporaryDirectory(prefix='thidua-proto-') as _directory:
    _protos = sorted((SOURCE / 'proto/thidua/v1').glob('*.proto'))
    subprocess.run(['protoc', f'-I{SOURCE / "proto"}', f'--python_out={_directory}',
                    *map(str, _protos)], check=True)
    sys.path.insert(0, _directory)
    event_pb2 = importlib.import_module('thidua.v1.event_pb2')
    verdict_pb2 = importlib.import_module('thidua.v1.verdict_pb2')
    tally_pb2 = importlib.import_module('thidua.v1.tally_pb2')
    reference_pb2 = importlib.import_module('thidua.v1.reference_pb2')
    archive_pb2 = importlib.import_module('thidua.v1.archive_pb2')
    sys.path.remove(_directory)


def parse(message_class, data):
    """The message in `data`, which must be one."""
    message = message_class()
    message.ParseFromString(data)
    return message


def reference_version(directory=SOURCE / 'workers/reference', version=1, in_force_ms=0):
    """The reference data in a directory of TSV files, as `thidua-admin reference publish` packs
    it; its key in thidua.reference is the version's number."""
    import hashlib
    message = reference_pb2.ReferenceVersion(version=version, note='test')
    message.in_force_from.FromMilliseconds(in_force_ms)
    message.published_at.FromMilliseconds(in_force_ms)
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(directory).glob('*.tsv')):
        content = path.read_bytes()
        message.files.add(name=path.name, content=content)
        digest.update(path.name.encode() + b'\0' + content + b'\0')
    message.sha256 = digest.digest()
    return message
