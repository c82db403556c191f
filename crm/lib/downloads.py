"""Files that are handed to a browser to be saved."""

import re
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from crm.lib.text import clean_line

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1024 * 1024
_UNFIT = re.compile(r'[<>:"/\\|?*]')  # in a file's name, on one system or another


def attachment(content: BinaryIO, name: str, content_type: str = XLSX) -> FileResponse:
    """`content` as a file to be saved under `name`; no browser guesses at what it is, or shows it."""
    return _to_be_saved(FileResponse(content, as_attachment=True, filename=safe_name(name), content_type=content_type))


def streamed(parts: Iterator[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    """A file of any length that is sent while it is made; `parts` is closed when the browser hangs up."""
    response = StreamingHttpResponse(parts, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, safe_name(name))
    return _to_be_saved(response)


def _to_be_saved(response: StreamingHttpResponse) -> StreamingHttpResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def spooled(write: Callable[[BinaryIO], None]) -> BinaryIO:
    """What `write` writes, from its beginning; much of it lies on the disk until it is sent. The caller closes it."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
    write(file)
    file.seek(0)
    return file


def safe_name(name: str) -> str:
    """A name that any system can save: one line, no path, no direction marks, never empty."""
    return _UNFIT.sub("_", clean_line(name)).strip(" .") or "upload"
