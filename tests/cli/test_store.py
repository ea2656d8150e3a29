"""The command ``store``: info, export, import and vacuum, with SQLite and PostgreSQL."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.tables import ACCOUNTS

from .conftest import Run

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
LEADS = "/v1/broadcast/leads/8669"
READS = (
    LEADS,
    "/v1/broadcast/lists",
    "/v1/broadcast/leads/8670",
    "/__admin/clock",
    "/__admin/quirks",
    "/__admin/faults",
)


@pytest.fixture(name="url", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def _url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty store in a database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/fake.db"


@contextmanager
def fake_on(url: str, **settings: Any) -> Iterator[FlaskClient]:
    """Yield a client of a fake on a store."""
    app = create_app(Config(store=url, **settings))
    try:
        yield app.test_client()
    finally:
        app.extensions[EXTENSION].close()


def use(client: FlaskClient, headers: dict[str, str]) -> None:
    """Change a bit of everything in an account."""
    client.patch("/__admin/clock", json={"now": 1_700_000_000_000, "frozen": True}, headers=headers)
    client.patch("/__admin/quirks", json={"unknown_list": "empty"}, headers=headers)
    client.put("/__admin/faults", json={"rules": [{"steps": ["ok", "ok", "503"], "list_id": 8668}]}, headers=headers)
    client.post("/v1/broadcast/list", json={"name": "Mine", "description": "x"}, headers=headers)
    client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000042"}]}, headers=headers)
    leads = client.get(LEADS, headers=headers).get_json()
    client.delete(f"/v1/broadcast/lead/{leads[0]['lead_id']}", headers=headers)
    client.delete("/v1/broadcast/list/8670", headers=headers)


def read(client: FlaskClient, headers: dict[str, str]) -> list[tuple[int, bytes]]:
    """Return what an account reads."""
    answers = [client.get(path, headers=headers) for path in READS]
    return [(answer.status_code, answer.data) for answer in answers]


def test_exports_what_a_fake_restores(url: str, run: Run, tmp_path: Path) -> None:
    """The export is the snapshot of the admin API; another store, another fake and `--state` accept it."""
    with fake_on(url) as client:
        use(client, ME)
        use(client, OTHER)
        client.patch("/__admin/quirks", json={"lists_id": "text"})
        result = run("store", "export", url, "-o", "out.json")
        expected, snapshot = read(client, ME), client.get("/__admin/snapshot").get_json()
    assert (0, "", "") == result
    exported = json.loads((tmp_path / "out.json").read_bytes())
    copy = f"sqlite:///{tmp_path}/copy.db"
    assert (0, "", "2 accounts\n") == run("store", "import", copy, "out.json")

    assert snapshot == exported
    with fake_on(copy) as client:
        assert expected == read(client, ME)
        assert 200 == client.post("/__admin/restore", data=(tmp_path / "out.json").read_bytes()).status_code
    run("store", "export", copy, "-o", "again.json")
    assert exported == json.loads((tmp_path / "again.json").read_bytes())


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(("before", "mode"), [(None, 0o600), (0o640, 0o640)])
def test_only_the_owner_reads_a_new_export(run: Run, tmp_path: Path, before: int | None, mode: int) -> None:
    """A snapshot has what is masked elsewhere. A file that exists keeps its mode."""
    url, output = f"sqlite:///{tmp_path}/fake.db", tmp_path / "out.json"
    with fake_on(url):
        pass
    if before is not None:
        output.touch(before)
    assert (0, "", "") == run("store", "export", url, "-o", "out.json")

    assert mode == output.stat().st_mode & 0o777


def test_import_refuses_store_with_accounts(url: str, run: Run) -> None:
    """Accounts are deleted only if that is requested; a running fake then shows the imported ones."""
    with fake_on(url) as client:
        use(client, ME)
        run("store", "export", url, "-o", "out.json")
        expected = read(client, ME)
        client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"}, headers=ME)
        use(client, OTHER)
        changed = read(client, ME)
        refused = run("store", "import", url, "out.json")
        assert changed == read(client, ME)
        assert 0 == run("store", "import", "--replace", url, "out.json").exit_code

        assert expected == read(client, ME)
        assert 1 == len(client.get("/__admin/accounts").get_json())
    assert (3, "") == refused[:2]
    assert "has 2 accounts; add --replace to delete them\n" in refused.stderr


def test_info_shows_content(url: str, run: Run) -> None:
    """Each fact is one line, or one key of an object; a password is not shown."""
    with fake_on(url) as client:
        use(client, ME)
        client.get(LEADS, headers=ME)
    facts = json.loads(run("store", "info", "--format", "json", url).stdout)
    lines = run("store", "info", url).stdout.splitlines()

    assert ("smartflo-contract", 2, 1, 3, 2) == tuple(
        facts[name] for name in ("product", "schema_version", "accounts", "edited_lists", "edited_leads")
    )
    assert facts["journal_requests"] >= 4
    assert facts["size_bytes"] > 10_000
    assert "accounts\t1" in lines
    assert "://" in facts["store"]
    assert parse_store_url(url).masked == facts["store"]


def test_vacuum_deletes_old_accounts(url: str, run: Run) -> None:
    """Accounts that were not written for some days are deleted, and their space is given back."""
    with fake_on(url) as client:
        client.put("/__admin/lists/77", json={"size": 0, "leads": [{"note": "x" * 1_000}] * 500}, headers=OTHER)
        use(client, ME)
        client.patch("/__admin/quirks", json={"lists_id": "text"})
        old = client.get("/__admin/accounts", headers=OTHER).get_json()[0]["id"]
        before = json.loads(run("store", "info", "--format", "json", url).stdout)["size_bytes"]
        database = Database(parse_store_url(url), None)
        with database.transaction() as connection:
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id.in_([old, ""])).values(written_at=0.0))
        database.close()
        kept = run("store", "vacuum", url)
        result = run("store", "vacuum", "--older-than", "30", url)

        assert 1 == len(client.get("/__admin/accounts").get_json())
        assert ("lists_id", "text") in {
            (each["name"], each["value"]) for each in client.get("/__admin/quirks").get_json()
        }
    after = json.loads(run("store", "info", "--format", "json", url).stdout)["size_bytes"]
    assert (0, 0) == (kept.exit_code, result.exit_code)
    assert kept.stderr.startswith("0 accounts deleted, ")
    assert result.stderr.startswith("1 accounts deleted, ")
    assert after < before - 400_000


def test_empty_store_has_a_snapshot(url: str, run: Run, tmp_path: Path) -> None:
    """The export of a store without accounts has the settings of all accounts only."""
    with fake_on(url):
        run("store", "export", url, "-o", "out.json")

    assert [""] == list(json.loads((tmp_path / "out.json").read_bytes())["accounts"])


def test_export_needs_configuration_of_lists_from_files(run: Run, tmp_path: Path) -> None:
    """The fixed leads of a list are in the configuration, and in the snapshot once a client has edited the list."""
    (tmp_path / "leads.json").write_text('[{"list_id": 4711, "field_0": "+915550000001"}]')
    (tmp_path / "fake.toml").write_text('[[lists]]\nleads_file = "leads.json"\n')
    url = f"sqlite:///{tmp_path}/fake.db"
    app = create_app(Config.from_file(tmp_path / "fake.toml", store=url))
    app.test_client().post("/v1/broadcast/lead/4711", json={"field_0": "5550000042"}, headers=ME)
    app.extensions[EXTENSION].close()
    refused = run("store", "export", url, "-o", "out.json")

    assert (3, "", 1) == (refused.exit_code, refused.stdout, refused.stderr.count("\n"))
    assert "list 4711 is in the configuration of its fake; name its file with --config" in refused.stderr
    assert not (tmp_path / "out.json").exists()
    assert 0 == run("store", "export", "--config", "fake.toml", url, "-o", "out.json").exit_code
    exported = (tmp_path / "out.json").read_text()
    assert "+915550000001" in exported
    assert "5550000042" in exported


def test_import_checks_configuration(run: Run, tmp_path: Path) -> None:
    """With --config, a snapshot of a fake with other leads is one line; without, the store keeps whose leads it has."""
    with fake_on(f"sqlite:///{tmp_path}/a.db", seed=5) as client:
        use(client, ME)
    run("store", "export", f"sqlite:///{tmp_path}/a.db", "-o", "out.json")
    (tmp_path / "other.toml").write_text("seed = 6\n")
    (tmp_path / "same.toml").write_text("seed = 5\n")
    url = f"sqlite:///{tmp_path}/b.db"
    refused = run("store", "import", "--config", "other.toml", url, "out.json")

    assert (3, "") == refused[:2]
    assert "snapshot: this snapshot is from a fake with another seed" in refused.stderr
    assert not (tmp_path / "b.db").exists()
    assert 0 == run("store", "import", "--config", "same.toml", url, "out.json").exit_code
    with fake_on(url, seed=5) as client:
        assert b"5550000042" in client.get(LEADS, headers=ME).data


@pytest.mark.parametrize("command", ["info", "vacuum", "export", "import"])
def test_rejects_wrong_urls(run: Run, tmp_path: Path, command: str) -> None:
    """A wrong URL is exit code 2, what is no store is 3; each is one line, nothing is created, no password is shown."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.db").write_text("notes")
    (tmp_path / "empty.db").touch()
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE notes (x)").connection.close()
    (tmp_path / "out.json").write_text('{"version": 1, "world": "", "accounts": {}}')
    more = {"export": ("-o", "new.json"), "import": ("out.json",)}.get(command, ())
    cases = {
        "mysql://user:secret@host/db": (2, "got the scheme 'mysql'"),
        "sqlite:///folder": (2, "is a folder"),
        "postgresql://user:secret@127.0.0.1:1/db": (3, "store postgresql://user:***@127.0.0.1:1/db"),
    }
    if command != "import":
        cases |= {
            "sqlite:///missing.db": (3, "there is no such file"),
            "sqlite:///empty.db": (3, "the file is empty; start a fake with --store, or import a snapshot"),
            "sqlite:///other.db": (3, "no tables of a fake, but those of another program; name another file"),
        }
        cases["sqlite:///notes.db"] = (3, "file is not a database")
    for url, (code, message) in cases.items():
        result = run("store", command, url, *more)
        if command == "import" and code == 3:
            message = "snapshot: this is a snapshot of one account"  # noqa: PLW2901 - checked first
        assert (code, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n")), result.stderr
        assert message in result.stderr
        assert "secret" not in result.stderr
    assert not (tmp_path / "missing.db").exists()
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "snapshot in.json: No such file or directory"),
        ("{", "snapshot in.json: the file is not JSON"),
        ('{"version": 1, "world": "", "accounts": {"x": {}}}', "snapshot in.json: accounts"),
    ],
)
def test_import_rejects_damaged_snapshot(run: Run, tmp_path: Path, content: str | None, message: str) -> None:
    """A file that cannot be read, or is no snapshot, is one line, and no store is created."""
    if content is not None:
        (tmp_path / "in.json").write_text(content)
    result = run("store", "import", "sqlite:///new.db", "in.json")

    assert (3, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert message in result.stderr
    assert not (tmp_path / "new.db").exists()


def test_names_extra_that_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SQLAlchemy, the line has the command that installs it."""
    monkeypatch.setattr("smartflo_contract.mock_server.stores.opening.find_spec", lambda _: None)

    assert 'run `pip install "smartflo-contract[stores]"`' in run("store", "info", "sqlite:///fake.db").stderr
