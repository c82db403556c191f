"""make bench: what every page costs at 10,000 and at 1,000,000 customers, over HTTP, asked in turns.

    python -m bench.institute [SECTION…] [--small 10000] [--large 1000000] [--users 200] [--repeat 20] [--port 8171]
        [--seconds 600] [--server DIR] [--database sqlite]

Sections: pages, usual, saving, bulk, exports, load, arrivals; all of them when none is named. `--server` is a running
PostgreSQL of scripts/pg.sh, whose worlds are used if they are there and which stays; `arrivals` adds customers to the
large one. On SQLite the sizes are 1,000 and 100,000.
"""

import argparse
import datetime as dt
import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

from bench import watch
from bench.databases import PG_SETTINGS, ROOT, Postgres, Sqlite
from bench.leads import leads, write
from bench.run import machine, say
from bench.watch import Visitor, figures, wait_for, web

# kind of page -> (its p95 at the large size : that at the small one, at most)
BARS = {"list": 1.5, "search": 2, "one": 1.2}
# Milliseconds for what may take its time, at the large size, the first answer too.
WITHIN = {"odd": 2_000, "report": 2_000}
FLAT = 16  # megabytes that a web process may grow by while it streams everybody, beside streaming a few
ARRIVING = 100_000
SIZES = {"postgresql": (10_000, 1_000_000), "sqlite": (1_000, 100_000)}


@dataclass
class Side:
    """One size: its database, its web server and who visits it."""

    size: int
    env: dict[str, str]
    port: int
    server: subprocess.Popen | None = None
    facts: dict = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def case(self, name: str) -> dict:
        return run_case(self.env, name)

    def page(self, who: str, url: str) -> float:
        """Seconds that the page took."""
        visitor = self.visitors[who]
        visitor.get(url)
        return visitor.took.pop()

    def send(self, who: str, url: str, values: dict) -> float:
        """Seconds that it took to post them and read the answer."""
        visitor = self.visitors[who]
        visitor.post(url, values)
        return visitor.took.pop()

    def peak(self) -> float:
        """Megabytes that the largest of its web processes has used at most."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        statuses = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in children]
        return max(int(line.split()[1]) for lines in statuses for line in lines if line.startswith("VmHWM")) / 1_024


def run_case(env: dict[str, str], name: str) -> dict:
    command = [sys.executable, "-m", "bench.world_case", name]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class Bench:
    def __init__(self, options: argparse.Namespace, folder: Path, stack: ExitStack):
        self.options, self.folder = options, folder
        self.bars: list[tuple[str, str, str, str]] = []
        self.database = Sqlite(folder) if options.database == "sqlite" else Postgres(folder, server=options.server)
        stack.callback(self.database.close)
        self.small, self.large = (self._side(size, place, stack) for place, size in enumerate(self.sizes))

    @property
    def sizes(self) -> tuple[int, int]:
        small, large = SIZES[self.options.database]
        return self.options.small or small, self.options.large or large

    def _side(self, size: int, place: int, stack: ExitStack) -> Side:
        env, is_new = self.database.named(f"world_{size}")
        env["DJANGO_SETTINGS_MODULE"] = "bench.usual_settings"
        if is_new:
            world = ["manage.py", "big_world", "--customers", str(size), "--users", str(self.options.users)]
            made = subprocess.run(
                [sys.executable, *world], cwd=ROOT, env=env, check=True, capture_output=True, text=True
            )
            say(f"  {made.stdout.splitlines()[-1]}")
        side = Side(size, env, self.options.port + place)
        side.facts = side.case("facts")
        side.server = stack.enter_context(web(env, side.port))
        wait_for(side.port)
        for who, session in side.facts["sessions"].items():
            side.visitors[who] = Visitor(side.port, side.facts["cookie"], session, allowed=(200, 400))
        return side

    def bar(self, what: str, figure: float, limit: float, unit: str = "", *, at_least: bool = False) -> None:
        met = figure >= limit if at_least else figure <= limit
        sign = "≥" if at_least else "≤"
        self.bars.append((what, f"{figure:,.2f}{unit}", f"{sign} {limit:,.4g}{unit}", "met" if met else "NOT MET"))

    def turns(self, one, other, repeat: int) -> tuple[dict, dict]:
        """Both, again and again in turns: their figures, with the first time of each as `cold`."""
        took: tuple[list[float], list[float]] = [], []
        for _ in range(repeat + 1):
            took[0].append(one())
            took[1].append(other())
        return tuple({"cold": all_of[0] * 1_000, **figures(all_of[1:])} for all_of in took)

    # -- sections ------------------------------------------------------------------------------------------------------

    def pages(self) -> None:
        explained = self.large.case("explain")
        of_small = {page["name"]: page for page in self._comparable(self.small)}
        pages = {page["name"]: page for page in self._comparable(self.large)}
        measured = {}
        say(f"\n{'page, milliseconds':62} {_sized(self.small.size):>26} {_sized(self.large.size):>26}  p95 ×")
        for name, page in pages.items():
            small, large = self.turns(
                lambda at=of_small[name]: self.small.page(at["who"], at["url"]),
                lambda at=page: self.large.page(at["who"], at["url"]),
                max(3, self.options.repeat // 4) if page["kind"] in WITHIN else self.options.repeat,
            )
            measured[name] = (small, large)
            ratio = large["p95"] / small["p95"]
            how = explained[page["raw"]]
            say(f"{name:62} {_three(small)} {_three(large)} {ratio:6.2f}  {how['queries']} queries, slowest", end="")
            say(f" {how['slowest']:.0f} ms: {how['plan']}")
            if page["kind"] in BARS:
                self.bar(name, ratio, BARS[page["kind"]])
            elif page["kind"] in WITHIN:
                self.bar(name, max(large["most"], large["cold"]), WITHIN[page["kind"]], " ms")
        self._pages_in_relation(measured)

    @staticmethod
    def _comparable(side: Side) -> list[dict]:
        """The odd combinations bear ids of their world in their names."""
        found = []
        for place, page in enumerate(side.facts["pages"]):
            name = page["name"] if page["kind"] != "odd" else f"odd {place}: " + ", ".join(
                part.partition("=")[0] for part in page["name"].removeprefix("odd: ").split(", ") if "=" in part
            )  # fmt: skip
            found.append({**page, "name": name, "raw": page["name"]})
        return found

    def _pages_in_relation(self, measured: dict) -> None:
        empty, bare = measured["empty signed-in page"][1], measured["list: no filter"][1]
        self.bar("bare list : empty signed-in page", bare["median"] / empty["median"], 8)
        many, few = measured["next call, many open"][1], measured["next call, few open"][1]
        self.bar("next call with many open : with few", many["p95"] / few["p95"], 1.5)
        first, deep = self.turns(
            lambda: self.large.page("manager", "/customers/"),
            lambda: self.large.page("manager", self.large.facts["deep"]),
            self.options.repeat,
        )
        say(f"{'list: first page, and 20,000 pages on':62} {_three(first)} {_three(deep)}")
        self.bar("list, 20,000 pages on : first page", deep["p95"] / first["p95"], 1.5)
        small, large = measured["manager dashboard"]
        one_pass = self.large.case("pass")["median"]
        say(f"one GROUP BY owner, status at {self.large.size:,}: {one_pass:.0f} ms")
        self.bar("manager dashboard, median", large["median"], small["median"] + 1.5 * one_pass, " ms")
        for side in (self.small, self.large):
            say(f"peak memory of a web process at {side.size:,}: {side.peak():.0f} MB")

    def usual(self) -> None:
        """Ours and the usual way at the large size."""
        compared = {
            "list": ("/customers/", "/usual/list/", 1),
            "search without a hit": ("/customers/?search=zzyzzx", "/usual/list/?search=zzyzzx", 20),
            "search of a name": ("/customers/?search=sharma", "/usual/list/?search=sharma", 1),
            "dashboard": ("/dashboard/manager/", "/usual/dashboard/", 1),
        }
        for name, (ours, usual, least) in compared.items():
            mine, theirs = self.turns(
                lambda url=ours: self.large.page("manager", url),
                lambda url=usual: self.large.page("manager", url),
                1 if name == "dashboard" else max(3, self.options.repeat // 4),  # the usual one takes a minute
            )
            say(f"{name:62} ours {_three(mine)}, the usual way {_three(theirs)}")
            self.bar(f"{name}, the usual way : ours", theirs["median"] / mine["median"], least, at_least=True)

    def saving(self) -> None:
        for name, act in {"status update": _record, "assign": _assign}.items():
            small, large = self.turns(act(self.small), act(self.large), self.options.repeat * 2)
            say(f"{name:62} {_three(small)} {_three(large)} {large['p95'] / small['p95']:6.2f}")
            self.bar(name, large["p95"] / small["p95"], BARS["one"])

    def bulk(self) -> None:
        found = self.large.case("bulk")
        say(f"{found['customers']:,} given in one act {found['ours']:.2f} s, one by one {found['one by one']:.2f} s")
        self.bar("bulk assign 10,000, one by one : ours", found["one by one"] / found["ours"], 8, at_least=True)

    def exports(self) -> None:
        """What a web process grows by when a list leaves the house as CSV: one counsellor's, then everybody."""
        asked = {"format": "csv", "reason": "bench"}
        grown = []
        for whose in ({"owner": self.large.facts["to"][1]}, {}):
            before = self.large.peak()
            took = self.large.send("manager", "/customers/export/", {**asked, **whose})
            grown.append(self.large.peak() - before)
            say(f"{'everybody' if not whose else 'one counsellor'}: {took:.1f} s, {grown[-1]:.0f} MB more")
        self.bar("CSV of everybody, memory beyond that for a few", grown[1], FLAT, " MB")

    def arrivals(self) -> None:
        """A file of new people into the large world, and into an empty table with the same indexes."""
        path = self.folder / "arriving.csv"
        write(path, leads(ARRIVING, offset=10_000_000 + self.large.case("size")["customers"]))
        found = {}
        for where, env in (("empty", self.database.fresh()), ("full", self.large.env)):
            found[where] = watch.run_case(env, "ours", path)
            say(f"into the {where} table: " + ", ".join(f"{name} {_short(v)}" for name, v in found[where].items()))
        self.bar("100,000 into the full table : empty", found["full"]["seconds"] / found["empty"]["seconds"], 2)

    def load(self) -> None:
        team = self.folder / "team.json"
        team.write_text(json.dumps(self.large.case("team")))
        found = []
        for users, seconds in ((10, min(120, self.options.seconds)), (self.options.users, self.options.seconds)):
            command = [sys.executable, "-m", "bench.load", str(self.large.port), str(users), str(seconds), str(team)]
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
            say(f"{users} users for {seconds} s: " + ", ".join(f"{name} {_short(v)}" for name, v in found[-1].items()))
        few, many = found
        self.bar("200 users, errors", many["errors"], 0)
        self.bar("200 users : 10 users, p95", many["p95"] / few["p95"], 3)
        self.bar("the load generator's cores", many["cores"], 0.5)
        say(f"peak memory of a web process: {self.large.peak():.0f} MB")
        done = subprocess.run(
            [sys.executable, "manage.py", "check_figures"], cwd=ROOT, env=self.large.env, capture_output=True, text=True
        )
        say(f"check_figures afterwards: {(done.stdout.splitlines() or [''])[-1]}")
        self.bar("check_figures after the load, exit code", done.returncode, 0)


def _record(side: Side):
    whom, said = cycle(side.facts["customers"]), {"status": "FOLLOW_UP", "notes": "call again"}
    return lambda: side.send("sales", f"/customers/{next(whom)}/update-status/", said)


def _assign(side: Side):
    whom, to = cycle(side.facts["customers"]), {"sales_user": side.facts["to"][0]}
    return lambda: side.send("manager", f"/customers/{next(whom)}/assign/", to)


def _sized(size: int) -> str:
    return f"at {size:,}: cold med p95"


def _three(took: dict) -> str:
    return f"{took['cold']:8.0f} {took['median']:8.1f} {took['p95']:8.1f}"


def _short(value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


SECTIONS = ("pages", "usual", "saving", "bulk", "exports", "load", "arrivals")


def report(bench: Bench, begun: float) -> None:
    width = max(len(bar[0]) for bar in bench.bars)
    say("")
    for what, figure, limit, met in bench.bars:
        say(f"{what:{width}}  {figure:>12}  {limit:>12}  {met}")
    say(f"\n{dt.datetime.now(dt.UTC):%d %b %Y %H:%M} UTC, {time.monotonic() - begun:.0f} s in all, {machine()}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "psycopg2-binary", "gunicorn"))
    if bench.options.database == "sqlite":
        server = f"SQLite {sqlite3.sqlite_version}"
    else:
        server = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        server += f" ({', '.join(f'{name} {value}' for name, value in PG_SETTINGS.items())})"
    say(f"Python {platform.python_version()}, {packages}, {server}; 2 web processes of 4 threads a size")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    parser.add_argument("--database", choices=sorted(SIZES), default="postgresql")
    parser.add_argument("--small", type=int)
    parser.add_argument("--large", type=int)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--port", type=int, default=8171)
    parser.add_argument("--server", type=Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped"))  # the servers go with us
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crm-bench.") as folder, ExitStack() as stack:
        bench = Bench(options, Path(folder), stack)
        for name in options.sections or SECTIONS:
            say(f"\n{name} (load average {os.getloadavg()[0]:.1f})")
            getattr(bench, name)()
        report(bench, begun)
    sys.exit(0 if all(bar[-1] == "met" for bar in bench.bars) else 1)


if __name__ == "__main__":
    main()
