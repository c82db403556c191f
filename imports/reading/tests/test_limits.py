"""What a file may cost, and what becomes of a child that ends otherwise than it should."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from imports.reading import Killed, Limits, Options, Refused, open_book
from imports.reading.book import Book
from imports.reading.options import MIB
from imports.reading.process import Child
from imports.reading.wire import Frames

from .helpers import everything, refusal, row, rows_of, write, xlsx


def alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_child_ends_with_the_book(tmp_path):
    path = write(tmp_path, "Name\n" + "Asha\n" * 300_000)
    with open_book(path) as book:
        next(iter(next(iter(book))))
        child = book._child._process.pid
        assert alive(child)
    assert not alive(child)


def test_the_child_ends_when_the_file_is_refused(tmp_path, monkeypatch):
    closed = []
    close = Child.close
    monkeypatch.setattr(Child, "close", lambda self: (closed.append(self._process.pid), close(self)))
    with pytest.raises(Refused):
        open_book(write(tmp_path, b"Name\n" + bytes(range(0xA1, 0xFB)) * 3))
    assert len(closed) == 1 and not alive(closed[0])


def test_memory(tmp_path):
    path = xlsx(
        tmp_path,
        strings="".join(f"<si><t>{n:>40}</t></si>" for n in range(600_000)),
        data=row(1, '<c t="s"><v>0</v></c>'),
    )
    assert refusal(path, limits=Limits(memory_bytes=64 * MIB, max_ratio=100_000)) == "too_large_uncompressed"


def test_processor_time(tmp_path):
    data = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 300_000))
    path = xlsx(tmp_path, data=data)
    assert refusal(path, limits=Limits(seconds=1, max_ratio=100_000)) == "timed_out"


def test_cells(tmp_path):
    data = "".join(row(n, "a", "b", "c") for n in range(1, 400))
    assert refusal(xlsx(tmp_path, data=data), limits=Limits(max_cells=1000)) == "too_large_uncompressed"


def test_columns_of_a_csv(tmp_path):
    _, [(sheet, rows)] = everything(write(tmp_path, "a," * 5000 + "z\nb\n"), limits=Limits(max_columns=10))
    assert [len(found.cells) for found in rows] == [10, 1]
    assert sheet.notes == [("columns_left_out", {"row": 1, "limit": 10})]


def test_long_texts_cross_in_smaller_frames(tmp_path):
    path = write(tmp_path, "Name\n" + ("x" * 30_000 + "\n") * 700)
    assert [len(cells[0]) for _, cells in rows_of(path)][1:] == [30_000] * 700


def test_a_sheet_that_is_not_read_to_its_end(tmp_path):
    sheets = {
        name: f"<worksheet><sheetData>{row(1, name) + row(2, 'x')}</sheetData></worksheet>" for name in ("A", "B")
    }
    with open_book(xlsx(tmp_path, sheets=sheets)) as book:
        assert [next(iter(sheet)).cells for sheet in book] == [["A"], ["B"]]


class Liar(Child):
    """A child that was taken over says what `script` says."""

    script = ""

    def __init__(self, file, kind, options, limits):
        self._began, self._seconds = time.monotonic(), limits.seconds
        self._complaint = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.script], stdout=subprocess.PIPE, stderr=self._complaint
        )
        self._frames = Frames(self._process.stdout.fileno(), limits.seconds)


START = b'{"sheets":[["S",false,true]],"encoding":null,"delimiter":null}'


def say(*frames, then=""):
    payload = b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames)
    return f"import sys,os,signal,time;sys.stdout.buffer.write({payload!r});sys.stdout.flush();{then}"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (say(), "unreadable_file"),
        (say(b"[]"), "unreadable_file"),
        (say(b"not json"), "unreadable_file"),
        (say(b'{"sheets":5}'), "unreadable_file"),
        (say(b'{"sheets":[["S"]],"encoding":null,"delimiter":null}'), "unreadable_file"),
        (say(b"[" * 100_000), "unreadable_file"),
        (say(START), "unreadable_file"),
        (say(START, b'{"rows":5}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,["a"]]]}'), "unreadable_file"),
        (say(START, b'{"rows":[["1",["a"],false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,5,false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,[{"a":1}],false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,[["date","soon"]],false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,[["eval","1"]],false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[[1,[NaN],false]]}'), "unreadable_file"),
        (say(START, b'{"rows":[],"end":5}'), "unreadable_file"),
        (say(START, b'{"end":{"merged":0,"hidden_rows":0,"notes":[5]}}'), "unreadable_file"),
        (say(START, b'{"refused":["no_such_reason",{}]}'), "unreadable_file"),
        (say(START, b'{"refused":["file_empty",{"a b":1,"x":[]}]}'), "file_empty"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff')", "unreadable_file"),
        ("import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\x09abc')", "unreadable_file"),
        (say(START, then="os.kill(os.getpid(), signal.SIGABRT)"), "too_large_uncompressed"),
        (say(START, then="os.kill(os.getpid(), signal.SIGSEGV)"), "unreadable_file"),
        (say(START, then="os.kill(os.getpid(), signal.SIGXCPU)"), "timed_out"),
        (say(START, then="time.sleep(60)"), "timed_out"),
        (say(START, then="os.close(1); time.sleep(60)"), "unreadable_file"),
    ],
)
def test_the_parent_believes_nothing(tmp_path, monkeypatch, script, code):
    monkeypatch.setattr("imports.reading.book.Child", Liar)
    monkeypatch.setattr("imports.reading.process._SECONDS_TO_LEAVE", 1)
    monkeypatch.setattr(Liar, "script", script)
    with open(write(tmp_path, "x"), "rb") as file, pytest.raises(Refused) as caught:
        with Book(file, "csv", Options(), Limits(seconds=1)) as book:
            for sheet in book:
                list(sheet)
    assert caught.value.code == code


@pytest.mark.parametrize("half_a_frame", ["", "sys.stdout.buffer.write(b'\\0\\0\\0\\x09abc');sys.stdout.flush();"])
def test_a_child_that_was_killed_before_its_time_is_no_word_about_the_file(tmp_path, monkeypatch, half_a_frame):
    monkeypatch.setattr("imports.reading.book.Child", Liar)
    monkeypatch.setattr(Liar, "script", say(START, then=f"{half_a_frame}os.kill(os.getpid(), signal.SIGKILL)"))
    with open(write(tmp_path, "x"), "rb") as file, pytest.raises(Killed):
        with Book(file, "csv", Options(), Limits(seconds=60)) as book:
            for sheet in book:
                list(sheet)


def test_more_rows_than_agreed(tmp_path, monkeypatch):
    monkeypatch.setattr("imports.reading.book.Child", Liar)
    monkeypatch.setattr(Liar, "script", say(START, *[b'{"rows":[[1,["a"],false],[2,["b"],false]]}'] * 3))
    with open(write(tmp_path, "x"), "rb") as file, pytest.raises(Refused) as caught:
        with Book(file, "csv", Options(), Limits(max_rows=4)) as book:
            for sheet in book:
                list(sheet)
    assert caught.value.code == "too_many_rows"
