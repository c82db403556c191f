"""Starting, hearing and ending the child process in which a stranger's bytes are parsed."""

import json
import logging
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from .options import Limits, Options
from .refused import Refused
from .wire import BadFrame, Frames, TooSlow

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
FILE_REASONS = frozenset(
    "file_empty no_header password_protected unreadable_file unsupported_type too_large_uncompressed "
    "xml_entities_forbidden csv_unbalanced_quote encoding_unknown too_many_rows timed_out".split()
)
# How a child ends that was stopped rather than wrong: by the processor limit, or for want of memory.
_ENDINGS = {-signal.SIGXCPU: "timed_out", -signal.SIGKILL: "timed_out", -signal.SIGABRT: "too_large_uncompressed"}
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)
_COMPLAINT_BYTES = 4096
_SECONDS_TO_LEAVE = 10


class Killed(Exception):
    """Somebody, or the system for want of memory, ended the child before its time: no word about the file."""


class Child:
    """One child for one file. The file is its standard input, frames come out of its standard output, nothing else."""

    def __init__(self, file: BinaryIO, kind: str, options: Options, limits: Limits):
        order = json.dumps({"kind": kind, "options": asdict(options), "limits": asdict(limits)})
        self._began, self._seconds = time.monotonic(), limits.seconds
        self._complaint = tempfile.TemporaryFile()
        file.seek(0)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "imports.reading.child", order],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=self._complaint,
            cwd=ROOT,
            env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            start_new_session=True,
        )
        self._frames = Frames(self._process.stdout.fileno(), limits.seconds)

    def receive(self) -> dict[str, Any]:
        """The next message. Raises Refused: what the child says, or what its silence means; or Killed."""
        try:
            message = self._frames.receive()
        except TooSlow as error:
            raise Refused("timed_out") from error
        except BadFrame as error:
            raise self._obituary(1) from error
        if message is None:
            raise self._obituary()
        if not isinstance(message, dict):
            raise Refused("unreadable_file")
        if "refused" in message:
            raise _refusal(message["refused"])
        return message

    def close(self) -> None:
        self._process.kill()
        self._process.stdout.close()
        self._process.wait()
        self._complaint.close()

    def _obituary(self, patience: float | None = None) -> Exception:
        code = self._exit_code(patience or _SECONDS_TO_LEAVE)
        self._complaint.seek(0)
        log.warning(
            "The reading child ended with %s: %s",
            code,
            self._complaint.read(_COMPLAINT_BYTES).decode("utf-8", "replace"),
        )
        # The processor's limit kills as well, but never before that much time has passed.
        if code in _FROM_OUTSIDE and time.monotonic() - self._began < self._seconds:
            return Killed()
        return Refused(_ENDINGS.get(code, "unreadable_file"))

    def _exit_code(self, patience: float) -> int | None:
        """None for a child that has nothing more to say and does not go: only one that was taken over does that."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return None


def _refusal(message: Any) -> Refused:
    match message:
        case [str(code), dict(detail)] if code in FILE_REASONS:
            return Refused(code, **checked_detail(detail))
    return Refused("unreadable_file")


def checked_detail(detail: Any) -> dict[str, str | int]:
    """The facts that the child sent, if they are facts: short texts and numbers under short names."""
    if not isinstance(detail, dict):
        return {}
    return {
        str(key)[:50]: value[:500] if isinstance(value, str) else value
        for key, value in list(detail.items())[:10]
        if isinstance(value, (str, int)) and key.isidentifier()
    }
