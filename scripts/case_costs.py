"""What each spreadsheet of ../shared/cases costs to import, against the `budget` that expected.json gives it.

    case_costs.py [FILE...]

Every file is imported in a process of its own that has imported a small one before, so that what is counted comes on
top of an idle one. Prints time, and memory of the importing process and of the child that reads, in MB. Exit 1 when a
file goes over its budget.
"""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from throwaway import ROOT, product

CASES = ROOT.parent / "shared" / "cases"
SMALL = b"Name,Phone\nWarm up,98765 00000\n"
MIB = 1024 * 1024


def main() -> int:
    expected = json.loads((CASES / "expected.json").read_text())
    files = [Path(name) for name in sys.argv[1:]] or [CASES / name for name in sorted(expected) if name != "_about"]
    over = 0
    print(f"{'file':<32} {'time':>7} {'import':>7} {'reader':>7}  budget")
    for path in files:
        done = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, __file__, "--one", path], capture_output=True, text=True, check=True
        )
        cost = json.loads(done.stdout)
        budget = expected.get(path.name, {}).get("budget", "")
        is_over = cost["seconds"] > limit(budget, "s") or cost["import"] + cost["reader"] > limit(budget, "MB")
        over += is_over
        said = f"{cost['seconds']:5.2f} s {max(0, cost['import']):7.1f} {max(0, cost['reader']):7.1f}"
        print(f"{path.name:<32} {said}  {budget}{' OVER' if is_over else ''}".rstrip(), flush=True)
    return 1 if over else 0


def limit(budget: str, unit: str) -> float:
    """The number before a unit in 'under 2 s and under 100 MB more memory'; without one there is no limit."""
    found = re.search(rf"(\d+) {unit}\b", budget)
    return float(found[1]) if found else float("inf")


def one(path: Path) -> dict[str, float]:
    """Import one file, and measure."""
    with product() as manager:
        from imports.reading import Refused
        from imports.tests.factories import imported

        with Children() as idle_reader:
            imported(manager, SMALL)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        idle = peak("self")
        started = time.monotonic()
        with Children() as reader:
            try:
                imported(manager, path)
            except Refused:  # seen by the first bytes already, without a child
                reader.peak = idle_reader.peak
        seconds = time.monotonic() - started
        return {"seconds": seconds, "import": peak("self") - idle, "reader": reader.peak - idle_reader.peak}


class Children(threading.Thread):
    """Watches the children of this process while it is entered; `peak` is the most memory that one of them had, in MB.

    The kernel's own figure for ended children counts what they shared with their parent before they began.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0.0
        self._end = threading.Event()

    def __enter__(self) -> "Children":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        while not self._end.wait(0.002):
            for task in Path("/proc/self/task").iterdir():
                for pid in (task / "children").read_text().split():
                    if is_reader(pid):
                        self.peak = max(self.peak, peak(pid))


def is_reader(pid: str) -> bool:
    try:
        return b"imports.reading.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return False


def peak(pid: str) -> float:
    """The most memory that a process has had, in MB (Linux); 0 for one that has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        found = None
    return int(found[1]) * 1024 / MIB if found else 0.0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(Path(sys.argv[2]))))
    else:
        sys.exit(main())
