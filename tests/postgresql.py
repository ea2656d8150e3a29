"""A PostgreSQL server in a temporary folder, for tests.

Run the tests that need PostgreSQL, on Debian after ``apt-get install postgresql``:

    python tests/postgresql.py -- pytest -m postgresql

The server has a Unix socket and a free port on loopback. Its URL is in the environment variable
``SMARTFLO_TEST_POSTGRESQL`` of the command. The exit code is that of the command. Then the server is deleted.
"""

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, Self
from urllib.parse import quote

import psutil

VARIABLE: Final = "SMARTFLO_TEST_POSTGRESQL"
"""Environment variable with the URL of a server that tests may create schemas in."""
COMMAND: Final = "python tests/postgresql.py -- pytest -m postgresql"
"""Command that runs the tests that need PostgreSQL."""
_ROLE: Final = "smartflo"
_SYSTEM_USER: Final = "postgres"
"""User of the system that runs the server if this process is root's: PostgreSQL refuses to run as root."""
_TIMEOUT_SECONDS: Final = 60
_POLL_INTERVAL_SECONDS: Final = 0.02
_SETTINGS: Final = {
    "fsync": "off",  # an acknowledged commit survives the end of the server, not that of the machine
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
}


class PostgreSQLError(RuntimeError):
    """The server cannot be started. The message states why, and how to fix it."""


class PostgreSQL:
    """A PostgreSQL server with a folder, a socket, a port and a password of its own.

    Use it as a context manager. An acknowledged commit survives :meth:`kill`.

    Attributes:
        port: port on loopback; the same after a restart.

    Raises:
        PostgreSQLError: PostgreSQL is not installed, or does not start.
    """

    def __init__(self) -> None:
        """Create the server's folder; it does not run yet."""
        self._programs = _find_programs()
        self._password = secrets.token_hex(8)
        self._folder = Path(tempfile.mkdtemp(prefix="smartflo-postgresql-"))
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        try:
            self._create()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Start."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and delete the folder."""
        self.close()

    @property
    def url(self) -> str:
        """URL with the port and the password."""
        return f"postgresql://{_ROLE}:{self._password}@127.0.0.1:{self.port}/postgres"

    @property
    def socket_url(self) -> str:
        """URL with the Unix socket, without a password."""
        return f"postgresql://{_ROLE}@/postgres?host={quote(str(self._folder), safe='')}&port={self.port}"

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start, and return when the server accepts connections.

        Raises:
            PostgreSQLError: it does not start.
        """
        settings = _SETTINGS | {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self._folder),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **_as_system_user()
            )
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"PostgreSQL does not start: {self.log.strip()}"
                raise PostgreSQLError(message)
            time.sleep(_POLL_INTERVAL_SECONDS)

    def stop(self) -> None:
        """End all connections and stop. Do nothing if the server does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_TIMEOUT_SECONDS)
            self._process = None

    def kill(self) -> None:
        """End all processes of the server with SIGKILL. Do nothing if it does not run."""
        if self._process is None:
            return
        server = psutil.Process(self._process.pid)
        server.suspend()  # it would start new processes, and end those of the others itself
        processes = server.children(recursive=True)
        for process in (*processes, server):
            process.kill()
        self._process.wait(_TIMEOUT_SECONDS)
        psutil.wait_procs(processes, _TIMEOUT_SECONDS)
        self._process = None

    def close(self) -> None:
        """Stop, and delete the folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _create(self) -> None:
        """Create the folder of the data, as the user who runs the server."""
        password_file = self._folder / "password"
        password_file.write_text(self._password, encoding="utf-8")
        user = _as_system_user()
        if user:
            for path in (self._folder, password_file):
                shutil.chown(path, user["user"], user["group"])
        command = [str(self._programs / "initdb"), "--pgdata", str(self._data), "--username", _ROLE]
        command += ["--pwfile", str(password_file), "--auth-local=trust", "--auth-host=scram-sha-256"]
        command += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        created = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self._folder, **user)
        if created.returncode:
            message = f"initdb failed: {created.stderr.strip()}"
            raise PostgreSQLError(message)

    def _is_ready(self) -> bool:
        """Return whether the server accepts connections, by the last line of its file."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return False
        assert self._process is not None
        return bool(lines) and lines[0] == str(self._process.pid) and lines[-1].strip() == "ready"


def _find_programs() -> Path:
    """Return the folder of PostgreSQL's programs: on ``PATH``, or the newest of Debian's packages.

    Raises:
        PostgreSQLError: PostgreSQL is not installed.
    """
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -float(each.parent.name))
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    message = "PostgreSQL is not installed; run apt-get install postgresql, or put its programs on PATH"
    raise PostgreSQLError(message)


def _as_system_user() -> Mapping[str, Any]:
    """Return the arguments of a subprocess that PostgreSQL accepts to run in: it refuses root."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        message = f"PostgreSQL refuses to run as root; create the user {_SYSTEM_USER}, as Debian's package does"
        raise PostgreSQLError(message) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Raise ``SystemExit`` on signals that would leave the server behind."""

    def end(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    yield


def main() -> None:
    """Run a command with a server."""
    parser = argparse.ArgumentParser(
        description=__doc__, usage="%(prog)s -- COMMAND [ARGUMENT]...", formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND", help=f"gets the server's URL in {VARIABLE}")
    command = parser.parse_args().command
    try:
        with _ended_by_signals(), PostgreSQL() as server:
            try:
                result = subprocess.run(command, check=False, env=os.environ | {VARIABLE: server.url})
            except OSError as error:
                parser.error(f"cannot run {command[0]}: {error.strerror}")
    except PostgreSQLError as error:
        parser.exit(3, f"{parser.prog}: {error}\n")
    sys.exit(result.returncode if result.returncode >= 0 else 128 - result.returncode)


if __name__ == "__main__":
    main()
