"""A fake under Granian in processes of its own, as the command ``serve`` runs it."""

import json
import subprocess
import sys
from select import select
from typing import Any

import psutil

from .raw_http import TIMEOUT_SECONDS, address_of

_PROGRAM = """
import json, sys
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.server.granian import serve

def announce(url):
    print(url, flush=True)
    if len(sys.argv) > 2:
        raise RuntimeError(sys.argv[2])

if __name__ == "__main__":
    serve(Config(**json.loads(sys.argv[1])), announce)
"""


class ServeProcess:
    """A server in a process group of its own.

    Args:
        error: message of the exception that the announcement raises; ``None`` if it succeeds.
        settings: settings of the fake.

    Attributes:
        process: the parent of the workers.
        url: the announced URL.
    """

    def __init__(self, error: str | None = None, **settings: Any) -> None:
        """Start the process and wait for the announcement."""
        arguments = [json.dumps({"port": 0} | settings), *([] if error is None else [error])]
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
