"""Changes of an SQLite store are noticed, with the header of its WAL index and without."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.stores import freshness
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.freshness import Version, freshness_of
from smartflo_contract.mock_server.stores.tables import ACCOUNTS
from smartflo_contract.mock_server.stores.wal_index import find_header

WRITE = ACCOUNTS.insert().values(
    incarnation=1, generation=1, settings="", has_faults=False, fault_counts="", content="", batches=0, written_at=0
)


@pytest.mark.parametrize("find", [find_header, lambda _: None], ids=["header", "pragma"])
def test_state_differs_after_each_commit(
    find: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It differs after a commit, and only then; after the connection was closed, and after a checkpoint, too."""
    monkeypatch.setattr(freshness, "find_header", find)
    database = Database(parse_store_url(f"sqlite:///{tmp_path}/fake.db"), None)
    checked = freshness_of(database)
    checked.state()  # opens the connection
    states = [checked.state()]
    for number in range(3):
        assert states[-1] == checked.state()
        with database.transaction() as connection:
            connection.execute(WRITE.values(id=f"account{number}"))
            assert states[-1] == checked.state()
        states.append(checked.state())
    with database.transaction() as connection:
        assert 3 == connection.exec_driver_sql(f"SELECT count(*) FROM {ACCOUNTS.name}").scalar()  # noqa: S608

    assert states[-1] == checked.state()
    assert 4 == len(set(states))
    assert {"account1": Version(1, 1)} == checked.versions(["account1", "none"])
    checked.close()
    database.close()


@pytest.mark.parametrize("find", [find_header, lambda _: None], ids=["header", "pragma"])
def test_states_of_two_connections_differ(
    find: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While none is open, others may write: the index of a new log, and the count of commits, start from the same."""
    monkeypatch.setattr(freshness, "find_header", find)
    database = Database(parse_store_url(f"sqlite:///{tmp_path}/fake.db"), None)
    database.close()
    checked = freshness_of(database)
    states = []
    for number in range(3):
        states.append(checked.state())
        assert states[-1] == checked.state()
        checked.close()
        with database.transaction() as connection:
            connection.execute(WRITE.values(id=f"account{number}"))
        database.close()
        assert not Path(f"{tmp_path}/fake.db-wal").exists()

    assert 3 == len(set(states))


def test_header_is_searched_once_for_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, each request would search all mappings of the process."""
    searches: list[str] = []
    monkeypatch.setattr(freshness, "find_header", searches.append)
    database = Database(parse_store_url(f"sqlite:///{tmp_path}/fake.db"), None)
    checked = freshness_of(database)
    for _ in range(3):
        checked.state()
        checked.versions(["a"])
    checked.close()
    database.close()

    assert [f"{tmp_path}/fake.db"] == searches


def test_header_of_replaced_file_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection does not keep the memory of another file mapped."""
    path = tmp_path / "fake.db"

    def replace_file(_: str) -> object:
        path.rename(tmp_path / "moved.db")
        path.touch()
        return object()  # cannot be read

    monkeypatch.setattr(freshness, "find_header", replace_file)
    database = Database(parse_store_url(f"sqlite:///{path}"), None)
    checked = freshness_of(database)

    assert checked.state() == checked.state()
    checked.close()
    database.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what is mapped into a process")
def test_header_is_found_while_the_file_is_open(tmp_path: Path) -> None:
    """Of a file that no connection has open, there is none."""
    path = tmp_path / "fake.db"
    database = Database(parse_store_url(f"sqlite:///{path}"), None)
    with database.snapshot() as connection:
        connection.execute(ACCOUNTS.select()).all()
        assert find_header(str(path)) is not None
    database.close()

    assert find_header(str(path)) is None
    assert find_header(str(tmp_path / "missing.db")) is None
