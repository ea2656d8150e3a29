"""Broadcasts: create, change, start, pause, resume, end and delete them, and read the leads that they dial."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from smartflo_contract.mock_server.accounts import account
from smartflo_contract.mock_server.admin import broadcasts as admin_broadcasts
from smartflo_contract.mock_server.api import broadcast_starts, broadcasts

from .conftest import DND, LEAD, LEADS, LIST, NUMBER, VENDORS, Account, account_of

BROADCAST = "/v1/broadcast"
ALL = [1, 2, 3, 4, 6, 7, 8]
DAY = 86_400
NOON = "2026-01-31T12:00:00+05:30"
FORM = "application/x-www-form-urlencoded"


def create(api: Account, list_id: int = 8668, **values: object) -> int:
    """Create a broadcast and return its id."""
    body = {"name": "March", "phone_number_list": list_id, "dialstatus": ALL} | values
    return int(api.succeed("POST", BROADCAST, body)["broadcast_id"])


def start(api: Account, list_id: int = 8668, **values: object) -> int:
    """Create and start a broadcast, and return its id."""
    broadcast_id = create(api, list_id, **values)
    api.succeed("GET", f"{BROADCAST}/start/{broadcast_id}")
    return broadcast_id


def status(api: Account, broadcast_id: int) -> int:
    """Return the status of a broadcast."""
    return int(api("GET", f"{BROADCAST}/{broadcast_id}").get_json()["status"])


def reason(response: Any) -> str:
    """Return the decoded reason of a response."""
    return str(response.headers["X-Smartflo-Fake-Reason"])


def test_list_changes_only_after_start_and_advance(api: Account) -> None:
    """A broadcast that is not started changes nothing; a started one changes its own list as the clock advances."""
    before, other = api("GET", VENDORS), api("GET", f"{LEADS}/8671")
    broadcast_id = create(api)
    api.set_clock(advance=DAY)
    created = api("GET", VENDORS)
    api.succeed("GET", f"{BROADCAST}/start/{broadcast_id}")
    api.set_clock(advance=DAY)
    dialled = api("GET", VENDORS)

    assert (before.data, before.headers["ETag"]) == (created.data, created.headers["ETag"])
    assert before.data != dialled.data
    assert before.headers["ETag"] != dialled.headers["ETag"]
    assert (other.data, other.headers["ETag"]) == (
        (again := api("GET", f"{LEADS}/8671")).data,
        again.headers["ETag"],
    )


def test_unchanged_list_is_not_sent_again(api: Account) -> None:
    """A dialled list has an entity tag, which holds until a lead changes; the response is labelled assumed."""
    start(api)
    api.set_clock(advance=365 * DAY)
    first = api("GET", VENDORS)
    api.set_clock(advance=0)

    assert 304 == api("GET", VENDORS, If_None_Match=first.headers["ETag"]).status_code
    assert "assumed" == first.headers["X-Smartflo-Fake-Evidence"]
    assert first.headers["ETag"] == api("HEAD", VENDORS).headers["ETag"]


def test_status_follows_events(api: Account) -> None:
    """A broadcast is inactive, active, paused, active again, and inactive after its end."""
    broadcast_id = create(api)
    statuses = [status(api, broadcast_id)]
    for event in ("start", "pause", "resume", "end", "start"):
        api.succeed("GET", f"{BROADCAST}/{event}/{broadcast_id}")
        statuses.append(status(api, broadcast_id))

    assert [0, 1, 2, 1, 0, 1] == statuses


@pytest.mark.parametrize(
    ("events", "event", "message"),
    [
        ((), "pause", "Broadcast is not running."),
        ((), "resume", "Broadcast is not running."),
        ((), "end", "Broadcast is not running."),
        (("start",), "start", "Broadcast is running."),
        (("start",), "resume", "Broadcast is running."),
        (("start", "pause"), "start", "Broadcast is paused."),
        (("start", "pause"), "pause", "Broadcast is paused."),
        (("start", "end"), "end", "Broadcast is not running."),
    ],
)
def test_rejects_impossible_events(api: Account, events: tuple[str, ...], event: str, message: str) -> None:
    """An event that is not possible in the status of a broadcast returns 400, says what to do, and changes nothing."""
    broadcast_id = create(api)
    for done in events:
        api.succeed("GET", f"{BROADCAST}/{done}/{broadcast_id}")
    before = status(api, broadcast_id)
    response = api("GET", f"{BROADCAST}/{event}/{broadcast_id}")

    assert (400, {"success": False, "message": message}) == (response.status_code, response.get_json())
    assert f"cannot%20{event}" in reason(response) or f"cannot {event}" in reason(response)
    assert before == status(api, broadcast_id)


def test_paused_broadcast_cannot_pause_before_it_is_resumed(api: Account) -> None:
    """The reason names an event that is possible then; a start is not."""
    broadcast_id = create(api)
    for done in ("start", "pause"):
        api.succeed("GET", f"{BROADCAST}/{done}/{broadcast_id}")

    assert unquote(reason(api("GET", f"{BROADCAST}/pause/{broadcast_id}"))).endswith("; start or resume it first")


@pytest.mark.parametrize("event", ["start", "pause", "resume", "end"])
def test_head_changes_nothing(api: Account, event: str) -> None:
    """HEAD has the status of the GET, and no effect."""
    broadcast_id = create(api)
    for done in {"pause": ("start",), "resume": ("start", "pause"), "end": ("start",)}.get(event, ()):
        api.succeed("GET", f"{BROADCAST}/{done}/{broadcast_id}")
    before = status(api, broadcast_id)
    head = api("HEAD", f"{BROADCAST}/{event}/{broadcast_id}")

    assert (200, b"") == (head.status_code, head.data)
    assert before == status(api, broadcast_id)
    assert 404 == api("HEAD", f"{BROADCAST}/{event}/4711").status_code
    api.succeed("GET", f"{BROADCAST}/{event}/{broadcast_id}/")


def test_head_of_a_start_in_the_past_is_rejected(api: Account) -> None:
    """HEAD rejects what the GET rejects."""
    broadcast_id = create(api, end_date_time="2020-01-31 18:00:00")

    assert 422 == api("HEAD", f"{BROADCAST}/start/{broadcast_id}").status_code


def test_read_only_fake_rejects_changes() -> None:
    """A read-only fake rejects creation, start and HEAD of a start alike."""
    api = account_of(read_only=True)

    assert 403 == api("POST", BROADCAST, {"name": "March", "phone_number_list": 8668}).status_code
    assert 403 == api("GET", f"{BROADCAST}/start/20002").status_code == api("HEAD", f"{BROADCAST}/start/1").status_code
    assert [] == api("GET", "/v2/broadcasts").get_json()["results"]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"number_of_retry": 6}, "number_of_retry"),
        ({"number_of_retry": "-1"}, "number_of_retry"),
        ({"timeout": 39}, "timeout"),
        ({"concurrent_limit": 0}, "concurrent_limit"),
        ({"phone_number_list": 4711}, "phone_number_list"),
        ({"phone_number_list": 900_000_404}, "phone_number_list"),
        ({"start_date_time": "2026-02-30 09:30:00"}, "start_date_time"),
        ({"start_date_time": "2026-01-31 18:00:00", "end_date_time": "2026-01-31 09:30:00"}, "end_date_time"),
    ],
)
def test_rejects_invalid_values(api: Account, values: dict[str, object], key: str) -> None:
    """An invalid value returns 422 with its key, and no broadcast is created."""
    response = api("POST", BROADCAST, {"name": "March", "phone_number_list": 8668} | values)

    assert (422, {key}) == (response.status_code, response.get_json().keys())
    assert reason(response)
    if key == "number_of_retry":
        assert "number_of_retry: expected integer from 0 to 5" in unquote(reason(response))
    assert [] == api("GET", "/v2/broadcasts").get_json()["results"]


def test_accepts_forms_and_strings(api: Account) -> None:
    """A form has strings, and arrays in brackets."""
    form = b"name=March&phone_number_list=8668&number_of_retry=5&dialstatus[]=1&dialstatus[]=4&retry_after_minutes=10"
    created = api("POST", BROADCAST, form, Content_Type=FORM).get_json()
    (entry,) = api("GET", "/v2/broadcasts").get_json()["results"]

    assert (5, [10], ["New", "No Answer"]) == (entry["retry"], entry["retry_after"], entry["dialstatus"])
    assert str(created["broadcast_id"]) == entry["id"]


def test_second_broadcast_of_a_running_list_is_rejected(api: Account) -> None:
    """Two broadcasts do not dial one list at a time; the reason names the one that runs, and how to end it."""
    first, second = start(api), create(api)
    overlapping = api("GET", f"{BROADCAST}/start/{second}")
    api.succeed("GET", f"{BROADCAST}/end/{first}")
    api.succeed("GET", f"{BROADCAST}/start/{second}")

    assert 400 == overlapping.status_code
    assert "Another broadcast of this list is running." == overlapping.get_json()["message"]
    assert f"/v1/broadcast/end/{first}" in reason(overlapping)


def test_deleted_list_cannot_be_dialled(api: Account) -> None:
    """A broadcast of a deleted list cannot be started; one that runs dials nobody, and can be ended."""
    list_id = api.new_list()
    running, waiting = start(api, list_id), create(api, list_id)
    api.succeed("DELETE", f"{LIST}/{list_id}")
    api.set_clock(advance=DAY)
    api.succeed("GET", f"{BROADCAST}/end/{running}")
    response = api("GET", f"{BROADCAST}/start/{waiting}")

    assert (400, "List not found.") == (response.status_code, response.get_json()["message"])
    assert "was%20deleted" in reason(response) or "was deleted" in reason(response)
    assert 404 == api("GET", f"{LEADS}/{list_id}").status_code


def test_list_without_leads_can_be_dialled(api: Account) -> None:
    """A broadcast of an empty list runs, and dials leads that are added later, one after the other."""
    list_id = api.new_list()
    start(api, list_id, concurrent_limit=1)
    api.set_clock(advance=DAY)
    empty = api.leads(list_id)
    for number in range(3):
        api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": str(5_550_000_100 + number)})
    added = [lead["call_count"] for lead in api.leads(list_id)]
    api.set_clock(advance=DAY)
    leads = api.leads(list_id)

    assert ([], [0, 0, 0]) == (empty, added)
    assert {True} == {lead["call_count"] == 1 or lead["dial_status"] in {5, 8} for lead in leads}
    assert all(lead["created_at"] != lead["updated_at"] for lead in leads)


def test_list_that_is_too_long_is_rejected(api: Account) -> None:
    """A list of more than a million leads is rejected at the start, before its order is computed."""
    broadcast_id = create(api, 911_000_001)
    response = api("GET", f"{BROADCAST}/start/{broadcast_id}")

    assert (400, "The list has too many leads.") == (response.status_code, response.get_json()["message"])
    assert 0 == status(api, broadcast_id)


def test_update_of_a_dialled_lead_keeps_its_calls(api: Account) -> None:
    """A client's change of a name does not undo what the broadcast has done, and the time of the change only grows."""
    start(api)
    api.set_clock(advance=DAY)
    before = api.leads()
    api.succeed("PUT", f"{LEAD}/{before[0]['lead_id']}", {"field_1": "Asha"})
    (changed, *others), (old, *rest) = api.leads(), before

    assert others == rest
    assert "Asha" == changed["field_1"]
    assert {key: old[key] for key in old if key not in {"field_1", "updated_at"}} == {
        key: changed[key] for key in old if key not in {"field_1", "updated_at"}
    }
    assert int(changed["updated_at"]["$date"]["$numberLong"]) > int(old["updated_at"]["$date"]["$numberLong"])


def test_lead_is_dialled_again_after_its_status_is_set(api: Account) -> None:
    """PUT with dial_status 1 shows at once, keeps the counters, and lets the running broadcast call the lead again."""
    start(api, dialstatus=[1], concurrent_limit=100)
    api.set_clock(advance=DAY)
    dialled = next(lead for lead in api.leads() if lead["call_count"] == 1 and lead["dial_status"] in {2, 3, 4, 6})
    path = f"{LEAD}/{dialled['lead_id']}"
    api.succeed("PUT", path, {"dial_status": "1"})
    armed = next(lead for lead in api.leads() if lead["lead_id"] == dialled["lead_id"])
    api.set_clock(advance=DAY)
    again = next(lead for lead in api.leads() if lead["lead_id"] == dialled["lead_id"])

    assert (1, dialled["call_count"]) == (armed["dial_status"], armed["call_count"])
    assert dialled["call_count"] + 1 == again["call_count"]
    assert 1 != again["dial_status"]


def test_status_that_a_client_sets_stays(api: Account) -> None:
    """A lead whose status is set to one that is not dialled shows it, and is not called any more."""
    start(api, dialstatus=[1], number_of_retry=5, retry_after_minutes=600)
    api.set_clock(advance=3_600)
    lead_id = api.leads()[0]["lead_id"]
    api.succeed("PUT", f"{LEAD}/{lead_id}", {"dial_status": "8"})
    before = api.leads()[0]
    api.set_clock(advance=10 * DAY)

    assert 8 == before["dial_status"]
    assert before == api.leads()[0]


def test_number_on_a_dnd_list_is_not_called(api: Account) -> None:
    """A number that is put on a DND list before its turn becomes Account DND without a call."""
    list_id = api.new_list()
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER})
    api.succeed("POST", f"{DND}/lead", {"number": NUMBER})
    start(api, list_id)
    api.set_clock(advance=DAY)
    (lead,) = api.leads(list_id)
    entries = api("GET", f"{DND}/leads").get_json()["data"]

    assert 0 == lead["call_count"]
    assert (lead["dial_status"], lead["dialer_dial_status"]) in {(9, -2), (5, -3), (8, -7)}
    assert 1 == sum(entry["number"] == f"+91{NUMBER}" for entry in entries)


@pytest.mark.parametrize("write", ["PUT entry", "DELETE entry", "DELETE entries", "DELETE list"])
def test_removal_from_dnd_list_changes_no_past_call(api: Account, write: str) -> None:
    """What a broadcast did while a number was on a DND list stays, however the number leaves the list."""
    dnd_list = api.succeed("POST", f"{DND}/list", {"name": "Staff"})["list_id"]
    number = api.leads()[0]["field_0"]
    api.succeed("POST", f"{DND}/lead", {"number": number, "list_id": dnd_list})
    (entry,) = api("GET", f"{DND}/leads?list_id={dnd_list}").get_json()["data"]
    start(api, concurrent_limit=100)
    api.set_clock(advance=DAY)
    before = api.leads(), api("GET", "/v1/call/records?limit=1000").get_json()
    if write == "PUT entry":
        api.succeed("PUT", f"{DND}/lead/{entry['id']}", {"number": NUMBER})
    elif write == "DELETE entries":
        api.succeed("DELETE", f"{DND}/leads/{dnd_list}", {"data": [number]})
    else:
        api.succeed("DELETE", f"{DND}/lead/{entry['id']}" if write == "DELETE entry" else f"{DND}/list/{dnd_list}")

    assert 9 == before[0][0]["dial_status"]
    assert before == (api.leads(), api("GET", "/v1/call/records?limit=1000").get_json())


def test_removals_from_dnd_lists_are_bounded(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, a removal is rejected with what to do, and the number stays on its list."""
    monkeypatch.setattr(account, "MAX_FORMER", 1)
    start(api)
    for number in (NUMBER, "5550000043"):
        api.succeed("POST", f"{DND}/lead", {"number": number})
    api.succeed("DELETE", f"{DND}/leads/1", {"data": [NUMBER]})
    response = api("DELETE", f"{DND}/leads/1", {"data": ["5550000043"]})

    assert (400, "DND lists were changed too often.") == (response.status_code, response.get_json()["message"])
    assert "reset" in reason(response)
    assert ["+915550000043"] == [entry["number"] for entry in api("GET", f"{DND}/leads?list_id=1").get_json()["data"]]


def test_new_number_of_a_lead_changes_no_past_call(api: Account) -> None:
    """A lead that gets a number of a DND list keeps its calls, whose records have the number that was called."""
    start(api, concurrent_limit=100)
    api.set_clock(advance=DAY)
    lead = next(lead for lead in api.leads() if lead["dial_status"] in {2, 3, 4, 6, 7})
    records = api("GET", "/v1/call/records?limit=1000").get_json()
    api.succeed("POST", f"{DND}/lead", {"number": NUMBER})
    api.succeed("PUT", f"{LEAD}/{lead['lead_id']}", {"field_0": NUMBER})
    (changed,) = (new for new in api.leads() if new["lead_id"] == lead["lead_id"])

    assert {"field_0", "updated_at"} == {key for key in lead if lead[key] != changed[key]}
    assert records == api("GET", "/v1/call/records?limit=1000").get_json()


def test_number_that_is_listed_during_its_call_is_counted(api: Account) -> None:
    """A DND entry that is made as the broadcast starts does not end the calls in progress."""
    start(api, concurrent_limit=100)
    live = api("GET", "/v1/live_calls").get_json()
    for call in live:
        api.succeed("POST", f"{DND}/lead", {"number": call["customer_number"]})

    assert live
    assert live == api("GET", "/v1/live_calls").get_json()


def test_dnd_leads_follow_the_broadcast(api: Account) -> None:
    """The leads of the list of DND leads are those that have the status by now."""
    start(api, 8671, concurrent_limit=1000, dialstatus=ALL)
    api.set_clock(advance=DAY)
    expected = [lead["field_0"] for lead in api.leads(8671) if lead["dial_status"] in {5, 9}]

    assert expected[:100] == [entry["number"] for entry in api("GET", f"{DND}/leads?list_id=8671").get_json()["data"]]


def test_times_are_those_of_the_clock(api: Account) -> None:
    """Nobody is dialled before the start, nor after the end, which are times of the account's clock."""
    api.set_clock(now=NOON, frozen=True)
    broadcast_id = start(
        api, start_date_time="2026-01-31 13:00:00", end_date_time="2026-01-31 14:00:00", concurrent_limit=1
    )
    still = api.leads()
    api.set_clock(advance=3_599)
    waiting = api.leads()
    api.set_clock(advance=1_800)
    assert status(api, broadcast_id) == 1
    api.set_clock(advance=10 * DAY)
    dialled = sum(old != new for old, new in zip(still, api.leads(), strict=True))

    assert still == waiting
    assert 0 < dialled <= 3_600 // 240
    assert 0 == status(api, broadcast_id)


def test_times_of_a_start_replace_those_of_the_broadcast(api: Account) -> None:
    """The query of a start has precedence; invalid times are rejected, and so is an end that has passed."""
    api.set_clock(now=NOON, frozen=True)
    broadcast_id = create(api, end_date_time="2020-01-31 18:00:00")
    path = f"{BROADCAST}/start/{broadcast_id}"

    assert {"end_date_time"} == api("GET", path).get_json().keys()
    assert {"end_date_time"} == api("GET", f"{path}?end_date_time=tomorrow").get_json().keys()
    api.succeed("GET", f"{path}?end_date_time=2026-02-01 18:00:00")


def test_deletion_keeps_what_was_dialled(api: Account) -> None:
    """A deleted broadcast has ended and is gone; its list keeps the calls."""
    broadcast_id = start(api)
    api.set_clock(advance=DAY)
    leads = api.leads()
    api.succeed("DELETE", f"{BROADCAST}/{broadcast_id}")
    api.succeed("DELETE", f"{BROADCAST}/{create(api)}")

    assert leads == api.leads()
    assert 404 == api("GET", f"{BROADCAST}/{broadcast_id}").status_code
    assert 404 == api("GET", f"{BROADCAST}/start/{broadcast_id}").status_code
    assert [] == api("GET", "/v2/broadcasts").get_json()["results"]


def test_change_holds_from_the_next_start(api: Account) -> None:
    """A running broadcast can be renamed; its list cannot be changed, and its other settings hold for its next run."""
    broadcast_id = start(api)
    path = f"{BROADCAST}/{broadcast_id}"
    api.succeed("PUT", path, {"name": "April", "concurrent_limit": 1})

    assert "April" == api("GET", path).get_json()["name"]
    assert {"phone_number_list"} == api("PUT", path, {"phone_number_list": 8669}).get_json().keys()
    api.succeed("GET", f"{BROADCAST}/end/{broadcast_id}")
    assert {"phone_number_list"} == api("PUT", path, {"phone_number_list": 8669}).get_json().keys()
    other = create(api)
    api.succeed("PUT", f"{BROADCAST}/{other}", {"phone_number_list": "8669"})
    assert "8669" == api("GET", f"{BROADCAST}/{other}").get_json()["list_id"]


def test_broadcasts_come_in_pages(api: Account) -> None:
    """The newest comes first; a page has as many as its limit, and one can be selected by its id."""
    first, second, third = (create(api) for _ in range(3))
    body = api("GET", "/v2/broadcasts?limit=2").get_json()
    rest = api("GET", "/v2/broadcasts?limit=2&page=2").get_json()
    one = api("GET", f"/v2/broadcasts?broadcast_id={second}").get_json()
    invalid = api("GET", "/v2/broadcasts?limit=0&page=x&broadcast_id=y")

    assert [str(third), str(second)] == [entry["id"] for entry in body["results"]]
    assert [str(first)] == [entry["id"] for entry in rest["results"]]
    assert [str(second)] == [entry["id"] for entry in one["results"]]
    assert (1, 2, 2, 1_000) == tuple(body[key] for key in ("page", "size", "limit", "broadcast_limit"))
    assert (422, {"limit", "page", "broadcast_id"}) == (invalid.status_code, invalid.get_json().keys())


@pytest.mark.parametrize("list_id", [8668, 910_000_500])
def test_admin_api_shows_dialled_leads(api: Account, list_id: int) -> None:
    """The admin API returns the leads that clients read, and shows a patched lead as dialled."""
    start(api, list_id)
    api.set_clock(advance=DAY)
    leads = api.leads(list_id)
    shown = api("GET", f"/__admin/lists/{list_id}/leads").get_json()["leads"]
    patched = api("PATCH", f"/__admin/leads/{leads[0]['lead_id']}", {"set": {"field_1": "Asha"}}).get_json()

    assert leads == shown
    assert leads[0] | {"field_1": "Asha"} == patched


def test_replaced_list_starts_anew(api: Account) -> None:
    """A list that a test replaces has leads that no broadcast has dialled."""
    start(api, 8669)
    api.set_clock(advance=DAY)
    api("PUT", "/__admin/lists/8669", {"size": 3, "columns": ["Phone Number"]})
    leads = api.leads(8669)
    api.set_clock(advance=DAY)

    assert 3 == len(leads)
    assert leads == api.leads(8669)


def test_faults_apply_to_starts(api: Account) -> None:
    """A fault of the start leaves the broadcast inactive, and the journal has the request."""
    broadcast_id = create(api)
    rule = {"steps": [503], "route": "GET /v1/broadcast/start/{id}"}
    api.client.post("/__admin/faults", json=rule, headers=api.headers)
    failed = api("GET", f"{BROADCAST}/start/{broadcast_id}")
    entries = api.client.get("/__admin/requests", headers=api.headers).get_json()["requests"]

    assert 503 == failed.status_code
    assert 0 == status(api, broadcast_id)
    assert "GET /v1/broadcast/start/{id}" in json.dumps(entries)


def test_clock_does_not_advance_backwards(api: Account) -> None:
    """A negative advance is rejected, and the time of broadcasts stays."""
    start(api)
    api.set_clock(advance=DAY)
    leads = api.leads()
    response = api.client.patch("/__admin/clock", json={"advance": -DAY}, headers=api.headers)
    api.set_clock(now=NOON)

    assert 422 == response.status_code
    assert "set now" in response.get_json()["detail"]
    assert leads == api.leads()


def test_snapshot_keeps_broadcasts(api: Account) -> None:
    """A restored account has the same leads, and dials on as the original one."""
    start(api, 8671, number_of_retry=2, retry_after_minutes=[5, 10])
    api.succeed("POST", f"{LEAD}/8671", {"field_0": NUMBER})
    api.set_clock(advance=3_600)
    snapshot = api.client.get("/__admin/snapshot", headers=api.headers).data
    api.set_clock(advance=3_600)
    later = api.leads(8671)
    restored = api.client.post("/__admin/restore", data=snapshot, headers=api.headers)
    api.set_clock(advance=3_600)

    assert 200 == restored.status_code, restored.data
    assert later == api.leads(8671)


def test_calls_are_in_records_and_live_calls(api: Account) -> None:
    """A call of a broadcast is live while it lasts, then in the records, with its lead, broadcast and disposition."""
    broadcast_id = start(api, 8671, concurrent_limit=5)
    live = api("GET", "/v1/live_calls").get_json()
    api.set_clock(advance=DAY)
    query = f"/v1/call/records?broadcast={broadcast_id}&limit=1000"
    records = api("GET", query).get_json()
    leads = {lead["lead_id"]: lead for lead in api.leads(8671)}
    later = api("GET", "/v1/live_calls").get_json()

    assert 0 < len(live) <= 5
    assert {"broadcast"} == {call["direction"] for call in live}
    assert {call["call_id"] for call in live} <= {record["call_id"] for record in records["results"]}
    assert [] == later
    assert str(len(records["results"])) == records["count"]
    for record in records["results"]:
        details, lead = record["dialer_call_details"], leads[record["lead_id"]]
        assert (str(broadcast_id), lead["field_0"]) == (record["broadcast_id"], record["client_number"])
        assert (str(broadcast_id), "8671") == (details["campaign_id"], details["list_id"])
        assert str(lead["dialer_dial_status"]) == details["disposition_code"]
        assert (record["status"] == "answered") is (lead["lead_picked"] == 1)
    destination = records["results"][0]["client_number"].removeprefix("+")
    assert records["results"][:1] == api("GET", f"{query}&destination={destination}").get_json()["results"]


def test_call_of_a_broadcast_cannot_be_hung_up(api: Account) -> None:
    """Hanging up a call of a broadcast returns 400 and says so; an operation on it is accepted."""
    start(api, 8671)
    call_id = api("GET", "/v1/live_calls").get_json()[0]["call_id"]
    response = api("POST", "/v1/call/hangup", {"call_id": call_id})

    assert 400 == response.status_code
    assert "broadcast" in reason(response)
    api.succeed("POST", "/v1/call/options", {"type": 4, "call_id": call_id, "intercom": "1001"})


@pytest.mark.parametrize("path", [LEAD, "/__admin/leads"])
def test_deletion_of_a_lead_keeps_the_records_of_its_calls(api: Account, path: str) -> None:
    """A lead is deleted by a client or the admin API: its calls stay, with the number that was called."""
    start(api)
    api.set_clock(advance=DAY)
    records = api("GET", "/v1/call/records?limit=1000").get_json()["results"]
    called = {record["client_number"] for record in records}
    lead = next(lead for lead in api.leads() if lead["field_0"] in called)
    assert 200 == api("DELETE", f"{path}/{lead['lead_id']}").status_code

    assert lead["lead_id"] not in {left["lead_id"] for left in api.leads()}
    assert records == api("GET", "/v1/call/records?limit=1000").get_json()["results"]


def test_deleted_leads_are_not_called(api: Account) -> None:
    """A lead that is deleted before its turn has no call; the record of one that is being called stays."""
    start(api, concurrent_limit=1)
    (live,) = api("GET", "/v1/live_calls").get_json()
    (called,) = (lead for lead in api.leads() if lead["field_0"] == live["customer_number"])
    deleted = {lead["lead_id"] for lead in api.leads()[::2] if lead != called}
    api.succeed("DELETE", f"{LEAD}/{called['lead_id']}")
    for lead_id in deleted:
        api.succeed("DELETE", f"{LEAD}/{lead_id}")
    api.set_clock(advance=DAY)
    results = api("GET", "/v1/call/records?limit=1000").get_json()["results"]

    assert len(results) > 1
    assert not deleted & {record["lead_id"] for record in results}
    assert (called["lead_id"], called["field_0"]) == (results[-1]["lead_id"], results[-1]["client_number"])


def test_leads_are_found_by_number_after_the_first_was_deleted(api: Account) -> None:
    """In a list that a broadcast dials, whose leads were all added by clients."""
    created = api.succeed("POST", LIST, {"name": "March"})["id"]
    for number in (NUMBER, "5550000077"):
        api.succeed("POST", f"{LEAD}/{created}", {"field_0": number})
    start(api, created)
    first, second = (lead["lead_id"] for lead in api("GET", f"{LEADS}/{created}").get_json())
    api.succeed("DELETE", f"{LEAD}/{first}")

    assert [second] == [lead["lead_id"] for lead in api("GET", f"{LEADS}/{created}?number=5550000077").get_json()]


def test_lead_that_one_request_overwrites_twice_keeps_its_calls(api: Account) -> None:
    """Each call is counted once, however many rows of the request have the number of the lead."""
    created = api.succeed("POST", LIST, {"name": "March"})["id"]
    api.succeed("POST", f"{LEAD}/{created}", {"field_0": NUMBER})
    start(api, created)
    api.set_clock(advance=DAY)
    (before,) = api("GET", f"{LEADS}/{created}").get_json()
    rows = [{"field_0": number, "field_1": name} for number in (NUMBER, "5550000077") for name in ("Om", "Ira")]
    api.succeed("POST", f"{LEADS}/{created}", {"data": rows, "duplicate_option": "overwrite"})
    after, added = api("GET", f"{LEADS}/{created}").get_json()

    assert before["call_count"] == after["call_count"]
    assert [("+91" + NUMBER, "Ira"), ("+915550000077", "Ira")] == [
        (lead["field_0"], lead["field_1"]) for lead in (after, added)
    ]


def test_account_has_a_limited_number_of_broadcasts(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broadcast beyond the limit is rejected, by the vendor's route and by the admin API."""
    monkeypatch.setattr(broadcasts, "MAX_BROADCASTS", 1)
    monkeypatch.setattr(admin_broadcasts, "MAX_BROADCASTS", 1)
    create(api)
    response = api("POST", BROADCAST, {"name": "April", "phone_number_list": 8668})
    admin = api("POST", "/__admin/broadcasts", {"list_id": 8668})

    assert (422, {"name"}) == (response.status_code, response.get_json().keys())
    assert 409 == admin.status_code
    assert "an account can have 1 broadcasts" in admin.get_json()["detail"]


def test_list_is_dialled_a_limited_number_of_times(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start beyond the limit is rejected with what to do."""
    monkeypatch.setattr(broadcast_starts, "MAX_RUNS", 1)
    broadcast_id = start(api)
    api.succeed("GET", f"{BROADCAST}/end/{broadcast_id}")
    response = api("GET", f"{BROADCAST}/start/{broadcast_id}")

    assert (400, "The list was dialled too often.") == (response.status_code, response.get_json()["message"])
    assert "use another list" in reason(response) or "use%20another%20list" in reason(response)


def test_webhooks_of_a_deleted_list_are_not_due(api: Account) -> None:
    """The calls of a broadcast whose list was deleted are gone with it."""
    list_id = api.new_list()
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER})
    start(api, list_id)
    api.succeed("DELETE", f"{LIST}/{list_id}")
    api.set_clock(advance=DAY)

    assert [] == api("GET", "/v1/call/records").get_json()["results"]


def test_time_group_and_single_values(api: Account) -> None:
    """A time group is an id of any form; a single caller id or number of minutes is an array of one."""
    broadcast_id = create(api, time_group=7, caller_id_number="+915550000001", retry_after_minutes="15")
    entry = api("GET", f"{BROADCAST}/{broadcast_id}").get_json()
    api.succeed("PUT", f"{BROADCAST}/{broadcast_id}", {"time_group": "", "caller_id_number": ""})
    changed = api("GET", f"{BROADCAST}/{broadcast_id}").get_json()

    assert ("7", ["+915550000001"], [15]) == (
        entry["time_group_id"],
        entry["caller_id_number"],
        entry["retry_after"],
    )
    assert (None, []) == (changed["time_group_id"], changed["caller_id_number"])
