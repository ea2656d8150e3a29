"""Stores that cannot be opened: one line each, without the password, and nothing is changed."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection, text

from smartflo_contract import _version
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, create_app
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.errors import StoreError
from smartflo_contract.mock_server.stores import engine, opening

from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8669"
VERSION_1 = Path(__file__).with_name("version_1.sql")
"""A store as the first version has written it."""


def error_of(url: str, **settings: object) -> str:
    """Return the message of the error when a store is opened."""
    with pytest.raises(StoreError) as caught:
        create_app(Config(store=url, **settings))  # type: ignore[arg-type]
    return str(caught.value)


def execute(url: str, *statements: str) -> None:
    """Execute statements in a database."""
    database = engine.Database(parse_store_url(url), None)
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(text(statement))
    database.close()


# URLs


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://user:secret@host/database", "expected sqlite:///fake.db or postgresql://"),
        ("fake.db", "got no scheme"),
        ("", "got no scheme"),
        ("sqlite://", "got the scheme 'sqlite'"),
        ("sqlite:///", "expected the path of a file after sqlite:///"),
        ("sqlite:///:memory:", "expected the path of a file after sqlite:///"),
        ("sqlite:///fake.db?mode=ro", "expected the path of a file after sqlite:///"),
        ("postgresql://user:secret@host", "expected the name of a database"),
        ("postgresql://user:secret@[host/database", "a URL that cannot be read"),
        ("postgresql://user:sec/secret@host/database", "write % as %25, / as %2F and @ as %40"),
        ("postgresql://user:12/secret@127.0.0.1:1/database", "set the variable PGPASSWORD"),
        ("postgresql://user:sec/secret?x@host/database", "set the variable PGPASSWORD"),
        ("postgresql://user:sec/secret#x@host/database", "set the variable PGPASSWORD"),
        ("postgresql://user:sec@secret@host/database", "write % as %25, / as %2F and @ as %40"),
        ("postgresql+psycopg://user:secret@host/database", "got the scheme 'postgresql+psycopg'"),
    ],
)
def test_rejects_other_urls(url: str, expected: str) -> None:
    """The message states which URLs are accepted, and never the password."""
    with pytest.raises(ConfigError) as caught:
        Config(store=url)

    assert str(caught.value).startswith("store: ")
    assert expected in str(caught.value)
    assert "secret" not in str(caught.value)


def test_rejects_folder(tmp_path: Path) -> None:
    """The message names a file in the folder."""
    with pytest.raises(ConfigError, match=rf"{tmp_path} is a folder; name a file in it, such as .*/fake\.db"):
        Config(store=f"sqlite:///{tmp_path}")


def test_names_folder_that_is_missing(tmp_path: Path) -> None:
    """SQLite reports only that it cannot open the file."""
    message = error_of(f"sqlite:///{tmp_path}/missing/fake.db")

    assert message.endswith(f"there is no folder {tmp_path}/missing; create it, or name another file")


def test_names_folder_that_is_not_writable(tmp_path: Path) -> None:
    """Whoever may not write to the folder cannot even read. Here it does not accept the file for another reason."""
    (tmp_path / "fake.db").symlink_to("fake.db")

    assert f"SQLite writes to the file and to the folder {tmp_path}, also to read" in error_of(
        f"sqlite:///{tmp_path}/fake.db"
    )


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(("before", "mode"), [(None, 0o600), (0o664, 0o664)])
def test_only_the_owner_reads_a_new_file(tmp_path: Path, before: int | None, mode: int) -> None:
    """Nor does anyone else read its log. A file that exists keeps its mode."""
    file, link = tmp_path / "target.db", tmp_path / "fake.db"
    link.symlink_to(file)
    default = os.umask(0)
    try:
        if before is not None:
            file.touch(before)
        app = create_app(Config(store=f"sqlite:///{link}"))
        app.test_client().post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if not path.is_symlink()}
        app.extensions[EXTENSION].close()
    finally:
        os.umask(default)

    assert dict.fromkeys(("target.db", "target.db-shm", "target.db-wal"), mode) == modes


def test_relative_path_starts_from_folder_of_configuration_file(tmp_path: Path) -> None:
    """As other paths in the file do; the URL of PostgreSQL is unchanged."""
    for url in ("sqlite:///fake.db", "postgresql://host/database"):
        (tmp_path / "fake.toml").write_text(f'store = "{url}"\n', encoding="utf-8")
        config = Config.from_file(tmp_path / "fake.toml")
        assert config.store == url.replace("///fake", f"///{tmp_path}/fake")


def test_workers_need_a_store_or_a_read_only_fake() -> None:
    """The message names both, and one worker."""
    with pytest.raises(ConfigError, match=r"--store sqlite:///fake\.db.*--read-only"):
        Config(workers=2)
    assert 2 == Config(workers=2, store="sqlite:///fake.db").workers


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:sec%2Fret@127.0.0.1:1/database",
        "postgresql://user:sec?ret#[@127.0.0.1:1/database",  # libpq accepts it
        "postgresql://127.0.0.1:1/database?user=user&password=sec%2Fret&sslpassword=sec",
        "postgresql://user:sec%zzret@127.0.0.1:1/database",  # libpq quotes what it cannot decode
        "postgres://user:sec%2Fret@127.0.0.1:1/database?unknown=1",
    ],
)
def test_password_is_never_shown(url: str) -> None:
    """It is in no error and in no representation, however it is written."""
    config = Config(store=url)
    shown = [error_of(url), repr(config), repr(parse_store_url(url)), str(parse_store_url(url).masked)]

    assert all("sec" not in line.replace("sslpassword", "").replace("[secret", "") for line in shown), shown
    assert all("\n" not in line for line in shown)
    assert "***" in shown[0]


def test_socket_has_no_host() -> None:
    """The URL of a Unix socket is shown as it was written."""
    url = "postgresql:///database?host=/run/postgresql"

    assert url == parse_store_url(url).masked


# Libraries


def test_names_the_extra_without_sqlalchemy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the command that installs it."""
    monkeypatch.setattr(opening, "find_spec", lambda _: None)

    assert 'SQLAlchemy is not installed; run `pip install "smartflo-contract[stores]"`' in error_of("sqlite:///x.db")


def test_names_the_extra_without_psycopg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only PostgreSQL needs it."""
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    message = error_of("postgresql://user:secret@127.0.0.1:1/database")

    assert 'psycopg is not installed; run `pip install "smartflo-contract[stores]"`' in message
    assert "secret" not in message


# Other stores


def test_rejects_database_of_another_program(tmp_path: Path) -> None:
    """A file with other tables is not changed."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    before = path.read_bytes()

    assert "is the database of another program; name another file" in error_of(f"sqlite:///{path}")
    assert before == path.read_bytes()


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("product", "another product", "has the tables of another program"),
        ("schema_version", "x", "has the tables of another program"),
        ("schema_version", "999", "has version 999 of the tables, and this version of smartflo-contract knows up to 2"),
    ],
)
def test_rejects_foreign_and_newer_stores(
    client_of: ClientOf, shared_url: str, key: str, value: str, expected: str
) -> None:
    """One line states what it is, and what to do."""
    client_of(shared_url)
    execute(shared_url, f"UPDATE smartflo_meta SET value = '{value}' WHERE key = '{key}'")  # noqa: S608 - no input

    message = error_of(shared_url)
    assert expected in message
    assert "\n" not in message


def test_rejects_fake_with_other_leads(client_of: ClientOf, shared_url: str) -> None:
    """Edits of one seed do not fit the leads of another; a fake with the same leads and other settings is welcome."""
    assert 200 == client_of(shared_url, seed=1).get(LEADS, headers=ME).status_code

    assert "belongs to a fake with another seed" in error_of(shared_url, seed=2)
    assert "quirks created_at and header_offset" in error_of(shared_url, seed=1, quirks={"header_offset": "shifted"})
    assert 200 == client_of(shared_url, seed=1, auth="off").get(LEADS).status_code


@pytest.fixture(name="url_without_rights")
def _url_without_rights(postgresql_url: str) -> Iterator[str]:
    """Yield the URL of an empty schema in which a role may create nothing."""
    role = "role_without_rights"
    address = urlsplit(postgresql_url)
    execute(postgresql_url, f"DROP ROLE IF EXISTS {role}", f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    yield address._replace(netloc=f"{role}:secret@{address.hostname}:{address.port}").geturl()
    execute(postgresql_url, f"DROP ROLE {role}")


@pytest.mark.postgresql
def test_empty_postgresql_without_rights(client_of: ClientOf, postgresql_url: str, url_without_rights: str) -> None:
    """The message has PostgreSQL's reason."""
    message = error_of(url_without_rights)

    assert "permission denied" in message or "no schema has been selected" in message
    assert "secret" not in message
    assert 200 == client_of(postgresql_url).get(LEADS, headers=ME).status_code


# Versions


def test_later_version_of_the_package_opens_store(
    client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unlike a snapshot, a store outlives the leads of one version: only edits are stored."""
    url = f"sqlite:///{tmp_path}/fake.db"
    assert 200 == client_of(url).post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"}, headers=ME).status_code
    monkeypatch.setattr(_version, "__version__", "999.0")

    assert 6 == len(client_of(url).get(LEADS, headers=ME).get_json())


def test_opens_store_of_first_version(client_of: ClientOf, tmp_path: Path) -> None:
    """A store that the first version has written is read, and written."""
    with closing(sqlite3.connect(tmp_path / "fake.db")) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    client = client_of(f"sqlite:///{tmp_path}/fake.db")
    leads = client.get(LEADS, headers=ME).get_json()

    assert ["+915550000042", "changed"] == [leads[-1]["field_0"], leads[1]["field_1"]]
    assert 5 == len(leads)
    assert 200 == client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"}, headers=ME).status_code


def test_migrates_earlier_versions(client_of: ClientOf, shared_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version is turned into the next one, once, before anything is read."""
    client_of(shared_url)
    migrated: list[int] = []

    def migration(version: int) -> tuple[int, object]:
        def migrate(connection: Connection) -> None:
            connection.execute(text(f"ALTER TABLE smartflo_accounts ADD COLUMN added_{version} INTEGER"))
            migrated.append(version)

        return version, migrate

    versions = [engine.SCHEMA_VERSION, engine.SCHEMA_VERSION + 1]
    monkeypatch.setattr(engine, "SCHEMA_VERSION", engine.SCHEMA_VERSION + 2)
    monkeypatch.setattr(engine, "MIGRATIONS", dict(map(migration, versions)))

    assert 200 == client_of(shared_url).get(LEADS, headers=ME).status_code
    assert 200 == client_of(shared_url).get(LEADS, headers=ME).status_code
    assert versions == migrated


def test_migrates_first_version(client_of: ClientOf, shared_url: str) -> None:
    """In both databases: it had no leases."""
    client = client_of(shared_url)
    assert 200 == client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"}, headers=ME).status_code
    as_first = "UPDATE smartflo_meta SET value = '1' WHERE key = 'schema_version'"
    execute(shared_url, as_first, "DROP TABLE smartflo_leases")

    migrated = client_of(shared_url)
    assert 6 == len(migrated.get(LEADS, headers=ME).get_json())
    assert 200 == migrated.post("/v1/broadcast/lead/8669", json={"field_0": "5550000044"}, headers=ME).status_code
    assert 7 == len(client.get(LEADS, headers=ME).get_json())


# Files that are gone


def test_deleted_file_is_no_store(client_of: ClientOf, tmp_path: Path) -> None:
    """No write is acknowledged that nobody would find again."""
    client = client_of(f"sqlite:///{tmp_path}/fake.db")
    assert 200 == client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"}, headers=ME).status_code
    for path in tmp_path.iterdir():
        path.unlink()
    response = client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000044"}, headers=ME)

    assert 503 == response.status_code
    assert "the file was deleted or replaced" in response.headers["X-Smartflo-Fake-Reason"]
    ready = client.get("/__admin/ready")
    assert (503, True) == (ready.status_code, "restart all fakes that use it" in ready.get_json()["detail"])


@pytest.mark.slow
def test_fakes_in_one_process_share_a_store(tmp_path: Path) -> None:
    """What one fake acknowledges is in the next response of the other; a fake that is restarted still has it."""
    config = Config(store=f"sqlite:///{tmp_path}/fake.db")
    with FakeSmartflo(config) as one, FakeSmartflo(config) as other:
        for number in range(4):
            writer, reader = (one, other) if number % 2 else (other, one)
            body = {"field_0": f"555000010{number}"}
            writer.app.test_client().post("/v1/broadcast/lead/8669", json=body, headers=ME)
            assert 6 + number == len(reader.app.test_client().get(LEADS, headers=ME).get_json())
        one.set_mutant("dial_status:remove")
        assert "dial_status" not in other.app.test_client().get(LEADS, headers=ME).get_json()[0]
        assert 1 == one.mutant_served == other.mutant_served
    with FakeSmartflo(config) as again:
        assert 9 == len(again.app.test_client().get("/v1/broadcast/leads/8669", headers=ME).get_json())
        again.app.extensions[EXTENSION].reset(None)
        assert 5 == len(again.app.test_client().get("/v1/broadcast/leads/8669", headers=ME).get_json())
