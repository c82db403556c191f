"""An upload as a file on this machine's disk, wherever the storage keeps it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from imports.models import Import


@contextmanager
def local_copy(import_: Import) -> Iterator[str]:
    """The path of the uploaded file; of a temporary copy where the storage has no paths."""
    try:
        path = import_.file.path
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy:
            with import_.file.open("rb") as kept:
                shutil.copyfileobj(kept, copy)
            copy.flush()
            yield copy.name
    else:
        yield path
