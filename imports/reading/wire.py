"""Frames between the reading child and the parent: four bytes of length, then JSON."""

import json
import os
import select
import struct
import time
from typing import Any, BinaryIO

from .values import pack

MAX_FRAME = 16 * 1024 * 1024
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=pack)
_LENGTH = struct.Struct(">I")


class BadFrame(Exception):
    """What came through the pipe is not a whole, readable frame."""


class TooSlow(Exception):
    """The time the parent is willing to wait is used up."""


def encode(message: Any) -> bytes:
    """A message as JSON. A lone surrogate (half a character, from a broken escape) becomes a question mark."""
    return _ENCODER.encode(message).encode("utf-8", "replace")


def send(pipe: BinaryIO, payload: bytes) -> None:
    pipe.write(_LENGTH.pack(len(payload)))
    pipe.write(payload)


class Frames:
    """The parent's end. Counts only the time spent waiting, for a slow reader of ours is not the file's fault."""

    def __init__(self, descriptor: int, seconds: float):
        self._descriptor = descriptor
        self._seconds_left = seconds
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def receive(self) -> Any:
        """The next message, None at the end. Raises BadFrame or TooSlow."""
        head = self._read(_LENGTH.size)
        if not head:
            return None
        if len(head) < _LENGTH.size:
            raise BadFrame("cut in the length")
        (length,) = _LENGTH.unpack(head)
        if length > MAX_FRAME:
            raise BadFrame("too long")
        payload = self._read(length)
        if len(payload) < length:
            raise BadFrame("cut in the message")
        try:
            return json.loads(payload, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise BadFrame("not JSON") from error

    def _read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            self._wait()
            part = os.read(self._descriptor, size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self) -> None:
        started = time.monotonic()
        ready = self._poll.poll(max(0, self._seconds_left) * 1000)
        self._seconds_left -= time.monotonic() - started
        if not ready:
            raise TooSlow


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
