"""A configuration says what the fake is made of, and is refused where it cannot be."""

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
    """Return the function that writes a configuration file."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "fake.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_defaults() -> None:
    """A configuration made of nothing is the documented one."""
    config = Config()

    assert (
        Config(
            host="127.0.0.1", port=8080, workers=1, seed=0, profile="sample", overlay=None, auth="on", phones="safe"
        ),
        (),
    ) == (config, config.lists)


def test_empty_file(write: Write) -> None:
    """An empty file is a configuration made of nothing."""
    assert Config() == Config.from_file(write(""))


def test_whole_file(write: Write, tmp_path: Path) -> None:
    """Every setting can be set in the file; keys of weights are whole numbers, written as text."""
    (tmp_path / "lead.json").write_text('{"properties": {"vip": {"type": "boolean"}}}', encoding="utf-8")
    path = write(
        """
        host = "::1"
        port = 0
        workers = 2
        read_only = true
        max_accounts = 7
        seed = -7
        profile = "lenient"
        overlay = "lead.json"
        auth = "off"
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

    assert Config(
        host="::1",
        port=0,
        workers=2,
        read_only=True,
        max_accounts=7,
        seed=-7,
        profile="lenient",
        overlay=tmp_path / "lead.json",
        auth="off",
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
    ) == Config.from_file(path)


def test_absolute_overlay(write: Write, tmp_path: Path) -> None:
    """An absolute path of an overlay is taken as it is."""
    overlay = tmp_path / "elsewhere.json"
    overlay.write_text("{}", encoding="utf-8")

    assert str(overlay) == os.fspath(Config.from_file(write(f"overlay = '{overlay}'")).overlay)  # type: ignore[arg-type]


def test_sizes_at_the_limits() -> None:
    """The largest list, in leads and in columns, is taken."""
    columns = tuple(f"Column {number}" for number in range(10_000))
    largest = ListDefinition(id=2**53 - 1, size=100_000_000, columns=columns, sensitive=(9_999,))

    assert (largest,) == Config(lists=(largest,)).lists


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("prot = 80", "prot: unknown setting. Did you mean `port`?"),
        ("qqq = 80", "qqq: unknown setting. Choose from host, port, workers, seed"),
        ("[[lists]]\nid = 1\nsise = 2", "lists[0].sise: unknown setting. Did you mean `size`?"),
        ("[[lists]]\nsize = 2", "lists[0].id: missing"),
        ("lists = [3]", "lists[0]: expected a table, written as [[lists]] in a file, or a ListDefinition, got int"),
        ("[lists]\nid = 1", "lists: expected a list; in a file write [[lists]] above each"),
        ("port = ", "not TOML: Invalid value (at end of document)"),
        ("seed = 1\nport = = 2", "not TOML: Invalid value (at line 2, column 8)"),
        ("port = 1\nport = 2", "not TOML: Cannot overwrite a value (at "),
        ("seed = " + "[" * 10_000, "not TOML: nested too deeply"),
        ("seed = " + "9" * 5_000, "not TOML: Exceeds the limit"),
        (b"host = '\xff'", "not UTF-8: byte 8 is 0xff"),
        ("[[lists]]\nid = 1\n[lists.dial_status]\nx = 1", "lists[0].dial_status: expected a table of whole numbers"),
        ("[[lists]]\nid = 1\ndial_status = { 1 = inf }", "lists[0].dial_status: expected a table of whole numbers"),
        ("[[lists]]\nid = 1\ndial_status = 3", "lists[0].dial_status: expected a table of whole numbers"),
        ("[[lists]]\nid = 1\ncolumns = 'Name'", "lists[0].columns: expected at most 10000 names"),
        ("[[lists]]\nid = 1\n[[lists]]\nid = 1", "lists: list 1 is defined 2 times"),
        ("[[lists]]\nid = 1\nsensitive = [9]", "lists[0].sensitive: expected positions below 9"),
        ("profile = 'smaple'", "unknown profile `smaple`"),
        ("overlay = 'absent.json'", "absent.json: cannot be read: No such file or directory"),
        ('overlay = "\\u0000"', "overlay: expected the path of a JSON file"),
        ("auth = true", 'auth: expected "on" or "off", got True'),
        ("workers = 2", "workers: 2 processes cannot share accounts"),
        ("quirks = 3", "quirks: expected a table of quirk names to values, got 3"),
        ("[quirks]\nexpired_tokn = 200", "quirks.expired_tokn: unknown quirk"),
        ("[quirks]\nexpired_token = 403", "quirks.expired_token: expected one of 401, 200, got 403"),
        ("[logins]\nemail = 'a'", "logins: expected a list; in a file write [[logins]] above each"),
        ("[faults]\nsteps = [503]", "faults: expected a list; in a file write [[faults]] above each"),
        ("lists = 3", "lists: expected a list whose items are [[lists]] tables or ListDefinition objects, got 3"),
        ("logins = [3]", "logins[0]: expected a table, written as [[logins]] in a file, or a Login, got int"),
        ("[[logins]]\nemail = 'a'", "logins[0].password: missing; every login needs one"),
        ("[[logins]]\nemail = 'a'\npasword = 'b'", "logins[0].pasword: unknown setting. Did you mean `password`?"),
        (
            "[[logins]]\nemail = 'a'\npassword = 3",
            "logins: expected a list whose items are [[logins]] tables",
        ),
        ("read_only = 1", "read_only: expected true or false, got 1"),
        ("max_accounts = 0", "max_accounts: expected a whole number from 1"),
    ],
)
def test_malformed_file(write: Write, content: str | bytes, told: str) -> None:
    """What is wrong with a file is told in one line that begins with its path."""
    path = write(content)

    with pytest.raises(ConfigError) as caught:
        Config.from_file(path)

    message = str(caught.value)
    assert message.startswith(f"config {path}: ")
    assert told in message
    assert "\n" not in message


def test_a_quirk_given_wins_over_that_of_the_file(write: Write) -> None:
    """Of the quirks in a file, those that are given instead change, and the others stay."""
    path = write("[quirks]\nexpired_token = 200\nunknown_list = 'empty'")
    config = Config.from_file(path, quirks={"unknown_list": "404"})

    assert {"expired_token": "200", "unknown_list": "404"} == config.quirks


@pytest.mark.parametrize("make", [FakeSmartflo, create_app])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("fake.toml", r"expected a Config, got str; use Config\.from_file\('fake\.toml'\)"),
        (Path("fake.toml"), r"use Config\.from_file\('fake\.toml'\)"),
        ({}, r"expected a Config, got dict; use Config\(\.\.\.\)"),
        ({"seed": 1}, r"got dict; use Config"),
        (Config, r"got type; use Config"),
    ],
)
def test_what_is_no_configuration(make: Callable[[Any], object], given: object, told: str) -> None:
    """A path, or settings, in place of a configuration are refused at once, with how to make one of them."""
    with pytest.raises(TypeError, match=told):
        make(given)


def test_absent_file(tmp_path: Path) -> None:
    """A file that is not there is told by its path."""
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read: No such file or directory"):
        Config.from_file(tmp_path / "absent.toml")


def test_folder_instead_of_file(tmp_path: Path) -> None:
    """A folder is no configuration."""
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        Config.from_file(tmp_path)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"host": ""}, "host: expected text of 1 to 1000 characters, got ''"),
        ({"host": 1}, "host: expected text"),
        ({"port": -1}, "port: expected a whole number from 0 to 65535, got -1"),
        ({"port": 65_536}, "port: expected a whole number from 0 to 65535"),
        ({"port": "80"}, "port: expected a whole number from 0 to 65535, got '80'"),
        ({"port": True}, "port: expected a whole number"),
        ({"workers": 0}, "workers: expected a whole number from 1 to 64"),
        ({"seed": 2**63}, "seed: expected a whole number"),
        ({"seed": 10**5_000}, "seed: expected a whole number .* got a number of thousands of digits"),
        ({"seed": 1.5}, "seed: expected a whole number"),
        ({"profile": "smaple"}, "unknown profile `smaple`"),
        ({"profile": 1}, "profile: expected text"),
        ({"overlay": 1}, "overlay: expected the path of a JSON file"),
        ({"overlay": {"properties": {"a": {"typ": "string"}}}}, "overlay given as a mapping: .*`typ`"),
        ({"auth": "maybe"}, 'auth: expected "on" or "off", got \'maybe\''),
        ({"phones": "real"}, 'phones: expected "safe" or "valid"'),
        ({"lists": {"id": 1}}, "lists: expected a list"),
        ({"lists": ({"id": 0},)}, r"lists\[0\]\.id: expected a whole number"),
        ({"lists": ({3: 1},)}, r"lists\[0\]\.3: unknown setting"),
        ({"logins": (("a", "b"),)}, r"logins\[0\]: expected a table, .* or a Login, got tuple"),
        ({"logins": (Login("a", ""),)}, "or Login objects, each with email and password as strings"),
        ({"faults": ("503",)}, r"faults\[0\]: expected a table, .* or a Fault, got str"),
        ({"faults": ({"steps": "503"},)}, r"faults\[0\]\.steps: expected a list of faults, such as \[503"),
        ({"lists": (ListDefinition(id=1), ListDefinition(id=1))}, "list 1 is defined 2 times"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], told: str) -> None:
    """A configuration made in Python is held to the same bounds as a file."""
    with pytest.raises(ConfigError, match=told):
        Config(**settings)


def test_lists_are_as_good_as_tuples() -> None:
    """What may be given several times may be a list, and its members mappings as the tables of a file are."""
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
    ("settings", "told"),
    [
        ({"id": 0}, r"id: expected a whole number from 1 to"),
        ({"id": 2**53}, r"id: expected a whole number"),
        ({"id": "8668"}, r"id: expected a whole number"),
        ({"name": "\ud800"}, r"name: expected text"),
        ({"name": "x" * 1_001}, r"name: expected text .* got 'x{59}\.\.\.$"),
        ({"size": -1}, r"size: expected a whole number from 0 to 100000000, got -1"),
        ({"size": 100_000_001}, r"size: expected a whole number"),
        ({"size": 2.0}, r"size: expected a whole number"),
        ({"columns": ("a",) * 10_001}, r"columns: expected at most 10000 names"),
        ({"columns": (1,)}, r"columns: expected at most 10000 names"),
        ({"sensitive": (9,)}, r"sensitive: expected positions below 9, the number of columns, got 9"),
        ({"sensitive": (-1,)}, r"sensitive: expected positions of columns"),
        ({"sensitive": 5}, r"sensitive: expected positions of columns"),
        ({"seed": "x"}, r"seed: expected a whole number"),
        ({"dial_status": {}}, r"dial_status: expected a table"),
        ({"dial_status": {1: 0}}, r"dial_status: expected a table"),
        ({"dial_status": {1: -1}}, r"dial_status: expected a table"),
        ({"dial_status": {1: True}}, r"dial_status: expected a table"),
        ({"dial_status": {1: float("nan")}}, r"dial_status: expected a table"),
        ({"disposition": {"1": 1}}, r"disposition: expected a table"),
        ({"disposition": {0: 10**400}}, r"disposition: expected a table"),
    ],
)
def test_lists_that_cannot_be(settings: dict[str, Any], told: str) -> None:
    """A list is held to its bounds, and told what it may be."""
    with pytest.raises(DefinitionError, match=told):
        ListDefinition(**({"id": 1} | settings))
