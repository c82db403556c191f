#!/usr/bin/env python
"""Kills the worker (-9) at random moments of an import, and of undoing it, and compares with an undisturbed run.

    kill_test.py [--database sqlite|postgres|both] [--rows 20000] [--kills 20] [--rounds 5] [--checked] [--seed N]

On each database: a team, known customers and a large file are made once; one copy of that is imported and undone in
peace, the others by a worker that is killed again and again, alone or together with its reading child, or that loses
the child alone. With --checked the file is counted first, then imported as shown and the new ones are dealt out, with
kills at every step. Afterwards customers, counts, problem rows and histories have to be the same, ids and times aside.
Ends with 1 on any difference.
"""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
STANDSTILL = 60  # seconds without a step forward
DEADLINE = 240  # seconds for one import or undo, kills included
END_STATES = ("done", "checked", "undone", "failed", "refused", "cancelled", "needs_mapping")


# -- inside: run with the product's settings, one process a call -------------------------------------------------------


def prepare(rows: int, seed: int, checked: int) -> None:
    """A team, customers who are known (some of them worked on), and the file, uploaded and waiting."""
    import io
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import User
    from customers import actions as work
    from customers.models import Customer, Status
    from imports import actions, tasks

    draw, now = random.Random(seed), timezone.now()
    by = User.objects.create_user("meena", password=None, role="manager")
    team = [User.objects.create_user(name, password=None, role="sales") for name in ("asha", "ravi", "zoya")]

    def send(content: str, name: str, **options):
        file = io.BytesIO(content.encode())
        return actions.upload(file=file, original_name=name, by=by, now=now, options=options)

    first = send(known_file(draw, rows // 5), "known.csv")
    tasks.run_import.call(str(first.pk))
    people = list(Customer.objects.order_by("phone_number")[: rows // 100])
    for number, customer in enumerate(people):
        act = {"customer": customer, "by": team[number % 3], "now": now}
        if number % 3 == 0:
            work.edit_customer(**act, area="Edited by hand")
        elif number % 3 == 1:
            work.record_status(**act, status=Status.objects.get(pk="INTERESTED"), notes="asks for fees")
        else:
            work.set_follow_up(**act, due_at=now + timedelta(days=3))
    deal = {"how": "even", "among": [person.pk for person in team], "seed": seed}
    send(large_file(draw, rows), "large.csv", **({"dry_run": True, "deal": deal} if checked else {}))


HEADER = "Name,Phone,Area,Date,Remark,Email,Source,Course,Other phone,Status,Counsellor,Fees paid"


def known_file(draw: random.Random, count: int) -> str:
    lines = [f"Person {n},98{n:08d},{draw.choice(['', 'Kochi'])},01/03/2026,,,Fair,BCA,,,," for n in range(count)]
    return "\n".join([HEADER, *lines])


def large_file(draw: random.Random, count: int) -> str:
    """New people, known ones (updated, unchanged, by another name), repeats, rows that cannot be taken."""
    known, lines = count // 5, []
    for n in range(count):
        kind = draw.choices(["new", "known", "same", "other", "twice", "bad", "odd"], [58, 15, 5, 3, 9, 6, 4])[0]
        number = draw.randrange(known) if kind in ("known", "same", "other") else 10_000_000 + n
        name = f"Person {number}"
        if kind == "same":
            line = [name, f"98{number:08d}"] + [""] * 10
        elif kind == "other":
            line = [f"Somebody Else {n}", f"98{number:08d}"] + [""] * 10
        elif kind == "twice" and lines:
            lines.append(draw.choice(lines[-3000:]))
            continue
        elif kind == "bad":
            line = [name, draw.choice(["", "12345", "1234567890", "call later"])] + [""] * 10
        else:
            line = full_line(draw, name, number, n, fuller=kind == "known", bad_date=kind == "odd")
        lines.append(",".join(line))
    return "\n".join([HEADER, *lines])


def full_line(draw: random.Random, name: str, number: int, n: int, *, fuller: bool, bad_date: bool) -> list[str]:
    is_new = number >= 10_000_000
    return [
        f"{name} Nair" if fuller else name,
        f"98{number:08d}",
        draw.choice(["Kochi", "Aluva", "Edapally", ""]),
        "31/02/2026" if bad_date else f"{draw.randint(1, 28):02d}/0{draw.randint(1, 9)}/2026",
        draw.choice(["", f"remark {n}"]),
        draw.choice(["", f"p{n}@example.in"]),
        draw.choice(["", "Fair", "Website", f"Campaign {draw.randint(1, 40)}"]),
        draw.choice(["", "BCA", "BBA", f"Course {draw.randint(1, 9)}"]),
        draw.choice(["", "", f"97{n:08d}"]),
        draw.choice(["", "", "Interested", "Call Not Attended"]) if is_new else "",
        draw.choice(["", "", "asha", "ravi"]) if is_new else "",
        draw.choice(["", str(n)]),
    ]


def ask_for_undo() -> None:
    from django.utils import timezone

    from imports import actions
    from imports.models import Import

    import_ = Import.objects.get(original_name="large.csv")
    actions.undo(import_=import_, by=import_.uploaded_by, now=timezone.now())


def go_ahead() -> None:
    from django.utils import timezone

    from imports import actions
    from imports.models import Import

    import_ = Import.objects.get(original_name="large.csv")
    counted = import_.check_result.get("round", 0)
    actions.go_ahead(import_=import_, counted=counted, by=import_.uploaded_by, now=timezone.now())


def snapshot() -> None:
    """Everything that may not depend on kills, as JSON: rows by what identifies them to a person."""
    from customers import models as c
    from imports.models import Import, ImportRow, StagedSlice

    people = {
        pk: f"{number} {person}"
        for pk, number, person in c.Customer.objects.values_list(*"pk phone_number person".split())
    }
    words = {model: dict(model.objects.values_list("pk", "name")) for model in (c.Source, c.Course)}
    origins = dict(c.Origin.objects.values_list("pk", "label"))
    batches = dict(c.Batch.objects.values_list("pk", "kind"))
    files = dict(Import.objects.values_list("pk", "original_name"))
    named = {
        "customer_id": people,
        "origin_id": origins,
        "source_id": words[c.Source],
        "course_id": words[c.Course],
        "import_id": files,
        "batch_id": batches,
    }

    def said(value):
        if isinstance(value, dict):
            return {key: named[key].get(one, one) if key in named and one else said(one) for key, one in value.items()}
        return [said(one) for one in value] if isinstance(value, list | tuple) else value

    def all_of(model, *without: str) -> list[str]:
        left_out = {"id", "created_at", "updated_at", "assigned_at", "at", "changed_at", "happened_at", *without}
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in left_out]
        return lines(model.objects.values(*columns))

    def lines(rows) -> list[str]:
        return sorted(json.dumps(said(row), default=str, sort_keys=True) for row in rows)

    counted = "state rows created updated unchanged duplicate_in_file rejected warned done_rows read_rows".split()
    problems = ImportRow.objects.filter(raw__isnull=False)
    found = {
        "imports": lines(Import.objects.values("original_name", *counted, "mapping", "notes", "undo_counts")),
        "customers": all_of(c.Customer, "last_contact_at", "next_follow_up_at"),
        "staged slices": [str(StagedSlice.objects.count())],
        "problem rows": lines(problems.values("import_id", "number", "raw", "reason", "warnings")),
        "import rows": all_of(ImportRow),
        **{model.__name__: all_of(model) for model in (c.Enquiry, c.ContactNumber, c.Source, c.Course, c.Origin)},
        "FieldChange": all_of(c.FieldChange),
        "StatusChange": all_of(c.StatusChange, "client_token"),
        "AssignmentChange": all_of(c.AssignmentChange),
    }
    print(json.dumps(found))


# -- outside: databases, workers, kills --------------------------------------------------------------------------------


class Database:
    """One database of the product, and the worker on it."""

    def __init__(self, url: str, media: Path):
        self.url, self.media = url, media
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "DATABASE_URL": url,
            "SECRET_KEY": "kill-test-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
            "MEDIA_ROOT": str(media),
            "HTTPS": "0",
            "DEBUG": "0",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[1:])} failed:\n{done.stderr}")
        return done.stdout

    def inside(self, role: str, *arguments: object) -> str:
        return self.run(sys.executable, str(Path(__file__).resolve()), "--inside", role, *map(str, arguments))

    def snapshot(self) -> dict[str, list[str]]:
        return json.loads(self.inside("snapshot"))

    def start_worker(self) -> subprocess.Popen:
        log = open(self.media / "worker.log", "ab")  # noqa: SIM115 - belongs to the worker
        command = [sys.executable, "manage.py", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def standing(self) -> tuple[str, str, int, int, int]:
        """state, worker, read_rows, rows, done_rows of the large file."""
        query = "SELECT state, worker, read_rows, rows, done_rows FROM imports_import WHERE original_name = 'large.csv'"
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)) as database:
                return database.execute(query).fetchone()
        import psycopg2

        with closing(psycopg2.connect(self.url)) as database, database.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()


@contextmanager
def databases(kind: str, folder: Path) -> Iterator:
    """`copy(name)` gives a database; the first, "template", is the one that all later ones are copies of."""
    media = folder / "media"
    media.mkdir(parents=True)
    if kind == "sqlite":

        def copy(name: str) -> Database:
            if name != "template":
                shutil.copy(folder / "template.sqlite3", folder / f"{name}.sqlite3")
            return Database(f"sqlite:///{folder / name}.sqlite3", media)

        yield copy
        return
    server = tempfile.mkdtemp(prefix="crm-kill.", dir="/tmp")  # noqa: S108 - a socket's path has to be short
    try:
        url = subprocess.run(["scripts/pg.sh", "start", server], cwd=ROOT, check=True, capture_output=True, text=True)
        base = url.stdout.split()[-1].rpartition("/")[0]

        def copy(name: str) -> Database:
            import psycopg2

            with closing(psycopg2.connect(f"{base}/postgres")) as database:
                database.autocommit = True
                template = "" if name == "template" else "TEMPLATE template"
                database.cursor().execute(f"CREATE DATABASE {name} {template}")
            return Database(f"{base}/{name}", media)

        yield copy
    finally:
        subprocess.run(["scripts/pg.sh", "stop", server], cwd=ROOT, check=False)


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def in_peace(database: Database) -> tuple[float, float]:
    """Let a worker bring the work to its end. Returns how long that took from its claim, and reading the file."""
    worker = database.start_worker()
    try:
        began, read, end = None, None, time.monotonic() + DEADLINE
        while (standing := database.standing())[0] not in END_STATES:
            if began is None and standing[1]:
                began = time.monotonic()
            if read is None and standing[0] not in ("queued", "checking"):
                read = time.monotonic()
            if time.monotonic() > end:
                raise SystemExit(f"Not done after {DEADLINE} s: {standing}")
            time.sleep(0.02)
        now = time.monotonic()
        return now - (began or now), (read or now) - (began or now)
    finally:
        worker.terminate()
        worker.wait()


def until(database: Database, reached) -> None:
    """Wait for a place, or for the end of the work."""
    last, end = None, 0.0
    while not reached(standing := database.standing()) and standing[0] not in END_STATES:
        if standing != last:
            last, end = standing, time.monotonic() + STANDSTILL
        elif time.monotonic() > end:
            raise SystemExit(f"It does not move: {standing}")
        time.sleep(0.005)


def phase(standing: tuple, rows: int) -> str:
    state, owner, read, _, done = standing
    if not owner or state == "queued":
        return "starting"
    if state == "checking":
        return "marking repeats" if read >= rows else "staging" if read else "reading"
    word = "undoing" if state == "undoing" else "writing"
    return f"{word}, at its end" if done >= 0.97 * rows else word


class Killer:
    """Works on one database and kills again and again; notes down where it struck.

    Half of its moments are anywhere in the time that is left, the others aim at the short phases.
    """

    def __init__(self, draw: random.Random, hits: collections.Counter):
        self.draw, self.hits = draw, hits

    def torment(self, database: Database, kills: int, usual: tuple[float, float], rows: int) -> int:
        """Bring the work to its end with up to so many kills. Returns how many struck before the end."""
        struck, end = 0, time.monotonic() + DEADLINE
        while struck < kills and database.standing()[0] not in END_STATES:
            if time.monotonic() > end:
                raise SystemExit(f"Not done after {DEADLINE} s: {database.standing()}")
            worker = database.start_worker()
            try:
                struck += self._strike(database, worker, usual, rows)
            finally:
                kill(worker.pid)
                worker.wait()
        if database.standing()[0] not in END_STATES:
            in_peace(database)
        return struck

    def _strike(self, database: Database, worker: subprocess.Popen, usual: tuple[float, float], rows: int) -> int:
        """Wait for this worker's claim, then for a moment of what is left to do."""
        before = database.standing()[1]
        until(database, lambda now: now[1] not in ("", before))
        standing = database.standing()
        aim = self.draw.choice(["anywhere", "anywhere", "anywhere", "reading", "marking", "finishing"])
        if aim == "marking" and standing[0] == "checking":
            until(database, lambda now: now[2] >= rows or now[0] != "checking")
            time.sleep(self.draw.uniform(0, 0.3))
        elif aim == "finishing" and standing[0] in ("running", "undoing"):
            until(database, lambda now: now[4] >= 0.97 * rows)
            time.sleep(self.draw.uniform(0, 0.3))
        elif aim == "reading" and standing[0] in ("queued", "checking"):
            time.sleep(self.draw.uniform(0, usual[1]))
        else:
            done = standing[4] / rows if standing[0] in ("running", "undoing") else 0
            time.sleep(self.draw.uniform(0, usual[0] * max(0.1, 1 - done)))
        standing = database.standing()
        if standing[0] in END_STATES:
            return 0
        self._kill(worker.pid, phase(standing, rows))
        return 1

    def _kill(self, pid: int, where: str) -> None:
        readers = children_of(pid)
        whom = self.draw.choice(["worker", "both", "child"]) if readers else "worker"
        if whom in ("child", "both"):
            for reader in readers:
                kill(reader)
        if whom in ("worker", "both"):
            kill(pid)
        else:
            time.sleep(1)  # the worker sees to it by itself; then it goes, too
        self.hits[f"{where}: {whom}"] += 1


def differences(calm: dict, harsh: dict) -> list[str]:
    """What is not the same, in a few lines."""
    found = []
    for part, rows in calm.items():
        ours = collections.Counter(harsh[part])
        ours.subtract(collections.Counter(rows))
        wrong = [(row, count) for row, count in ours.items() if count]
        found += [f"{part}: {count:+d} {row[:300]}" for row, count in wrong[:5]]
        if len(wrong) > 5:
            found.append(f"{part}: and {len(wrong) - 5} more")
    return found


def test(kind: str, folder: Path, options: argparse.Namespace) -> bool:
    """The whole test on one kind of database. Returns whether all was the same."""
    steps = ("check", "import", "undo") if options.checked else ("import", "undo")
    with databases(kind, folder) as copy:
        template = copy("template")
        template.run(sys.executable, "manage.py", "migrate", "--verbosity", "0")
        template.inside("prepare", options.rows, options.seed, int(options.checked))
        wanted, usual = calm_run(copy("calm"), steps)
        times = ", ".join(f"{step} {usual[step][0]:.1f} s" for step in steps)
        sizes = ", ".join(f"{name} {len(rows):,}" for name, rows in wanted["import"].items() if len(rows) > 1)
        print(f"{kind}: undisturbed: {times}\n  {outcomes(wanted['import'])}\n  {sizes}", flush=True)
        return tormented_runs(kind, copy, steps, wanted, usual, options)


def begin(database: Database, step: str, steps: tuple) -> None:
    if step == "undo" or (step == "import" and "check" in steps):
        database.inside(step)


def calm_run(database: Database, steps: tuple) -> tuple[dict, dict]:
    wanted, usual = {}, {}
    for step in steps:
        begin(database, step, steps)
        usual[step] = in_peace(database)
        wanted[step] = database.snapshot()
    return wanted, usual


def tormented_runs(kind: str, copy, steps: tuple, wanted: dict, usual: dict, options: argparse.Namespace) -> bool:
    hits, struck, number, all_well = collections.Counter(), collections.Counter(), 0, True
    killer = Killer(random.Random(f"{options.seed} {kind}"), hits)
    each = max(1, options.kills // options.rounds)
    while min(struck[step] for step in steps) < options.kills and number < 4 * options.rounds:
        number += 1
        harsh = copy(f"harsh{number}")
        for step in steps:
            begin(harsh, step, steps)
            kills = min(each, max(0, options.kills - struck[step]))
            struck[step] += killer.torment(harsh, kills, usual[step], options.rows)
            found = differences(wanted[step], harsh.snapshot())
            all_well = all_well and not found
            verdict = "the same" if not found else "DIFFERENT\n  " + "\n  ".join(found)
            print(f"{kind}: round {number}, {step}: {struck[step]} kills so far, {verdict}", flush=True)
    print(f"{kind}: where it struck: {dict(sorted(hits.items()))}", flush=True)
    return all_well


def outcomes(found: dict) -> str:
    large = next(json.loads(row) for row in found["imports"] if json.loads(row)["original_name"] == "large.csv")
    names = ("rows", "created", "updated", "unchanged", "duplicate_in_file", "rejected", "warned")
    return ", ".join(f"{name} {large[name]:,}" for name in names)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20, help="in all rounds together, of each step")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checked", action="store_true", help="count first, then import as shown")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rows:,} rows, {options.kills} kills in {options.rounds} rounds", flush=True)
    kinds = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    with tempfile.TemporaryDirectory(prefix="crm-kill-") as folder:
        results = [test(kind, Path(folder) / kind, options) for kind in kinds]
    print("All as in the undisturbed run." if all(results) else "NOT the same.")
    return 0 if all(results) else 1


def inside(role: str, *arguments: str) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    django.setup()
    {"prepare": prepare, "import": go_ahead, "undo": ask_for_undo, "snapshot": snapshot}[role](*map(int, arguments))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        sys.exit(main())
