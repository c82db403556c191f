"""Takes out each permission lock in turn and runs the permission tests, which must notice every one.

    lock_mutants.py [--list] [--only TEXT]... [--jobs N]

A lock is a role decorator on a view, a `visible_to(user)` on a query, or a `customer_for(user, id)`. Each is located in
the syntax tree and removed from a copy of the tree; then the permission matrix and the leak tests run there. Only how
the product behaves may kill a mutant: the decorator's label stays (a check reads it), and the tests that read the code
are not run. Exit 0: all killed; 1: survivors; 2: the runs themselves do not work.
"""

import argparse
import ast
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "crm", "customers", "imports", "dashboards")
ACCESS = "accounts/access.py"
TESTS = (
    "tests/test_permission_matrix.py",
    "tests/test_leaks.py",
    "tests/test_leaks_merged.py",
    "tests/test_leaks_events.py",
)
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache", ".hypothesis", "*.sqlite3*")
SECONDS_A_RUN = 900
KILLED, SURVIVED = 1, 0  # pytest's exit codes for "some failed" and "all passed"

# What stands in for a lock. The decorator's stand-in keeps the label and drops the guard.
LABEL_ONLY = (
    "(lambda lock: lambda view: (setattr(view, 'allowed_roles', getattr(lock(view), 'allowed_roles', ())), view)[1])"
    "({lock})"
)
UNSCOPED = (
    "__import__('django.shortcuts', fromlist=['*']).get_object_or_404("
    "__import__('customers.models', fromlist=['*']).Customer, pk={pk})"
)


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    start: int  # byte offsets in the file
    end: int
    lock: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.lock}"

    @property
    def nearest(self) -> tuple[str, ...]:
        """The matrix's rows named like the view, or the tests that look for traces of a colleague's customer."""
        _, on, view = self.lock.partition(" on ")
        return (TESTS[0], "-k", view) if on else TESTS[1:]

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]


class Source:
    """A file with the byte offsets of its syntax tree's nodes."""

    def __init__(self, path: Path) -> None:
        self.bytes = path.read_bytes()
        self.tree = ast.parse(self.bytes)
        self.line_starts = [0]
        for line in self.bytes.splitlines(keepends=True):
            self.line_starts.append(self.line_starts[-1] + len(line))

    def start(self, node: ast.expr) -> int:
        return self.line_starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr) -> int:
        return self.line_starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr) -> str:
        return self.bytes[self.start(node) : self.end(node)].decode()


def called_name(node: ast.AST) -> str:
    """`name` for the expressions name, name(…), module.name and module.name(…)."""
    if isinstance(node, ast.Call):
        node = node.func
    return getattr(node, "id", getattr(node, "attr", ""))


def role_decorators() -> set[str]:
    """The names in accounts/access.py that guard a view: those that set its label, and their short forms."""
    names = set()
    tree = Source(ROOT / ACCESS).tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            if any(isinstance(part, ast.Attribute) and part.attr == "allowed_roles" for part in ast.walk(node)):
                names.add(node.name)
    for node in tree.body:
        if isinstance(node, ast.Assign) and called_name(node.value) in names:
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def files() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"tests", "migrations"}.intersection(path.relative_to(ROOT).parts):
                yield path


def mutants() -> Iterator[Mutant]:
    decorators = role_decorators()
    for path in files():
        source, name = Source(path), path.relative_to(ROOT).as_posix()
        for node in ast.walk(source.tree):
            for decorator in getattr(node, "decorator_list", ()):
                # Also inside method_decorator(…) and the like.
                for part in ast.walk(decorator):
                    if isinstance(part, ast.Call | ast.Name) and called_name(part) in decorators:
                        lock = source.text(part)
                        text = LABEL_ONLY.format(lock=lock)
                        label = f"@{lock} on {node.name}"
                        yield Mutant(name, part.lineno, source.start(part), source.end(part), label, text)
                        break
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr == "visible_to":
                start = source.end(node.func.value)
                label = f".visible_to({', '.join(source.text(argument) for argument in node.args)})"
                yield Mutant(name, node.end_lineno, start, source.end(node), label, ".all()")
            if called_name(node) == "customer_for" and len(node.args) > 1:
                text = UNSCOPED.format(pk=source.text(node.args[1]))
                yield Mutant(name, node.lineno, source.start(node), source.end(node), source.text(node), text)


def run_tests(tree: Path, *nearest: str) -> tuple[int, str]:
    """pytest's exit code and the end of what it said; `nearest` selects some of the tests."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # an edit within the same second must not meet a stale cache
    command = [
        sys.executable,
        "-m",
        "pytest",
        *(nearest or TESTS),
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
    ]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS_A_RUN,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end after {SECONDS_A_RUN} s"
    return done.returncode, done.stdout[-3000:]


def try_out(mutant: Mutant, trees: queue.Queue) -> tuple[Mutant, int, str]:
    tree = trees.get()
    target = tree / mutant.path
    original = target.read_bytes()
    try:
        target.write_bytes(mutant.apply(original))
        # The tests most likely to notice first; what they let pass has to face all of them.
        code, output = run_tests(tree, *mutant.nearest)
        if code != KILLED:
            code, output = run_tests(tree)
    finally:
        target.write_bytes(original)
        trees.put(tree)
    verdict = {KILLED: "killed", SURVIVED: "SURVIVED"}.get(code, f"ERROR (pytest exit {code})")
    print(f"{verdict:9} {mutant}", flush=True)
    return mutant, code, output


def try_all(chosen: list[Mutant], jobs: int) -> list[tuple[Mutant, int, str]]:
    with tempfile.TemporaryDirectory(prefix="lock-mutants-") as folder:
        trees: queue.Queue = queue.Queue()
        for number in range(jobs):
            tree = Path(folder) / str(number)
            shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
            (tree / "var").mkdir()
            trees.put(tree)
        code, output = run_tests(tree)
        if code != 0:
            print(output)
            sys.exit(f"The tests do not pass before any lock is taken out (pytest exit {code}).")
        print("The tests pass with all locks in place.", flush=True)
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(lambda mutant: try_out(mutant, trees), chosen))


def main() -> int:
    parser = argparse.ArgumentParser(description="Take out each permission lock in turn; the tests must notice.")
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    parser.add_argument("--only", action="append", metavar="TEXT", help="those whose name contains it (repeatable)")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [mutant for mutant in mutants() if any(text in str(mutant) for text in options.only or [""])]
    if options.list:
        print(*chosen, f"{len(chosen)} mutants", sep="\n")
        return 0
    if not chosen:
        print("No lock found to take out.")
        return 2
    begun = time.monotonic()
    results = try_all(chosen, options.jobs)
    survivors = [mutant for mutant, code, _ in results if code == SURVIVED]
    errors = [(mutant, output) for mutant, code, output in results if code not in (KILLED, SURVIVED)]
    for mutant, output in errors:
        print(f"\n{mutant} could not be judged:\n{output}")
    for mutant in survivors:
        print(f"Survivor: {mutant}")
    print(f"{len(results)} mutants, {len(survivors)} survivors ({time.monotonic() - begun:.0f} s)")
    if errors:
        return 2
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
