#!/usr/bin/env python
"""A store of objects behind HTTP, and Django's storage for it: files that no path leads to, as in S3.

    object_store.py FOLDER HOST PORT        serves what it is given; for tests alone, it asks nobody who she is

The product uses it when MEDIA_STORAGE=scripts.object_store.ObjectStorage and
MEDIA_STORAGE_OPTIONS={"url": "http://HOST:PORT"}.
"""

import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

_SPOOLED = 1024 * 1024


@deconstructible(path="scripts.object_store.ObjectStorage")
class ObjectStorage(Storage):
    """Knows no `path`: whoever wants one has to make a copy."""

    def __init__(self, url: str):
        self._url = url

    def _open(self, name: str, mode: str = "rb") -> File:
        kept = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115 - closed by whoever opens
        with self._ask("GET", name) as answer:
            shutil.copyfileobj(answer, kept)
        kept.seek(0)
        return File(kept, name)

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        self._ask("PUT", name, content.read()).close()
        return name

    def delete(self, name: str) -> None:
        if self.exists(name):
            self._ask("DELETE", name).close()

    def exists(self, name: str) -> bool:
        try:
            self._ask("HEAD", name).close()
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        with self._ask("HEAD", name) as answer:
            return int(answer.headers["Content-Length"])

    def _ask(self, method: str, name: str, data: bytes | None = None):
        request = urllib.request.Request(f"{self._url}/{name}", data=data, method=method)  # noqa: S310 - ours
        try:
            return urllib.request.urlopen(request, timeout=30)  # noqa: S310 - ours
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(name) from error
            raise OSError(f"{name}: the store answers {error.code}") from error


class Handler(BaseHTTPRequestHandler):
    """One object an address; the folder is given to the server."""

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def do_PUT(self) -> None:
        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".partial")
        whole.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        whole.rename(path)
        self._answer(201, 0)

    def do_DELETE(self) -> None:
        self._path().unlink(missing_ok=True)
        self._answer(204, 0)

    def log_message(self, format: str, *args) -> None:
        """Nobody reads it."""

    def _path(self) -> Path:
        return Path(self.server.folder) / self.path.strip("/").replace("..", "")

    def _send(self, *, with_body: bool) -> None:
        path = self._path()
        if not path.is_file():
            self._answer(404, 0)
            return
        self._answer(200, path.stat().st_size)
        if with_body:
            self.wfile.write(path.read_bytes())

    def _answer(self, code: int, length: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(length))
        self.end_headers()


if __name__ == "__main__":
    server = ThreadingHTTPServer((sys.argv[2], int(sys.argv[3])), Handler)
    server.folder = sys.argv[1]
    server.serve_forever()
