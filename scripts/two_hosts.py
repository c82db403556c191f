#!/usr/bin/env python
"""Two hosts with a web process and a worker each, one PostgreSQL, uploads in a store of objects: nothing is doubled.

    two_hosts.py [--rows 10000] [--kills 8] [--pgbouncer] [--plain] [--seed N]

The hosts are network namespaces with a name, an address and a var/ of their own (needs root and `ip`). Without them, or
with --plain, they are processes with a var/ of their own on ports of this machine, and the first line says so.
--pgbouncer puts a pgbouncer in transaction mode between them and the database.

First the same request goes to both hosts: signing in, being locked out, an upload, a tap, an outcome. Then both workers
import a large file and undo it, while web processes and workers are killed (-9) at random. Customers, counts, problem
rows and histories have to be those of an undisturbed run on one host. Ends with 1 on any difference.
"""

import argparse
import collections
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import kill_test
from kill_test import END_STATES, ROOT, Database, begin, differences, outcomes

SITE = "desk.test"  # the name under which a load balancer would offer both
PASSWORD = "a long password for two hosts"  # noqa: S105 - of a database that is thrown away
STEPS = ("import", "undo")
DEADLINE = 420


# -- inside: run with the product's settings ---------------------------------------------------------------------------


def passwords() -> None:
    """Let the manager and a counsellor sign in."""
    from accounts.models import User

    for user in User.objects.filter(username__in=("meena", "asha")):
        user.set_password(PASSWORD)
        user.save()


def count() -> None:
    """How often each thing is there that was sent to both hosts at once."""
    from customers.models import CallTap, StatusChange
    from imports.models import Import

    small = Import.objects.filter(original_name="small.csv")
    found = {
        "imports": small.count(),
        "added by it": sum(small.values_list("created", flat=True)),
        "states": sorted(set(small.values_list("state", flat=True))),
        "taps": CallTap.objects.count(),
        "outcomes": StatusChange.objects.filter(notes="sent to both").count(),
    }
    print(json.dumps(found))


# -- hosts -------------------------------------------------------------------------------------------------------------


def run(*command: str, **more) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


class Host:
    """One machine: a name, an address, a var/ of its own."""

    def __init__(self, name: str, folder: Path, address: str, port: int, namespace: str = ""):
        self.name, self.address, self.port, self.namespace = name, address, port, namespace
        self.var = folder / name
        self.var.mkdir()
        self.running: dict[str, subprocess.Popen] = {}

    def command(self, *command: str) -> list[str]:
        if not self.namespace:
            return list(command)
        inside = f'hostname {self.name} && mount --bind "{self.var}" "{ROOT / "var"}" && exec "$@"'
        unshare = ["unshare", "--mount", "--uts", "bash", "-c", inside, "bash"]
        return ["ip", "netns", "exec", self.namespace, *unshare, *command]

    def start(self, what: str, database: Database) -> None:
        """`what`: web or worker."""
        serve = f"-m gunicorn crm.wsgi --bind {self.address}:{self.port} --workers 1 --threads 4 --no-control-socket"
        words = serve.split() if what == "web" else ["manage.py", "worker"]
        log = open(self.var / f"{what}.log", "ab")  # noqa: SIM115 - belongs to the process
        env = {**database.env, "MEDIA_ROOT": str(self.var / "nothing is kept here")}
        self.running[what] = subprocess.Popen(
            self.command(sys.executable, *words), cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, what: str) -> None:
        process = self.running.pop(what, None)
        if process:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it had ended by itself
            process.wait()


@contextmanager
def namespaces(folder: Path) -> Iterator[tuple[str, list[Host]]]:
    """A bridge with this machine at .1 and two hosts at .2 and .3. Gives this machine's address and the hosts."""
    number = os.getpid() % 200 + 20
    bridge, net = f"crm{number}", f"10.77.{number}"
    names = [f"crm{number}{letter}" for letter in "ab"]
    with ExitStack() as undo:
        run("ip", "link", "add", bridge, "type", "bridge")
        undo.callback(run, "ip", "link", "del", bridge)
        run("ip", "addr", "add", f"{net}.1/24", "dev", bridge)
        run("ip", "link", "set", bridge, "up")
        for place, name in enumerate(names, start=2):
            run("ip", "netns", "add", name)
            undo.callback(run, "ip", "netns", "del", name)
            run("ip", "link", "add", f"{name}o", "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "set", f"{name}o", "master", bridge, "up")
            run("ip", "-n", name, "addr", "add", f"{net}.{place}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            run("ip", "-n", name, "link", "set", "lo", "up")
        (ROOT / "var").mkdir(exist_ok=True)
        yield f"{net}.1", [Host(f"host-{n[-1]}", folder, f"{net}.{i}", 8160, n) for i, n in enumerate(names, start=2)]


@contextmanager
def plain(folder: Path) -> Iterator[tuple[str, list[Host]]]:
    yield "127.0.0.1", [Host(f"host-{letter}", folder, "127.0.0.1", 8160 + n) for n, letter in enumerate("ab")]


def can_have_namespaces() -> bool:
    if os.geteuid() or not shutil.which("ip"):
        return False
    return subprocess.run(["unshare", "--net", "--mount", "--uts", "true"], check=False).returncode == 0


# -- what they share ---------------------------------------------------------------------------------------------------


@contextmanager
def process(*command: str, **more) -> Iterator[subprocess.Popen]:
    started = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **more)
    try:
        yield started
    finally:
        started.terminate()
        started.wait()


@contextmanager
def postgres(address: str) -> Iterator[str]:
    """A private server that listens at `address`. Gives the start of its databases' addresses."""
    folder = tempfile.mkdtemp(prefix="crm-two.", dir="/tmp")  # noqa: S108 - a socket's path has to be short
    env = {**os.environ, "PG_OPTIONS": f"-c listen_addresses={address} -c max_connections=60"}
    try:
        run("scripts/pg.sh", "start", folder, cwd=ROOT, env=env)
        with open(f"{folder}/data/pg_hba.conf", "a") as rules:
            rules.write("host all all 10.77.0.0/16 trust\nhost all all 127.0.0.1/32 trust\n")
        os.kill(int(Path(f"{folder}/data/postmaster.pid").read_text().split()[0]), signal.SIGHUP)
        yield f"postgres://crm@{address}:5432"
    finally:
        subprocess.run(["scripts/pg.sh", "stop", folder], cwd=ROOT, check=False)


@contextmanager
def pgbouncer(address: str, folder: Path) -> Iterator[str]:
    """In transaction mode, with fewer connections to the database than processes: they have to share."""
    settings = folder / "pgbouncer.ini"
    users = folder / "users.txt"
    users.write_text('"crm" ""\n')
    said = {
        "listen_addr": address,
        "listen_port": 8165,
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": users,
        "pool_mode": "transaction",
        "default_pool_size": 4,
        "max_client_conn": 200,
    }
    lines = [f"{name} = {value}" for name, value in said.items()]
    settings.write_text("\n".join(["[databases]", f"* = host={address} port=5432", "[pgbouncer]", *lines, ""]))
    binary = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    for path in (settings, users):
        path.chmod(0o644)
    folder.chmod(0o755)
    become = ["--user", "postgres"] if os.geteuid() == 0 else []
    log = open(folder / "pgbouncer.log", "wb")  # noqa: SIM115 - belongs to the process
    with process(binary, *become, str(settings), stdout=log, stderr=log):
        time.sleep(1)
        yield f"postgres://crm@{address}:8165"


def made(base: str, name: str, template: str = "") -> None:
    import psycopg2

    with closing(psycopg2.connect(f"{base}/postgres")) as server:
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name} {template}")


def database(base: str, name: str, store: str, folder: Path, *, bouncer: bool = False) -> Database:
    found = Database(f"{base}/{name}", folder)
    options = json.dumps({"url": store})
    found.env |= {"MEDIA_STORAGE": "scripts.object_store.ObjectStorage", "MEDIA_STORAGE_OPTIONS": options}
    found.env |= {"ALLOWED_HOSTS": SITE, "PGBOUNCER": "1" if bouncer else "0"}
    return found


# -- a visitor whose load balancer sends her to either -----------------------------------------------------------------


class Visitor:
    """Keeps her cookies, whichever host she is sent to."""

    def __init__(self):
        self.cookies: dict[str, str] = {}

    def send(
        self,
        host: Host,
        method: str,
        path: str,
        data: dict | None = None,
        *,
        file: bytes = b"",
        wish="application/json",
    ) -> tuple[int, bytes]:
        """The code and the body of the answer."""
        headers = {"Host": SITE, "Accept": wish, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if file:
            mark = uuid.uuid4().hex
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
            body = _multipart(mark, data or {}, file)
        elif data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(data).encode()
        with closing(http.client.HTTPConnection(host.address, host.port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read()

    def sign_in(self, host: Host, username: str, password: str = PASSWORD) -> int:
        self.send(host, "GET", "/login/", wish="text/html")  # for the cookie against forged forms
        return self.send(host, "POST", "/login/", {"username": username, "password": password})[0]


def _multipart(mark: str, data: dict, file: bytes) -> bytes:
    parts = [(f'name="{name}"', str(value).encode()) for name, value in data.items()]
    parts.append(('name="file"; filename="small.csv"', file))
    heads = [f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() for head, _ in parts]
    body = b"".join(head + value + b"\r\n" for head, (_, value) in zip(heads, parts, strict=True))
    return body + f"--{mark}--\r\n".encode()


def at_once(*acts) -> list:
    """What each gave; all of them begin together."""
    found, gate = [None] * len(acts), threading.Barrier(len(acts))

    def act(place: int) -> None:
        gate.wait()
        found[place] = acts[place]()

    threads = [threading.Thread(target=act, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# -- the test ----------------------------------------------------------------------------------------------------------


class Test:
    def __init__(self, hosts: list[Host]):
        self.hosts, self.failed = hosts, 0

    def say(self, what: str, got, wanted) -> None:
        well = got == wanted
        self.failed += not well
        print(f"  {'ok ' if well else 'NOT'} {what}" + ("" if well else f": {got!r}, wanted {wanted!r}"), flush=True)

    def start(self, where: Database) -> None:
        for host in self.hosts:
            host.start("web", where)
            host.start("worker", where)
        for host in self.hosts:
            _until(lambda host=host: _answers(host), f"{host.name} does not answer")

    def stop(self) -> None:
        for host in self.hosts:
            for what in ("web", "worker"):
                host.kill(what)

    def the_same_request_to_both(self, where: Database) -> None:
        one, other = self.hosts
        meena, stranger = Visitor(), Visitor()
        self.say("signed in on the one", meena.sign_in(one, "meena"), 200)
        self.say("known on the other", meena.send(other, "GET", "/import/history/")[0], 200)
        tried = [stranger.sign_in(host, "asha", "wrong") for host in (one, other, one, other, one)]
        locked = stranger.sign_in(other, "asha")
        self.say("five wrong passwords on both lock out on either", (set(tried[:4]), locked), ({400}, 429))
        file = b"Name,Phone\nNew One,9700000001\nNew Two,9700000002\n"
        form = {"token": uuid.uuid4().hex}
        sent = at_once(*(lambda h=h: meena.send(h, "POST", "/import/", form, file=file)[0] for h in self.hosts))
        self.say("the same upload to both at once is taken", {status // 100 for status in sent}, {2})
        found = json.loads(meena.send(one, "GET", "/customers/?page_size=1")[1])["results"][0]["id"]
        at_once(*(lambda h=h: meena.send(h, "POST", f"/customers/{found}/tap/", {"kind": "call"}) for h in self.hosts))
        outcome = {"status": "INTERESTED", "notes": "sent to both", "client_token": uuid.uuid4().hex}
        url = f"/customers/{found}/update-status/"
        sent = at_once(*(lambda h=h: meena.send(h, "POST", url, outcome)[0] for h in self.hosts))
        self.say("the same outcome to both at once is taken", set(sent), {200})
        _until(lambda: counted(where)["states"] == ["done"], "the small file is not imported")
        wanted = {"imports": 1, "added by it": 2, "states": ["done"], "taps": 1, "outcomes": 1}
        self.say("and each is there once", counted(where), wanted)
        listed = json.loads(meena.send(other, "GET", "/import/history/")[1])
        small = next(row for row in listed["results"] if "small.csv" in json.dumps(row))
        had = meena.send(other, "GET", f"/import/{small['import']}/file/")[1]
        self.say("the file is had from the other", had, file)

    def killed(self, where: Database, step: str, kills: int, draw: random.Random) -> collections.Counter:
        """Bring a step to its end while processes of both hosts are killed and started again."""
        hits, end = collections.Counter(), time.monotonic() + DEADLINE
        begin(where, step, STEPS)
        while where.standing()[0] not in END_STATES:
            if time.monotonic() > end:
                raise SystemExit(f"Not done after {DEADLINE} s: {where.standing()}")
            time.sleep(draw.uniform(0.2, 1.5))
            if sum(hits.values()) < kills and where.standing()[0] not in END_STATES:
                host, what = draw.choice(self.hosts), draw.choice(["worker", "worker", "web"])
                host.kill(what)
                hits[f"{host.name} {what}"] += 1
                other = next(one for one in self.hosts if one is not host)
                if what == "web" and not _answers(other):
                    self.say(f"{other.name} answers while {host.name} is down", False, True)
                time.sleep(draw.uniform(0.1, 1))
                host.start(what, where)
        return hits


def counted(where: Database) -> dict:
    return json.loads(where.run(sys.executable, str(Path(__file__).resolve()), "--inside", "count"))


def _answers(host: Host) -> bool:
    try:
        with closing(http.client.HTTPConnection(host.address, host.port, timeout=5)) as connection:
            connection.request("GET", "/healthz/", headers={"Host": SITE})
            return connection.getresponse().status == 200
    except OSError:
        return False


def _until(reached, otherwise: str, seconds: int = 90) -> None:
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise SystemExit(otherwise)
        time.sleep(0.3)


def test(options: argparse.Namespace, folder: Path) -> bool:
    is_plain = options.plain or not can_have_namespaces()
    kind = "processes of this machine (no network namespaces here)" if is_plain else "network namespaces"
    print(f"seed {options.seed}; the hosts are {kind}", flush=True)
    with ExitStack() as stack:
        address, hosts = stack.enter_context(plain(folder) if is_plain else namespaces(folder))
        base = stack.enter_context(postgres(address))
        (folder / "store").mkdir()
        stack.enter_context(process(sys.executable, "scripts/object_store.py", str(folder / "store"), address, "8164"))
        shared, store = base, f"http://{address}:8164"
        made(base, "template")
        template = database(base, "template", store, folder)
        template.run(sys.executable, "manage.py", "migrate", "--verbosity", "0")
        template.inside("prepare", options.rows, options.seed, 0)
        template.run(sys.executable, str(Path(__file__).resolve()), "--inside", "passwords")
        for name in ("calm", "harsh"):
            made(base, name, "TEMPLATE template")
        wanted, _ = kill_test.calm_run(database(base, "calm", store, folder), STEPS)
        print(f"undisturbed: {outcomes(wanted['import'])}", flush=True)
        if options.pgbouncer:
            shared = stack.enter_context(pgbouncer(address, folder))
            print("from here on through pgbouncer, pool_mode=transaction, 4 connections", flush=True)
        harsh = database(shared, "harsh", store, folder, bouncer=options.pgbouncer)
        for host in hosts:
            subprocess.run(
                host.command(sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"),
                cwd=ROOT, env=harsh.env, check=True,
            )  # fmt: skip
        return _disturbed(Test(hosts), harsh, wanted, options)


def _disturbed(running: Test, harsh: Database, wanted: dict, options: argparse.Namespace) -> bool:
    draw = random.Random(options.seed)
    try:
        running.start(harsh)
        for step in STEPS:
            hits = running.killed(harsh, step, options.kills, draw)
            found = differences(wanted[step], harsh.snapshot())
            running.say(f"{step}: the same after {sum(hits.values())} kills {dict(sorted(hits.items()))}", found, [])
        running.the_same_request_to_both(harsh)
        logs = [(host.name, (host.var / "web.log").read_text()) for host in running.hosts]
        running.say("no web process failed", [name for name, said in logs if "Traceback" in said], [])
    finally:
        running.stop()
    return not running.failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=8, help="of each step")
    parser.add_argument("--pgbouncer", action="store_true")
    parser.add_argument("--plain", action="store_true", help="no network namespaces")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--keep", type=Path, help="copy the logs there at the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-two-") as folder:
        try:
            well = test(options, Path(folder))
        finally:
            if options.keep:
                shutil.copytree(folder, options.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("static"))
    print("All as on one undisturbed host." if well else "NOT the same.")
    return 0 if well else 1


def inside(role: str) -> None:
    import django

    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    django.setup()
    {"passwords": passwords, "count": count}[role]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        sys.exit(main())
