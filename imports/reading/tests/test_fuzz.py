"""Damaged files: whatever is done to one, it ends as rows or as a refusal with a known reason, in bounded time.

`make fuzz` is the long run, through the whole import.
"""

import random
import tempfile
import time
from pathlib import Path

from .fuzz import SECONDS, mutate, outcome, samples


def run(count, seed):
    """Damages files `count` times; counts the outcomes."""
    rng = random.Random(seed)
    names, outcomes = samples(), {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        for _ in range(count):
            name = rng.choice(sorted(names))
            path.write_bytes(mutate(names[name], rng))
            started = time.monotonic()
            result = outcome(path)
            outcomes[result] = outcomes.get(result, 0) + 1
            assert time.monotonic() - started < SECONDS + 10, name
    return outcomes


def test_sixty_damaged_files():
    outcomes = run(60, seed=20260305)
    assert "timed_out" not in outcomes and outcomes["rows"] > 5


def test_undamaged_samples_are_read():
    with tempfile.TemporaryDirectory() as folder:
        for name, made in samples().items():
            if name.startswith("made"):
                path = Path(folder) / name
                path.write_bytes(made)
                assert outcome(path) == "rows", name
