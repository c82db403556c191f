"""What an import does to everything else: its worker's memory, and the pages meanwhile."""

import http.client
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.databases import ROOT

_TOKEN = "b" * 32


@contextmanager
def process(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen]:
    running = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def worker(env: dict[str, str]):
    return process(["manage.py", "worker"], env)


def web(env: dict[str, str], port: int):
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, env=env, check=True
    )
    command = ["-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    return process([*command, "--no-control-socket"], env)


# -- memory ------------------------------------------------------------------------------------------------------------


def pss_of(pid: int) -> int:
    """Kilobytes of a process and all below it, what is shared counted once; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, ValueError):
        return 0
    own = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return own + sum(pss_of(int(child)) for child in below)


def memory_of_import(env: dict[str, str], path: Path, run: Callable) -> dict:
    """Megabytes that worker and child take at their peak beyond what the idle worker takes; and its waiting time."""
    with worker(env) as running:
        time.sleep(4)
        idle = pss_of(running.pid)
        peak, end = idle, _Import(env, path, run)
        while not end.is_over:
            peak = max(peak, pss_of(running.pid))
            time.sleep(0.02)
    return {**end.found, "idle": idle / 1024, "peak": peak / 1024, "more": (peak - idle) / 1024}


class _Import:
    """An import handed to the worker, and what is known of its end once it `is_over`."""

    def __init__(self, env: dict[str, str], path: Path, run: Callable):
        self.found: dict = {"state": "not over"}
        import_id = run(env, "queue", path)["id"]
        self._waiting = threading.Thread(target=self._wait, args=[env, import_id, run], daemon=True)
        self._waiting.start()

    @property
    def is_over(self) -> bool:
        return not self._waiting.is_alive()

    def _wait(self, env: dict[str, str], import_id: str, run: Callable) -> None:
        self.found = run(env, "finish", import_id)


# -- pages -------------------------------------------------------------------------------------------------------------


class Visitor:
    """Asks for pages as a signed-in person does, one after the other, and notes down how long each took."""

    def __init__(self, port: int, cookie: str, session: str, allowed: tuple[int, ...] = (200,)):
        self.allowed = allowed
        self.port, self.headers = port, {"Cookie": f"{cookie}={session}; csrftoken={_TOKEN}", "X-CSRFToken": _TOKEN}
        self.took: list[float] = []

    def get(self, url: str) -> None:
        self._ask("GET", url, None)

    def post(self, url: str, values: dict) -> None:
        self._ask("POST", url, urlencode(values))

    def _ask(self, method: str, url: str, body: str | None) -> None:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {"Accept": "text/html"}
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, url, body, {**self.headers, **kind})
        answer = connection.getresponse()
        while answer.read(1 << 20):
            pass
        connection.close()
        if answer.status not in self.allowed:
            raise RuntimeError(f"{method} {url}: {answer.status}")
        self.took.append(time.perf_counter() - begun)


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The web server did not start")


def figures(took: list[float]) -> dict:
    ordered = sorted(took)
    return {
        "requests": len(ordered),
        "median": statistics.median(ordered) * 1000,
        "p95": ordered[int(0.95 * len(ordered))] * 1000,
        "most": ordered[-1] * 1000,
    }


def usual_and_during(env: dict, path: Path, run: Callable, ask: Callable[[], None], took: list[float], pause: float):
    """Milliseconds of what `ask` asks for: for 15 seconds, and then for as long as an import of `path` runs."""
    with worker(env):
        time.sleep(3)
        for _ in range(20):
            ask()
        took.clear()
        _for_a_while(ask, pause, lambda begun: time.monotonic() - begun < 15)
        usual = figures(took)
        took.clear()
        end = _Import(env, path, run)
        _for_a_while(ask, pause, lambda begun: not end.is_over)
        return {"usual": usual, "during": figures(took), "import": end.found}


def _for_a_while(ask: Callable[[], None], pause: float, goes_on: Callable[[float], bool]) -> None:
    begun = time.monotonic()
    while goes_on(begun):
        ask()
        time.sleep(pause)


def pages(env: dict, team: dict, port: int, path: Path, run: Callable) -> dict:
    """The pages that a team looks at all day, in turn."""
    manager = Visitor(port, team["cookie"], team["manager"])
    sales = Visitor(port, team["cookie"], team["counsellor"])
    sales.took = manager.took
    chance = random.Random(1)  # noqa: S311 - the same pages every time

    def ask() -> None:
        manager.get("/customers/")
        sales.get("/customers/")
        sales.get(f"/customers/{chance.choice(team['customers'])}/")
        manager.get("/customers/?status=NEW")
        manager.get("/customers/?search=" + chance.choice(["sharma", "kochi", "98450", "priya"]))
        sales.get("/follow-ups/")
        sales.get("/dashboard/sales/")

    with web(env, port):
        wait_for(port)
        return usual_and_during(env, path, run, ask, manager.took, 0.05)


def status_updates(env: dict, team: dict, port: int, path: Path, run: Callable) -> dict:
    """A counsellor who saves a status ten times a second, on a customer of hers each time."""
    sales = Visitor(port, team["cookie"], team["counsellor"])
    whom = iter(team["customers"] * 20)

    def ask() -> None:
        sales.post(f"/customers/{next(whom)}/update-status/", {"status": "CALL_NOT_ATTENDED", "notes": ""})

    with web(env, port):
        wait_for(port)
        return usual_and_during(env, path, run, ask, sales.took, 0.1)


def run_case(env: dict[str, str], name: str, argument: object) -> dict:
    """One case in a process of its own; what it printed last."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.case", name, str(argument)], cwd=ROOT, env=env, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{name} {argument}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
