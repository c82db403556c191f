#!/usr/bin/env python
"""Runs the web server and the worker; one Ctrl-C (or TERM, or a closed terminal) stops both.

    serve.py                runs them; under DEBUG=1 the web server is Django's, which reloads
    serve.py --check-port   only says whether HOST:PORT is free

Each child has a session of its own, so that the terminal's Ctrl-C reaches only this process and each child is told to
stop exactly once: the worker takes a second signal as "abandon the running task".
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST, PORT = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
GRACE_SECONDS = float(os.environ.get("GRACE", "20"))
RESTARTS_A_MINUTE = 5  # at once; a worker that ends more often is started again after a pause
PAUSE_SECONDS = 10
PR_SET_PDEATHSIG = 1

address = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"


def web_command() -> list[str]:
    if os.environ.get("DEBUG") == "1":
        return [sys.executable, "manage.py", "runserver", address]
    size = ["--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "4"]
    # A filter in Malayalam with a place in the list, quoted once more behind the login page's ?next=, is a long line.
    size += ["--limit-request-line", "8190"]
    # The control socket would lie in the home directory, one for all servers of this user.
    return [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", address, *size, "--no-control-socket"]


def worker_command() -> list[str]:
    return [sys.executable, "manage.py", "worker"]


def stop_if_the_parent_dies() -> None:
    """Ask the kernel for a TERM when the parent is killed, so that nothing is left behind holding the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def port_problem() -> str:
    """Why HOST:PORT cannot be served, or nothing."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(HOST, int(PORT), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except (OSError, ValueError, OverflowError) as error:
        return f"{address} cannot be served ({error}). Choose another port: PORT=8001 make run"
    return ""


class Supervisor:
    """Two children, one stop."""

    def __init__(self) -> None:
        self.stopping = False
        self.restarts: list[float] = []
        self.paused_until = 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, self.request_stop)
        self.web = self.start(web_command())
        self.worker = self.start(worker_command())

    def request_stop(self, number, frame) -> None:
        self.stopping = True

    @staticmethod
    def start(command: list[str]) -> subprocess.Popen:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=stop_if_the_parent_dies
        )

    def watch(self) -> int:
        """Keep both alive until a stop is asked for or the web server ends; returns the exit code."""
        while not self.stopping:
            time.sleep(0.2)
            if self.web.poll() is not None:
                print("The web server has ended.", file=sys.stderr)
                return self.web.returncode or 1
            if self.worker.poll() is not None and not self.stopping:
                self.restart_worker()
        return 0

    def restart_worker(self) -> None:
        """Whatever ends the worker, the pages stay: they say that no worker answers."""
        now = time.monotonic()
        if now < self.paused_until:
            return
        self.restarts = [moment for moment in self.restarts if moment > now - 60]
        if len(self.restarts) >= RESTARTS_A_MINUTE and not self.paused_until:
            print(f"The worker keeps ending; the next start is in {PAUSE_SECONDS} s.", file=sys.stderr)
            self.paused_until = now + PAUSE_SECONDS
            return
        self.paused_until = 0.0
        self.restarts.append(now)
        print(f"The worker has ended (code {self.worker.returncode}); starting it again.", file=sys.stderr)
        self.worker = self.start(worker_command())

    def stop(self) -> None:
        """One TERM each; whoever is still there after the grace time is killed, helpers included."""
        children = (self.web, self.worker)
        for child in children:
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + GRACE_SECONDS
        for child in children:
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                print("Not done in time; a task that was running goes on at the next start.", file=sys.stderr)
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # the usual case: the whole group has ended by itself
            child.wait()


def main() -> int:
    if problem := port_problem():
        print(problem, file=sys.stderr)
        return 1
    if "--check-port" in sys.argv[1:]:
        return 0
    if "MAKELEVEL" in os.environ:
        stop_if_the_parent_dies()
    supervisor = Supervisor()
    print(f"Open http://{address}/  (Ctrl-C stops the server and the worker)", flush=True)
    try:
        return supervisor.watch()
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
