"""The PostgreSQL server of tests: its URLs, its end by SIGKILL, and what is printed without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .postgresql import VARIABLE, PostgreSQL

PROGRAM = Path(__file__).with_name("postgresql.py")


@pytest.mark.slow
def test_committed_row_survives_sigkill(own_postgresql: PostgreSQL) -> None:
    """A server that was killed or stopped starts again at the same port and socket, with what was committed."""
    import psycopg  # noqa: PLC0415 - README's command does not install it

    def rows(url: str) -> list[tuple[int]]:
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT number FROM counted ORDER BY number").fetchall()

    with psycopg.connect(own_postgresql.url) as connection:
        connection.execute("CREATE TABLE counted (number int)")
        connection.execute("INSERT INTO counted VALUES (1)")
        connection.commit()
        connection.execute("INSERT INTO counted VALUES (2)")
        own_postgresql.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    with pytest.raises(psycopg.OperationalError):
        rows(own_postgresql.url)
    own_postgresql.start()
    assert [(1,)] == rows(own_postgresql.url) == rows(own_postgresql.socket_url)
    own_postgresql.stop()
    own_postgresql.start()
    assert [(1,)] == rows(own_postgresql.url)


def test_each_test_has_a_schema_of_its_own(postgresql_url: str) -> None:
    """A table without a schema in its name is created in the schema of the URL."""
    import psycopg  # noqa: PLC0415 - README's command does not install it

    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE counted (number int)")
        (schema,) = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'counted'").fetchall()

    assert schema[0] in postgresql_url


@pytest.mark.postgresql
@pytest.mark.slow
def test_runs_a_command_and_returns_its_exit_code() -> None:
    """The command gets the URL of a server that answers; the server's folder is deleted afterwards."""
    code = f"import os, sys, psycopg; psycopg.connect(os.environ[{VARIABLE!r}]).close(); sys.exit(7)"
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    command = [sys.executable, str(PROGRAM), "--", sys.executable, "-c", code]

    assert (7, "", "") == run(command, environment)


def test_exits_with_3_without_postgresql(tmp_path: Path) -> None:
    """A machine without PostgreSQL is an error with the command that installs it, not a skipped test."""
    code = (
        "import runpy, sys; from pathlib import Path; Path.glob = lambda *_: iter(());"
        f"sys.argv = ['postgresql.py', '--', 'true']; runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    )
    message = "PostgreSQL is not installed; run apt-get install postgresql, or put its programs on PATH"

    assert (3, "", f"postgresql.py: {message}\n") == run([sys.executable, "-c", code], {"PATH": str(tmp_path)})


def run(command: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Run a command; return its exit code, output and errors."""
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, ended.stdout, ended.stderr
