"""Lists and leads by the admin API: of any size, with any key, also such as break the contract."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import DEFAULT_COLUMNS
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import broken_leads

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return create_app(Config()).test_client()


def made(client: FlaskClient, **definition: Any) -> dict[str, Any]:
    """Make a list."""
    answer = client.post("/__admin/lists", json=definition, headers=ME)
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def leads_of(client: FlaskClient, list_id: int, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Read a list as a client of the vendor's would."""
    answer = client.get(f"/v1/broadcast/leads/{list_id}", headers=who or ME)
    assert answer.status_code == 200, answer.get_json()
    return list(answer.get_json())


def test_a_list_of_a_size(client: FlaskClient) -> None:
    """A list is made with as many leads as wanted, like those of a configuration; it is the account's alone."""
    told = made(client, name="Trial", columns=["Mobile", "Name"], size=3)
    leads = leads_of(client, told["id"])

    assert ("Trial", 3, ["Mobile", "Name"], True) == tuple(told[key] for key in ("name", "size", "columns", "changed"))
    assert {"Trial"} == {lead["list_name"] for lead in leads}
    assert load_contract().is_valid(leads)
    assert {"id": told["id"], "name": "Trial"} in client.get("/v1/broadcast/lists", headers=ME).get_json()
    assert 404 == client.get(f"/v1/broadcast/leads/{told['id']}", headers=OTHER).status_code


def test_all_that_a_list_may_say(client: FlaskClient) -> None:
    """What is said of a list is told again."""
    said = {
        "name": "Trial",
        "columns": ["Mobile", "Name"],
        "sensitive": [1],
        "seed": 7,
        "dial_status": {"5": 2.5},
        "disposition": {"-8": 1, "3": 2},
        "description": "for the trial",
        "size": 3.0,
    }
    told = made(client, **said)

    assert told == {**said, "id": told["id"], "size": 3, "changed": True}
    assert {5} == {lead["dial_status"] for lead in leads_of(client, told["id"])}


def test_a_large_list_costs_nothing(client: FlaskClient) -> None:
    """Leads that are only counted are not made."""
    told = made(client, size=5_000_000)

    assert 5_000_000 == told["size"]
    assert told == client.get(f"/__admin/lists/{told['id']}", headers=ME).get_json()


def test_usual_list(client: FlaskClient) -> None:
    """A list of which nothing is said is as one in a configuration."""
    told = made(client)

    assert (25, list(DEFAULT_COLUMNS)) == (told["size"], told["columns"])
    assert 25 == len(leads_of(client, told["id"]))


def test_given_leads(client: FlaskClient) -> None:
    """Of leads that are given in part the rest is made; what is given stands, whatever it is."""
    told = made(client, leads=[{"field_1": "Asha"}, {"dial_status": 5, "surprise": [None, 1.5]}, {}])
    first, second, third = leads_of(client, told["id"])

    assert ("Asha", 5, [None, 1.5]) == (first["field_1"], second["dial_status"], second["surprise"])
    assert load_contract().is_valid([first, third])
    assert 3 == len({lead["lead_id"] for lead in (first, second, third)})


def test_made_and_given_leads(client: FlaskClient) -> None:
    """Leads that are given come after those that are made."""
    told = made(client, size=2, leads=[{"field_1": "Asha"}])

    assert (3, "Asha") == (told["size"], leads_of(client, told["id"])[2]["field_1"])


def test_a_lead_without_an_id(client: FlaskClient) -> None:
    """A lead without an id, or with null, is found by none."""
    made(client, leads=[{"lead_id": None}])

    assert 404 == client.put("/v1/broadcast/lead/None", json={"field_1": "Asha"}, headers=ME).status_code


@pytest.mark.parametrize("now", [0x1_0000_0000_000, 253_402_300_000_000, -1_000])
def test_ids_at_any_time(client: FlaskClient, now: int) -> None:
    """Whatever the clock shows, a new lead has an id as the contract has it."""
    client.patch("/__admin/clock", json={"now": now, "frozen": True}, headers=ME)
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)

    assert load_contract().is_valid(leads_of(client, 8669)) or now < 0
    assert 24 == len(leads_of(client, 8669)[-1]["lead_id"])


def test_the_same_list_again() -> None:
    """Same seed, same list, same leads."""
    both = [create_app(Config()).test_client() for _ in range(2)]
    one, other = (leads_of(client, made(client, size=3, seed=7)["id"]) for client in both)

    assert one == other


@pytest.mark.parametrize("list_id", [8668, 4711, 910_000_003, 920_000_001])
def test_a_list_in_place_of_another(client: FlaskClient, list_id: int) -> None:
    """A list is made under any id, in place of the one that is there; others keep that."""
    before = client.get(f"/v1/broadcast/leads/{list_id}", headers=OTHER).get_data()
    answer = client.put(f"/__admin/lists/{list_id}", json={"leads": [{"field_1": "Asha"}]}, headers=ME)

    assert (200, 1) == (answer.status_code, answer.get_json()["size"])
    assert ["Asha"] == [lead["field_1"] for lead in leads_of(client, list_id)]
    assert before == client.get(f"/v1/broadcast/leads/{list_id}", headers=OTHER).get_data()


def test_lists_are_told(client: FlaskClient) -> None:
    """The lists of the account are told, by id, those of the configuration and its own."""
    made(client, size=0)
    client.delete("/v1/broadcast/list/8669", headers=ME)
    client.post("/v1/broadcast/lead/8670", json={"field_0": "5550000042"}, headers=ME)
    told = client.get("/__admin/lists", headers=ME).get_json()

    assert [(8668, 25, False), (8670, 101, True), (8671, 1000, False), (10002, 0, True)] == [
        (one["id"], one["size"], one["changed"]) for one in told
    ]
    assert 4 == len(client.get("/__admin/lists", headers=OTHER).get_json())


def test_a_list_is_deleted(client: FlaskClient) -> None:
    """A deleted list is gone, for its account."""
    assert 200 == client.delete("/__admin/lists/8668", headers=ME).status_code
    assert 404 == client.get("/v1/broadcast/leads/8668", headers=ME).status_code
    assert 404 == client.delete("/__admin/lists/8668", headers=ME).status_code
    assert 25 == len(leads_of(client, 8668, OTHER))


def test_leads_are_added(client: FlaskClient) -> None:
    """Leads are added as they are given, and told whole."""
    some = client.post("/__admin/lists/8669/leads", json={"leads": [{}, {}]}, headers=ME)
    given = client.post("/__admin/lists/8669/leads", json={"leads": [{"field_0": 42, "x": {}}]}, headers=ME)
    leads = leads_of(client, 8669)

    assert [201, 201] == [some.status_code, given.status_code]
    assert leads[5:] == [*some.get_json()["leads"], *given.get_json()["leads"]]
    assert (42, {}) == (leads[7]["field_0"], leads[7]["x"])


def test_a_lead_is_changed(client: FlaskClient) -> None:
    """Any key of a lead is set or removed, to null as well; others stay as they are."""
    before = leads_of(client, 8669)
    changes = {"set": {"dial_status": 99, "field_1": None, "surprise": True}, "remove": ["priority", "not there"]}
    told = client.patch(f"/__admin/leads/{before[1]['lead_id']}", json=changes, headers=ME).get_json()
    after = leads_of(client, 8669)

    assert told == after[1]
    assert (99, None, True, False) == (told["dial_status"], told["field_1"], told["surprise"], "priority" in told)
    assert [before[0], *before[2:]] == [after[0], *after[2:]]


def test_an_id_of_ones_own(client: FlaskClient) -> None:
    """A lead is found by the id that it was given, and by its old one no more."""
    (lead, *_) = leads_of(client, 8669)
    old = lead["lead_id"]
    client.patch(f"/__admin/leads/{old}", json={"set": {"lead_id": "mine"}}, headers=ME)

    assert 404 == client.put(f"/v1/broadcast/lead/{old}", json={"field_1": "Asha"}, headers=ME).status_code
    assert 404 == client.patch(f"/__admin/leads/{old}", json={"set": {"a": 1}}, headers=ME).status_code
    assert 200 == client.put("/v1/broadcast/lead/mine", json={"field_1": "Asha"}, headers=ME).status_code
    assert "Asha" == leads_of(client, 8669)[0]["field_1"]
    assert 200 == client.delete("/v1/broadcast/lead/mine", headers=ME).status_code
    assert 404 == client.delete("/v1/broadcast/lead/mine", headers=ME).status_code
    assert 4 == len(leads_of(client, 8669))


def test_two_leads_of_one_id(client: FlaskClient) -> None:
    """Two leads may have one id, as in a duplicated page; either is found while it is there."""
    told = made(client, leads=[{"lead_id": "same"}, {"lead_id": "same"}])

    assert [200, 200] == [client.delete("/v1/broadcast/lead/same", headers=ME).status_code for _ in range(2)]
    assert [] == leads_of(client, told["id"])


@settings(max_examples=40)
@given(
    broken_leads().filter(lambda broken: broken.rule != "not-json"),
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    ),
)
def test_broken_leads_break_nothing(broken: Any, more: dict[str, Any]) -> None:
    """Leads that break the contract come back as they are, and no request that meets them is a server error."""
    client = create_app(Config()).test_client()
    lead = {key: value for key, value in broken.lead.items() if key.isprintable()}
    told = made(client, leads=[lead | more])["id"]
    (before,) = leads_of(client, told)

    assert all(before[key] == value for key, value in (lead | more).items())
    for method, path, body in (
        ("GET", f"/v1/broadcast/leads/{told}?number=5550000042", None),
        ("GET", f"/v1/broadcast/dnd/leads?list_id={told}", None),
        ("PUT", f"/v1/broadcast/lead/{before.get('lead_id')}", {"field_1": "Asha"}),
        ("PATCH", f"/v1/broadcast/leads/{told}", {"field": "field_1", "data": ["Asha"], "lead_data": {"field_2": "x"}}),
        ("POST", f"/v1/broadcast/lead/{told}", {"field_0": "5550000042"}),
        ("PUT", f"/v1/broadcast/list/{told}", {"name": "April"}),
        ("DELETE", f"/v1/broadcast/leads/{told}", {"field": "field_0", "data": [str(before.get("field_0"))]}),
    ):
        assert client.open(path, method=method, json=body, headers=ME).status_code < 500, (method, path)


def test_a_broken_lead_can_be_changed(client: FlaskClient) -> None:
    """A lead that was broken on purpose takes right values for other keys, and refuses wrong ones still."""
    overlaid = create_app(Config(overlay={"properties": {"field_3": {"minLength": 3}}})).test_client()
    lead_id = leads_of(overlaid, 8669)[0]["lead_id"]
    overlaid.patch(f"/__admin/leads/{lead_id}", json={"set": {"priority": "high"}}, headers=ME)

    assert 200 == overlaid.put(f"/v1/broadcast/lead/{lead_id}", json={"field_1": "Asha"}, headers=ME).status_code
    assert 422 == client.put(f"/v1/broadcast/lead/{lead_id}", json={"priority": 99}, headers=ME).status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("POST", "lists", {"nam": "x"}, 422, "Did you mean `name`?"),
        ("POST", "lists", {"size": -1}, 422, "size: -1 is less than the minimum"),
        ("POST", "lists", {"leads": 3}, 422, "expected: leads, at most 10,000"),
        ("POST", "lists", {"leads": [1]}, 422, "leads/0: 1 is not of type"),
        ("POST", "lists", {"columns": "Name"}, 422, "columns:"),
        ("POST", "lists", {"columns": ["A"], "sensitive": [1]}, 422, "sensitive: expected positions below 1"),
        ("POST", "lists", {"dial_status": {"x": 1}}, 422, "dial_status"),
        ("POST", "lists", {"dial_status": {"1": 0}}, 422, "dial_status: expected"),
        ("POST", "lists", {"id": 5}, 422, "choose from name, columns"),
        ("PUT", "lists/0", {}, 404, "consists of digits"),
        ("PUT", "lists/x", {}, 404, "consists of digits"),
        ("GET", "lists/123456", None, 404, "GET /__admin/lists returns"),
        ("GET", "lists/900000503", None, 404, "stands for an error response"),
        ("DELETE", "lists/x", None, 404, "no list with this id"),
        ("POST", "lists/123456/leads", {"leads": [{}]}, 404, "no list with this id"),
        ("POST", "lists/8669/leads", {"leads": [{}] * 10_001}, 422, "has more than 10000 items"),
        ("POST", "lists/8669/leads", {}, 422, '"leads" is a required property'),
        ("PATCH", "leads/x", {"set": {}}, 404, "no lead of this account has this id"),
        ("PATCH", "leads/x", {}, 422, "expected at least one of set, remove"),
        ("PATCH", "leads/x", {"dial_status": 1}, 422, "choose from set, remove"),
    ],
)
def test_what_cannot_be(method: str, path: str, body: dict[str, Any] | None, status: int, told: str) -> None:
    """What cannot be is a problem that says why, and changes nothing."""
    client = create_app(Config()).test_client()
    before = client.get("/__admin/snapshot", headers=ME).get_json()
    answer = client.open(f"/__admin/{path}", method=method, json=body, headers=ME)

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    assert told in answer.get_json()["detail"]
    assert 401 == client.open(f"/__admin/{path}", method=method, json=body).status_code
    after = client.get("/__admin/snapshot", headers=ME).get_json()
    (account,) = after["accounts"].values()
    account["requests"] = 0  # an id that was not used is not used again
    assert before == after


@pytest.mark.parametrize("depth", [200, 248, 249, 250, 251, 252, 253, 254, 300, 900, 1_100])
def test_deep_leads(client: FlaskClient, depth: int) -> None:
    """A value of any depth is taken or refused, and the list can be read."""
    data = b'{"leads": [{"deep": ' + b"[" * depth + b"]" * depth + b"}]}"
    answer = client.post("/__admin/lists/8669/leads", data=data, headers=ME)

    assert answer.status_code in {201, 400, 422}
    assert (6 if answer.status_code == 201 else 5) == len(leads_of(client, 8669))


def test_leads_that_no_overlay_lets_be() -> None:
    """Where no value can be found for a lead, the list is refused, and none is there."""
    client = create_app(Config(overlay={"properties": {"field_3": {"pattern": "^(?=x)y$"}}})).test_client()
    answer = client.post("/__admin/lists", json={"leads": [{}]}, headers=ME)

    assert 422 == answer.status_code
    assert "no value found for `field_3`" in answer.get_json()["detail"]
    assert 4 == len(client.get("/__admin/lists", headers=ME).get_json())


def test_the_profile_of_the_account(client: FlaskClient) -> None:
    """Lists are made in the account's profile."""
    client.put("/__admin/profile", json={"profile": "documented"}, headers=ME)

    assert load_contract("documented").is_valid(leads_of(client, made(client, size=2)["id"]))


def test_leads_are_told_whatever_goes_wrong(client: FlaskClient) -> None:
    """The admin API tells leads page by page; faults, quirks and the journal do not matter to it."""
    told = made(client, size=12)["id"]
    client.put("/__admin/faults", json={"rules": [{"steps": ["500"], "route": "any", "repeat": True}]}, headers=ME)
    pages = [
        client.get(f"/__admin/lists/{told}/leads?offset={offset}&limit=5", headers=ME).get_json()["leads"]
        for offset in (0, 5, 10, 15)
    ]
    client.delete("/__admin/faults", headers=ME)

    assert [5, 5, 2, 0] == [len(page) for page in pages]
    assert leads_of(client, told) == [lead for page in pages for lead in page]
    assert 422 == client.get(f"/__admin/lists/{told}/leads?limit=10001", headers=ME).status_code
