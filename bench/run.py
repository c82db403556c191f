"""make bench-import: what importing costs, beside the least that it could cost and beside django-import-export.

    python -m bench.run [SECTION…] [--rows 100000] [--million 1000000] [--repeat 3] [--port 8169]

Sections: floor, peers, sqlite, again, million, memory, pages, status; all of them when none is named. The two sides of
a ratio take turns, and each turn gets a fresh database; the figures are medians.
"""

import argparse
import datetime as dt
import os
import platform
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from bench import watch
from bench.databases import PG_SETTINGS, Database, Postgres, Sqlite
from bench.leads import leads, write
from bench.watch import run_case

KINDS = ("xlsx", "csv")
_PACKAGES = (
    "Django psycopg2-binary python-calamine openpyxl pandas phonenumberslite django-import-export tablib".split()
)


class Bench:
    def __init__(self, options: argparse.Namespace, folder: Path):
        self.rows, self.million, self.repeat, self.port = options.rows, options.million, options.repeat, options.port
        self.folder = folder
        self.bars: list[tuple[str, str, str, bool]] = []
        self._postgres: Postgres | None = None
        self._sqlite: Sqlite | None = None

    @property
    def postgres(self) -> Postgres:
        self._postgres = self._postgres or Postgres(self.folder)
        return self._postgres

    @property
    def sqlite(self) -> Sqlite:
        self._sqlite = self._sqlite or Sqlite(self.folder)
        return self._sqlite

    def close(self) -> None:
        if self._postgres:
            self._postgres.close()

    def file(self, rows: int, kind: str, **other) -> Path:
        path = self.folder / f"{rows}-{'-'.join(map(str, other.values()))}.{kind}"
        if not path.exists():
            write(path, leads(rows, **other))
        return path

    def bar(self, what: str, figure: float, limit: float, *, unit: str = "", at_least: bool = False) -> None:
        met = figure >= limit if at_least else figure <= limit
        sign = "≥" if at_least else "≤"
        self.bars.append((what, f"{figure:,.2f}{unit}", f"{sign} {limit:,g}{unit}", met))
        say(f"  {what}: {figure:,.2f}{unit} ({sign} {limit:g}{unit}) {'met' if met else 'NOT MET'}")

    def turns(self, database: Database, path: Path, *cases: str) -> dict[str, list[float]]:
        """Seconds of each case, in turns."""
        took: dict[str, list[float]] = {case: [] for case in cases}
        for _ in range(self.repeat):
            for case in cases:
                found = run_case(database.fresh(), case, path)
                took[case].append(found["seconds"])
                _check(found, self.rows)
                longest = f", longest slice {found['longest_slice']:.2f} s" if "longest_slice" in found else ""
                told = f"{found['seconds']:.2f} s, of the processor {found['processor']:.2f} s{longest}"
                say(f"  {database.name} {path.suffix[1:]} {case}: {told}")
        return took

    # -- sections ------------------------------------------------------------------------------------------------------

    def floor(self) -> None:
        for kind, limit in zip(KINDS, (2.2, 2.5), strict=True):
            took = self.turns(self.postgres, self.file(self.rows, kind), "floor", "ours")
            self.bar(f"PostgreSQL {kind}, ours : floor", _middle(took["ours"]) / _middle(took["floor"]), limit)

    def peers(self) -> None:
        for kind in KINDS:
            path = self.file(self.rows, kind)
            took = self.turns(self.postgres, path, "ours", "tuned")
            ratio = _middle(took["tuned"]) / _middle(took["ours"])
            self.bar(f"PostgreSQL {kind}, import-export tuned : ours", ratio, 4, at_least=True)
            found = run_case(self.postgres.fresh(), "default", path)  # some minutes, so once
            say(f"  PostgreSQL {kind} default: {found['seconds']:.2f} s")
            ratio = found["seconds"] / _middle(took["ours"])
            self.bar(f"PostgreSQL {kind}, import-export as it comes : ours", ratio, 25, at_least=True)

    def sqlite_floor(self) -> None:
        for kind in KINDS:
            took = self.turns(self.sqlite, self.file(self.rows, kind), "floor", "ours")
            self.bar(f"SQLite {kind}, ours : floor", _middle(took["ours"]) / _middle(took["floor"]), 4)

    def again(self) -> None:
        path = self.file(self.rows, "csv")
        for database in (self.postgres, self.sqlite):
            found = [run_case(database.fresh(), "again", path) for _ in range(self.repeat)]
            ratio = statistics.median(one["again"]["seconds"] / one["first"]["seconds"] for one in found)
            self.bar(f"{database.name}, the same file again : first time", ratio, 0.8)
            rewritten = max(one["rewritten"] + one["again"]["rows"] - one["again"]["unchanged"] for one in found)
            self.bar(f"{database.name}, rows that the same file rewrote", rewritten, 0)
            longest = max(one[turn]["longest_slice"] for one in found for turn in ("first", "again"))
            self.bar(f"{database.name}, longest slice", longest, 1, unit=" s")
            self._known_changed(database, path)

    def _known_changed(self, database: Database, path: Path) -> None:
        """The same people with another remark: each of them is updated."""
        env = database.fresh()
        run_case(env, "ours", path)
        changed = run_case(env, "ours", self.file(self.rows, "csv", offset=0, remark="Asked once more"))
        say(f"  {database.name}, {changed['updated']} customers updated: {changed['seconds']:.2f} s")
        longest = changed["longest_slice"]
        self.bar(f"{database.name}, longest time a known customer's row is locked", longest, 1, unit=" s")

    def million_rows(self) -> None:
        small = run_case(self.postgres.fresh(), "ours", self.file(self.rows, "csv"))["seconds"]
        large = run_case(self.postgres.fresh(), "ours", self.file(self.million, "csv"))["seconds"]
        after = run_case(self.postgres.fresh(), "ours", self.file(self.rows, "csv"))["seconds"]
        times = self.million / self.rows
        say(f"  PostgreSQL csv: {self.rows} rows {small:.1f} and {after:.1f} s, {self.million} rows {large:.1f} s")
        self.bar(f"PostgreSQL csv, {times:g} × the rows : time", large / ((small + after) / 2), 1.15 * times)

    def memory(self) -> None:
        for kind, rows, limit in (
            ("csv", self.rows, 80),
            ("xlsx", self.rows, 150),
            ("csv", self.million, 80),
            ("xlsx", self.million, 700),
        ):
            found = watch.memory_of_import(self.postgres.fresh(), self.file(rows, kind), run_case)
            say(
                f"  {kind} {rows}: idle {found['idle']:.0f} MB, peak {found['peak']:.0f} MB, {found['took']:.1f} s",
                end="",
            )
            say(f", taken up after {found['waited']:.2f} s, {found['state']}")
            self.bar(f"{kind}, {rows:,} rows, memory beyond the idle worker's", found["more"], limit, unit=" MB")

    def pages(self) -> None:
        env = self.postgres.fresh()
        team = run_case(env, "team", self.file(min(20_000, self.rows), "csv"))
        found = watch.pages(env, team, self.port, self.file(self.rows, "csv", offset=30_000), run_case)
        _say_pages(found)
        for name, limit in (("median", 1.5), ("p95", 3)):
            ratio = found["during"][name] / found["usual"][name]
            self.bar(f"PostgreSQL, pages during an import : usually, {name}", ratio, limit)

    def status(self) -> None:
        env = self.sqlite.fresh()
        team = run_case(env, "team", self.file(min(20_000, self.rows), "csv"))
        found = watch.status_updates(env, team, self.port, self.file(self.rows, "csv", offset=30_000), run_case)
        _say_pages(found)
        self.bar("SQLite, a status update during an import, p95", found["during"]["p95"], 200, unit=" ms")


SECTIONS = {
    "floor": Bench.floor,
    "peers": Bench.peers,
    "sqlite": Bench.sqlite_floor,
    "again": Bench.again,
    "million": Bench.million_rows,
    "memory": Bench.memory,
    "pages": Bench.pages,
    "status": Bench.status,
}


def _middle(took: list[float]) -> float:
    return statistics.median(took)


def _check(found: dict, rows: int) -> None:
    """A case that did not do its work is no measurement."""
    if found.get("customers", found.get("created")) != rows or found.get("state", "done") != "done":
        raise RuntimeError(f"Not all rows came in: {found}")


def _say_pages(found: dict) -> None:
    for when in ("usual", "during"):
        say(f"  {when}: " + ", ".join(f"{name} {value:.1f}" for name, value in found[when].items()))
    say(f"  the import meanwhile: {found['import']}")


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)


def report(bench: Bench, begun: float) -> None:
    width = max(len(bar[0]) for bar in bench.bars)
    say(f"\n{'':{width}}  {'figure':>12}  {'bar':>10}")
    for what, figure, limit, met in bench.bars:
        say(f"{what:{width}}  {figure:>12}  {limit:>10}  {'met' if met else 'NOT MET'}")
    say("")
    say(f"{dt.datetime.now(dt.UTC):%d %b %Y %H:%M} UTC, {time.monotonic() - begun:.0f} s in all, {machine()}")
    say(", ".join(f"{name} {version(name)}" for name in _PACKAGES))
    settings = ", ".join(f"{name} {value}" for name, value in PG_SETTINGS.items())
    server = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    say(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {server} ({settings})")


def machine() -> str:
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    load = os.getloadavg()[1]
    return f"{os.cpu_count()} × {model.partition(': ')[2]}, {platform.release()}, load average {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--million", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--port", type=int, default=8169)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))  # the databases go with us
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crm-bench.") as folder:
        bench = Bench(options, Path(folder))
        try:
            for name in options.sections or SECTIONS:
                begun_section = time.monotonic()
                say(f"{name} ...")
                SECTIONS[name](bench)
                say(f"  ({time.monotonic() - begun_section:.0f} s)")
            report(bench, begun)
        finally:
            bench.close()
    sys.exit(0 if all(bar[-1] for bar in bench.bars) else 1)


if __name__ == "__main__":
    main()
