"""An upload as a file on this machine's disk, wherever the storage keeps it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from imports.models import Import


@contextmanager
def local_copy(import_: Import) -> Iterator[str]:
    """The path of the uploaded file; of a temporary copy where the storage keeps it elsewhere."""
    if path := _path(import_):
        yield path
        return
    with tempfile.NamedTemporaryFile() as copy:
        with import_.file.open("rb") as kept:
            shutil.copyfileobj(kept, copy)
        copy.flush()
        yield copy.name


def _path(import_: Import) -> str:
    """Where the file lies on this machine, "" if nowhere. A storage may name paths to which no file leads."""
    try:
        path = import_.file.path
    except NotImplementedError:
        return ""
    return path if os.path.isfile(path) else ""
