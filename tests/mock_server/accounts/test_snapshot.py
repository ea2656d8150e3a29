"""What a fake remembers is told as JSON, and taken back: by the same fake, by another, for one account or for all."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server import Config, create_app

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
NOON = 1_700_000_000_000
READS = (
    "/v1/broadcast/lists",
    "/v1/broadcast/leads/8668",
    "/v1/broadcast/leads/8669",
    "/v1/broadcast/leads/8670",
    "/v1/broadcast/leads/10002",
    "/v1/broadcast/leads/77",
    "/v1/broadcast/dnd/leads",
    "/__admin/lists",
    "/__admin/quirks",
    "/__admin/faults",
    "/__admin/profile",
)


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of a fake in this process."""
    return create_app(Config(**settings)).test_client()


def lived(client: FlaskClient, who: dict[str, str]) -> None:
    """Have an account do a bit of everything."""
    client.patch("/__admin/clock", json={"now": NOON, "frozen": True}, headers=who)
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "created_at": "twelve_hours_early"}, headers=who)
    client.post("/v1/broadcast/list", json={"name": "Mine", "description": "x"}, headers=who)
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042", "field_1": "Asha"}, headers=who)
    client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000043"}]}, headers=who)
    leads = client.get("/v1/broadcast/leads/8669", headers=who).get_json()
    client.delete(f"/v1/broadcast/lead/{leads[0]['lead_id']}", headers=who)
    client.patch(f"/__admin/leads/{leads[1]['lead_id']}", json={"set": {"lead_id": "mine", "x": [1]}}, headers=who)
    client.delete("/v1/broadcast/list/8670", headers=who)
    weighted = {"size": 4, "dial_status": {"5": 1.5, "1": 1}, "disposition": {"-8": 1}, "sensitive": [0], "seed": 3}
    client.put("/__admin/lists/77", json=weighted, headers=who)
    client.put("/__admin/faults", json={"rules": [{"steps": ["ok", "503"], "list_id": 8668}]}, headers=who)
    client.get("/v1/broadcast/leads/8668", headers=who)


def read(client: FlaskClient, who: dict[str, str]) -> list[Any]:
    """Return what an account reads; the faults count these requests."""
    return [(answer.status_code, answer.get_data()) for answer in (client.get(path, headers=who) for path in READS)]


def snapshot(client: FlaskClient, who: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a snapshot, as it comes out of a file."""
    return dict(json.loads(client.get("/__admin/snapshot", headers=who).get_data()))


def restored(client: FlaskClient, content: object, who: dict[str, str] | None = None) -> int:
    """Take a snapshot back."""
    data = json.dumps(content)  # as it is: Flask's test client would sort the keys of leads
    return client.post("/__admin/restore", data=data, headers=who).status_code


def test_one_account_goes_on_in_another_fake() -> None:
    """An account goes on where it was, in another fake, under the same token or another one."""
    first, second = client_of(), client_of()
    lived(first, ME)
    taken = snapshot(first, ME)

    assert [200, 200] == [restored(second, taken, who) for who in (ME, OTHER)]
    assert read(first, ME) == read(second, ME) == read(second, OTHER)
    assert 200 == second.put("/v1/broadcast/lead/mine", json={"field_1": "x"}, headers=ME).status_code
    made = [client.post("/v1/broadcast/list", json={"name": "y"}, headers=ME).get_json() for client in (first, second)]
    assert made[0] == made[1]
    batch = f"/v1/broadcast/batch_status/{2:024x}"
    assert first.get(batch, headers=ME).get_json() == second.get(batch, headers=ME).get_json()


def test_an_account_is_as_it_was() -> None:
    """What an account does after a snapshot is undone by it, to the byte, and others are left alone."""
    client = client_of()
    lived(client, ME)
    lived(client, OTHER)
    taken = snapshot(client, ME)
    client.delete("/v1/broadcast/list/8669", headers=ME)
    client.post("/__admin/reset", headers=OTHER)
    restored(client, taken, ME)

    assert taken == snapshot(client, ME)
    assert 25 == len(client.get("/v1/broadcast/leads/8668", headers=OTHER).get_json())


def test_all_accounts() -> None:
    """All accounts are taken back at once with what is set for all; those that came later are forgotten."""
    first, second = client_of(), client_of()
    first.patch("/__admin/quirks", json={"lists_id": "text"})
    for who in (ME, OTHER):
        lived(first, who)
    late = {"Authorization": "late"}
    lived(second, late)
    taken = snapshot(first)

    assert 3 == len(taken["accounts"])
    assert 200 == restored(second, taken)
    assert taken == snapshot(second)
    assert read(first, ME) == read(second, ME)
    assert read(first, late) == read(second, late)
    assert 2 == len(second.get("/__admin/accounts").get_json())


def test_logins_and_tokens() -> None:
    """Lock-outs and tokens that were logged out are taken back as well, and a snapshot opens no account."""
    first, second = client_of(), client_of()
    body = first.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()
    token = {"Authorization": f"Bearer {body['access_token']}"}
    first.post("/v1/auth/logout", headers=token)
    for _ in range(5):
        first.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    taken = first.get("/__admin/snapshot").get_data(as_text=True)
    restored(second, json.loads(taken))

    assert body["access_token"] not in taken
    assert 401 == second.get(READS[0], headers=token).status_code
    assert 429 == second.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code


def test_a_snapshot_is_small() -> None:
    """Leads that nobody has changed are not in it, however many there are."""
    client = client_of()
    client.post("/__admin/lists", json={"size": 1_000_000}, headers=ME)

    assert len(client.get("/__admin/snapshot").get_data()) < 2_000
    assert {} == {id_: one for id_, one in snapshot(client_of())["accounts"].items() if id_}


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": 1},
        {"profile": "lenient"},
        {"phones": "valid"},
        {"lists": (ListDefinition(id=77),)},
        {"quirks": {"header_offset": "shifted"}},
        {"overlay": {"properties": {"campaign": {"type": "string"}}}},
    ],
)
def test_a_snapshot_of_another_world(settings: dict[str, Any]) -> None:
    """A snapshot lies over the leads of its own world alone; elsewhere it is refused, and nothing changes."""
    first, second = client_of(), client_of(**settings)
    lived(first, ME)
    before = snapshot(second)

    assert 409 == restored(second, snapshot(first))
    assert before == snapshot(second)


def edited(content: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a snapshot with another value somewhere."""
    content = copy.deepcopy(content)
    *above, last = path.split("/")
    inner: Any = content
    for part in above:
        inner = next(iter(inner.values())) if part == "*" else inner[part]
    inner[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("accounts", []),
        ("accounts/x", {}),
        ("accounts/*/clock", {"offset": "x", "frozen_at": None}),
        ("accounts/*/clock/offset", 1e15),
        ("accounts/*/requests", -1),
        ("accounts/*/requests", 2**40),
        ("accounts/*/locked_until", 1e12),
        ("accounts/*/world", {"profile": "x"}),
        ("accounts/*/lists/8669/next", 0),
        ("accounts/*/lists/8669/next", 2**33),
        ("accounts/*/lists/8669/leads", {"9999999999": {}}),
        ("accounts/*/lists/8669/definition/id", 8668),
        ("accounts/*/settings/profile", "x"),
        ("accounts/*/settings/quirks", {"unknown_list": "x"}),
        ("accounts/*/settings/quirks", {"x": "y"}),
        ("accounts/*/settings/faults", [{"steps": ["x"]}]),
        ("accounts/*/lists/8669/definition/columns", "x"),
        ("accounts/*/lists/8669/definition/sensitive", [99]),
        ("accounts/*/lists/8669/leads", {"-1": None}),
        ("accounts/*/lists/8669/leads", {"1": 5}),
        ("accounts/*/lists/8669/next", None),
        ("accounts/*/lists/08", {}),
        ("accounts/*/batches", {"x": {"outcome": "y", "done_at": 0}}),
        ("accounts/*/unknown", 1),
    ],
)
def test_a_snapshot_that_cannot_be(path: str, value: object) -> None:
    """A snapshot that was tampered with is refused as a whole, and nothing changes."""
    client = client_of()
    lived(client, ME)
    before = snapshot(client, ME)
    answer = client.post("/__admin/restore", json=edited(before, path, value), headers=ME)

    assert 422 == answer.status_code, answer.get_json()
    assert before == snapshot(client, ME)


def test_one_account_is_wanted() -> None:
    """An account takes back one account, not several."""
    client = client_of()
    lived(client, ME)
    lived(client, OTHER)
    answer = client.post("/__admin/restore", json=snapshot(client), headers=ME)

    assert "accounts: expected one account" in answer.get_json()["detail"]


def test_one_account_is_not_all() -> None:
    """The snapshot of one account is not taken for one of all, which would forget the others."""
    client = client_of()
    lived(client, ME)
    lived(client, OTHER)
    taken = snapshot(client, ME)

    assert 422 == restored(client, taken)
    assert 2 == len(client.get("/__admin/accounts").get_json())


def test_what_is_set_for_all_has_no_lists() -> None:
    """A snapshot that has lists for all is refused, and nothing changes."""
    client = client_of()
    lived(client, ME)
    taken = snapshot(client)
    taken["accounts"][""]["lists"] = next(one["lists"] for id_, one in taken["accounts"].items() if id_)

    assert 422 == restored(client, taken)
    assert 1 == len(client.get("/__admin/accounts").get_json())


def test_a_pristine_account_takes_no_place() -> None:
    """To restore an account that nothing has happened to is to forget it; no other goes for it."""
    client = client_of(max_accounts=1)
    lived(client, ME)
    restored(client, snapshot(client, OTHER), OTHER)

    assert 200 == client.get("/v1/broadcast/leads/10002", headers=ME).status_code
    restored(client, snapshot(client, OTHER), ME)
    assert [] == client.get("/__admin/accounts").get_json()


def test_an_account_keeps_its_world() -> None:
    """An account whose lists were changed in a profile that was set for all goes on in it, in any fake."""
    first, second = client_of(), client_of()
    first.put("/__admin/profile", json={"profile": "documented"})
    first.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
    restored(second, snapshot(first, ME), ME)

    assert read(first, ME)[:5] == read(second, ME)[:5]


def test_nothing_is_lost_beside_a_restore() -> None:
    """What is restored, or written after a reset, stays, whoever reads lists at the same time."""
    client = client_of()
    lived(client, ME)
    taken = json.dumps(snapshot(client, ME))

    def look(_: int) -> None:
        for _ in range(20):
            client.get("/__admin/lists", headers=OTHER)

    def restore(number: int) -> bool:
        client.post("/__admin/reset", headers=OTHER)
        client.post("/__admin/restore", data=taken, headers=OTHER)
        kept = client.get("/v1/broadcast/leads/10002", headers=OTHER).status_code == 200
        client.post("/__admin/reset", headers=OTHER)
        client.put(f"/__admin/lists/{number + 1}", json={"size": 1}, headers=OTHER)
        return kept and client.get(f"/v1/broadcast/leads/{number + 1}", headers=OTHER).status_code == 200

    with ThreadPoolExecutor(4) as threads:
        looking = [threads.submit(look, number) for number in range(3)]
        assert all(restore(number) for number in range(25))
        assert all(one.result() is None for one in looking)


def test_a_restore_of_all_is_at_once() -> None:
    """Nobody sees the time between two states when all accounts are restored."""
    client = client_of()
    lived(client, ME)
    taken = json.dumps(snapshot(client))

    def restore(_: int) -> int:
        return client.post("/__admin/restore", data=taken).status_code

    with ThreadPoolExecutor(2) as threads:
        restoring = [threads.submit(restore, number) for number in range(30)]
        seen = {client.get("/v1/broadcast/leads/10002", headers=ME).status_code for _ in range(100)}

    assert {200} == seen | {one.result() for one in restoring}


def test_the_first_of_two_leads_of_one_id() -> None:
    """Which of two leads of one id is found does not depend on what was changed first."""
    first, second = client_of(), client_of()
    ids = [lead["lead_id"] for lead in first.get("/v1/broadcast/leads/8669", headers=ME).get_json()]
    for lead_id in (ids[1], ids[0]):
        first.patch(f"/__admin/leads/{lead_id}", json={"set": {"lead_id": "X"}}, headers=ME)
    restored(second, snapshot(first, ME), ME)
    for client in (first, second):
        client.delete("/v1/broadcast/lead/X", headers=ME)

    assert read(first, ME)[2] == read(second, ME)[2]


def test_a_deep_lead_comes_back() -> None:
    """A lead of any depth that was taken is in the snapshot, which is taken back or refused as a whole."""
    client = client_of()
    data = b'{"leads": [{"deep": ' + b"[" * 200 + b"]" * 200 + b"}]}"
    client.post("/__admin/lists/8669/leads", data=data, headers=ME)
    taken = client.get("/__admin/snapshot", headers=ME).get_data()
    answer = client.post("/__admin/restore", data=taken, headers=OTHER)

    assert 200 == answer.status_code
    assert client.get(READS[2], headers=ME).get_data() == client.get(READS[2], headers=OTHER).get_data()


def test_accounts_are_told() -> None:
    """The accounts that something is remembered of are told, and each is asked about by its id as well."""
    client = client_of()
    lived(client, ME)
    client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    told = client.get("/__admin/accounts").get_json()
    (mine,) = client.get("/__admin/accounts", headers=ME).get_json()

    assert {(0, True), (1, False)} == {(one["failed_logins"], one["settings"]) for one in told}
    assert ([77, 8669, 8670, 10002], "2023-11-14T22:13:20.000+00:00") == (mine["changed_lists"], mine["time"])
    assert snapshot(client, ME) == client.get(f"/__admin/snapshot?account={mine['id']}").get_json()
    assert NOON == client.get(f"/__admin/clock?account={mine['id']}", headers=OTHER).get_json()["now"]
    client.post(f"/__admin/reset?account={mine['id']}")
    assert 1 == len(client.get("/__admin/accounts").get_json())


@pytest.mark.parametrize("account", ["", "x", "ABCDEF012345", "0123456789abc"])
def test_an_account_that_cannot_be(account: str) -> None:
    """What is no id of an account is a problem."""
    answer = client_of().get(f"/__admin/clock?account={account}", headers=ME)

    assert 422 == answer.status_code
    assert "expected 12 hexadecimal digits" in answer.get_json()["detail"]
