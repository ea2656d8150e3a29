"""Calls that clients make: click-to-call, live calls and call records."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token
from smartflo_contract.mock_server.api import call_records, click_to_call
from smartflo_contract.mock_server.api.account_calls import AccountCall
from smartflo_contract.mock_server.calls.call_record import CallRecord

from .conftest import DND, NUMBER, Account, account_of, client_of

CALL = "/v1/click_to_call"
SUPPORT = "/v1/click_to_call_support"
LIVE = "/v1/live_calls"
RECORDS = "/v1/call/records"
HANGUP = "/v1/call/hangup"
OPTIONS = "/v1/call/options"
NOON = "2026-01-31T12:00:00+05:30"
FORM = "application/x-www-form-urlencoded"
LONGEST_SECONDS = 20 + 300
"""Maximum length of a call."""


def make_call(api: Account, **values: object) -> str:
    """Make a call and return its ref_id."""
    body = {"agent_number": "50201", "destination_number": NUMBER} | values
    return str(api.succeed("POST", CALL, body)["ref_id"])


def live_calls(api: Account, query: str = "") -> list[dict[str, Any]]:
    """Return the calls in progress."""
    calls: list[dict[str, Any]] = api("GET", f"{LIVE}?{query}").get_json()
    return calls


def records(api: Account, query: str = "") -> list[dict[str, Any]]:
    """Return the first page of the calls that have ended."""
    results: list[dict[str, Any]] = api("GET", f"{RECORDS}?{query}").get_json()["results"]
    return results


@pytest.fixture(name="noon")
def _noon() -> Account:
    """Return an account whose clock stands at noon."""
    api = account_of()
    api.set_clock(now=NOON, frozen=True)
    return api


def test_call_is_live_until_it_ends(noon: Account) -> None:
    """It rings, may be answered, and is in the records once the clock has passed its end."""
    ref_id = make_call(noon)
    (live,) = live_calls(noon)
    before = records(noon)
    noon.set_clock(advance=LONGEST_SECONDS)
    (record,) = records(noon)

    assert UUID(ref_id).version == 4
    assert ("Ringing", "00:00:00", "2026-01-31 12:00:00") == (live["state"], live["call_time"], live["created_at"])
    assert [] == before == live_calls(noon)
    assert (ref_id, live["call_id"]) == (record["ref_id"], record["call_id"])
    assert ("2026-01-31", "12:00:00") == (record["date"], record["time"])
    assert (f"+91{NUMBER}", live["did"], live["agent_name"]) == (
        record["client_number"],
        record["did_number"],
        record["agent_name"],
    )


def test_call_is_answered_after_ringing(noon: Account) -> None:
    """The states of an answered call are Ringing and Answered, and its seconds add up."""
    while True:
        make_call(noon)
        ended_ms = noon.set_clock(advance=LONGEST_SECONDS)
        record = records(noon)[0]
        if record["status"] == "answered":
            break
    ringing = int(record["call_duration"]) - int(record["answered_seconds"])
    answered_ms = ended_ms - (LONGEST_SECONDS - ringing) * 1_000
    noon.set_clock(now=answered_ms)
    (answered,) = live_calls(noon)
    noon.set_clock(now=answered_ms - 1)
    (ringing_call,) = live_calls(noon)

    assert ("Answered", f"00:00:{ringing:02}") == (answered["state"], answered["call_time"])
    assert ("Ringing", f"00:00:{ringing - 1:02}") == (ringing_call["state"], ringing_call["call_time"])


def test_outcomes_are_repeatable_and_varied() -> None:
    """Two accounts have the same calls under one seed; some are answered, and causes differ."""
    found = []
    for _ in range(2):
        api = account_of()
        api.set_clock(now=NOON, frozen=True)
        for _ in range(40):
            make_call(api)
        api.set_clock(advance=LONGEST_SECONDS)
        found.append(records(api, "limit=100"))
    causes = {record["hangup_cause"]: record["status"] for record in found[0]}

    assert found[0] == found[1]
    assert {"NORMAL_CLEARING": "answered", "NO_ANSWER": "missed"}.items() <= causes.items()
    assert ["0"] * 40 >= [record["answered_seconds"] for record in found[0] if record["status"] == "missed"]


def test_hangs_up(noon: Account) -> None:
    """The call ends now: missed while it rings, and no longer live."""
    make_call(noon)
    noon.set_clock(advance=2)
    (live,) = live_calls(noon)
    noon.succeed("POST", HANGUP, {"call_id": live["call_id"]})
    again = noon("POST", HANGUP, {"call_id": live["call_id"]})
    (record,) = records(noon)

    assert [] == live_calls(noon)
    assert ("missed", "2", "0", "ORIGINATOR_CANCEL") == tuple(
        record[key] for key in ("status", "call_duration", "answered_seconds", "hangup_cause")
    )
    assert (400, "Provide a valid call_id.") == (again.status_code, again.get_json()["message"])


def test_hangs_up_after_the_answer(noon: Account) -> None:
    """A call that was answered stays answered, and is as long as it lasted."""
    for _ in range(20):
        make_call(noon)
    noon.set_clock(advance=21)
    answered = [live for live in live_calls(noon) if live["state"] == "Answered"]
    noon.set_clock(advance=1)
    noon.succeed("POST", HANGUP, {"call_id": answered[0]["call_id"]})
    (record,) = records(noon, f"call_id={answered[0]['call_id']}")

    assert ("answered", "22", "NORMAL_CLEARING") == (record["status"], record["call_duration"], record["hangup_cause"])


def test_timeouts_limit_the_call(noon: Account) -> None:
    """call_timeout limits the time after the answer, customer_ring_timeout that before."""
    for _ in range(30):
        make_call(noon, call_timeout="5")
        body = {"customer_number": NUMBER, "api_key": "any", "customer_ring_timeout": 10}
        noon.succeed("POST", SUPPORT, body)
    noon.set_clock(advance=LONGEST_SECONDS)
    found = records(noon, "limit=100")
    support = [record for record in found if record["service"] == "click_to_call_support"]

    assert {5} == {int(r["answered_seconds"]) for r in found if r not in support and r["status"] == "answered"}
    assert 10 == max(int(record["call_duration"]) - int(record["answered_seconds"]) for record in support)


@pytest.mark.parametrize("kind", [1, "2", 3])
def test_accepts_operation_on_live_call(kind: object, noon: Account) -> None:
    """The operation succeeds, and the call goes on."""
    make_call(noon)
    before = live_calls(noon)
    noon.succeed("POST", OPTIONS, {"type": kind, "call_id": before[0]["call_id"], "agent_id": 50202})
    noon.succeed("POST", OPTIONS, {"type": 4, "call_id": before[0]["call_id"], "intercom": "1002"})

    assert before == live_calls(noon)


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        (CALL, {"agent_number": "1"}, {"destination_number": "The destination_number field is required."}),
        (CALL, {"destination_number": NUMBER}, {"agent_number": "The agent_number field is required."}),
        (
            CALL,
            {"agent_number": "1", "destination_number": "12"},
            {"destination_number": "Provide a valid destination_number."},
        ),
        (SUPPORT, {"customer_number": NUMBER}, {"api_key": "The api_key field is required."}),
        (
            SUPPORT,
            {"customer_number": NUMBER, "api_key": "x", "customer_ring_timeout": 31},
            {"customer_ring_timeout": "Provide a valid customer_ring_timeout."},
        ),
        (HANGUP, {}, {"call_id": "The call_id field is required."}),
        (OPTIONS, {"type": 5, "call_id": "1", "agent_id": 1}, {"type": "The selected type is invalid."}),
        (OPTIONS, {"type": 4, "call_id": "1"}, {"intercom": "The intercom field is required."}),
        (OPTIONS, {"type": 1, "call_id": "1"}, {"agent_id": "The agent_id field is required."}),
    ],
)
def test_rejects_invalid_body(path: str, body: object, error: dict[str, str], api: Account) -> None:
    """Status 422 names the key, and no call is made."""
    response = api("POST", path, body)

    assert (422, error) == (response.status_code, response.get_json())
    assert [] == live_calls(api)


def test_rejects_operation_on_call_that_is_not_live(api: Account) -> None:
    """An unknown call_id is 400."""
    response = api("POST", OPTIONS, {"type": 4, "call_id": "1", "intercom": "1001"})

    assert (400, "Provide a valid call_id.") == (response.status_code, response.get_json()["message"])


MISSPELLED = {"caller_id": "Provide a vaild caller_id."}
MESSAGE = {"success": False, "message": "Provide a valid caller_id."}


@pytest.mark.parametrize(
    ("value", "call", "support"),
    [
        ("by_route", (400, MESSAGE), (422, MISSPELLED)),
        ("422", (422, MISSPELLED), (422, MISSPELLED)),
        ("400", (400, MESSAGE), (400, MESSAGE)),
    ],
)
def test_quirk_of_invalid_caller_id(value: str, call: object, support: object) -> None:
    """The two observed responses are those of the two routes, or one is that of both."""
    api = account_of(quirks={"caller_id_error": value})
    body = {"agent_number": "1", "destination_number": NUMBER, "customer_number": NUMBER, "api_key": "x"}
    responses = [api("POST", path, body | {"caller_id": "x"}) for path in (CALL, SUPPORT)]

    assert [call, support] == [(response.status_code, response.get_json()) for response in responses]
    assert [] == live_calls(api)


@pytest.mark.parametrize(("value", "statuses"), [("any", [200, 200, 200]), ("own", [400, 200, 200])])
def test_quirk_of_caller_ids(value: str, statuses: list[int]) -> None:
    """Any number is a caller id, or only those of the account; without one, it is the account's first."""
    api = account_of(quirks={"caller_id": value})
    own = [number["did"] for number in api("GET", "/v1/my_number").get_json()]
    responses = [
        api("POST", CALL, {"agent_number": "1", "destination_number": NUMBER, "caller_id": caller_id})
        for caller_id in ("5550000099", own[1].removeprefix("+"), "")
    ]

    assert statuses == [response.status_code for response in responses]
    assert [own[0], own[1]] == [live["did"] for live in live_calls(api)][:2]


def test_number_on_dnd_list_is_not_called(api: Account) -> None:
    """A call to a number on any DND list is 400 in whichever spelling, until the number is off the list."""
    api.succeed("POST", f"{DND}/leads/1", {"data": [NUMBER]})
    body = {"agent_number": "1", "destination_number": f"+91{NUMBER}"}
    response = api("POST", CALL, body)
    api.succeed("DELETE", f"{DND}/leads/1", {"data": [NUMBER]})

    assert (400, "The number is on a DND list.") == (response.status_code, response.get_json()["message"])
    assert "DND list of the account" in response.headers["X-Smartflo-Fake-Reason"]
    assert [] == live_calls(api)
    assert 200 == api("POST", CALL, body).status_code


def test_support_needs_no_token() -> None:
    """Without a token, api_key selects the account that it would select as a token."""
    client = client_of()
    body = {"customer_number": NUMBER, "api_key": "key of this test"}
    without = client.post(SUPPORT, json=body)
    with_token = client.post(SUPPORT, json=body, headers={"Authorization": "token of this test"})
    account = client.get("/__admin/requests?limit=1000", headers={"Authorization": body["api_key"]}).get_json()
    found = [
        len(client.get(LIVE, headers={"Authorization": token}).get_json())
        for token in ("key of this test", "token of this test")
    ]

    assert (200, 200, [1, 1]) == (without.status_code, with_token.status_code, found)
    assert account_id_of_token(body["api_key"]) in {entry["account"] for entry in account["requests"]}
    assert {"customer_number": NUMBER, "api_key": "[masked]"} in [entry["body"] for entry in account["requests"]]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"api_key": 1}', b" " * 1_100_000])
def test_support_without_token_and_key_is_unauthorized(body: bytes) -> None:
    """Nothing in such a body selects an account."""
    response = client_of().post(SUPPORT, data=body)

    assert (401, "Unauthorized") == (response.status_code, response.get_json()["message"])
    assert "api_key in the body" in response.headers["X-Smartflo-Fake-Reason"]


def test_support_without_token_where_none_is_needed() -> None:
    """With auth off, the account is that of all requests without a token."""
    client = client_of(auth="off")
    client.post(SUPPORT, json={"customer_number": NUMBER, "api_key": "x"})

    assert 1 == len(client.get(LIVE).get_json())


def test_makes_call_from_a_form(api: Account) -> None:
    """The body may be a form, with an object as the identifier."""
    form = b"agent_number=1002&destination_number=5550000042&async=1&custom_identifier[lead]=7"
    response = api("POST", CALL, form, Content_Type=FORM)

    assert 200 == response.status_code
    assert [api("GET", "/v1/users").get_json()["data"][1]["name"]] == [live["agent_name"] for live in live_calls(api)]


def test_agent_may_be_unknown(noon: Account) -> None:
    """Then the records have what the client sent, and no name."""
    make_call(noon, agent_number="0991")
    (live,) = live_calls(noon)
    noon.set_clock(advance=LONGEST_SECONDS)
    (record,) = records(noon)

    assert ("", "0991", "") == (live["agent_name"], record["agent_number"], record["agent_name"])


@pytest.mark.parametrize("parameter", ["agent_number", "extension"])
@pytest.mark.parametrize("key", ["id", "extension", "intercom", "number"])
def test_filters_live_calls_by_agent(parameter: str, key: str, noon: Account) -> None:
    """An agent is named by id, extension, intercom or phone number, whatever the call was made with."""
    user = noon("GET", "/v1/user").get_json()["data"]
    names = user["agent"] | {"extension": noon("GET", "/v1/users").get_json()["data"][0]["extension"]}
    make_call(noon, agent_number=names["intercom"])
    make_call(noon, agent_number="1004")

    assert [user["name"]] == [call["agent_name"] for call in live_calls(noon, f"{parameter}={names[key]}")]


def test_filters_live_calls_by_id_and_number(noon: Account) -> None:
    """call_id and did_number select calls, and several parameters select what all of them do."""
    make_call(noon)
    make_call(noon, caller_id="5550000099")
    newest, oldest = live_calls(noon)
    queries = {
        f"call_id={oldest['call_id']}": [oldest],
        "did_number=915550000099": [newest],
        f"did_number=5550000099&call_id={oldest['call_id']}": [],
        "agent_number=7": [],
    }

    assert queries == {query: live_calls(noon, query) for query in queries}


def test_filters_records(noon: Account) -> None:
    """Each parameter selects the records that it names."""
    for minute in range(12):
        noon.set_clock(now=f"2026-01-31T12:{minute:02}:00+05:30")
        make_call(noon, agent_number=str(1001 + minute % 2), destination_number=f"55500000{40 + minute}")
    noon.set_clock(now="2026-02-01T09:00:00+05:30")
    everything = records(noon)
    agent = noon("GET", "/v1/user").get_json()["data"]
    missed = [record for record in everything if record["status"] == "missed"]
    queries = {
        "direction=outbound": everything,
        "direction=inbound": [],
        "call_type=m": missed,
        "call_type=c": [record for record in everything if record not in missed],
        f"agents={agent['agent']['id']}": everything[1::2],
        f"agents=1002,{agent['number']}": everything,
        "destination=5550000045,915550000046": [everything[5], everything[6]],
        f"did_numbers={everything[0]['did_number'][1:]}": everything,
        "callerid=5550000001": [],
        "broadcast=1": [],
        f"call_id={everything[3]['call_id']}": [everything[3]],
        "from_date=2026-01-31 12:10:00": everything[:2],
        "to_date=2026-01-31 12:01:00": everything[-2:],
        "from_date=2026-01-31&to_date=2026-01-31": everything,
        "from_date=2026-02-01": [],
        "from_date=&to_date=": everything,
    }

    assert missed
    assert 12 == len(everything) == len({record["call_id"] for record in everything})
    assert queries == {query: records(noon, query) for query in queries}


@given(count=st.integers(0, 9), limit=st.integers(1, 4), seconds=st.integers(0, 90))
def test_pages_of_records_are_complete_and_disjoint(count: int, limit: int, seconds: int) -> None:
    """All pages together are the newest-first records; every call is live or ended, never both."""
    api = account_of()
    api.set_clock(now=NOON, frozen=True)
    made = [make_call(api) for _ in range(count)]
    api.set_clock(advance=seconds)
    pages = [api("GET", f"{RECORDS}?limit={limit}&page={page}").get_json() for page in range(1, count + 2)]
    found = [record for page in pages for record in page["results"]]
    ended, live = {record["call_id"] for record in found}, {call["call_id"] for call in live_calls(api)}

    assert found == records(api, "limit=1000")
    assert len(found) == len(ended) == int(pages[0]["count"])
    assert set() == ended & live
    assert count == len(ended | live)
    assert {record["ref_id"] for record in found} <= set(made)
    assert all(len(page["results"]) == int(page["size"]) <= limit for page in pages)


@pytest.mark.parametrize(("value", "kind"), [("text", str), ("integer", int)])
def test_quirk_of_numbers(value: str, kind: type) -> None:
    """Numbers are strings, or integers."""
    api = account_of(quirks={"record_numbers": value})
    api.set_clock(now=NOON, frozen=True)
    make_call(api)
    api.set_clock(advance=LONGEST_SECONDS)
    body = api("GET", RECORDS).get_json()
    (record,) = body["results"]

    assert {kind} == {type(body[key]) for key in ("count", "limit", "size", "page")}
    assert {kind} == {type(record[key]) for key in ("call_duration", "answered_seconds")}


def test_record_of_a_broadcast(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call with a campaign and a lead has their details, with numbers as strings."""
    record = CallRecord(
        call_id="1.000001",
        uuid="uuid",
        ref_id="",
        direction="broadcast",
        service="broadcast",
        number=f"+91{NUMBER}",
        caller_id="+915550000043",
        start_ms=0,
        answered_ms=5_000,
        end_ms=35_000,
        hangup_cause="NORMAL_CLEARING",
        dtmf="1",
        disposition_id=12,
        disposition_name="Interested",
        campaign_id="7",
        campaign_name="March",
        list_id=8668,
        list_name="Leads",
        lead_id="0123",
    )
    monkeypatch.setattr(call_records, "started_calls", lambda *_: [AccountCall(record, 40_000)])
    (found,) = records(api, "broadcast=7&direction=broadcast&call_type=c")

    assert [] == records(api, "broadcast=8")
    assert ("35", "30", "1", "7", "0123", None) == tuple(
        found[key] for key in ("call_duration", "answered_seconds", "dtmf_input", "broadcast_id", "lead_id", "ref_id")
    )
    assert {"field_0": f"+91{NUMBER}"} == found["contact_details"]
    assert {
        "campaign_id": "7",
        "campaign_name": "March",
        "list_id": "8668",
        "list_name": "Leads",
        "disposition_name": "Interested",
        "disposition_code": "12",
        "call_type": "broadcast",
        "call_wait_time": "0",
        "sla_status": "",
    } == found["dialer_call_details"]


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=x", "limit=0", "limit=1001", "from_date=yesterday", "to_date=2026-13-01", "call_type=x"),
        "direction=up",
    ],
)
def test_rejects_invalid_parameter(query: str, api: Account) -> None:
    """An invalid parameter is 422 and named."""
    response = api("GET", f"{RECORDS}?{query}")

    assert (422, [query.partition("=")[0]]) == (response.status_code, list(response.get_json()))


def test_names_parameters_that_select_nothing(api: Account) -> None:
    """Documented parameters that the fake ignores are named in the reason."""
    response = api("GET", f"{RECORDS}?ivr=1&department=2")

    assert "these parameters select nothing: ivr, department" == response.headers["X-Smartflo-Fake-Reason"]


def test_keeps_newest_calls(noon: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the maximum number of calls, the oldest are dropped."""
    monkeypatch.setattr(click_to_call, "MAX_CALLS", 2)
    made = [make_call(noon) for _ in range(3)]
    noon.set_clock(advance=LONGEST_SECONDS)

    assert made[:0:-1] == [record["ref_id"] for record in records(noon)]


def test_calls_follow_the_clock_of_the_account(api: Account) -> None:
    """A call that was made in the future of the clock has not started."""
    api.set_clock(now=NOON, frozen=True)
    make_call(api)
    api.set_clock(now="2026-01-31T11:59:59+05:30")

    assert [] == live_calls(api) == records(api)


@pytest.mark.parametrize("path", [CALL, SUPPORT, HANGUP, OPTIONS])
def test_read_only_fake_makes_no_calls(path: str) -> None:
    """A read-only fake stores no calls."""
    assert 403 == account_of(read_only=True)("POST", path, {}).status_code
