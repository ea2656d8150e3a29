"""Snapshots: the state of an account, or of all accounts, that another fake restores."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
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
    "/v1/broadcast/dnd/leads?list_id=8671",
    "/v1/broadcast/dnd/leads?list_id=1",
    "/v1/broadcast/dnd/lists",
    "/v2/broadcasts",
    "/v1/live_calls",
    "/__admin/lists",
    "/__admin/quirks",
    "/__admin/faults",
    "/__admin/profile",
)


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of a fake in this process."""
    return create_app(Config(**settings)).test_client()


def use(client: FlaskClient, headers: dict[str, str]) -> None:
    """Change a bit of everything in an account."""
    client.patch("/__admin/clock", json={"now": NOON, "frozen": True}, headers=headers)
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "created_at": "twelve_hours_early"}, headers=headers)
    client.post("/v1/broadcast/list", json={"name": "Mine", "description": "x"}, headers=headers)
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042", "field_1": "Asha"}, headers=headers)
    client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000043"}]}, headers=headers)
    leads = client.get("/v1/broadcast/leads/8669", headers=headers).get_json()
    client.delete(f"/v1/broadcast/lead/{leads[0]['lead_id']}", headers=headers)
    client.patch(f"/__admin/leads/{leads[1]['lead_id']}", json={"set": {"lead_id": "mine", "x": [1]}}, headers=headers)
    client.delete("/v1/broadcast/list/8670", headers=headers)
    weighted = {"size": 4, "dial_status": {"5": 1.5, "1": 1}, "disposition": {"-8": 1}, "sensitive": [0], "seed": 3}
    client.put("/__admin/lists/77", json=weighted, headers=headers)
    client.put("/__admin/faults", json={"rules": [{"steps": ["ok", "503"], "list_id": 8668}]}, headers=headers)
    client.get("/v1/broadcast/leads/8668", headers=headers)
    client.post("/v1/broadcast/dnd/lead", json={"number": "5550000042"}, headers=headers)
    client.post("/v1/click_to_call", json={"agent_number": "1", "destination_number": "5550000043"}, headers=headers)
    client.post("/v1/broadcast/dnd/list", json={"name": "Mine", "description": "x"}, headers=headers)
    broadcast = {"name": "March", "phone_number_list": 8669, "dialstatus": [1, 4], "number_of_retry": 1}
    created = client.post("/v1/broadcast", json=broadcast, headers=headers).get_json()
    client.get(f"/v1/broadcast/start/{created['broadcast_id']}", headers=headers)
    client.patch("/__admin/clock", json={"advance": 3_600}, headers=headers)
    client.patch("/__admin/clock", json={"now": NOON}, headers=headers)


def read(client: FlaskClient, headers: dict[str, str]) -> list[Any]:
    """Return what an account reads. Its fault rules count these requests."""
    answers = [client.get(path, headers=headers) for path in READS]
    return [(answer.status_code, answer.data) for answer in answers]


def snapshot(client: FlaskClient, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a snapshot, decoded as a file would be."""
    return dict(json.loads(client.get("/__admin/snapshot", headers=headers).data))


def restore(client: FlaskClient, content: object, headers: dict[str, str] | None = None) -> int:
    """Restore a snapshot and return the status."""
    data = json.dumps(content)  # the argument `json` of Flask's test client would sort the keys of leads
    return client.post("/__admin/restore", data=data, headers=headers).status_code


@cache
def used_state() -> bytes:
    """Return the snapshot of an account that was used, as bytes."""
    client = client_of()
    use(client, ME)
    return bytes(client.get("/__admin/snapshot", headers=ME).data)


@pytest.fixture(name="mine")
def _mine(default_client: FlaskClient, account: dict[str, str]) -> dict[str, str]:
    """Return the headers of an account of the shared fake that was used."""
    assert restore(default_client, json.loads(used_state()), account) == 200
    return account


def test_another_fake_restores_account() -> None:
    """The account continues in another fake, under the same token or another one, with the same new ids."""
    first, second = client_of(), client_of()
    use(first, ME)
    state = snapshot(first, ME)

    assert [200, 200] == [restore(second, state, headers) for headers in (ME, OTHER)]
    assert read(first, ME) == read(second, ME) == read(second, OTHER)
    assert 200 == second.put("/v1/broadcast/lead/mine", json={"field_1": "x"}, headers=ME).status_code
    created = [
        client.post("/v1/broadcast/list", json={"name": "y"}, headers=ME).get_json() for client in (first, second)
    ]
    assert created[0] == created[1]
    batch = f"/v1/broadcast/batch_status/{2:024x}"
    assert first.get(batch, headers=ME).get_json() == second.get(batch, headers=ME).get_json()


def test_restore_undoes_later_changes(default_client: FlaskClient, mine: dict[str, str]) -> None:
    """The account has the bytes that it had; other accounts are not affected."""
    other = {"Authorization": f"{mine['Authorization']} other"}
    default_client.delete("/v1/broadcast/list/8669", headers=other)
    state = snapshot(default_client, mine)
    default_client.delete("/v1/broadcast/list/8669", headers=mine)
    assert 200 == restore(default_client, state, mine)

    assert state == snapshot(default_client, mine)
    assert 404 == default_client.get("/v1/broadcast/leads/8669", headers=other).status_code


def test_restores_all_accounts() -> None:
    """All accounts and the settings of all are restored; accounts that are not in the snapshot are reset."""
    first, second = client_of(), client_of()
    first.patch("/__admin/quirks", json={"lists_id": "text"})
    for headers in (ME, OTHER):
        restore(first, json.loads(used_state()), headers)
    late = {"Authorization": "late"}
    restore(second, json.loads(used_state()), late)
    state = snapshot(first)

    assert 3 == len(state["accounts"])
    assert 200 == restore(second, state)
    assert state == snapshot(second)
    assert read(first, ME) == read(second, ME)
    assert read(first, late) == read(second, late)
    assert 2 == len(second.get("/__admin/accounts").get_json())


def test_restores_lockouts_and_logouts() -> None:
    """The snapshot contains no token that would open an account."""
    first, second = client_of(), client_of()
    login = first.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()
    token = {"Authorization": f"Bearer {login['access_token']}"}
    first.post("/v1/auth/logout", headers=token)
    for _ in range(5):
        first.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    state = first.get("/__admin/snapshot").get_data(as_text=True)
    restore(second, json.loads(state))

    assert login["access_token"] not in state
    assert 401 == second.get(READS[0], headers=token).status_code
    assert 429 == second.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code


def test_snapshot_contains_no_generated_leads(default_client: FlaskClient, account: dict[str, str]) -> None:
    """A list of a million leads adds less than 2,000 bytes; a fake that nobody used has no accounts."""
    default_client.post("/__admin/lists", json={"size": 1_000_000}, headers=account)

    assert len(default_client.get("/__admin/snapshot", headers=account).data) < 2_000
    assert [""] == list(snapshot(client_of())["accounts"])


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
def test_rejects_snapshot_of_other_leads(settings: dict[str, Any]) -> None:
    """A fake with other generated leads rejects the snapshot, and nothing changes."""
    client = client_of(**settings)
    before = snapshot(client, ME)

    assert 409 == restore(client, json.loads(used_state()), ME)
    assert before == snapshot(client, ME)


def replace(content: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a snapshot with another value at a path; ``*`` is the only account."""
    content = copy.deepcopy(content)
    *parents, last = path.split("/")
    parent: Any = content
    for key in parents:
        parent = next(iter(parent.values())) if key == "*" else parent[key]
    parent[last] = value
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
def test_rejects_invalid_snapshot(
    path: str, value: object, default_client: FlaskClient, account: dict[str, str]
) -> None:
    """The snapshot is rejected as a whole, and nothing changes."""
    before = snapshot(default_client, account)

    assert 422 == restore(default_client, replace(json.loads(used_state()), path, value), account)
    assert before == snapshot(default_client, account)


def test_account_rejects_snapshot_of_several(default_client: FlaskClient, account: dict[str, str]) -> None:
    """The request names one account, so the snapshot must contain one."""
    state = json.loads(used_state())
    state["accounts"] |= {"0123456789ab": next(iter(state["accounts"].values()))}
    answer = default_client.post("/__admin/restore", json=state, headers=account)

    assert 422 == answer.status_code
    assert "accounts: " in answer.get_json()["detail"]


def test_all_accounts_reject_snapshot_of_one() -> None:
    """Restoring it would reset all other accounts."""
    client = client_of()
    for headers in (ME, OTHER):
        restore(client, json.loads(used_state()), headers)

    assert 422 == restore(client, json.loads(used_state()))
    assert 2 == len(client.get("/__admin/accounts").get_json())


def test_settings_of_all_have_no_lists() -> None:
    """A snapshot with lists under the empty id is rejected, and nothing changes."""
    client = client_of()
    restore(client, json.loads(used_state()), ME)
    state = snapshot(client)
    state["accounts"][""]["lists"] = next(entry["lists"] for id_, entry in state["accounts"].items() if id_)

    assert 422 == restore(client, state)
    assert 1 == len(client.get("/__admin/accounts").get_json())


def test_pristine_account_evicts_no_other() -> None:
    """Restoring an account in its initial state resets it and takes no space."""
    client = client_of(max_accounts=1)
    restore(client, json.loads(used_state()), ME)
    restore(client, snapshot(client, OTHER), OTHER)

    assert 200 == client.get("/v1/broadcast/leads/10002", headers=ME).status_code
    restore(client, snapshot(client, OTHER), ME)
    assert [] == client.get("/__admin/accounts").get_json()


def test_restored_account_keeps_its_catalog() -> None:
    """Lists that were edited in a profile of all accounts keep it in any fake."""
    first, second = client_of(), client_of()
    first.put("/__admin/profile", json={"profile": "documented"})
    first.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
    restore(second, snapshot(first, ME), ME)

    assert read(first, ME)[:5] == read(second, ME)[:5]


@pytest.mark.parametrize("count", [6, pytest.param(25, marks=pytest.mark.slow)])
def test_concurrent_reads_do_not_undo_restore(count: int) -> None:
    """What is restored, or written after a reset, stays although others read lists at the same time."""
    client = client_of()
    state = used_state()

    def read_lists(_: int) -> None:
        for _ in range(count):
            client.get("/__admin/lists", headers=OTHER)

    def restore_and_write(number: int) -> bool:
        client.post("/__admin/reset", headers=OTHER)
        client.post("/__admin/restore", data=state, headers=OTHER)
        restored = client.get("/v1/broadcast/leads/10002", headers=OTHER).status_code == 200
        client.post("/__admin/reset", headers=OTHER)
        client.put(f"/__admin/lists/{number + 1}", json={"size": 1}, headers=OTHER)
        return restored and client.get(f"/v1/broadcast/leads/{number + 1}", headers=OTHER).status_code == 200

    with ThreadPoolExecutor(4) as threads:
        reads = [threads.submit(read_lists, number) for number in range(3)]
        assert all(restore_and_write(number) for number in range(count))
        assert all(future.result() is None for future in reads)


@pytest.mark.parametrize("count", [8, pytest.param(30, marks=pytest.mark.slow)])
def test_restore_of_all_is_atomic(count: int) -> None:
    """No client sees a state between the old and the new one."""
    client = client_of()
    restore(client, json.loads(used_state()), ME)
    state = client.get("/__admin/snapshot").data

    def restore_all(_: int) -> int:
        return client.post("/__admin/restore", data=state).status_code

    with ThreadPoolExecutor(2) as threads:
        restores = [threads.submit(restore_all, number) for number in range(count)]
        reads = {client.get("/v1/broadcast/leads/10002", headers=ME).status_code for _ in range(3 * count)}

    assert {200} == reads | {future.result() for future in restores}


def test_order_of_edits_does_not_change_lookup(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Which of two leads with the same id is found does not depend on which was edited first."""
    restored = {"Authorization": f"{account['Authorization']} restored"}
    ids = [lead["lead_id"] for lead in default_client.get("/v1/broadcast/leads/8669", headers=account).get_json()]
    for lead_id in (ids[1], ids[0]):
        default_client.patch(f"/__admin/leads/{lead_id}", json={"set": {"lead_id": "X"}}, headers=account)
    restore(default_client, snapshot(default_client, account), restored)
    for headers in (account, restored):
        default_client.delete("/v1/broadcast/lead/X", headers=headers)

    assert read(default_client, account)[2] == read(default_client, restored)[2]


def test_restores_deep_lead(default_client: FlaskClient, account: dict[str, str]) -> None:
    """A lead of any depth that the fake accepts is in the snapshot."""
    restored = {"Authorization": f"{account['Authorization']} restored"}
    data = b'{"leads": [{"deep": ' + b"[" * 200 + b"]" * 200 + b"}]}"
    default_client.post("/__admin/lists/8669/leads", data=data, headers=account)
    state = default_client.get("/__admin/snapshot", headers=account).data

    assert 200 == default_client.post("/__admin/restore", data=state, headers=restored).status_code
    leads = [default_client.get(READS[2], headers=headers).data for headers in (account, restored)]
    assert leads[0] == leads[1]
    assert b"[" * 200 in leads[0]


def test_lists_stored_accounts() -> None:
    """Each account is listed with its id, by which other routes select it."""
    client = client_of()
    restore(client, json.loads(used_state()), ME)
    client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    accounts = client.get("/__admin/accounts").get_json()
    (mine,) = client.get("/__admin/accounts", headers=ME).get_json()

    assert {(0, True), (1, False)} == {(entry["failed_logins"], entry["settings"]) for entry in accounts}
    assert ([77, 8669, 8670, 10002], "2023-11-14T22:13:20.000+00:00") == (mine["changed_lists"], mine["time"])
    assert snapshot(client, ME) == client.get(f"/__admin/snapshot?account={mine['id']}").get_json()
    assert NOON == client.get(f"/__admin/clock?account={mine['id']}", headers=OTHER).get_json()["now"]
    client.post(f"/__admin/reset?account={mine['id']}")
    assert 1 == len(client.get("/__admin/accounts").get_json())


@pytest.mark.parametrize("account_id", ["", "x", "ABCDEF012345", "0123456789abc"])
def test_rejects_invalid_account_id(account_id: str, default_client: FlaskClient) -> None:
    """An account id has 12 hexadecimal digits."""
    answer = default_client.get(f"/__admin/clock?account={account_id}", headers=ME)

    assert 422 == answer.status_code
    assert "expected 12 hexadecimal digits" in answer.get_json()["detail"]
