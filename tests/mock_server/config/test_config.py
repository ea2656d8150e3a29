"""The configuration of a fake, created in Python or read from a file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import DEFAULT_COLUMNS, DefinitionError, ListDefinition
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, Fault, Login, create_app

Write = Callable[[str | bytes], Path]


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    """Return a function that writes a configuration file and returns its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "fake.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# Files


def test_defaults() -> None:
    """A configuration without settings is the documented one."""
    config = Config()

    assert config == Config(
        host="127.0.0.1", port=8080, workers=1, seed=0, profile="sample", overlay=None, auth="on", phones="safe"
    )
    assert config.lists == ()


def test_empty_file_is_default_configuration(write: Write) -> None:
    """All settings of a file are optional."""
    assert Config() == Config.from_file(write(""))


def test_reads_all_settings(write: Write, tmp_path: Path) -> None:
    """Relative paths start from the folder of the file, and keys of weights become integers."""
    (tmp_path / "lead.json").write_text('{"properties": {"vip": {"type": "boolean"}}}', encoding="utf-8")
    path = write(
        """
        host = "::1"
        port = 0
        workers = 2
        store = "sqlite:///fake.db"
        max_accounts = 7
        rate_limit = 5
        speed = 60
        seed = -7
        profile = "lenient"
        overlay = "lead.json"
        auth = "off"
        cors = ["http://localhost:3000"]
        phones = "valid"

        [quirks]
        expired_token = 200
        unknown_list = "empty"

        [[logins]]
        email = "crm"
        password = "open"

        [[lists]]
        id = 12
        name = "Twelve"
        size = 3
        columns = ["Phone Number", "Name"]
        sensitive = [1]
        seed = 4
        dial_status = { 1 = 3, 4 = 0.5 }
        disposition = { -1 = 2, 0 = 1 }

        [[lists]]
        id = 13
        """
    )

    assert Config.from_file(path) == Config(
        host="::1",
        port=0,
        workers=2,
        store=f"sqlite:///{tmp_path}/fake.db",
        max_accounts=7,
        rate_limit=5,
        speed=60,
        seed=-7,
        profile="lenient",
        overlay=tmp_path / "lead.json",
        auth="off",
        cors=("http://localhost:3000",),
        phones="valid",
        quirks={"expired_token": "200", "unknown_list": "empty"},
        logins=(Login("crm", "open"),),
        lists=(
            ListDefinition(
                id=12,
                name="Twelve",
                size=3,
                columns=("Phone Number", "Name"),
                sensitive=(1,),
                seed=4,
                dial_status={1: 3, 4: 0.5},
                disposition={-1: 2, 0: 1},
            ),
            ListDefinition(id=13, columns=DEFAULT_COLUMNS),
        ),
    )


def test_reads_absolute_overlay(write: Write, tmp_path: Path) -> None:
    """An absolute path stays unchanged."""
    overlay = tmp_path / "elsewhere.json"
    overlay.write_text("{}", encoding="utf-8")

    assert str(overlay) == os.fspath(Config.from_file(write(f"overlay = '{overlay}'")).overlay)  # type: ignore[arg-type]


def test_overrides_merge_quirks(write: Write) -> None:
    """Overrides replace single quirks of the file."""
    path = write("[quirks]\nexpired_token = 200\nunknown_list = 'empty'")
    config = Config.from_file(path, quirks={"unknown_list": "404"})

    assert {"expired_token": "200", "unknown_list": "404"} == config.quirks


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("prot = 80", "prot: unknown setting. Did you mean `port`?"),
        ("qqq = 80", "qqq: unknown setting. Choose from host, port, workers, seed"),
        ("[[lists]]\nid = 1\nsise = 2", "lists[0].sise: unknown setting. Did you mean `size`?"),
        ("[[lists]]\nsize = 2", "lists[0].id: missing"),
        ("lists = [3]", "lists[0]: expected a table, written as [[lists]] in a file, or a ListDefinition, got int"),
        ("lists = 3", "lists: expected a list whose items are [[lists]] tables or ListDefinition objects, got 3"),
        ("[lists]\nid = 1", "lists: expected a list; in a file write [[lists]] above each"),
        ("[[lists]]\nid = 1\n[[lists]]\nid = 1", "lists: list 1 is defined 2 times"),
        ("[[lists]]\nid = 1\n[lists.dial_status]\nx = 1", "lists[0].dial_status: expected"),
        ("[[lists]]\nid = 1\ndial_status = { 1 = inf }", "lists[0].dial_status: expected"),
        ("[[lists]]\nid = 1\ndial_status = 3", "lists[0].dial_status: expected"),
        ("[[lists]]\nid = 1\ncolumns = 'Name'", "lists[0].columns: expected"),
        ("[[lists]]\nid = 1\nsensitive = [9]", "lists[0].sensitive: expected"),
        ("port = ", "not TOML: Invalid value (at end of document)"),
        ("seed = 1\nport = = 2", "not TOML: Invalid value (at line 2, column 8)"),
        ("port = 1\nport = 2", "not TOML: Cannot overwrite a value (at "),
        ("seed = " + "[" * 10_000, "not TOML: nested too deeply"),
        ("seed = " + "9" * 5_000, "not TOML: Exceeds the limit"),
        (b"host = '\xff'", "not UTF-8: byte 8 is 0xff"),
        ("profile = 'smaple'", "smaple"),
        ("overlay = 'absent.json'", "absent.json: cannot be read: No such file or directory"),
        ('overlay = "\\u0000"', "overlay: expected the path of a JSON file"),
        ("auth = true", 'auth: expected "on" or "off", got true'),
        ("workers = 2", "workers: 2 processes cannot share accounts"),
        ("quirks = 3", "quirks: expected a table of quirk names to values, got 3"),
        ("[quirks]\nexpired_tokn = 200", "quirks.expired_tokn: unknown quirk"),
        ("[quirks]\nexpired_token = 403", "quirks.expired_token: expected one of 401, 200, got 403"),
        ("[logins]\nemail = 'a'", "logins: expected a list; in a file write [[logins]] above each"),
        ("logins = [3]", "logins[0]: expected a table, written as [[logins]] in a file, or a Login, got int"),
        ("[[logins]]\nemail = 'a'", "logins[0].password: missing; every login needs one"),
        ("[[logins]]\nemail = 'a'\npasword = 'b'", "logins[0].pasword: unknown setting. Did you mean `password`?"),
        ("[[logins]]\nemail = 'a'\npassword = 3", "logins[0].password: expected a string of 1 character or more"),
        ("[faults]\nsteps = [503]", "faults: expected a list; in a file write [[faults]] above each"),
        ("state = 'x.json'", "state: no setting of a file; use serve --state FILE, or the variable SMARTFLO_STATE"),
        ("overlay = ''", "overlay: expected a path, got an empty string"),
        ("dialling = ''", "dialling: expected a path, got an empty string"),
        ("read_only = 1", "read_only: expected true or false, got 1"),
        ("max_accounts = 0", "max_accounts: expected"),
        ("rate_limit = 0", "rate_limit: expected an integer from 1 to 10000, got 0"),
        ("rate_limit = '5'", "rate_limit: expected an integer from 1 to 10000, got '5'"),
        (
            "rate_limit = 5\nread_only = true",
            "rate_limit: a read-only fake does not count requests, so it cannot limit",
        ),
    ],
)
def test_rejects_invalid_file(write: Write, content: str | bytes, message: str) -> None:
    """The message is one line that starts with the path of the file and names the setting."""
    path = write(content)
    with pytest.raises(ConfigError) as error:
        Config.from_file(path)

    assert str(error.value).startswith(f"config {path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_rejects_missing_file_and_folder(tmp_path: Path) -> None:
    """The message states why the file cannot be read."""
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read: No such file or directory"):
        Config.from_file(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        Config.from_file(tmp_path)


# Python


def test_accepts_list_of_maximum_size() -> None:
    """The maximum number of leads and columns is valid."""
    columns = tuple(f"Column {number}" for number in range(10_000))
    largest = ListDefinition(id=2**53 - 1, size=100_000_000, columns=columns, sensitive=(9_999,))

    assert (largest,) == Config(lists=(largest,)).lists


def test_accepts_lists_and_mappings() -> None:
    """Settings may be lists instead of tuples, and their items may be mappings like the tables of a file."""
    expected = Config(
        lists=(ListDefinition(id=1, columns=("Name", "Phone Number"), sensitive=(1,)),),
        logins=(Login("a", "b"),),
        faults=(Fault(("503", "ok")),),
    )
    lists = Config(
        lists=[ListDefinition(id=1, columns=["Name", "Phone Number"], sensitive=[1])],
        logins=[Login("a", "b")],
        faults=[Fault([503, "ok"])],
    )
    tables: dict[str, Any] = {
        "lists": ({"id": 1, "columns": ["Name", "Phone Number"], "sensitive": [1]},),
        "logins": ({"email": "a", "password": "b"},),
        "faults": ({"steps": [503, "ok"]},),
    }

    assert expected == lists == Config(**tables)
    assert ("503", "ok") == lists.faults[0].steps


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": ""}, "host: expected"),
        ({"host": 1}, "host: expected"),
        ({"port": -1}, "port: expected an integer from 0 to 65535, got -1"),
        ({"port": 65_536}, "port: expected"),
        ({"port": "80"}, "port: expected .* got '80'"),
        ({"port": True}, "port: expected"),
        ({"workers": 0}, "workers: expected an integer from 1 to 64"),
        ({"rate_limit": -1}, "rate_limit: expected an integer from 1 to 10000, got -1"),
        ({"rate_limit": 2.5}, "rate_limit: expected an integer from 1 to 10000, got 2.5"),
        ({"rate_limit": True}, "rate_limit: expected"),
        ({"rate_limit": "many"}, "rate_limit: expected an integer from 1 to 10000, got 'many'"),
        ({"rate_limit": 10**5_000}, "rate_limit: expected an integer from 1 to 10000, got "),
        ({"speed": 0}, "speed: expected an integer from 1 to 86400, got 0"),
        ({"speed": -1}, "speed: expected"),
        ({"speed": 1.5}, "speed: expected"),
        ({"speed": "fast"}, "speed: expected an integer from 1 to 86400, got 'fast'"),
        ({"speed": 86_401}, "speed: expected"),
        ({"speed": 60, "read_only": True}, "speed: a read-only fake stores nothing, .*; remove speed or read_only"),
        ({"seed": 2**63}, "seed: expected"),
        ({"seed": 10**5_000}, "seed: expected"),
        (
            {"webhooks": ({"url": "http://127.0.0.1/", "timeout": 10**5_000},)},
            "timeout: .*thousands of digits",
        ),
        (
            {"routes": ({"method": "POST", "path": "/x", "status": 10**5_000},)},
            "status: .*thousands of digits",
        ),
        ({"seed": 1.5}, "seed: expected"),
        ({"profile": "smaple"}, "`smaple`"),
        ({"profile": 1}, "profile: expected"),
        ({"overlay": 1}, "overlay: expected the path of a JSON file"),
        ({"overlay": {"properties": {"a": {"typ": "string"}}}}, "`typ`"),
        ({"auth": "maybe"}, 'auth: expected "on" or "off", got \'maybe\''),
        ({"cors": "http://localhost:3000"}, r'cors: expected a list of origins, such as \["http://localhost:3000"\]'),
        ({"cors": 1}, "cors: expected a list of origins"),
        ({"cors": [1]}, r"cors\[0\]: expected the origin of a web page"),
        (
            {"cors": ["http://a", "http://b:3000/app"]},
            r'cors\[1\]: expected an origin without a path, .*"http://b:3000"',
        ),
        ({"cors": ["http://a/"]}, r'cors\[0\]: expected an origin without a path, such as "http://a"'),
        ({"cors": ["localhost:3000"]}, r'cors\[0\]: expected a scheme, such as "http://localhost:3000"'),
        ({"cors": ["*"]}, r"cors\[0\]: expected each origin by name, .* any web page could read and write"),
        ({"cors": ["null"]}, r"cors\[0\]: expected an origin such as .* every local file"),
        *(
            ({"cors": [origin]}, r"cors\[0\]: expected scheme, host and port only")
            for origin in (
                "http://",
                "http://a b",
                "http://u@a",
                "http://a:0",
                "http://a:99999",
                "http://[::zz]",
                "http://*.a",
            )
        ),
        ({"phones": "real"}, 'phones: expected "safe" or "valid"'),
        ({"lists": {"id": 1}}, "lists: expected a list"),
        ({"lists": ({"id": 0},)}, r"lists\[0\]\.id: expected"),
        ({"lists": ({3: 1},)}, r"lists\[0\]\.3: unknown setting"),
        ({"lists": (ListDefinition(id=1), ListDefinition(id=1))}, "list 1 is defined 2 times"),
        ({"logins": (("a", "b"),)}, r"logins\[0\]: expected a table, .* or a Login, got tuple"),
        ({"logins": (Login("a", ""),)}, r"logins\[0\]\.password: expected a string of 1 character or more"),
        ({"faults": ("503",)}, r"faults\[0\]: expected a table, .* or a Fault, got str"),
        ({"faults": ({"steps": "503"},)}, r"faults\[0\]\.steps: expected a list of faults, such as \[503"),
    ],
)
def test_rejects_invalid_setting(settings: dict[str, Any], message: str) -> None:
    """Python settings have the bounds of a file's settings; the message names the setting."""
    with pytest.raises(ConfigError, match=message):
        Config(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"id": 0},
        {"id": 2**53},
        {"id": "8668"},
        {"name": "\ud800"},
        {"name": "x" * 1_001},
        {"size": -1},
        {"size": 100_000_001},
        {"size": 2.0},
        {"columns": ("a",) * 10_001},
        {"columns": (1,)},
        {"sensitive": (9,)},
        {"sensitive": (-1,)},
        {"sensitive": 5},
        {"seed": "x"},
        {"dial_status": {}},
        {"dial_status": {1: 0}},
        {"dial_status": {1: -1}},
        {"dial_status": {1: True}},
        {"dial_status": {1: float("nan")}},
        {"disposition": {"1": 1}},
        {"disposition": {0: 10**400}},
    ],
)
def test_rejects_invalid_list(settings: dict[str, Any]) -> None:
    """The message names the setting and what is expected, and is short even if the value is long."""
    with pytest.raises(DefinitionError, match=f"^{next(iter(settings))}: expected ") as error:
        ListDefinition(**({"id": 1} | settings))

    assert len(str(error.value)) < 200


@pytest.mark.parametrize("make", [FakeSmartflo, create_app])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("fake.toml", r"expected a Config, got str; use Config\.from_file\('fake\.toml'\)"),
        (Path("fake.toml"), r"use Config\.from_file\('fake\.toml'\)"),
        ({"seed": 1}, r"expected a Config, got dict; use Config\(\.\.\.\)"),
        (Config, r"got type; use Config"),
    ],
)
def test_rejects_value_that_is_no_configuration(make: Callable[[Any], object], value: object, message: str) -> None:
    """The message shows how to create a configuration from the value."""
    with pytest.raises(TypeError, match=message):
        make(value)
