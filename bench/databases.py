"""Throw-away databases, migrated once and copied for each case."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# As on a small server of its own; scripts/pg.sh alone would not even flush.
PG_SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "2GB", "work_mem": "32MB",
    "maintenance_work_mem": "256MB", "max_wal_size": "8GB", "jit": "off", "random_page_cost": "1.1",
}  # fmt: skip


class Database:
    """`fresh()` makes an empty one and gives the environment for the product's processes."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
            "SECRET_KEY": "bench-only-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "HTTPS": "0",
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "MEDIA_ROOT": str(folder / "media"),
            "MAX_UPLOAD_MB": "1000",
        }

    def migrate(self, env: dict[str, str]) -> None:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)


class Postgres(Database):
    name = "PostgreSQL"

    def __init__(self, folder: Path, *, server: Path | None = None):
        """`server`: one that runs already, and that stays."""
        super().__init__(folder)
        self._stays = server is not None
        if server:
            self.server, self._url = server, f"postgres://crm@{str(server).replace('/', '%2F')}"
            return
        options = " ".join(f"-c {name}={value}" for name, value in PG_SETTINGS.items())
        self.server = Path("/tmp") / f"crm-bench-pg.{os.getpid()}"  # a socket's path must be short
        started = subprocess.run(
            ["scripts/pg.sh", "start", str(self.server)],
            cwd=ROOT, env={**os.environ, "PG_OPTIONS": options}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        self._url = started.stdout.splitlines()[-1].rpartition("/")[0]
        self._sql("CREATE DATABASE template_crm")
        self.migrate({**self.env, "DATABASE_URL": f"{self._url}/template_crm"})

    def named(self, name: str) -> tuple[dict[str, str], bool]:
        """The environment for the database of that name, migrated, and whether it was only made now."""
        env = {**self.env, "DATABASE_URL": f"{self._url}/{name}"}
        is_new = not self._sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        if is_new:
            self._sql(f"CREATE DATABASE {name}")
        self.migrate(env)
        return env, is_new

    def fresh(self) -> dict[str, str]:
        self._sql("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        self._sql("CREATE DATABASE bench TEMPLATE template_crm")
        self._sql("CHECKPOINT")
        return {**self.env, "DATABASE_URL": f"{self._url}/bench"}

    def close(self) -> None:
        if not self._stays:
            self._stop()

    def _stop(self) -> None:
        subprocess.run(["scripts/pg.sh", "stop", str(self.server)], cwd=ROOT, check=False)

    def _sql(self, statement: str) -> str:
        command = ["psql", "-qAt", "-h", str(self.server), "-U", "crm", "-d", "postgres", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Sqlite(Database):
    name = "SQLite"

    def __init__(self, folder: Path):
        super().__init__(folder)
        self._template, self._file = folder / "template.sqlite3", folder / "bench.sqlite3"
        self.migrate({**self.env, "DATABASE_URL": f"sqlite:///{self._template}"})

    def fresh(self) -> dict[str, str]:
        for left in self.folder.glob("bench.sqlite3*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        shutil.copy(self._template, self._file)
        return {**self.env, "DATABASE_URL": f"sqlite:///{self._file}"}

    def named(self, name: str) -> tuple[dict[str, str], bool]:
        """The environment for the database of that name, migrated, and whether it was only made now."""
        file = self.folder / f"{name}.sqlite3"
        is_new = not file.exists()
        env = {**self.env, "DATABASE_URL": f"sqlite:///{file}"}
        self.migrate(env)
        return env, is_new

    def close(self) -> None:
        """The folder goes as a whole."""
