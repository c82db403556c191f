"""Damages spreadsheets by the thousand and imports each: rows, or a reason, in bounded time, whatever was done to it.

    fuzz_imports.py [--count 2000] [--seed 7] [--only TEXT] [--keep FOLDER]

The files are the tests' own samples and those of ../shared/cases. Prints how often each end came. Exit 1 when one came
that must not: an import that failed, a reason nobody knows, an exception, a time limit passed. The files that did it
are kept.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from throwaway import product

SECONDS = 60  # twice what the reading child is given, on a machine that does other things as well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2_000, help="how many damaged files (2000)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same files (7)")
    parser.add_argument("--only", default="", help="only files with this in their names")
    parser.add_argument("--keep", type=Path, help="where to keep the files that ended badly (a new temporary folder)")
    chosen = parser.parse_args()
    keep = chosen.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    keep.mkdir(parents=True, exist_ok=True)
    with product() as manager:
        ends, bad = run(chosen, keep, manager)
    for end, number in ends.most_common():
        print(f"{number:>7,}  {end}")
    print(f"{bad} of {chosen.count:,} ended as no import may" + (f"; they are in {keep}" if bad else ""))
    return 1 if bad else 0


def run(chosen: argparse.Namespace, keep: Path, manager) -> tuple[Counter, int]:
    """Import `chosen.count` damaged files. Returns how often each end came, and how many must not have come."""
    from imports.reading.tests.fuzz import mutate, samples

    logging.disable(logging.WARNING)  # a child that ended badly is what we are here for
    rng, ends, bad = random.Random(chosen.seed), Counter(), 0
    files = {name: content for name, content in samples().items() if chosen.only in name}
    for number in range(1, chosen.count + 1):
        name = rng.choice(sorted(files))
        content = mutate(files[name], rng)
        started = time.monotonic()
        end, is_allowed = end_of(content, name, manager)
        seconds = time.monotonic() - started
        if not is_allowed or seconds > SECONDS:
            bad += 1
            (keep / f"{number}-{name}").write_bytes(content)
            print(f"{number}: {name}: {end}, {seconds:.0f} s", flush=True)
        ends[end.partition("\n")[0]] += 1
        if number % 200 == 0:
            print(f"... {number:,} of {chosen.count:,}", file=sys.stderr, flush=True)
    return ends, bad


def end_of(content: bytes, name: str, manager) -> tuple[str, bool]:
    """How the import of a file ends, in a word or two, and whether an import may end so."""
    from imports.models import State
    from imports.reading import Refused
    from imports.reasons import Reason
    from imports.tests.factories import imported
    from imports.wording import refusal

    try:
        import_ = imported(manager, content, name)
        state, code, detail = import_.state, import_.file_error, import_.file_error_detail
    except Refused as refused:
        state, code, detail = State.REFUSED, refused.code, refused.detail
    except Exception:  # noqa: BLE001 - any at all is what we look for
        return f"an exception\n{traceback.format_exc()}", False
    if state == State.DONE:
        return "done", True
    end = f"{state}: {code}"
    is_known = state in (State.REFUSED, State.NEEDS_MAPPING) and code in set(Reason) and bool(refusal(code, detail))
    return end, is_known and code != Reason.TIMED_OUT


if __name__ == "__main__":
    sys.exit(main())
