"""Lists and leads through the admin API: of any size and with any key, also in violation of the contract."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import DEFAULT_COLUMNS
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import broken_leads

from .conftest import ME, OTHER, client_of


def add_list(client: FlaskClient, **definition: Any) -> dict[str, Any]:
    """Create a list and return it as the admin API does."""
    response = client.post("/__admin/lists", json=definition, headers=ME)
    assert response.status_code == 201, response.get_json()
    return dict(response.get_json())


def leads_of(client: FlaskClient, list_id: int, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Read a list through the vendor's route."""
    response = client.get(f"/v1/broadcast/leads/{list_id}", headers=headers or ME)
    assert response.status_code == 200, response.get_json()
    return list(response.get_json())


def test_creates_list_of_any_size(client: FlaskClient) -> None:
    """A list has as many generated leads as requested, and belongs to the account alone."""
    created = add_list(client, name="Trial", columns=["Mobile", "Name"], size=3)
    leads = leads_of(client, created["id"])

    assert ("Trial", 3, ["Mobile", "Name"], True) == tuple(
        created[key] for key in ("name", "size", "columns", "changed")
    )
    assert {"Trial"} == {lead["list_name"] for lead in leads}
    assert load_contract().is_valid(leads)
    listed = {"id": created["id"], "name": "Trial", "description": "", "field_map": ["Mobile", "Name"]}
    assert listed in client.get("/v1/broadcast/lists", headers=ME).get_json()
    assert 404 == client.get(f"/v1/broadcast/leads/{created['id']}", headers=OTHER).status_code


def test_returns_every_setting_of_a_list(client: FlaskClient) -> None:
    """All settings of a list are returned as they were sent."""
    definition = {
        "name": "Trial",
        "columns": ["Mobile", "Name"],
        "sensitive": [1],
        "seed": 7,
        "dial_status": {"5": 2.5},
        "disposition": {"-8": 1, "3": 2},
        "description": "for the trial",
        "size": 3.0,
    }
    created = add_list(client, **definition)

    assert created == {**definition, "id": created["id"], "size": 3, "changed": True}
    assert {5} == {lead["dial_status"] for lead in leads_of(client, created["id"])}


def test_large_list_generates_no_leads(client: FlaskClient) -> None:
    """A list can have millions of leads, which are generated only when they are read."""
    created = add_list(client, size=5_000_000)

    assert 5_000_000 == created["size"]
    assert created == client.get(f"/__admin/lists/{created['id']}", headers=ME).get_json()


def test_list_without_settings_has_defaults(client: FlaskClient) -> None:
    """A list without settings has the defaults of the configuration."""
    created = add_list(client)

    assert (25, list(DEFAULT_COLUMNS)) == (created["size"], created["columns"])
    assert 25 == len(leads_of(client, created["id"]))


def test_completes_partial_leads(client: FlaskClient) -> None:
    """The keys of a partial lead are kept, whatever they are, and the others are generated."""
    created = add_list(client, leads=[{"field_1": "Asha"}, {"dial_status": 5, "surprise": [None, 1.5]}, {}])
    first, second, third = leads_of(client, created["id"])

    assert ("Asha", 5, [None, 1.5]) == (first["field_1"], second["dial_status"], second["surprise"])
    assert load_contract().is_valid([first, third])
    assert 3 == len({lead["lead_id"] for lead in (first, second, third)})


def test_generated_leads_come_first(client: FlaskClient) -> None:
    """Leads of the request come after the generated ones."""
    created = add_list(client, size=2, leads=[{"field_1": "Asha"}])

    assert (3, "Asha") == (created["size"], leads_of(client, created["id"])[2]["field_1"])


def test_lead_with_null_id_has_no_path(client: FlaskClient) -> None:
    """A lead whose lead_id is null cannot be addressed."""
    add_list(client, leads=[{"lead_id": None}])

    assert 404 == client.put("/v1/broadcast/lead/None", json={"field_1": "Asha"}, headers=ME).status_code


@pytest.mark.parametrize("now", [0x1_0000_0000_000, 253_402_300_000_000, -1_000])
def test_new_lead_has_valid_id_at_any_time(client: FlaskClient, now: int) -> None:
    """A new lead has a valid id, whatever the time on the clock."""
    client.patch("/__admin/clock", json={"now": now, "frozen": True}, headers=ME)
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)

    assert load_contract().is_valid(leads_of(client, 8669)) or now < 0
    assert 24 == len(leads_of(client, 8669)[-1]["lead_id"])


def test_same_seed_generates_same_leads() -> None:
    """The same list with the same seed has the same leads."""
    both = [client_of() for _ in range(2)]
    first, second = (leads_of(client, add_list(client, size=3, seed=7)["id"]) for client in both)

    assert first == second


@pytest.mark.parametrize("list_id", [8668, 4711, 910_000_003, 920_000_001])
def test_replaces_list_for_one_account(client: FlaskClient, list_id: int) -> None:
    """A list can replace any other list, for its account only."""
    before = client.get(f"/v1/broadcast/leads/{list_id}", headers=OTHER).get_data()
    response = client.put(f"/__admin/lists/{list_id}", json={"leads": [{"field_1": "Asha"}]}, headers=ME)

    assert (200, 1) == (response.status_code, response.get_json()["size"])
    assert ["Asha"] == [lead["field_1"] for lead in leads_of(client, list_id)]
    assert before == client.get(f"/v1/broadcast/leads/{list_id}", headers=OTHER).get_data()


def test_returns_lists_of_the_account(client: FlaskClient) -> None:
    """The lists of the account are sorted by id: those of the configuration, and its own."""
    add_list(client, size=0)
    client.delete("/v1/broadcast/list/8669", headers=ME)
    client.post("/v1/broadcast/lead/8670", json={"field_0": "5550000042"}, headers=ME)
    lists = client.get("/__admin/lists", headers=ME).get_json()

    assert [(8668, 25, False), (8670, 101, True), (8671, 1000, False), (10002, 0, True)] == [
        (listed["id"], listed["size"], listed["changed"]) for listed in lists
    ]
    assert 4 == len(client.get("/__admin/lists", headers=OTHER).get_json())


def test_deletes_list_for_one_account(client: FlaskClient) -> None:
    """A deleted list is unknown to its account only."""
    assert 200 == client.delete("/__admin/lists/8668", headers=ME).status_code
    assert 404 == client.get("/v1/broadcast/leads/8668", headers=ME).status_code
    assert 404 == client.delete("/__admin/lists/8668", headers=ME).status_code
    assert 25 == len(leads_of(client, 8668, OTHER))


def test_adds_leads(client: FlaskClient) -> None:
    """New leads are appended as they are, and returned completed."""
    generated = client.post("/__admin/lists/8669/leads", json={"leads": [{}, {}]}, headers=ME)
    partial = client.post("/__admin/lists/8669/leads", json={"leads": [{"field_0": 42, "x": {}}]}, headers=ME)
    leads = leads_of(client, 8669)

    assert [201, 201] == [generated.status_code, partial.status_code]
    assert leads[5:] == [*generated.get_json()["leads"], *partial.get_json()["leads"]]
    assert (42, {}) == (leads[7]["field_0"], leads[7]["x"])


def test_changes_any_key_of_a_lead(client: FlaskClient) -> None:
    """Any key of a lead can be set, to null as well, or removed; the other leads stay unchanged."""
    before = leads_of(client, 8669)
    changes = {"set": {"dial_status": 99, "field_1": None, "surprise": True}, "remove": ["priority", "not there"]}
    changed = client.patch(f"/__admin/leads/{before[1]['lead_id']}", json=changes, headers=ME).get_json()
    after = leads_of(client, 8669)

    assert changed == after[1]
    assert (99, None, True, False) == (
        changed["dial_status"],
        changed["field_1"],
        changed["surprise"],
        "priority" in changed,
    )
    assert [before[0], *before[2:]] == [after[0], *after[2:]]


def test_lead_can_get_any_id(client: FlaskClient) -> None:
    """A lead is addressed by its new id, and no longer by the old one."""
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


def test_two_leads_can_share_an_id(client: FlaskClient) -> None:
    """Two leads may have the same id, as in a duplicated page; each can be deleted."""
    created = add_list(client, leads=[{"lead_id": "same"}, {"lead_id": "same"}])

    assert [200, 200] == [client.delete("/v1/broadcast/lead/same", headers=ME).status_code for _ in range(2)]
    assert [] == leads_of(client, created["id"])


@given(
    broken_leads().filter(lambda broken: broken.rule != "not-json"),
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    ),
)
def test_broken_leads_cause_no_server_error(broken: Any, more: dict[str, Any]) -> None:
    """Leads that violate the contract are returned verbatim, and no request to them is a server error."""
    client = client_of()
    lead = {key: value for key, value in broken.lead.items() if key.isprintable()}
    list_id = add_list(client, leads=[lead | more])["id"]
    (before,) = leads_of(client, list_id)

    assert all(before[key] == value for key, value in (lead | more).items())
    edit = {"field": "field_1", "data": ["Asha"], "lead_data": {"field_2": "x"}}
    for method, path, body in (
        ("GET", f"/v1/broadcast/leads/{list_id}?number=5550000042", None),
        ("GET", f"/v1/broadcast/dnd/leads?list_id={list_id}", None),
        ("PUT", f"/v1/broadcast/lead/{before.get('lead_id')}", {"field_1": "Asha"}),
        ("PATCH", f"/v1/broadcast/leads/{list_id}", edit),
        ("POST", f"/v1/broadcast/lead/{list_id}", {"field_0": "5550000042"}),
        ("PUT", f"/v1/broadcast/list/{list_id}", {"name": "April"}),
        ("DELETE", f"/v1/broadcast/leads/{list_id}", {"field": "field_0", "data": [str(before.get("field_0"))]}),
    ):
        assert client.open(path, method=method, json=body, headers=ME).status_code < 500, (method, path)


def test_dnd_entry_stays_in_the_year_9999(client: FlaskClient) -> None:
    """The time of a DND entry has four digits for the year in Indian time, however late the lead was updated."""
    updated_at = {"$date": {"$numberLong": "253402300799999"}}
    list_id = add_list(client, leads=[{"dial_status": 5, "updated_at": updated_at}])["id"]
    (entry,) = client.get(f"/v1/broadcast/dnd/leads?list_id={list_id}", headers=ME).get_json()["data"]

    assert "9999-12-31T23:59:59+0530" == entry["created_at"]


def test_broken_lead_accepts_valid_changes(client: FlaskClient) -> None:
    """A broken lead accepts valid values for its other keys through the vendor's routes, and rejects invalid ones."""
    overlaid = client_of(overlay={"properties": {"field_3": {"minLength": 3}}})
    lead_id = leads_of(overlaid, 8669)[0]["lead_id"]
    overlaid.patch(f"/__admin/leads/{lead_id}", json={"set": {"priority": "high"}}, headers=ME)

    assert 200 == overlaid.put(f"/v1/broadcast/lead/{lead_id}", json={"field_1": "Asha"}, headers=ME).status_code
    assert 422 == client.put(f"/v1/broadcast/lead/{lead_id}", json={"priority": 99}, headers=ME).status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "lists", {"nam": "x"}, 422, "Did you mean `name`?"),
        ("POST", "lists", {"size": -1}, 422, "size: -1 is less than the minimum"),
        ("POST", "lists", {"leads": 3}, 422, "expected: at most 10,000 leads"),
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
def test_rejects_invalid_requests(  # noqa: PLR0917 - a table
    client: FlaskClient, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    """An invalid request is a problem that states the reason, and changes nothing."""
    before = client.get("/__admin/snapshot", headers=ME).get_json()
    response = client.open(f"/__admin/{path}", method=method, json=body, headers=ME)

    assert (status, "application/problem+json") == (response.status_code, response.headers["Content-Type"])
    assert detail in response.get_json()["detail"]
    assert 401 == client.open(f"/__admin/{path}", method=method, json=body).status_code
    after = client.get("/__admin/snapshot", headers=ME).get_json()
    (account,) = after["accounts"].values()
    account["requests"] = 0  # an id that was not used is not used again
    assert before == after


@pytest.mark.parametrize("depth", [200, 248, 249, 250, 251, 252, 253, 254, 300, 900, 1_100])
def test_deep_values_keep_lists_readable(client: FlaskClient, depth: int) -> None:
    """A value of any depth is accepted or rejected, and the list can be read."""
    data = b'{"leads": [{"deep": ' + b"[" * depth + b"]" * depth + b"}]}"
    response = client.post("/__admin/lists/8669/leads", data=data, headers=ME)

    assert response.status_code in {201, 400, 422}
    assert (6 if response.status_code == 201 else 5) == len(leads_of(client, 8669))


def test_rejects_list_without_valid_leads() -> None:
    """A list is rejected if no lead can be generated under the overlay."""
    client = client_of(overlay={"properties": {"field_3": {"pattern": "^(?=x)y$"}}})
    response = client.post("/__admin/lists", json={"leads": [{}]}, headers=ME)

    assert 422 == response.status_code
    assert "no value found for `field_3`" in response.get_json()["detail"]
    assert 4 == len(client.get("/__admin/lists", headers=ME).get_json())


def test_list_has_profile_of_the_account(client: FlaskClient) -> None:
    """A list is generated in the account's profile."""
    client.put("/__admin/profile", json={"profile": "documented"}, headers=ME)

    assert load_contract("documented").is_valid(leads_of(client, add_list(client, size=2)["id"]))


def test_returns_pages_of_leads_despite_faults(client: FlaskClient) -> None:
    """The admin API returns pages of leads without faults."""
    list_id = add_list(client, size=12)["id"]
    client.put("/__admin/faults", json={"rules": [{"steps": ["500"], "route": "any", "repeat": True}]}, headers=ME)
    pages = [
        client.get(f"/__admin/lists/{list_id}/leads?offset={offset}&limit=5", headers=ME).get_json()["leads"]
        for offset in (0, 5, 10, 15)
    ]
    client.delete("/__admin/faults", headers=ME)

    assert [5, 5, 2, 0] == [len(page) for page in pages]
    assert leads_of(client, list_id) == [lead for page in pages for lead in page]
    assert 422 == client.get(f"/__admin/lists/{list_id}/leads?limit=10001", headers=ME).status_code


@pytest.mark.parametrize(
    ("route", "body", "pointer"),
    [
        ("POST /lists", '{"leads": [{"field_1": "a"}, {"priority": %s}]}', "/leads/1/priority"),
        ("PUT /lists/4711", '{"leads": [{"own": [{"a": %s}]}]}', "/leads/0/own/0/a"),
        ("PUT /lists/4711/leads", '[{"own": -%s}]', "/0/own"),
        ("POST /lists/8668/leads", '{"leads": [{"own": %s}]}', "/leads/0/own"),
        ("PUT /routes", '{"routes": [{"method": "GET", "path": "/v1/own", "json": {"a": %s}}]}', "/routes/0/json/a"),
        ("POST /requests/find", '{"json": {"a": %s}}', "/json/a"),
    ],
)
def test_rejects_integers_whose_digits_would_change(route: str, body: str, pointer: str, client: FlaskClient) -> None:
    """An integer of more than 64 bits is named, and nothing is stored."""
    method, path = route.split(" ")
    large = client.open(f"/__admin{path}", method=method, data=body % 10**20, headers=ME)
    message = "the digits of an integer of more than 64 bits would change; pass a string"

    assert (422, [{"pointer": pointer, "detail": message}]) == (large.status_code, large.get_json()["errors"])
    assert f"{pointer[1:]}: {message}" == large.get_json()["detail"]
    assert client.open(f"/__admin{path}", method=method, data=body % (2**63 - 1), headers=ME).status_code in {200, 201}


def test_rejects_fixture_with_duplicate_key(client: FlaskClient) -> None:
    """A list is served verbatim, so a body that decoding shortens is rejected, and the key is named."""
    body = '[{"own": 1}, {"own": [{"a:": 1, "a:": 2}]}]'
    response = client.put("/__admin/lists/4711/leads", data=body, headers=ME)
    message = "this key is there twice, and one of its values would be lost; omit one"

    assert (422, [{"pointer": "/1/own/0/a:", "detail": message}]) == (
        response.status_code,
        response.get_json()["errors"],
    )
    assert 404 == client.get("/__admin/lists/4711", headers=ME).status_code
