"""Lists whose leads come from a file: they are served as they are, and changed as others are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.factories import DefinitionError, ListDefinition, lead_list
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, FixtureList, create_app

ME = {"Authorization": "me"}
OTHER = {"Authorization": "other"}
LEADS: list[dict[str, Any]] = [dict(lead) for lead in lead_list(5, 4711, 3, columns=("Phone Number", "Name"))]
del LEADS[0]["priority"]
LEADS[1]["surprise"] = [1]
LEADS[2]["lead_id"] = LEADS[2]["id"] = "mine"
FILE = "fixture.json"
TOML = f'[[lists]]\nleads_file = "{FILE}"\n'
URL = "/v1/broadcast/leads/4711"

Write = Callable[[object], Path]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A folder with a fixture and a configuration of it."""
    (tmp_path / FILE).write_text(json.dumps(LEADS), encoding="utf-8")
    (tmp_path / "fake.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


@pytest.fixture(name="client")
def _client(folder: Path) -> FlaskClient:
    return create_app(Config.from_file(folder / "fake.toml")).test_client()


def text(leads: object) -> str:
    """Return leads as they are written, with their keys in their order."""
    return json.dumps(leads)


def test_the_leads_are_as_they_are(client: FlaskClient) -> None:
    """Whatever is missing or strange stays so, under the id of the file, for each account; the evidence is modest."""
    answer = client.get(URL, headers=ME)

    assert text(LEADS) == text(json.loads(answer.data))
    assert "assumed" == answer.headers["X-Smartflo-Fake-Evidence"]
    assert LEADS == client.get(URL, headers=OTHER).get_json()
    assert {"id": 4711, "name": LEADS[0]["list_name"]} in client.get("/v1/broadcast/lists", headers=ME).get_json()


@pytest.mark.parametrize("settings", [{"profile": "documented"}, {"quirks": {"created_at": "twelve_hours_early"}}])
def test_nothing_changes_them(folder: Path, settings: dict[str, Any]) -> None:
    """Profile, seed, phones, overlay and quirks are about leads that are made."""
    overlay = {"properties": {"priority": {"type": "string"}}, "required": ["priority"]}
    config = Config.from_file(folder / "fake.toml", overlay=overlay, seed=3, phones="valid", **settings)

    assert LEADS == create_app(config).test_client().get(URL, headers=ME).get_json()


def test_the_same_bytes_after_a_restart(folder: Path, client: FlaskClient) -> None:
    """The entity tag follows from the leads: another fake has it too, and one with other leads has not."""
    tags = [client.get(URL, headers=ME).headers["ETag"]]
    for leads in (LEADS, LEADS[1:]):
        (folder / FILE).write_text(json.dumps(leads), encoding="utf-8")
        again = create_app(Config.from_file(folder / "fake.toml")).test_client()
        tags.append(again.get(URL, headers=ME).headers["ETag"])

    assert tags[0] == tags[1] != tags[2]
    assert 304 == client.get(URL, headers=ME | {"If-None-Match": tags[0]}).status_code


def test_a_number(client: FlaskClient) -> None:
    """A search looks at the last ten digits of ``field_0``."""
    found = client.get(URL, query_string={"number": LEADS[1]["field_0"][-10:]}, headers=ME).get_json()
    assert [LEADS[1]] == found


def test_changes(client: FlaskClient) -> None:
    """Leads are added after those of the file, changed and deleted by their ids; another account sees none of it."""
    client.post("/v1/broadcast/lead/4711", json={"field_0": "5550000042", "field_1": "Asha"}, headers=ME)
    assert 200 == client.put("/v1/broadcast/lead/mine", json={"field_1": "Ravi"}, headers=ME).status_code
    assert 200 == client.delete(f"/v1/broadcast/lead/{LEADS[0]['lead_id']}", headers=ME).status_code
    second, third, added = client.get(URL, headers=ME).get_json()

    assert (LEADS[1], "Ravi", "Asha") == (second, third["field_1"], added["field_1"])
    assert (LEADS[2]["header"], LEADS[2]["list_name"], 4711) == tuple(
        added[key] for key in ("header", "list_name", "list_id")
    )
    assert LEADS == client.get(URL, headers=OTHER).get_json()


def test_the_list_itself(client: FlaskClient) -> None:
    """The list is told with its size, renamed with its leads, deleted, and there again after a reset."""
    told = client.get("/__admin/lists/4711", headers=ME).get_json()
    assert (3, False, ["Phone Number", "Name"]) == (told["size"], told["changed"], told["columns"])
    client.put("/v1/broadcast/list/4711", json={"name": "April"}, headers=ME)
    assert {"April"} == {lead["list_name"] for lead in client.get(URL, headers=ME).get_json()}
    client.delete("/v1/broadcast/list/4711", headers=ME)
    assert 404 == client.get(URL, headers=ME).status_code
    client.post("/__admin/reset", headers=ME)
    assert LEADS == client.get(URL, headers=ME).get_json()


def test_leads_that_must_not_be_dialled(folder: Path) -> None:
    """The page of such leads has those of the file."""
    leads = [lead | {"dial_status": status} for lead, status in zip(LEADS, (5, 1, 9), strict=True)]
    (folder / FILE).write_text(json.dumps(leads), encoding="utf-8")
    client = create_app(Config.from_file(folder / "fake.toml")).test_client()
    page = client.get("/v1/broadcast/dnd/leads?list_id=4711", headers=ME).get_json()

    assert [leads[0]["field_0"], leads[2]["field_0"]] == [one["number"] for one in page["data"]]


def test_a_snapshot(folder: Path, client: FlaskClient) -> None:
    """A changed list is taken back by a fake with the same file, and refused by one with another."""
    client.delete("/v1/broadcast/lead/mine", headers=ME)
    state = client.get("/__admin/snapshot", headers=ME).data
    same = create_app(Config.from_file(folder / "fake.toml")).test_client()
    (folder / FILE).write_text(json.dumps(LEADS[1:]), encoding="utf-8")
    other = create_app(Config.from_file(folder / "fake.toml")).test_client()

    assert [200, 409] == [one.post("/__admin/restore", data=state, headers=ME).status_code for one in (same, other)]
    assert LEADS[:2] == same.get(URL, headers=ME).get_json()


def test_what_the_configuration_says_wins(folder: Path) -> None:
    """Settings of the list are those of leads that are added; the file's leads keep what they have."""
    (folder / "fake.toml").write_text(TOML + 'id = 12\nname = "Trial"\ncolumns = ["Mobile"]\n', encoding="utf-8")
    client = create_app(Config.from_file(folder / "fake.toml")).test_client()
    client.post("/v1/broadcast/lead/12", json={"field_0": "5550000042"}, headers=ME)
    *leads, added = client.get("/v1/broadcast/leads/12", headers=ME).get_json()

    assert LEADS == leads
    assert (12, "Trial", '["Mobile"]') == tuple(added[key] for key in ("list_id", "list_name", "header"))


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        ({"list_id": 5}, (5, ListDefinition(1).name, ListDefinition(1).columns)),
        ({"list_id": 5, "list_name": 3, "header": "no JSON"}, (5, ListDefinition(1).name, ListDefinition(1).columns)),
        ({"list_id": 5, "list_name": "", "header": ["a", "b"]}, (5, "", ("a", "b"))),
        ({"list_id": 5, "header": '["a"]'}, (5, ListDefinition(1).name, ("a",))),
    ],
)
def test_what_the_first_lead_says(lead: dict[str, Any], told: tuple[object, ...]) -> None:
    """Id, name and columns are those of the first lead, where a list can be so."""
    made = FixtureList.from_leads([lead, {}])
    assert (*told, 2) == (made.id, made.name, made.columns, made.size)


def test_in_python(folder: Path) -> None:
    """A list of a file, or of leads, may be given in Python; it does not show them."""
    lists = (
        FixtureList.from_file(folder / FILE),
        FixtureList(id=12, leads=LEADS),
        {"leads_file": folder / FILE, "id": 9},
    )
    config = Config(lists=lists)  # type: ignore[arg-type]  # tables are taken too
    with FakeSmartflo(config) as fake:
        client = fake.app.test_client()
        for list_id in (4711, 12, 9):
            assert LEADS == client.get(f"/v1/broadcast/leads/{list_id}", headers=ME).get_json()
    assert LEADS[0]["field_1"] not in repr(config)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "fixture.json: cannot be read: No such file or directory"),
        ("[1", "fixture.json: expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: "),
        ('[{"field_1": "Asha"', "not JSON: "),
        ("{}", "fixture.json: leads: expected an array of at least one lead, each a JSON object"),
        ("[]", "expected an array of at least one lead"),
        ('[{"list_id": 4711}, "Asha"]', "each a JSON object"),
        ('["Asha"]', "each a JSON object"),
        ("[{}]", "id: missing; set one, because the list_id of the first lead is not a whole number from 1 to"),
        ('[{"list_id": "Asha"}]', "id: missing; set one"),
        ('[{"list_id": 5, "x": ' + "[" * 400 + "]" * 400 + "}]", "leads: cannot be encoded as JSON: Recursion limit"),
    ],
)
def test_files_that_cannot_be(folder: Path, content: str | None, told: str) -> None:
    """What is wrong with a file is one line with both paths, and shows nothing of a lead."""
    (folder / FILE).unlink()
    if content is not None:
        (folder / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Config.from_file(folder / "fake.toml")

    message = str(caught.value)
    assert message.startswith(f"config {folder / 'fake.toml'}: lists[0].leads_file: {folder / FILE}: ")
    assert told in message
    assert "\n" not in message
    assert "Asha" not in message


def test_a_file_that_is_too_large(folder: Path) -> None:
    """A file beyond all measure is refused."""
    with (folder / FILE).open("r+b") as file:
        file.truncate(256 * 1024 * 1024 + 1)
    with pytest.raises(ConfigError, match=r"fixture\.json: larger than 256 MiB; use a file with fewer leads"):
        Config.from_file(folder / "fake.toml")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("size = 3", "lists[0].size: remove it; the list has the leads of leads_file"),
        ("id = 0", "fixture.json: id: expected a whole number from 1"),
        ("name = 3", "fixture.json: name: expected text"),
        ('file = "x"', "lists[0].file: unknown setting. "),
        ("[[lists]]\nleads_file = 3", "lists[1].leads_file: expected the path of a JSON file"),
        ('[[lists]]\nleads_file = "\\u0000"', "lists[1].leads_file: expected the path of a JSON file"),
        ("[[lists]]\nid = 4711", "lists: list 4711 is defined 2 times"),
    ],
)
def test_settings_that_cannot_be(folder: Path, settings: str, told: str) -> None:
    """Other settings are held to their bounds beside a file."""
    (folder / "fake.toml").write_text(TOML + settings, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Config.from_file(folder / "fake.toml")

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("leads", [(), "leads", [3], [{"x": {1}}], [{"x": 10**30}]])
def test_leads_that_cannot_be(leads: Any) -> None:
    """Leads that are none, or that JSON cannot say, are no list."""
    with pytest.raises(DefinitionError, match="leads: "):
        FixtureList(id=1, leads=leads)


# By the admin API


def test_a_fixture_is_sent_as_it_is(client: FlaskClient, folder: Path) -> None:
    """The bytes of a fixture make a list of an account, in place of the one that is there."""
    answer = client.put("/__admin/lists/8668/leads", data=(folder / FILE).read_bytes(), headers=ME)
    told = answer.get_json()

    assert (200, 8668, 3, True) == (answer.status_code, told["id"], told["size"], told["changed"])
    assert (LEADS[0]["list_name"], ["Phone Number", "Name"]) == (told["name"], told["columns"])
    assert text(LEADS) == text(json.loads(client.get("/v1/broadcast/leads/8668", headers=ME).data))
    assert 25 == len(client.get("/v1/broadcast/leads/8668", headers=OTHER).get_json())
    state = client.get("/__admin/snapshot", headers=ME).data
    assert 200 == client.post("/__admin/restore", data=state, headers=OTHER).status_code
    assert LEADS == client.get("/v1/broadcast/leads/8668", headers=OTHER).get_json()


@pytest.mark.parametrize(
    ("place", "body", "status", "told"),
    [
        ("12", "[]", 422, "[] has less than 1 item"),
        ("12", "{}", 422, 'is not of type "array"; for example [{"list_id":4711'),
        ("12", "[3]", 422, "0: 3 is not of type"),
        ("12", "[{", 400, "the body is not JSON"),
        ("012", "[{}]", 404, "an id of a list is written in digits"),
        ("9999999999999999", "[{}]", 422, "id: expected a whole number from 1"),
    ],
)
def test_what_is_no_fixture(client: FlaskClient, place: str, body: str, status: int, told: str) -> None:
    """What cannot be a list is a problem document, and nothing changes."""
    answer = client.put(f"/__admin/lists/{place}/leads", data=body, headers=ME)

    assert (status, "application/problem+json") == (answer.status_code, answer.mimetype)
    assert told in answer.get_json()["detail"]
    assert [] == client.get("/__admin/accounts").get_json()
