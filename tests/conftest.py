"""Hypothesis settings of all tests, fixtures that several folders share, and the tests that need PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import settings

from smartflo_contract.schemas import Contract, load_contract

from .postgresql import COMMAND, VARIABLE, PostgreSQL

if TYPE_CHECKING:
    import psycopg

# The same examples in every run, without a database of earlier ones: a test fails for everybody or for nobody.
# `.ci/run` repeats the property tests with 100 examples.
EXAMPLES = int(os.environ.get("EXAMPLES_OF_A_PROPERTY", "10"))
settings.register_profile("smartflo", derandomize=True, database=None, deadline=None, max_examples=EXAMPLES)
settings.load_profile("smartflo")


BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_NEED_POSTGRESQL: Final = {"postgresql_url", "own_postgresql"}
"""Fixtures whose tests need PostgreSQL."""
_left_out: Final = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark slow cases, and tests that need PostgreSQL; leave the latter out if there is no server."""
    for item in items:
        if _NEED_POSTGRESQL.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("postgresql")
        for marker in item.iter_markers("fast_only"):
            parameters: dict[str, object] = getattr(item, "callspec").params  # noqa: B009 - pytest has no type for it
            if any(parameters[name] != value for name, value in marker.kwargs.items()):
                item.add_marker("slow")
    if VARIABLE not in os.environ:
        left_out = [item for item in items if item.get_closest_marker("postgresql")]
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_left_out] = len(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Report from a process of xdist how many tests were left out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(_left_out, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Note how many tests a process of xdist has left out. Each process collects all tests."""
    node.config.stash[_left_out] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print one line if tests were left out."""
    if count := config.stash.get(_left_out, 0):
        terminalreporter.write_line(f"{count} tests that need PostgreSQL were left out; run them with {COMMAND}")


@pytest.fixture(name="_connection", scope="session")
def _connect() -> "Iterator[psycopg.Connection]":
    """Yield a connection to the PostgreSQL server of all tests."""
    import psycopg  # noqa: PLC0415 - README's command does not install it

    # A schema that is still in use is an error, after a few seconds.
    with psycopg.connect(os.environ[VARIABLE], autocommit=True, options="-c lock_timeout=10s") as connection:
        yield connection


@pytest.fixture(name="postgresql_url")
def _postgresql_url(_connection: "psycopg.Connection") -> Iterator[str]:
    """Yield the URL of an empty schema of PostgreSQL that no other test uses."""
    schema = f"test_{uuid4().hex}"
    _connection.execute(f"CREATE SCHEMA {schema}")
    yield f"{os.environ[VARIABLE]}?options={quote(f'-csearch_path={schema}', safe='')}"
    _connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(name="own_postgresql")
def _own_postgresql() -> Iterator[PostgreSQL]:
    """Yield a running PostgreSQL server that no other test uses, to stop and kill it. It takes seconds to start."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture(name="store_url", params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def _store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """Return the URL of an empty store that no other test uses; ``None`` for the store in memory.

    Tests run once for each kind of store.
    """
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/fake.db" if request.param == "sqlite" else None


@pytest.fixture(name="browser", scope="session")
def _browser() -> str:
    """Return the path of a browser. Without one, tests of pages fail and are not skipped."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert browser is not None, f"install one of {', '.join(BROWSERS)}: the tests of pages need a browser"
    return browser


@pytest.fixture(name="profile", params=["sample", "documented", "lenient"])
def _profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="contract")
def _contract(profile: str) -> Contract:
    return load_contract(profile)
