"""Many people at work at once: `python -m bench.load PORT USERS SECONDS TEAM.json`; ends in JSON.

Each acts every five seconds. What they do is drawn from the same mix; a manager looks at other pages than a counsellor.
"""

import http.client
import json
import random
import sys
import threading
import time
from urllib.parse import urlencode

from bench.watch import figures

EVERY = 5.0
_TOKEN = "b" * 32
WORDS = ["sharma", "nair", "kochi", "98450", "priya", "rao", "kumar", "adyar"]


class Person(threading.Thread):
    def __init__(self, port: int, cookie: str, who: dict, until: float, seed: int):
        super().__init__(daemon=True)
        self.port, self.who, self.until = port, who, until
        self.draw = random.Random(seed)  # noqa: S311 - the same work every time
        self.headers = {"Cookie": f"{cookie}={who['session']}; csrftoken={_TOKEN}", "X-CSRFToken": _TOKEN}
        self.took: list[float] = []
        self.errors: list[str] = []

    def run(self) -> None:
        time.sleep(self.draw.random() * EVERY)
        while time.monotonic() < self.until:
            begun = time.monotonic()
            method, url, values = self._next()
            self._ask(method, url, values)
            time.sleep(max(0.0, EVERY - (time.monotonic() - begun)))

    def _next(self) -> tuple[str, str, dict | None]:
        draw = self.draw
        search = f"/customers/?{urlencode({'search': draw.choice(WORDS)})}"
        if self.who["manager"]:
            pages = ["/customers/", "/customers/?status=INTERESTED", search, "/customers/unassigned/", "/team/"]
            return "GET", draw.choice([*pages, "/dashboard/manager/"]), None
        if not self.who["customers"]:
            return "GET", "/customers/", None
        one = f"/customers/{draw.choice(self.who['customers'])}/"
        kind = draw.random()
        if kind < 0.15:
            return "POST", f"{one}update-status/", {"status": "FOLLOW_UP", "notes": "asked to call again"}
        pages = ["/customers/", "/customers/?status=INTERESTED", search, one, one, "/customers/next/", "/follow-ups/"]
        return "GET", draw.choice([*pages, "/dashboard/sales/"]), None

    def _ask(self, method: str, url: str, values: dict | None) -> None:
        kind = {"Accept": "text/html"} if values is None else {"Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request(method, url, values and urlencode(values), {**self.headers, **kind})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            if answer.status != 200:
                self.errors.append(f"{method} {url}: {answer.status}")
        except OSError as error:
            self.errors.append(f"{method} {url}: {error!r}")
        self.took.append(time.perf_counter() - begun)


def main() -> None:
    port, users, seconds = (int(given) for given in sys.argv[1:4])
    with open(sys.argv[4]) as file:
        team = json.load(file)
    # Managers are one in forty, as in the world.
    people = sorted(team["people"], key=lambda who: not who["manager"])[: max(1, users // 40)]
    people += [who for who in team["people"] if not who["manager"]][: users - len(people)]
    begun, used = time.monotonic(), time.process_time()
    at_work = [Person(port, team["cookie"], who, begun + seconds, seed) for seed, who in enumerate(people)]
    for person in at_work:
        person.start()
    for person in at_work:
        person.join()
    errors = [error for person in at_work for error in person.errors]
    cores = (time.process_time() - used) / (time.monotonic() - begun)
    took = [one for person in at_work for one in person.took]
    print(json.dumps({**figures(took), "users": users, "errors": len(errors), "first": errors[:3], "cores": cores}))


if __name__ == "__main__":
    main()
