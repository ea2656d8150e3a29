"""What clients write is read back: leads and lists, in the shapes of the contract."""

import json
import re
import threading
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from smartflo_contract.factories import EDGE_CASES, ListDefinition, lead
from smartflo_contract.mock_server import Config, FakeSmartflo, create_app
from smartflo_contract.mock_server.api.write_leads import BATCH_SECONDS
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows
from smartflo_contract.schemas import load_contract

from .test_authorization import Clock

LEADS = "/v1/broadcast/leads"
LEAD = "/v1/broadcast/lead"
NUMBER = "5550000042"
OVERLAY = {
    "properties": {
        "campaign": {"type": "string", "minLength": 3},
        "undisposed_lead": None,
        "priority": {"maximum": 5},
        "field_3": {"maxLength": 10},
    }
}


class Api:
    """A client of a fake in this process, with a token."""

    def __init__(self, client: FlaskClient, token: str = "Bearer any-text") -> None:  # noqa: S107 - it opens nothing
        """Keep the client."""
        self.client = client
        self.token = token

    def __call__(self, method: str, path: str, body: object = None) -> TestResponse:
        """Send a request."""
        data = None if body is None else json.dumps(body)
        return self.client.open(path, method=method, headers={"Authorization": self.token}, data=data)

    def leads(self, list_id: int = 8668) -> list[dict[str, Any]]:
        """Return the leads of a list."""
        found: list[dict[str, Any]] = self("GET", f"{LEADS}/{list_id}").get_json()
        return found

    def done(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send a request that must succeed, and return what it answers."""
        answer = self(method, path, body)
        assert answer.status_code == 200, answer.data
        found: dict[str, Any] = answer.get_json()
        assert found["success"] is True
        return found

    def new_list(self, **more: object) -> int:
        """Make a list without leads and return its id."""
        return int(self.done("POST", "/v1/broadcast/list", {"name": "March"} | more)["list_id"])


def api_of(**settings: Any) -> Api:
    """Return a client of a fake."""
    return Api(create_app(Config(**settings)).test_client())


@pytest.fixture(name="api")
def _api() -> Api:
    return api_of()


def test_an_added_lead_is_read_back(api: Api) -> None:
    """A lead that was added comes last: new, never called, with the fields that were sent and no others."""
    before = api.leads()
    answer = api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_1": "Asha", "priority": 7, "skill_id": "12"})
    *kept, lead = api.leads()

    assert {"success": True, "message": "Lead added successfully."} == answer
    assert before == kept
    assert ("+915550000042", "Asha", 7, 12) == (lead["field_0"], lead["field_1"], lead["priority"], lead["skill_id"])
    assert (1, 0, 0, 0, 0, False) == tuple(
        lead[key]
        for key in ("dial_status", "dialer_dial_status", "lead_picked", "call_count", "retry_count", "undisposed_lead")
    )
    assert {""} == {lead[f"field_{number}"] for number in range(2, 35)}
    assert lead["created_at"] == lead["updated_at"] == lead["available_at"]
    assert lead["id"] == lead["lead_id"] not in {one["id"] for one in before}
    assert int(lead["id"][:8], 16) == int(lead["created_at"]["$date"]["$numberLong"]) // 1_000


@pytest.mark.parametrize("overlay", [None, OVERLAY], ids=["plain", "overlay"])
@pytest.mark.parametrize(
    "quirks", [{}, {"created_at": "twelve_hours_early"}, {"header_offset": "shifted"}], ids=["", "early", "shifted"]
)
def test_what_is_written_conforms(profile: str, overlay: Any, quirks: dict[str, str]) -> None:
    """Under every profile, with an overlay, and under every quirk, lists that were changed are valid as a whole."""
    api = api_of(profile=profile, overlay=overlay, quirks=quirks)
    first, second, *_ = api.leads()
    api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_11": "x", "skill_id": None})
    api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_40": "x", "duplicate_option": "clone"})
    api.done("PUT", f"{LEAD}/{first['lead_id']}", {"field_1": "Ira", "priority": "5", "dial_status": "1"})
    api.done("DELETE", f"{LEAD}/{second['lead_id']}")
    api.done("POST", f"{LEADS}/8668", {"data": [{"field_0": "5550000099"}], "skill_id": "3"})
    api.done("PUT", "/v1/broadcast/list/8668", {"name": "April"})
    leads = api.leads()
    contract = load_contract(profile, overlay)

    assert [finding for finding in contract.check(leads) if finding.severity == "break"] == []
    assert len(leads) == 27
    assert {"April"} == {lead["list_name"] for lead in leads}


@pytest.mark.parametrize(
    "form", ["5550000042", "+915550000042", "915550000042", "05550000042", 5550000042, "+91 55500-00042"]
)
def test_phone_numbers_come_back_with_the_country(form: str | int, api: Api) -> None:
    """With or without +91, a number of ten digits comes back with it, and is found by any form."""
    api.done("POST", f"{LEAD}/8669", {"field_0": form})

    assert api.leads(8669)[-1]["field_0"] == "+915550000042"
    assert len(api("GET", f"{LEADS}/8669?number=5550000042").get_json()) == 1


def test_a_number_from_abroad_stays_as_it_is(api: Api) -> None:
    """A number with another country's code is kept."""
    api.done("POST", f"{LEAD}/8669", {"field_0": "+44 1632 960001"})

    assert api.leads(8669)[-1]["field_0"] == "+441632960001"


@pytest.mark.parametrize(
    ("option", "numbers", "names", "message"),
    [
        ("skip", 1, ["Asha"], "Lead already exists and was skipped."),
        ("overwrite", 1, ["Ira"], "Lead updated successfully."),
        ("clone", 2, ["Asha", "Ira"], "Lead added successfully."),
    ],
)
@pytest.mark.parametrize("by", ["request", "quirk"])
def test_duplicates(option: str, numbers: int, names: list[str], message: str, by: str) -> None:
    """The option in the request, or else the quirk, says what becomes of a number that the list has."""
    api = api_of(quirks={"duplicate_option": option} if by == "quirk" else {})
    list_id = api.new_list()
    option_sent = {"duplicate_option": option} if by == "request" else {}
    api.done("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER, "field_1": "Asha"})
    answer = api.done("POST", f"{LEAD}/{list_id}", {"field_0": f"+91{NUMBER}", "field_1": "Ira"} | option_sent)

    assert (numbers, names) == (len(api.leads(list_id)), [lead["field_1"] for lead in api.leads(list_id)])
    assert answer["message"] == message


def test_a_duplicate_of_a_lead_of_the_world(api: Api) -> None:
    """The leads that are there at first count as well, and the change stays where the lead was."""
    before = api.leads()
    api.done("POST", f"{LEAD}/8668", {"field_0": before[7]["field_0"], "field_1": "X", "duplicate_option": "overwrite"})
    after = api.leads()

    assert "X" == after[7]["field_1"]
    assert before[:7] + before[8:] == after[:7] + after[8:]


@pytest.mark.parametrize("value", ["none", "lead_id", "id"])
def test_add_lead_answer(value: str) -> None:
    """The quirk says whether the answer names the new lead, by which key."""
    api = api_of(quirks={"add_lead_answer": value})
    answer = api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER})
    lead = api.leads()[-1]

    assert {"success", "message"} | ({value} - {"none"}) == answer.keys()
    assert answer.get(value, lead["lead_id"]) == lead["lead_id"]


@pytest.mark.parametrize("profile", ["sample", "documented"])
def test_a_changed_lead_stays_in_its_place(profile: str) -> None:
    """PUT changes what it names and updated_at, in a lead of the world and in one that was added."""
    api = api_of(profile=profile)
    api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER})
    for place in (0, 13, 25):
        before = api.leads()
        api.done(
            "PUT", f"{LEAD}/{before[place]['lead_id']}", {"field_1": "Changed", "priority": "30", "dial_status": "4"}
        )
        after = api.leads()
        changed = {key for key in before[place] if before[place][key] != after[place][key]}

        assert {"field_1"} <= changed <= {"field_1", "priority", "dial_status", "updated_at"}
        assert ("Changed", 30, 4) == tuple(after[place][key] for key in ("field_1", "priority", "dial_status"))
        assert before[:place] + before[place + 1 :] == after[:place] + after[place + 1 :]


def test_a_changed_number_is_found_and_the_old_one_is_not(api: Api) -> None:
    """After a number was changed, its lead is found by the new one, and can be added by the old one."""
    lead = api.leads()[3]
    api.done("PUT", f"{LEAD}/{lead['lead_id']}", {"field_0": NUMBER})

    assert [1, 0] == [
        len(api("GET", f"{LEADS}/8668?number={number}").get_json()) for number in (NUMBER, lead["field_0"][3:])
    ]
    api.done("POST", f"{LEAD}/8668", {"field_0": lead["field_0"], "duplicate_option": "skip"})
    assert len(api.leads()) == 26


def test_a_deleted_lead_is_gone(api: Api) -> None:
    """After DELETE the lead is not read, not found, not changed and not deleted again."""
    before = api.leads()
    lead = before[4]
    path = f"{LEAD}/{lead['lead_id']}"
    api.done("DELETE", path)

    assert before[:4] + before[5:] == api.leads()
    assert api("GET", f"{LEADS}/8668?number={lead['field_0'][3:]}").get_json() == []
    assert [404, 404] == [api("DELETE", path).status_code, api("PUT", path, {"field_1": "x"}).status_code]


@pytest.mark.parametrize(
    "path", ["8668", "000000000000000000000000", "ffffffffffffffffffffffff", "1", "x", "9" * 30, "%00"]
)
def test_unknown_leads(path: str, api: Api) -> None:
    """An id of no lead is 404, and the reason says which id is meant: a list's id is a usual mistake."""
    for method, body in (("PUT", {"field_1": "x"}), ("DELETE", None)):
        answer = api(method, f"{LEAD}/{path}", body)

        assert (404, {"success": False, "message": "Lead not found."}) == (answer.status_code, answer.get_json())
        assert "the id in this path is the lead's own" in unquote(answer.headers["X-Smartflo-Fake-Reason"])


def test_the_lead_of_another_account_is_not_found(api: Api) -> None:
    """An account reads, changes and deletes nothing that another has added or changed; 404 does not tell that it is."""
    other = Api(api.client, "another token")
    world = api.leads()
    list_id = api.new_list()
    api.done("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER})
    api.done("DELETE", f"{LEAD}/{world[0]['lead_id']}")
    added = api.leads(list_id)[0]["lead_id"]

    assert world == other.leads()
    assert {404} == {
        other("GET", f"{LEADS}/{list_id}").status_code,
        other("PUT", f"{LEAD}/{added}", {"field_1": "x"}).status_code,
        other("DELETE", f"{LEAD}/{added}").status_code,
        other("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER}).status_code,
    }
    assert [list_id] == [one["id"] for one in api("GET", "/v1/broadcast/lists").get_json() if one["id"] > 9_999]
    assert [] == [one["id"] for one in other("GET", "/v1/broadcast/lists").get_json() if one["id"] > 9_999]


def test_bulk(api: Api) -> None:
    """Many leads are added in their order; the batch says what became of them."""
    list_id = api.new_list()
    rows = [{"field_0": f"555000{n:04d}", "field_1": f"N{n}"} for n in range(300)] + [{"field_0": "5550000000"}]
    answer = api.done("POST", f"{LEADS}/{list_id}", {"data": rows, "duplicate_option": "skip"})
    leads = api.leads(list_id)

    assert [f"N{n}" for n in range(300)] == [lead["field_1"] for lead in leads]
    assert load_contract().is_valid(leads)
    assert answer["batch_id"]


def test_batches_take_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is being processed for a short time of the fake's clock, then completed; another account has none."""
    from smartflo_contract.mock_server.context import State  # noqa: PLC0415 - only here

    clock, begin = Clock(), State.__init__
    monkeypatch.setattr(State, "__init__", lambda self, config: begin(self, config, clock))
    api = api_of()
    data = [{"field_0": NUMBER}, {"field_0": NUMBER}, {"field_0": "5550000043"}]
    path = f"/v1/broadcast/batch_status/{api.done('POST', f'{LEADS}/8670', {'data': data})['batch_id']}"

    assert api.done("GET", path)["message"] == "Batch is processing."
    clock.now += BATCH_SECONDS
    assert api.done("GET", path)["message"] == "Batch completed: 2 added, 0 updated, 1 skipped."
    assert Api(api.client, "another")("GET", path).status_code == 404


def test_bulk_changes_nothing_where_a_row_is_wrong(api: Api) -> None:
    """A batch with a row that cannot be is refused as a whole, and the place is named."""
    answer = api("POST", f"{LEADS}/8668", {"data": [{"field_0": NUMBER}, {"field_0": "12"}]})

    assert (422, {"data.1.field_0": "Provide a valid field_0."}) == (answer.status_code, answer.get_json())
    assert len(api.leads()) == 25


def test_bulk_change_and_deletion(api: Api) -> None:
    """PATCH changes, DELETE removes every lead that has one of the values in the field."""
    before = api.leads()
    names = [before[2]["field_1"], before[9]["field_1"]]
    hit = [place for place, lead in enumerate(before) if lead["field_1"] in names]
    changed = api.done("PATCH", f"{LEADS}/8668", {"field": "field_1", "data": names, "lead_data": {"priority": 3}})
    patched = api.leads()
    removed = api.done("DELETE", f"{LEADS}/8668", {"field": "field_0", "data": [before[2]["field_0"], 5559999999]})

    assert f"{len(hit)} leads updated." == changed["message"]
    assert {3} == {patched[place]["priority"] for place in hit}
    assert removed["message"] == "1 leads deleted."
    assert before[2]["lead_id"] not in {lead["lead_id"] for lead in api.leads()}


def test_only_numbers_are_sought_among_many_leads(api: Api) -> None:
    """In a list of a million a lead is sought by its number; any other field is refused with the reason."""
    magic = 911_000_000
    first = lead(0, magic, 0)
    refused = api("DELETE", f"{LEADS}/{magic}", {"field": "field_1", "data": ["x"]})

    assert (422, ["field"]) == (refused.status_code, list(refused.get_json()))
    assert api.done("DELETE", f"{LEADS}/{magic}", {"field": "field_0", "data": [first["field_0"]]})["message"].endswith(
        "deleted."
    )


def test_lists(api: Api) -> None:
    """A list that was made is listed, has its columns in header, can be renamed, and deleted with its leads."""
    list_id = api.new_list(description="x", field=["Mobile", "City"])
    api.done("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER, "field_1": "Pune"})

    assert {"id": list_id, "name": "March"} in api("GET", "/v1/broadcast/lists").get_json()
    assert '["Mobile","City"]' == api.leads(list_id)[0]["header"]
    api.done("PUT", f"/v1/broadcast/list/{list_id}", {"name": "April", "skill_list-id": "4"})
    assert {"id": list_id, "name": "April"} in api("GET", "/v1/broadcast/lists").get_json()
    assert "April" == api.leads(list_id)[0]["list_name"]
    api.done("DELETE", f"/v1/broadcast/list/{list_id}")
    assert list_id not in {one["id"] for one in api("GET", "/v1/broadcast/lists").get_json()}
    assert api("GET", f"{LEADS}/{list_id}").status_code == 404
    assert api("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER}).status_code == 404
    assert list_id != api.new_list()


def test_lists_of_the_world(api: Api) -> None:
    """The lists that are there at first are listed; one of them can be deleted; magic ones are not listed."""
    first = api("GET", "/v1/broadcast/lists")
    api.done("DELETE", "/v1/broadcast/list/8669")
    api.done("POST", f"{LEAD}/910000003", {"field_0": NUMBER})

    assert "assumed" == first.headers["X-Smartflo-Fake-Evidence"]
    assert [8668, 8669, 8670, 8671] == [one["id"] for one in first.get_json()]
    assert [8668, 8670, 8671] == [one["id"] for one in api("GET", "/v1/broadcast/lists").get_json()]
    assert 4 == len(api.leads(910_000_003))


def test_lists_that_are_not_there(api: Api) -> None:
    """A list that is not there, or stands for a status, cannot be changed or deleted; a name need not be given."""
    assert [404, 503] == [
        api("PUT", f"/v1/broadcast/list/{id_}", {"name": "x"}).status_code for id_ in (123_456, 900_000_503)
    ]
    assert [404, 403] == [
        api("DELETE", f"/v1/broadcast/list/{id_}").status_code for id_ in ("abc", next(iter(edge_case_rows())).ids)
    ]
    api.done("PUT", "/v1/broadcast/list/8669", {"description": "x"})
    assert {"id": 8669, "name": "Callbacks"} in api("GET", "/v1/broadcast/lists").get_json()


def test_lists_id_as_text() -> None:
    """Under the quirk the ids of lists are text."""
    assert "8668" == api_of(quirks={"lists_id": "text"})("GET", "/v1/broadcast/lists").get_json()[0]["id"]


def test_a_lead_of_a_magic_list_is_changed_once_it_was_read(api: Api) -> None:
    """The ids of magic lists are too many to search, so their leads are known once the list was read."""
    lead = api.leads(910_000_007)[5]
    api.done("PUT", f"{LEAD}/{lead['lead_id']}", {"field_1": "Changed"})

    assert "Changed" == api.leads(910_000_007)[5]["field_1"]


def test_magic_lists_that_cannot_be_changed(api: Api) -> None:
    """An id that stands for a status answers it to writes too; the edge cases stay what they are."""
    edge = next(iter(edge_case_rows())).ids
    body = {"field_0": NUMBER}

    assert [503, 403] == [api("POST", f"{LEAD}/{id_}", body).status_code for id_ in (900_000_503, edge)]
    assert EDGE_CASES


def test_changed_lists_have_another_entity_tag(api: Api) -> None:
    """A client that asks whether something has changed gets the leads after each change, and 304 until then."""
    tags = [api("GET", f"{LEADS}/8668").headers["ETag"]]
    for name in ("A", "B", "A"):
        api.done("PUT", f"{LEAD}/{api.leads()[0]['lead_id']}", {"field_1": name})
        tags.append(api("GET", f"{LEADS}/8668").headers["ETag"])
    headers = {"Authorization": "any-text", "If-None-Match": tags[-1]}

    assert len(set(tags)) == 4
    assert 304 == api.client.get(f"{LEADS}/8668", headers=headers).status_code


def test_what_changes_nothing_leaves_no_trace(api: Api) -> None:
    """A lead that was skipped, a value that was refused and another list's change leave the list as it was."""

    def seen() -> list[str]:
        headers = [api("GET", f"{LEADS}/{id_}").headers for id_ in (8668, 8669)]
        return [one[name] for one in headers for name in ("ETag", "X-Smartflo-Fake-Evidence")]

    before = seen()
    api.done("POST", f"{LEAD}/8668", {"field_0": api.leads()[0]["field_0"], "duplicate_option": "skip"})
    api("POST", f"{LEAD}/8668", {"field_0": "12"})
    api.done("PUT", f"{LEAD}/{api.leads(8670)[0]['lead_id']}", {"field_1": "x"})
    api.done("DELETE", f"{LEADS}/8669", {"field": "field_0", "data": [NUMBER]})

    assert before == seen()


def test_read_only() -> None:
    """A read-only fake refuses every write with the reason, and still reads."""
    api = api_of(read_only=True)
    answer = api("POST", f"{LEAD}/8668", {"field_0": NUMBER})

    assert 403 == answer.status_code
    assert "read-only" in answer.headers["X-Smartflo-Fake-Reason"]
    assert {403} == {
        api("POST", "/v1/broadcast/list", {"name": "x"}).status_code,
        api("DELETE", f"{LEAD}/{api.leads()[0]['lead_id']}").status_code,
        api("PUT", "/v1/broadcast/list/8668", {}).status_code,
        api("DELETE", "/v1/broadcast/list/8668").status_code,
        api("PUT", f"{LEAD}/1", {}).status_code,
    }


WRITES = [
    ("POST", f"{LEAD}/8668"),
    ("PUT", f"{LEAD}/LEAD"),
    ("POST", f"{LEADS}/8668"),
    ("PATCH", f"{LEADS}/8668"),
    ("DELETE", f"{LEADS}/8668"),
    ("POST", "/v1/broadcast/list"),
    ("PUT", "/v1/broadcast/list/8668"),
]
RUBBISH = [
    b"", b"{", b"null", b"[]", b"3", b'"x"', b"NaN", b"\xff\xfe", b"\x00", b"[" * 60_000, b'{"data":' * 5_000,
    b'{"field_0": NaN}', b'{"field_0": "\xff"}', b'{"name": "\\ud800"}', b"field_0=5550000042",
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("data", RUBBISH, ids=range(len(RUBBISH)))
def test_what_is_no_json_object(method: str, path: str, data: bytes, api: Api) -> None:
    """A body that is no JSON object is 400 everywhere, with an example, and nothing changes."""
    path = path.replace("LEAD", api.leads()[0]["lead_id"])
    answer = api.client.open(path, method=method, data=data, headers={"Authorization": "x"})

    assert (400, {"success": False, "message": "Bad request."}) == (answer.status_code, answer.get_json())
    assert "for example {" in unquote(answer.headers["X-Smartflo-Fake-Reason"])
    assert len(api.leads()) == 25


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("POST", f"{LEAD}/8668", {}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"filed_1": "x"}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": None}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": ""}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": "abc"}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": "٥٥٥٠٠٠٠٠٤٢"}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": [NUMBER]}, {"field_0"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_1": {}, "field_2": True}, {"field_1", "field_2"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "priority": 31}, {"priority"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "priority": 0}, {"priority"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "priority": "1e1"}, {"priority"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "priority": 10**30}, {"priority"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "duplicate_option": "Skip"}, {"duplicate_option"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "skill_id": "two"}, {"skill_id"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "dial_status": "٤"}, {"dial_status"}),
        ("PUT", f"{LEAD}/LEAD", {"field_0": ""}, {"field_0"}),
        ("PUT", f"{LEAD}/LEAD", {"priority": "31"}, {"priority"}),
        ("PUT", f"{LEAD}/LEAD", {"dial_status": "new"}, {"dial_status"}),
        ("PUT", f"{LEAD}/LEAD", {"dial_status": ""}, {"dial_status"}),
        ("POST", f"{LEADS}/8668", {}, {"data"}),
        ("POST", f"{LEADS}/8668", {"data": {}}, {"data"}),
        ("POST", f"{LEADS}/8668", {"data": [3]}, {"data.0"}),
        ("POST", f"{LEADS}/8668", {"data": [{"field_0": NUMBER}, {}]}, {"data.1.field_0"}),
        ("PATCH", f"{LEADS}/8668", {"field": "name", "data": []}, {"field", "lead_data"}),
        ("DELETE", f"{LEADS}/8668", {"field": "field_0", "data": "x"}, {"data"}),
        ("DELETE", f"{LEADS}/8668", {"field": "field_0", "data": [None]}, {"data.0"}),
        ("POST", "/v1/broadcast/list", {}, {"name"}),
        ("POST", "/v1/broadcast/list", {"name": ""}, {"name"}),
        ("POST", "/v1/broadcast/list", {"name": "x", "field": ["a", 3]}, {"field.1"}),
        ("POST", "/v1/broadcast/list", {"name": "x", "enable_outbound_based_skill": "1"}, {"skill_list_id"}),
        ("PUT", "/v1/broadcast/list/8668", {"name": 3}, {"name"}),
    ],
)  # fmt: skip
def test_wrong_values(method: str, path: str, body: Any, fields: set[str], api: Api) -> None:
    """Missing keys and wrong values are 422: a flat map from the place to a message; and nothing changes."""
    before = api.leads()
    answer = api(method, path.replace("LEAD", before[0]["lead_id"]), body)

    assert (422, fields, "assumed") == (
        answer.status_code,
        answer.get_json().keys(),
        answer.headers["X-Smartflo-Fake-Evidence"],
    )
    assert before == api.leads()


def test_an_overlay_has_the_last_word() -> None:
    """What an overlay forbids is refused, in single leads, batches and changes, and nothing changes."""
    api = api_of(overlay=OVERLAY)
    before = api.leads()
    good, bad = {"field_0": NUMBER, "priority": 5}, {"field_0": NUMBER, "priority": 6}
    every = {"field": "field_1", "data": [lead["field_1"] for lead in before], "lead_data": {"field_3": "x" * 11}}

    assert {"priority"} == api("POST", f"{LEAD}/8668", bad).get_json().keys()
    assert {"data.1.priority"} == api("POST", f"{LEADS}/8668", {"data": [good, bad]}).get_json().keys()
    assert {"field_3"} == api("PATCH", f"{LEADS}/8668", every).get_json().keys()
    assert before == api.leads()


@pytest.mark.parametrize("text", ["\0", "नमस्ते", "\r\nX: 1", "\u2028", "x" * 100_000, "<b>", "%s%%", '"\\'])
def test_odd_texts_come_back_as_they_are(text: str, api: Api) -> None:
    """Any text in a field is read back as it was sent."""
    api.done("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_1": text})

    assert text == api.leads()[-1]["field_1"]


def test_keys_that_mean_nothing_are_named(api: Api) -> None:
    """A misspelt key, or a field beyond all bounds, is ignored, and the reason says so."""
    answer = api("POST", f"{LEAD}/8668", {"field_0": NUMBER, "filed_1": "x", "field_100": "x", "id": "y"})

    assert 200 == answer.status_code
    assert "ignored: filed_1, field_100, id" in answer.headers["X-Smartflo-Fake-Reason"]


@pytest.mark.parametrize(
    ("method", "path", "body", "ignored"),
    [
        ("POST", "/v1/broadcast/list", {"name": "March", "size": 3, "Name": "May"}, "Name, size"),
        ("PUT", "/v1/broadcast/list/8669", {"name": "April", "skill_list_id": "1"}, "skill_list_id"),
        (
            "POST",
            f"{LEADS}/8668",
            {"data": [{"field_0": NUMBER, "x": 1}], "duplicate_options": 1},
            "duplicate_options, x",
        ),
        ("PATCH", f"{LEADS}/8668", {"field": "field_0", "data": [], "lead_data": {"x": 1}, "lead": 1}, "lead, x"),
        ("DELETE", f"{LEADS}/8668", {"field": "field_0", "data": [], "all": True}, "all"),
    ],
)
def test_unknown_keys_beside_the_known_ones(method: str, path: str, body: Any, ignored: str, api: Api) -> None:
    """What means nothing is named wherever it stands, and what is known is not."""
    answer = api(method, path, body)

    assert 200 == answer.status_code, answer.data
    assert answer.headers["X-Smartflo-Fake-Reason"].endswith(f"were ignored: {ignored}")
    assert "field_35" not in api.leads()[-1]


def test_repeated_keys(api: Api) -> None:
    """Of a key that is there twice the last counts."""
    data = f'{{"field_0": "1", "field_0": "{NUMBER}"}}'

    assert api.client.post(f"{LEAD}/8668", data=data, headers={"Authorization": "x"}).status_code == 200


def test_bodies_that_are_too_large(api: Api) -> None:
    """A body above the bound is 413."""
    data = b" " * (SMALL_BODY_BYTES + 1)

    assert api.client.post(f"{LEAD}/8668", data=data, headers={"Authorization": "x"}).status_code == 413


def test_dnd(api: Api) -> None:
    """Leads that must not be dialled are listed page by page, in the documented shape, and last_seen_id goes on."""
    path = "/v1/broadcast/dnd/leads"
    whole = api("GET", f"{path}?limit=100&list_id=8671").get_json()
    wanted = [lead["field_0"] for lead in api.leads(8671) if lead["dial_status"] in {5, 9}]
    pages, last = [], ""
    while True:
        page = api("GET", f"{path}?limit=7&list_id=8671{last}").get_json()
        pages += page["data"]
        if not page["hasMore"]:
            break
        last = f"&last_seen_id={page['data'][-1]['id']}"

    assert {"hasMore", "count", "limit", "data"} == whole.keys()
    assert wanted[:100] == [entry["number"] for entry in whole["data"]]
    assert wanted == [entry["number"] for entry in pages]
    assert {"id", "list_id", "added_by", "number", "type", "created_at"} == pages[0].keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0530", pages[0]["created_at"])
    assert [pages[3]] == api("GET", f"{path}?list_id=8671&id={pages[3]['id']}").get_json()["data"]


def test_dnd_follows_changes(api: Api) -> None:
    """A lead that gets the status is listed, one that was deleted is not, a list that is not there has none."""
    path = "/v1/broadcast/dnd/leads?list_id=8669"
    before = api("GET", path).get_json()["count"]
    lead = next(lead for lead in api.leads(8669) if lead["dial_status"] not in {5, 9})
    api.done("PUT", f"{LEAD}/{lead['lead_id']}", {"dial_status": 5})

    assert before + 1 == api("GET", path).get_json()["count"]
    api.done("DELETE", f"{LEAD}/{lead['lead_id']}")
    assert before == api("GET", path).get_json()["count"]
    api.done("DELETE", "/v1/broadcast/list/8669")
    assert [0, 0] == [api("GET", one).get_json()["count"] for one in (path, path.replace("8669", "123456"))]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=",
        "list_id=x",
        "list_id=-1",
        "last_seen_id=x",
        "last_seen_id=" + "z" * 24,
    ],
)
def test_dnd_with_wrong_parameters(query: str, api: Api) -> None:
    """A wrong parameter is 422 and named."""
    answer = api("GET", f"/v1/broadcast/dnd/leads?{query}")

    assert (422, [query.partition("=")[0]]) == (answer.status_code, list(answer.get_json()))


def test_writers_at_the_same_time() -> None:
    """Of what many clients write at once nothing is lost, and under skip no number is there twice."""
    barrier = threading.Barrier(6)
    empty = ListDefinition(id=77, size=0)
    with FakeSmartflo(Config(lists=(empty,))) as fake:
        headers = {"Authorization": "x"}

        def write(own: int) -> None:
            barrier.wait(30)
            with requests.Session() as session:
                for number in range(20):
                    for body in ({"field_0": f"55500{own}{number:04d}"}, {"field_0": f"555099{number:04d}"}):
                        session.post(f"{fake.url}{LEAD}/77", json=body, headers=headers, timeout=30)

        threads = [threading.Thread(target=write, args=(own,)) for own in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        leads = requests.get(f"{fake.url}{LEADS}/77", headers=headers, timeout=30).json()

    numbers = [lead["field_0"] for lead in leads]
    assert len(numbers) == len(set(numbers)) == 6 * 20 + 20
    assert load_contract().is_valid(leads)


NUMBERS = st.sampled_from([f"55500000{n:02d}" for n in range(5)])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["skip", "overwrite", "clone"]), NUMBERS),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("renumber"), st.integers(0, 9)),
    st.tuples(st.just("delete many"), NUMBERS),
)


@settings(max_examples=60)
@given(st.lists(OPERATIONS, max_size=12), st.integers(0, 3))
def test_a_list_is_what_was_made_of_it(operations: list[tuple[str, Any]], size: int) -> None:
    """After any sequence of writes the list holds what a plain list of numbers would."""
    api = api_of(lists=(ListDefinition(id=77, size=size),))
    model = [(lead["field_0"][3:], lead["field_1"]) for lead in api.leads(77)]
    for step, (operation, value) in enumerate(operations):
        name = f"step {step}"
        if operation == "delete many":
            api.done("DELETE", f"{LEADS}/77", {"field": "field_0", "data": [value]})
            model = [entry for entry in model if entry[0] != value]
        elif operation in {"delete", "renumber"}:
            if value >= len(model):
                continue
            path = f"{LEAD}/{api.leads(77)[value]['lead_id']}"
            if operation == "delete":
                api.done("DELETE", path)
                del model[value]
            else:
                api.done("PUT", path, {"field_0": "5550000000"})
                model[value] = ("5550000000", model[value][1])
        else:
            api.done("POST", f"{LEAD}/77", {"field_0": value, "field_1": name, "duplicate_option": operation})
            same = [place for place, entry in enumerate(model) if entry[0] == value]
            if operation == "clone" or not same:
                model.append((value, name))
            elif operation == "overwrite":
                model[same[0]] = (value, name)
        leads = api.leads(77)

        assert model == [(lead["field_0"][3:], lead["field_1"]) for lead in leads]
        assert load_contract().is_valid(leads)
