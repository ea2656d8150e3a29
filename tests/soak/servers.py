"""Fakes on one store in processes of their own, and what interrupts them: SIGKILL, and restarts of the database."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from select import select
from threading import Event
from typing import Final

import psutil

from ..postgresql import PostgreSQL  # noqa: TID252 - the folders of tests are no packages

_START_SECONDS: Final = 60
_PORT_SECONDS: Final = 15
"""Time in which the workers of a killed fake release its port."""
_SECONDS_BETWEEN_KILLS: Final = (1.0, 4.0)
_SECONDS_WITHOUT_DATABASE: Final = (0.0, 2.0)


class FakeError(RuntimeError):
    """A fake does not start. The message is its own."""


class Fake:
    """A fake under the command ``serve``, with several workers.

    Args:
        store: URL of the store; ``None`` for memory.
        workers: number of worker processes.
        log: file for standard error.

    Attributes:
        url: URL of the fake; the same after :meth:`kill` and :meth:`start`.

    Raises:
        FakeError: it does not start.
    """

    def __init__(self, store: str | None, workers: int, log: Path) -> None:
        """Start on a free port."""
        self._store, self._workers, self._log = store, workers, log
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start, and return when the fake answers.

        Raises:
            FakeError: it does not start.
        """
        command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", self._port]
        command += ["--workers", str(self._workers), "--quirk", "add_lead_answer=lead_id"]
        command += [] if self._store is None else ["--store", self._store]
        deadline = time.monotonic() + _PORT_SECONDS
        while True:
            before = len(self.log)
            with self._log.open("a", encoding="utf-8") as errors:
                process = subprocess.Popen(
                    command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
                )
            assert process.stdout is not None
            readable, _, _ = select([process.stdout], [], [], _START_SECONDS)
            url = process.stdout.readline().strip() if readable else ""
            if url:
                break
            process.kill()
            process.wait()
            if self._port == "0" or time.monotonic() > deadline:
                raise FakeError(self.log[before:].strip())
        self.url, self._port, self._process = url, url.rpartition(":")[2], process

    @property
    def log(self) -> str:
        """What the fake has printed on standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    @property
    def has_ended(self) -> bool:
        """Whether the parent of the workers has ended."""
        return self._process is None or self._process.poll() is not None

    def worker_processes(self) -> list[psutil.Process]:
        """Return the worker processes."""
        if self._process is None:
            return []
        children = psutil.Process(self._process.pid).children()
        return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]

    def kill(self) -> None:
        """End the parent of the workers with SIGKILL; the workers end after it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Stop with SIGTERM, and return the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL


class Disturbances:
    """Kills workers and fakes, and restarts the database, at random times.

    Args:
        fakes: the fakes.
        database: the database; ``None`` for SQLite, or for a database that belongs to somebody else.
        seed: seed of the whole run.
        report: called with what no fake may do.

    Attributes:
        counts: number of disturbances by name.
    """

    def __init__(
        self, fakes: Sequence[Fake], database: PostgreSQL | None, seed: int, report: Callable[[str], None]
    ) -> None:
        """Do nothing yet."""
        self.counts: Counter[str] = Counter()
        self._fakes, self._database, self._report = fakes, database, report
        self._random = random.Random(f"{seed}/disturbances")  # noqa: S311 - a reproducible choice, not a secret

    def run(self, ended: Event) -> None:
        """Disturb until an event. All fakes and the database run afterwards."""
        choices: dict[Callable[[], None], int] = {self._kill_worker: 8, self._kill_fake: 1}
        if self._database is not None:
            choices |= {self._restart_database: 1, self._kill_database: 1}
        if not self._fakes:
            return
        while not ended.wait(self._random.uniform(*_SECONDS_BETWEEN_KILLS)):
            self._restart_ended()
            try:
                self._random.choices(list(choices), list(choices.values()))[0]()
            except psutil.NoSuchProcess:
                continue  # it ended in the meantime
        self._restart_ended()

    def _restart_ended(self) -> None:
        for fake in self._fakes:
            if fake.has_ended:
                self._report(f"the fake at {fake.url} ended on its own: {fake.log.strip().rpartition(chr(10))[2]}")
                fake.start()

    def _kill_worker(self) -> None:
        workers = self._random.choice(self._fakes).worker_processes()
        if workers:
            self._random.choice(workers).kill()
            self.counts["worker killed"] += 1

    def _kill_fake(self) -> None:
        fake = self._random.choice(self._fakes)
        fake.kill()
        fake.start()
        self.counts["fake killed and restarted"] += 1

    def _restart_database(self) -> None:
        assert self._database is not None
        self._database.stop()
        time.sleep(self._random.uniform(*_SECONDS_WITHOUT_DATABASE))
        self._database.start()
        self.counts["database restarted"] += 1

    def _kill_database(self) -> None:
        assert self._database is not None
        self._database.kill()
        time.sleep(self._random.uniform(*_SECONDS_WITHOUT_DATABASE))
        self._database.start()
        self.counts["database killed and restarted"] += 1
