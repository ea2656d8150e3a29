"""A fake under Granian in processes of its own, as the command ``serve`` runs it."""

import json
import subprocess
import sys
from pathlib import Path
from select import select
from typing import Any

import psutil

from .raw_http import TIMEOUT_SECONDS, address_of

_PROGRAM = """
import json, sys
from pathlib import Path
from smartflo_contract.coverage.file_recorder import FileObservers
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.server.granian import serve

settings, coverage, state, error = map(json.loads, sys.argv[1:])

def announce(url):
    print(url, flush=True)
    if error is not None:
        raise RuntimeError(error)

if __name__ == "__main__":
    observers = None if coverage is None else FileObservers(Path(coverage))
    serve(Config(**settings), announce, observers, None if state is None else Path(state))
"""


class ServeProcess:
    """A server in a process group of its own.

    Args:
        error: message of the exception that the announcement raises; ``None`` if it succeeds.
        coverage: data file of value coverage; ``None`` for none.
        state: state file; ``None`` for none.
        settings: settings of the fake.

    Attributes:
        process: the parent of the workers.
        url: the announced URL.
    """

    def __init__(
        self, error: str | None = None, *, coverage: Path | None = None, state: Path | None = None, **settings: Any
    ) -> None:
        """Start the process and wait for the announcement."""
        files = [None if file is None else str(file) for file in (coverage, state)]
        arguments = [json.dumps(each) for each in ({"port": 0} | settings, *files, error)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        readable, _, _ = select([self.process.stdout], [], [], TIMEOUT_SECONDS)
        self.url = self.process.stdout.readline().strip() if readable else ""

    @property
    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        return psutil.Process(self.process.pid).children(recursive=True)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return address_of(self.url)

    def wait(self) -> tuple[int, str, str]:
        """Wait for the end; return the exit code and the output and errors after the announcement."""
        output, errors = self.process.communicate(timeout=TIMEOUT_SECONDS)
        return self.process.returncode, output, errors

    def close(self) -> None:
        """End the process if it still runs, and close its pipes."""
        if self.process.poll() is None:
            self.process.terminate()
            self.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
