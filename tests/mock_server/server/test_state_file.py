"""The state file of ``serve``: restored at the start, saved at the end, and never half-written."""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.mock_server import Config, ConfigError, CustomRoute, create_app
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import StateError
from smartflo_contract.mock_server.server.granian import serve
from smartflo_contract.mock_server.server.state_file import StateFile

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8669"


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    """Return the path of a state file."""
    return tmp_path / "state.json"


def used_state(number: str = "5550000042") -> State:
    """Return the state of a fake with an account that added a lead."""
    app = create_app(Config())
    app.test_client().post("/v1/broadcast/lead/8669", json={"field_0": number}, headers=ME)
    return _state_of(app)


def _state_of(app: Any) -> State:
    state = app.extensions[EXTENSION]
    assert isinstance(state, State)
    return state


def restore(path: Path, config: Config | None = None) -> bytes:
    """Return the leads that a new fake reads after it restored a file."""
    app = create_app(config)
    StateFile(path).restore(_state_of(app))
    return bytes(app.test_client().get(LEADS, headers=ME).data)


def check(path: Path, config: Config | None = None) -> None:
    """Check a file as ``serve`` does before it starts."""
    config = config or Config()
    with StateFile(path).claimed(config, Catalogs(config)):
        pass


def test_restores_what_was_saved(path: Path) -> None:
    """The account reads the same leads in a new fake; the file is a snapshot of the admin API."""
    state = used_state()
    StateFile(path).save(state)
    client = create_app(Config()).test_client()

    assert b"5550000042" in restore(path)
    assert 200 == client.post("/__admin/restore", data=path.read_bytes()).status_code
    assert client.get(LEADS, headers=ME).data == restore(path)


@pytest.mark.parametrize("content", [None, b""])
def test_first_run_has_nothing_to_restore(path: Path, content: bytes | None) -> None:
    """A file that is missing or empty is created by the first save."""
    if content is not None:
        path.write_bytes(content)
    check(path)

    assert create_app().test_client().get(LEADS, headers=ME).data == restore(path)
    StateFile(path).save(used_state())
    assert b"5550000042" in restore(path)


def damaged(path: Path) -> bytes:
    """Return the state of a used fake that lost its end."""
    StateFile(path).save(used_state())
    return path.read_bytes()[:-10]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "the file is not JSON"),
        (b'{"version": 1}', "file: "),
        (b'{"version": 2, "world": "", "accounts": {}}', "version: "),
        (b"\x00\xff", "the file is not JSON"),
        (None, "the file is not JSON"),
    ],
)
def test_rejects_damaged_file(path: Path, content: bytes | None, reason: str) -> None:
    """The error is one line that names the file, and the file stays as it is."""
    content = damaged(path) if content is None else content
    path.write_bytes(content)

    with pytest.raises(StateError) as raised:
        serve(Config(port=0), lambda _: None, state_file=path)
    assert str(raised.value).startswith(f"state {path}: {reason}")
    assert str(raised.value).endswith("or it is damaged; choose another file, or delete this one")
    assert content == path.read_bytes()


def test_rejects_snapshot_of_one_account(path: Path) -> None:
    """A snapshot of one account from the admin API is no state of a fake."""
    client = create_app().test_client()
    path.write_bytes(client.get("/__admin/snapshot", headers=ME).data)

    with pytest.raises(StateError, match="this is a snapshot of one account; restore it with POST /__admin/restore"):
        check(path)


@pytest.mark.parametrize("settings", [{"seed": 1}, {"profile": "lenient"}, {"quirks": {"header_offset": "shifted"}}])
def test_rejects_state_of_another_configuration(path: Path, settings: dict[str, Any]) -> None:
    """Edits of other leads do not fit; the error says what may differ."""
    StateFile(path).save(used_state())

    with pytest.raises(StateError, match="from a fake with another seed, profile, overlay") as raised:
        check(path, Config(**settings))
    assert str(raised.value).endswith("start this fake with the same configuration, or choose another file")


@pytest.mark.parametrize(
    ("admin_request", "settings", "reason"),
    [
        (
            ("webhooks", {"url": "http://hooks.internal/x"}),
            {"webhook_hosts": ["hooks.internal"]},
            "webhooks[0].url: expected a receiver on this machine",
        ),
        (
            ("faults", {"steps": ["503"], "route": "POST /v1/x"}),
            {"routes": [CustomRoute("POST", "/v1/x")]},
            "faults[0].route: this fake has no route `POST /v1/x`",
        ),
    ],
)
def test_keeps_state_that_needs_a_setting(
    path: Path, admin_request: tuple[str, Any], settings: dict[str, Any], reason: str
) -> None:
    """A state may need a host or a route of the configuration; without it, nobody is told to delete the file."""
    app = create_app(Config(**settings))
    name, body = admin_request
    assert 201 == app.test_client().post(f"/__admin/{name}", json=body, headers=ME).status_code
    StateFile(path).save(_state_of(app))

    with pytest.raises(StateError) as raised:
        check(path)
    assert str(raised.value).startswith(f"state {path}: {reason}")
    assert "delete" not in str(raised.value)
    check(path, Config(**settings))


def test_rejects_read_only_fake(path: Path) -> None:
    """A read-only fake has nothing to save."""
    with pytest.raises(ConfigError, match="state: a read-only fake changes no account"):
        check(path, Config(read_only=True))


def test_rejects_store(path: Path, tmp_path: Path) -> None:
    """A store keeps the accounts itself."""
    with pytest.raises(ConfigError, match="state: the store keeps all accounts"):
        check(path, Config(store=f"sqlite:///{tmp_path}/fake.db"))


def test_rejects_unusable_paths(tmp_path: Path) -> None:
    """A folder, a missing folder and a device are rejected before the fake starts."""
    paths = {tmp_path: "Is a directory", tmp_path / "x" / "y": "No such file or directory"}
    if os.name == "posix":
        paths[Path("/dev/null")] = "not a regular file"
    for path, reason in paths.items():
        with pytest.raises(StateError) as raised:
            check(path)
        assert f"state {path}: {reason}" == str(raised.value)


def test_rejects_file_that_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only file is rejected before the fake starts."""
    path.touch()
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root, who may write everywhere

    with pytest.raises(StateError, match="Permission denied"):
        check(path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that end with their process")
def test_rejects_file_of_running_fake(path: Path) -> None:
    """The fake that ends last would replace the state of the other one."""
    config = Config()
    with ExitStack() as stack:
        stack.enter_context(StateFile(path).claimed(config, Catalogs(config)))
        link = path.with_name("link")
        link.symlink_to(path)
        with pytest.raises(StateError, match="another fake uses this file"):
            check(link)
    check(link)


def test_failed_save_keeps_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full, the earlier content stays, and no temporary file does."""
    StateFile(path).save(used_state())
    content = path.read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StateError, match="No space left on device; it is lost, and the file is unchanged"):
        StateFile(path).save(used_state("5550000043"))
    assert content == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_reads_a_new_file(path: Path) -> None:
    """It has what is masked elsewhere, such as tokens in headers of webhooks."""
    default = os.umask(0)
    try:
        StateFile(path).save(used_state())
    finally:
        os.umask(default)

    assert 0o600 == path.stat().st_mode & 0o777


@pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")
def test_save_keeps_mode_and_link(path: Path) -> None:
    """A private file stays private, and a link stays a link."""
    target = path.with_name("target.json")
    target.touch(0o600)
    path.symlink_to(target)
    StateFile(path).save(used_state())

    assert (True, 0o600) == (path.is_symlink(), target.stat().st_mode & 0o777)
    assert 1 == json.loads(target.read_bytes())["version"]
