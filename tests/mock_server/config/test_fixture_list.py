"""Fixed lists: the fake returns leads from a file unchanged, and clients edit them like others."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from smartflo_contract.factories import DefinitionError, ListDefinition, lead_list
from smartflo_contract.mock_server import Config, ConfigError, FixtureList, create_app

OTHER = {"Authorization": "other"}
LEADS: list[dict[str, Any]] = [dict(lead) for lead in lead_list(5, 4711, 3, columns=("Phone Number", "Name"))]
del LEADS[0]["priority"]
LEADS[1]["surprise"] = [1]
LEADS[2]["lead_id"] = LEADS[2]["id"] = "mine"
FILE = "fixture.json"
TOML = f'[[lists]]\nleads_file = "{FILE}"\n'
URL = "/v1/broadcast/leads/4711"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return a folder with a file of leads and a configuration file that names it."""
    return write_files(tmp_path)


def write_files(folder: Path) -> Path:
    """Write a file of leads and a configuration file that names it."""
    (folder / FILE).write_text(json.dumps(LEADS), encoding="utf-8")
    (folder / "fake.toml").write_text(TOML, encoding="utf-8")
    return folder


@pytest.fixture(name="client", scope="module")
def _client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a client of a fake with the list; use it with an account of your own."""
    return client_of(write_files(tmp_path_factory.mktemp("fixture")))


def client_of(folder: Path, **overrides: Any) -> FlaskClient:
    """Return a client of a fake with the configuration in a folder."""
    return create_app(Config.from_file(folder / "fake.toml", **overrides)).test_client()


def test_returns_leads_unchanged(client: FlaskClient, account: dict[str, str]) -> None:
    """Missing and unknown keys stay as they are, for every account; the evidence is the weakest."""
    answer = client.get(URL, headers=account)

    assert json.dumps(LEADS) == json.dumps(json.loads(answer.data))
    assert "assumed" == answer.headers["X-Smartflo-Fake-Evidence"]
    assert LEADS == client.get(URL, headers=OTHER).get_json()
    listed = {"id": 4711, "name": LEADS[0]["list_name"], "description": "", "field_map": ["Phone Number", "Name"]}
    assert listed in client.get("/v1/broadcast/lists", headers=account).get_json()


@pytest.mark.parametrize("settings", [{"profile": "documented"}, {"quirks": {"created_at": "twelve_hours_early"}}])
def test_settings_do_not_change_leads(folder: Path, settings: dict[str, Any]) -> None:
    """Profile, seed, phones, overlay and quirks apply to generated leads alone."""
    overlay = {"properties": {"priority": {"type": "string"}}, "required": ["priority"]}
    client = client_of(folder, overlay=overlay, seed=3, phones="valid", **settings)

    assert LEADS == client.get(URL, headers=OTHER).get_json()


def test_entity_tag_depends_on_leads(folder: Path, client: FlaskClient, account: dict[str, str]) -> None:
    """A restarted fake sends the same entity tag, and one with other leads sends another."""
    tags = [client.get(URL, headers=account).headers["ETag"]]
    for leads in (LEADS, LEADS[1:]):
        (folder / FILE).write_text(json.dumps(leads), encoding="utf-8")
        tags.append(client_of(folder).get(URL, headers=account).headers["ETag"])

    assert tags[0] == tags[1] != tags[2]
    assert 304 == client.get(URL, headers=account | {"If-None-Match": tags[0]}).status_code


def test_number_filter(client: FlaskClient, account: dict[str, str]) -> None:
    """The filter compares the last ten digits of ``field_0``."""
    leads = client.get(URL, query_string={"number": LEADS[1]["field_0"][-10:]}, headers=account).get_json()

    assert [LEADS[1]] == leads


def test_clients_edit_leads(client: FlaskClient, account: dict[str, str]) -> None:
    """Clients add leads after those of the file, and change and delete them by id; other accounts see no edits."""
    client.post("/v1/broadcast/lead/4711", json={"field_0": "5550000042", "field_1": "Asha"}, headers=account)
    assert 200 == client.put("/v1/broadcast/lead/mine", json={"field_1": "Ravi"}, headers=account).status_code
    assert 200 == client.delete(f"/v1/broadcast/lead/{LEADS[0]['lead_id']}", headers=account).status_code
    second, third, added = client.get(URL, headers=account).get_json()

    assert (LEADS[1], "Ravi", "Asha") == (second, third["field_1"], added["field_1"])
    assert (LEADS[2]["header"], LEADS[2]["list_name"], 4711) == tuple(
        added[key] for key in ("header", "list_name", "list_id")
    )
    assert LEADS == client.get(URL, headers=OTHER).get_json()


def test_clients_rename_and_delete_list(client: FlaskClient, account: dict[str, str]) -> None:
    """A new name is in all leads; a reset restores the list."""
    summary = client.get("/__admin/lists/4711", headers=account).get_json()
    assert (3, False, ["Phone Number", "Name"]) == (summary["size"], summary["changed"], summary["columns"])
    client.put("/v1/broadcast/list/4711", json={"name": "April"}, headers=account)
    assert {"April"} == {lead["list_name"] for lead in client.get(URL, headers=account).get_json()}
    client.delete("/v1/broadcast/list/4711", headers=account)
    assert 404 == client.get(URL, headers=account).status_code
    client.post("/__admin/reset", headers=account)
    assert LEADS == client.get(URL, headers=account).get_json()


def test_dnd_page_contains_fixed_leads(folder: Path) -> None:
    """The page of leads that must not be dialled contains those of the file."""
    leads = [lead | {"dial_status": status} for lead, status in zip(LEADS, (5, 1, 9), strict=True)]
    (folder / FILE).write_text(json.dumps(leads), encoding="utf-8")
    page = client_of(folder).get("/v1/broadcast/dnd/leads?list_id=4711", headers=OTHER).get_json()

    assert [leads[0]["field_0"], leads[2]["field_0"]] == [entry["number"] for entry in page["data"]]


def test_snapshot_requires_same_leads(folder: Path, client: FlaskClient, account: dict[str, str]) -> None:
    """A fake with the same file restores an edited list, and one with another file rejects it."""
    client.delete("/v1/broadcast/lead/mine", headers=account)
    state = client.get("/__admin/snapshot", headers=account).data
    same = client_of(folder)
    (folder / FILE).write_text(json.dumps(LEADS[1:]), encoding="utf-8")
    different = client_of(folder)

    assert [200, 409] == [
        fake.post("/__admin/restore", data=state, headers=account).status_code for fake in (same, different)
    ]
    assert LEADS[:2] == same.get(URL, headers=account).get_json()


def test_settings_of_list_apply_to_added_leads(folder: Path) -> None:
    """The leads of the file keep their own values."""
    (folder / "fake.toml").write_text(TOML + 'id = 12\nname = "Trial"\ncolumns = ["Mobile"]\n', encoding="utf-8")
    client = client_of(folder)
    client.post("/v1/broadcast/lead/12", json={"field_0": "5550000042"}, headers=OTHER)
    *leads, added = client.get("/v1/broadcast/leads/12", headers=OTHER).get_json()

    assert LEADS == leads
    assert (12, "Trial", '["Mobile"]') == tuple(added[key] for key in ("list_id", "list_name", "header"))


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ({"list_id": 5}, (5, ListDefinition(1).name, ListDefinition(1).columns)),
        ({"list_id": 5, "list_name": 3, "header": "no JSON"}, (5, ListDefinition(1).name, ListDefinition(1).columns)),
        ({"list_id": 5, "list_name": "", "header": ["a", "b"]}, (5, "", ("a", "b"))),
        ({"list_id": 5, "header": '["a"]'}, (5, ListDefinition(1).name, ("a",))),
    ],
)
def test_settings_default_to_those_of_first_lead(
    folder: Path, lead: dict[str, Any], expected: tuple[object, ...]
) -> None:
    """Invalid values of the first lead are ignored."""
    (folder / FILE).write_text(json.dumps([lead, {}]), encoding="utf-8")
    definition = FixtureList.from_file(folder / FILE)

    assert (*expected, 2) == (definition.id, definition.name, definition.columns, definition.size)


def test_reads_files_with_byte_order_mark(folder: Path, account: dict[str, str]) -> None:
    """Notepad and PowerShell write one, to leads as to the configuration."""
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert LEADS == client_of(folder).get(URL, headers=account).get_json()


def test_accepts_files_and_leads_in_python(folder: Path) -> None:
    """The representation of the configuration does not contain leads."""
    lists = (
        FixtureList.from_file(folder / FILE),
        FixtureList(id=12, leads=LEADS),
        {"leads_file": folder / FILE, "id": 9},
    )
    config = Config(lists=lists)  # type: ignore[arg-type]  # mappings are accepted as well
    client = create_app(config).test_client()

    for list_id in (4711, 12, 9):
        assert LEADS == client.get(f"/v1/broadcast/leads/{list_id}", headers=OTHER).get_json()
    assert LEADS[0]["field_1"] not in repr(config)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("[1", "expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: "),
        ('[{"field_1": "Asha"', "not JSON: "),
        ("{}", "leads: expected an array of at least one lead, each a JSON object"),
        ("[]", "expected an array of at least one lead"),
        ('[{"list_id": 4711}, "Asha"]', "each a JSON object"),
        ("[{}]", "id: missing; set one, because the list_id of the first lead is not an integer from 1 to"),
        ('[{"list_id": "Asha"}]', "id: missing; set one"),
        (
            '[{"list_id": 5, "x": [100000000000000000001]}]',
            "/0/x/0: the digits of an integer of more than 64 bits would",
        ),
        (
            '[{"list_id": 5}, {"x": {"y": 1, "y": 2}}]',
            "/1/x/y: this key is there twice, and one of its values would be",
        ),
        ('[{"list_id": 5, "x": ' + "[" * 400 + "]" * 400 + "}]", "leads: cannot be encoded as JSON: Recursion limit"),
    ],
)
def test_rejects_invalid_file(folder: Path, content: str | None, message: str) -> None:
    """The message is one line with both paths, and contains nothing of a lead."""
    (folder / FILE).unlink()
    if content is not None:
        (folder / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        Config.from_file(folder / "fake.toml")

    prefix = f"config {folder / 'fake.toml'}: lists[0].leads_file: {folder / FILE}: "
    assert str(error.value).startswith(prefix)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert "Asha" not in str(error.value)


def test_rejects_large_file(folder: Path) -> None:
    """The file may have 256 MiB."""
    with (folder / FILE).open("r+b") as file:
        file.truncate(256 * 1024 * 1024 + 1)
    with pytest.raises(ConfigError, match=r"fixture\.json: larger than 256 MiB; use a file with fewer leads"):
        Config.from_file(folder / "fake.toml")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("size = 3", "lists[0].size: remove it; the list has the leads of leads_file"),
        ("id = 0", "fixture.json: id: expected"),
        ("name = 3", "fixture.json: name: expected"),
        ('file = "x"', "lists[0].file: unknown setting. "),
        ("[[lists]]\nleads_file = 3", "lists[1].leads_file: expected the path of a JSON file"),
        ('[[lists]]\nleads_file = "\\u0000"', "lists[1].leads_file: expected the path of a JSON file"),
        ("[[lists]]\nid = 4711", "lists: list 4711 is defined 2 times"),
    ],
)
def test_rejects_invalid_setting(folder: Path, settings: str, message: str) -> None:
    """Settings next to ``leads_file`` have the bounds of all lists."""
    (folder / "fake.toml").write_text(TOML + settings, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        Config.from_file(folder / "fake.toml")

    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "leads",
    [
        (),
        "leads",
        [3],
        [{"x": {1}}],
        [{"x": 10**30}],
        [{"x": date(2026, 3, 1)}],
        [{"x": UUID(int=1)}],
        [{"x": math.nan}],
    ],
)
def test_rejects_leads_that_are_not_json(leads: Any) -> None:
    """Leads in Python are an array of JSON objects as well; a date or a UUID would become another value."""
    with pytest.raises(DefinitionError, match=r"leads(: |\[0\]\.x: )"):
        FixtureList(id=1, leads=leads)


# The admin API


def test_admin_replaces_list_with_fixed_leads(client: FlaskClient, account: dict[str, str]) -> None:
    """The bytes of a file replace a list of one account; a snapshot contains them."""
    other = {"Authorization": f"{account['Authorization']} other"}
    answer = client.put("/__admin/lists/8668/leads", data=json.dumps(LEADS), headers=account)
    summary = answer.get_json()

    assert (200, 8668, 3, True) == (answer.status_code, summary["id"], summary["size"], summary["changed"])
    assert (LEADS[0]["list_name"], ["Phone Number", "Name"]) == (summary["name"], summary["columns"])
    leads = json.loads(client.get("/v1/broadcast/leads/8668", headers=account).data)
    assert json.dumps(LEADS) == json.dumps(leads)
    assert 25 == len(client.get("/v1/broadcast/leads/8668", headers=other).get_json())
    state = client.get("/__admin/snapshot", headers=account).data
    assert 200 == client.post("/__admin/restore", data=state, headers=other).status_code
    assert LEADS == client.get("/v1/broadcast/leads/8668", headers=other).get_json()


@pytest.mark.parametrize(
    ("list_id", "body", "status"),
    [
        ("12", "[]", 422),
        ("12", "{}", 422),
        ("12", "[3]", 422),
        ("12", "[{", 400),
        ("012", "[{}]", 404),
        ("9999999999999999", "[{}]", 422),
    ],
)
def test_admin_rejects_invalid_leads(
    client: FlaskClient, account: dict[str, str], list_id: str, body: str, status: int
) -> None:
    """The response is a problem document, and the account stays unchanged."""
    answer = client.put(f"/__admin/lists/{list_id}/leads", data=body, headers=account)

    assert (status, "application/problem+json") == (answer.status_code, answer.mimetype)
    assert answer.get_json()["detail"]
    assert [[]] == [one["changed_lists"] for one in client.get("/__admin/accounts", headers=account).get_json()]
