"""Writes of leads: one at a time, in bulk, and with values that the contract does not allow."""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import ListDefinition, lead
from smartflo_contract.mock_server.api.write_leads import BATCH_SECONDS
from smartflo_contract.schemas import load_contract

from .conftest import LEAD, LEADS, LIST, NUMBER, VENDORS, Account, account_of

OVERLAY = {
    "properties": {
        "campaign": {"type": "string", "minLength": 3},
        "undisposed_lead": None,
        "priority": {"maximum": 5},
        "field_3": {"maxLength": 10},
    }
}
EARLY, SHIFTED = {"created_at": "twelve_hours_early"}, {"header_offset": "shifted"}
slow = pytest.mark.slow

# New leads


def test_added_lead_is_last(api: Account) -> None:
    """A new lead has dial status New, zero counters, the client's values and empty fields."""
    before = api.leads()
    content = api.succeed(
        "POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_1": "Asha", "priority": 7, "skill_id": "12"}
    )
    *kept, added = api.leads()

    assert {"success": True, "message": "Lead added successfully."} == content
    assert before == kept
    assert ("+915550000042", "Asha", 7, 12) == tuple(
        added[key] for key in ("field_0", "field_1", "priority", "skill_id")
    )
    assert (1, 0, 0, 0, 0, False) == tuple(
        added[key]
        for key in ("dial_status", "dialer_dial_status", "lead_picked", "call_count", "retry_count", "undisposed_lead")
    )
    assert {""} == {added[f"field_{number}"] for number in range(2, 35)}
    assert added["created_at"] == added["updated_at"] == added["available_at"]
    assert added["id"] == added["lead_id"] not in {lead["id"] for lead in before}
    assert int(added["id"][:8], 16) == int(added["created_at"]["$date"]["$numberLong"]) // 1_000


@pytest.mark.parametrize(
    ("quirks", "overlay"),
    [
        pytest.param({}, None, id="default"),
        pytest.param(EARLY, None, id="early"),
        pytest.param(SHIFTED, None, id="shifted"),
        pytest.param({}, OVERLAY, id="overlay"),
        pytest.param(EARLY, OVERLAY, id="early overlay", marks=slow),
        pytest.param(SHIFTED, OVERLAY, id="shifted overlay", marks=slow),
    ],
)
def test_written_list_is_valid(profile: str, quirks: dict[str, str], overlay: Any) -> None:
    """A list is valid after every kind of write, in each profile, with quirks and with an overlay."""
    api = account_of(profile=profile, overlay=overlay, quirks=quirks)
    first, second, *_ = api.leads()
    api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_11": "x", "skill_id": None})
    api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_40": "x", "duplicate_option": "clone"})
    api.succeed("PUT", f"{LEAD}/{first['lead_id']}", {"field_1": "Ira", "priority": "5", "dial_status": "1"})
    api.succeed("DELETE", f"{LEAD}/{second['lead_id']}")
    api.succeed("POST", VENDORS, {"data": [{"field_0": "5550000099"}], "skill_id": "3"})
    api.succeed("PUT", f"{LIST}/8668", {"name": "April"})
    leads = api.leads()
    findings = load_contract(profile, overlay).check(leads)

    assert [finding for finding in findings if finding.severity == "break"] == []
    assert len(leads) == 27
    assert {"April"} == {lead["list_name"] for lead in leads}


@pytest.mark.parametrize(
    "form", ["5550000042", "+915550000042", "915550000042", "05550000042", 5550000042, "+91 55500-00042"]
)
def test_stores_phone_numbers_with_country_code(form: str | int, api: Account) -> None:
    """A number of ten digits is stored with +91, and any form finds it."""
    api.succeed("POST", f"{LEAD}/8669", {"field_0": form})

    assert api.leads(8669)[-1]["field_0"] == "+915550000042"
    assert len(api("GET", f"{LEADS}/8669?number=5550000042").get_json()) == 1


def test_stores_foreign_number_unchanged(api: Account) -> None:
    """A number with another country code stays, without its spaces."""
    api.succeed("POST", f"{LEAD}/8669", {"field_0": "+44 1632 960001"})

    assert api.leads(8669)[-1]["field_0"] == "+441632960001"


@pytest.mark.parametrize("value", ["none", "lead_id", "id"])
def test_response_names_new_lead(value: str) -> None:
    """The quirk selects the key of the new lead's id in the response."""
    api = account_of(quirks={"add_lead_answer": value})
    content = api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER})
    added = api.leads()[-1]

    assert {"success", "message"} | ({value} - {"none"}) == content.keys()
    assert content.get(value, added["lead_id"]) == added["lead_id"]


@pytest.mark.parametrize("string", ["\0", "नमस्ते", "\r\nX: 1", "\u2028", "x" * 100_000, "<b>", "%s%%", '"\\'])
def test_stores_any_string_unchanged(string: str, api: Account) -> None:
    """A field contains the client's string, whatever it is."""
    api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER, "field_1": string})

    assert string == api.leads()[-1]["field_1"]


# Duplicates


@pytest.mark.parametrize(
    ("option", "count", "names", "message"),
    [
        ("skip", 1, ["Asha"], "Lead already exists and was skipped."),
        ("overwrite", 1, ["Ira"], "Lead updated successfully."),
        ("clone", 2, ["Asha", "Ira"], "Lead added successfully."),
    ],
)
@pytest.mark.parametrize("set_by", ["request", "quirk"])
def test_duplicate_option(option: str, count: int, names: list[str], message: str, set_by: str) -> None:
    """The option of the request, or else of the quirk, applies to a number that the list contains."""
    api = account_of(quirks={"duplicate_option": option} if set_by == "quirk" else {})
    list_id = api.new_list()
    sent = {"duplicate_option": option} if set_by == "request" else {}
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER, "field_1": "Asha"})
    content = api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": f"+91{NUMBER}", "field_1": "Ira"} | sent)

    assert (count, names) == (len(api.leads(list_id)), [lead["field_1"] for lead in api.leads(list_id)])
    assert content["message"] == message


def test_overwrites_generated_lead_in_its_position(api: Account) -> None:
    """Generated leads count as duplicates too, and keep their position."""
    before = api.leads()
    body = {"field_0": before[7]["field_0"], "field_1": "X", "duplicate_option": "overwrite"}
    api.succeed("POST", f"{LEAD}/8668", body)
    after = api.leads()

    assert "X" == after[7]["field_1"]
    assert before[:7] + before[8:] == after[:7] + after[8:]


# Changes and deletions


@pytest.mark.parametrize("profile", ["sample", "documented"])
def test_changes_named_values_only(profile: str) -> None:
    """PUT changes the named values and updated_at, in generated and in added leads, and no other lead."""
    api = account_of(profile=profile)
    api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER})
    for index in (0, 13, 25):
        before = api.leads()
        body = {"field_1": "Changed", "priority": "30", "dial_status": "4"}
        api.succeed("PUT", f"{LEAD}/{before[index]['lead_id']}", body)
        after = api.leads()
        changed = {key for key in before[index] if before[index][key] != after[index][key]}

        assert {"field_1"} <= changed <= {"field_1", "priority", "dial_status", "updated_at"}
        assert ("Changed", 30, 4) == tuple(after[index][key] for key in ("field_1", "priority", "dial_status"))
        assert before[:index] + before[index + 1 :] == after[:index] + after[index + 1 :]


def test_finds_changed_number_instead_of_old_one(api: Account) -> None:
    """After a change, the new number finds the lead, and the old one can be added again."""
    changed = api.leads()[3]
    api.succeed("PUT", f"{LEAD}/{changed['lead_id']}", {"field_0": NUMBER})

    assert [1, 0] == [
        len(api("GET", f"{VENDORS}?number={number}").get_json()) for number in (NUMBER, changed["field_0"][3:])
    ]
    api.succeed("POST", f"{LEAD}/8668", {"field_0": changed["field_0"], "duplicate_option": "skip"})
    assert len(api.leads()) == 26


def test_finds_changed_lead_after_rejected_change() -> None:
    """A lead that was changed, and whose next change is rejected, is still found by its number."""
    api = account_of(overlay=OVERLAY)
    path = f"{LEAD}/{api.leads()[0]['lead_id']}"
    bodies: tuple[dict[str, object], ...] = ({"field_0": NUMBER}, {"priority": 6}, {"field_1": "Asha"})
    statuses = [api("PUT", path, body).status_code for body in bodies]
    api.succeed("POST", f"{LEAD}/8668", {"field_0": NUMBER, "duplicate_option": "skip"})

    assert [200, 422, 200] == statuses
    assert ["Asha"] == [lead["field_1"] for lead in api.leads() if lead["field_0"] == f"+91{NUMBER}"]


def test_deleted_lead_does_not_exist(api: Account) -> None:
    """A deleted lead cannot be read, found, changed or deleted again."""
    before = api.leads()
    path = f"{LEAD}/{before[4]['lead_id']}"
    api.succeed("DELETE", path)

    assert before[:4] + before[5:] == api.leads()
    assert api("GET", f"{VENDORS}?number={before[4]['field_0'][3:]}").get_json() == []
    assert [404, 404] == [api("DELETE", path).status_code, api("PUT", path, {"field_1": "x"}).status_code]


@pytest.mark.parametrize("lead_id", ["8668", "0" * 24, "f" * 24, "1", "x", "9" * 30, "%00"])
def test_unknown_lead_id_is_404(lead_id: str, api: Account) -> None:
    """The reason explains which id is expected, because clients often send the list's id."""
    for method, body in (("PUT", {"field_1": "x"}), ("DELETE", None)):
        response = api(method, f"{LEAD}/{lead_id}", body)

        assert (404, {"success": False, "message": "Lead not found."}) == (response.status_code, response.get_json())
        assert "the id in this path is the lead's own" in unquote(response.headers["X-Smartflo-Fake-Reason"])


def test_finds_lead_of_magic_list_after_read(api: Account) -> None:
    """Magic lists are too many to be searched, so their leads are known after the list was read."""
    list_id = 910_000_007
    api.succeed("PUT", f"{LEAD}/{api.leads(list_id)[5]['lead_id']}", {"field_1": "Changed"})

    assert "Changed" == api.leads(list_id)[5]["field_1"]


def test_isolates_accounts(api: Account) -> None:
    """Nothing that an account wrote exists for another: 404, not 403."""
    other = Account(api.client)
    before = other.leads()
    list_id = api.new_list()
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER})
    api.succeed("DELETE", f"{LEAD}/{before[0]['lead_id']}")
    batch_id = api.succeed("POST", VENDORS, {"data": [{"field_0": NUMBER}]})["batch_id"]
    lead_id = api.leads(list_id)[0]["lead_id"]
    body = {"field_0": NUMBER, "field": "field_0", "data": [], "lead_data": {}}
    routes = (
        *((method, f"{LEADS}/{list_id}") for method in ("GET", "POST", "PATCH", "DELETE")),
        ("POST", f"{LEAD}/{list_id}"),
        ("PUT", f"{LIST}/{list_id}"),
        ("DELETE", f"{LIST}/{list_id}"),
        ("PUT", f"{LEAD}/{lead_id}"),
        ("DELETE", f"{LEAD}/{lead_id}"),
        ("GET", f"/v1/broadcast/batch_status/{batch_id}"),
    )

    assert before == other.leads()
    assert {404} == {other(method, path, body).status_code for method, path in routes}
    assert (True, False) == (list_id in api.list_ids(), list_id in other.list_ids())


# Bulk writes


def test_adds_many_leads_in_order(api: Account) -> None:
    """Leads are added in the order of the request, and duplicates follow the option."""
    list_id = api.new_list()
    rows = [{"field_0": f"555000{n:04d}", "field_1": f"N{n}"} for n in range(300)] + [{"field_0": "5550000000"}]
    content = api.succeed("POST", f"{LEADS}/{list_id}", {"data": rows, "duplicate_option": "skip"})
    leads = api.leads(list_id)

    assert [f"N{n}" for n in range(300)] == [lead["field_1"] for lead in leads]
    assert load_contract().is_valid(leads)
    assert content["batch_id"]


def test_batch_completes_on_the_clock(api: Account) -> None:
    """A batch is processing until the account's clock has advanced, then reports its outcome."""
    api.set_clock(frozen=True)
    data = [{"field_0": NUMBER}, {"field_0": NUMBER}, {"field_0": "5550000043"}]
    path = f"/v1/broadcast/batch_status/{api.succeed('POST', f'{LEADS}/8670', {'data': data})['batch_id']}"

    assert api.succeed("GET", path)["message"] == "Batch is processing."
    api.set_clock(advance=BATCH_SECONDS)
    assert api.succeed("GET", path)["message"] == "Batch completed: 2 added, 0 updated, 1 skipped."


def test_unknown_batch_names_the_route_of_its_id(api: Account) -> None:
    """The reason shows the route that returns ids of batches, with its path parameter."""
    reason = unquote(api("GET", "/v1/broadcast/batch_status/x").headers["X-Smartflo-Fake-Reason"])

    assert "this account has no batch with the id x; POST /v1/broadcast/leads/{id} returns an id" == reason


def test_rejects_whole_batch_for_one_row(api: Account) -> None:
    """A batch with an invalid row changes nothing, and the response names the row."""
    response = api("POST", VENDORS, {"data": [{"field_0": NUMBER}, {"field_0": "12"}]})

    assert (422, {"data.1.field_0": "Provide a valid field_0."}) == (response.status_code, response.get_json())
    assert len(api.leads()) == 25


def test_changes_and_deletes_by_value(api: Account) -> None:
    """PATCH changes and DELETE removes every lead that has one of the values in the field."""
    before = api.leads()
    names = [before[2]["field_1"], before[9]["field_1"]]
    indexes = [index for index, lead in enumerate(before) if lead["field_1"] in names]
    changed = api.succeed("PATCH", VENDORS, {"field": "field_1", "data": names, "lead_data": {"priority": 3}})
    patched = api.leads()
    deleted = api.succeed("DELETE", VENDORS, {"field": "field_0", "data": [before[2]["field_0"], 5559999999]})

    assert f"{len(indexes)} leads updated." == changed["message"]
    assert {3} == {patched[index]["priority"] for index in indexes}
    assert deleted["message"] == "1 lead deleted."
    assert before[2]["lead_id"] not in {lead["lead_id"] for lead in api.leads()}


def test_searches_large_lists_by_number_only(api: Account) -> None:
    """A list of a million leads is searched by phone number; any other field is rejected."""
    list_id = 911_000_000
    number = lead(0, list_id, 0)["field_0"]
    rejected = api("DELETE", f"{LEADS}/{list_id}", {"field": "field_1", "data": ["x"]})
    deleted = api.succeed("DELETE", f"{LEADS}/{list_id}", {"field": "field_0", "data": [number]})

    assert (422, ["field"]) == (rejected.status_code, list(rejected.get_json()))
    assert deleted["message"].endswith("deleted.")


# Validation


@pytest.mark.parametrize(
    ("method", "path", "body", "keys"),
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
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "skill_id": "1_2"}, {"skill_id"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "dial_status": "1_2"}, {"dial_status"}),
        ("POST", f"{LEAD}/8668", {"field_0": NUMBER, "dial_status": "٤"}, {"dial_status"}),
        ("PUT", f"{LEAD}/LEAD", {"field_0": ""}, {"field_0"}),
        ("PUT", f"{LEAD}/LEAD", {"priority": "31"}, {"priority"}),
        ("PUT", f"{LEAD}/LEAD", {"dial_status": "new"}, {"dial_status"}),
        ("PUT", f"{LEAD}/LEAD", {"dial_status": ""}, {"dial_status"}),
        ("POST", VENDORS, {}, {"data"}),
        ("POST", VENDORS, {"data": {}}, {"data"}),
        ("POST", VENDORS, {"data": [3]}, {"data.0"}),
        ("POST", VENDORS, {"data": [{"field_0": NUMBER}, {}]}, {"data.1.field_0"}),
        ("PATCH", VENDORS, {"field": "name", "data": []}, {"field", "lead_data"}),
        ("DELETE", VENDORS, {"field": "field_0", "data": "x"}, {"data"}),
        ("DELETE", VENDORS, {"field": "field_0", "data": [None]}, {"data.0"}),
        ("POST", LIST, {}, {"name"}),
        ("POST", LIST, {"name": ""}, {"name"}),
        ("POST", LIST, {"name": "x", "field": ["a", 3]}, {"field.1"}),
        ("POST", LIST, {"name": "x", "enable_outbound_based_skill": "1"}, {"skill_list_id"}),
        ("PUT", f"{LIST}/8668", {"name": 3}, {"name"}),
    ],
)  # fmt: skip
def test_rejects_invalid_values(method: str, path: str, body: Any, keys: set[str], api: Account) -> None:
    """Missing keys and invalid values are 422, a flat map from key to message, and change nothing."""
    before = api.leads()
    response = api(method, path.replace("LEAD", before[0]["lead_id"]), body)

    assert (422, keys) == (response.status_code, response.get_json().keys())
    assert response.headers["X-Smartflo-Fake-Evidence"] == "assumed"
    assert before == api.leads()


def test_rejects_values_that_overlay_forbids() -> None:
    """An overlay may be stricter than the API: single leads, batches and changes follow it, and nothing changes."""
    api = account_of(overlay=OVERLAY)
    before = api.leads()
    valid, invalid = {"field_0": NUMBER, "priority": 5}, {"field_0": NUMBER, "priority": 6}
    patch = {"field": "field_1", "data": [lead["field_1"] for lead in before], "lead_data": {"field_3": "x" * 11}}

    assert {"priority"} == api("POST", f"{LEAD}/8668", invalid).get_json().keys()
    assert {"data.1.priority"} == api("POST", VENDORS, {"data": [valid, invalid]}).get_json().keys()
    assert {"field_3"} == api("PATCH", VENDORS, patch).get_json().keys()
    assert before == api.leads()


def test_names_ignored_keys(api: Account) -> None:
    """A misspelled key, or a field beyond the maximum, is ignored and named in the reason."""
    response = api("POST", f"{LEAD}/8668", {"field_0": NUMBER, "filed_1": "x", "field_100": "x", "id": "y"})

    assert 200 == response.status_code
    assert "ignored: filed_1, field_100, id" in response.headers["X-Smartflo-Fake-Reason"]


@pytest.mark.parametrize(
    ("method", "path", "body", "ignored"),
    [
        ("POST", LIST, {"name": "March", "size": 3, "Name": "May"}, "Name, size"),
        ("PUT", f"{LIST}/8669", {"name": "April", "skill_list_id": "1"}, "skill_list_id"),
        ("POST", VENDORS, {"data": [{"field_0": NUMBER, "x": 1}], "duplicate_options": 1}, "duplicate_options, x"),
        ("PATCH", VENDORS, {"field": "field_0", "data": [], "lead_data": {"x": 1}, "lead": 1}, "lead, x"),
        ("DELETE", VENDORS, {"field": "field_0", "data": [], "all": True}, "all"),
    ],
)
def test_names_only_unknown_keys(method: str, path: str, body: Any, ignored: str, api: Account) -> None:
    """Unknown keys are named wherever they are, and known ones are not."""
    response = api(method, path, body)

    assert 200 == response.status_code, response.data
    assert response.headers["X-Smartflo-Fake-Reason"].endswith(f"were ignored: {ignored}")
    assert "field_35" not in api.leads()[-1]


def test_read_only_fake_rejects_writes() -> None:
    """Each write is 403 with the reason, and reads are unaffected."""
    api = account_of(read_only=True)
    response = api("POST", f"{LEAD}/8668", {"field_0": NUMBER})

    assert 403 == response.status_code
    assert "read-only" in response.headers["X-Smartflo-Fake-Reason"]
    assert {403} == {
        api("POST", LIST, {"name": "x"}).status_code,
        api("DELETE", f"{LEAD}/{api.leads()[0]['lead_id']}").status_code,
        api("PUT", f"{LIST}/8668", {}).status_code,
        api("DELETE", f"{LIST}/8668").status_code,
        api("PUT", f"{LEAD}/1", {}).status_code,
    }


# Entity tags


def test_each_change_has_a_new_entity_tag(api: Account) -> None:
    """A conditional request returns the leads after each change, and 304 until the next."""
    tags = [api("GET", VENDORS).headers["ETag"]]
    for name in ("A", "B", "A"):
        api.succeed("PUT", f"{LEAD}/{api.leads()[0]['lead_id']}", {"field_1": name})
        tags.append(api("GET", VENDORS).headers["ETag"])

    assert len(set(tags)) == 4
    assert 304 == api("GET", VENDORS, If_None_Match=tags[-1]).status_code


def test_ineffective_writes_keep_entity_tag_and_evidence(api: Account) -> None:
    """A skipped lead, rejected values, deletions without a match and changes of other lists leave a list unchanged."""

    def seen() -> list[object]:
        responses = [api("GET", f"{LEADS}/{list_id}") for list_id in (8668, 8669)]
        return [
            (response.data, response.headers["ETag"], response.headers["X-Smartflo-Fake-Evidence"])
            for response in responses
        ]

    before = seen()
    first = api.leads()[0]
    api.succeed("POST", f"{LEAD}/8668", {"field_0": first["field_0"], "duplicate_option": "skip"})
    api.succeed("PUT", f"{LEAD}/{api.leads(8670)[0]['lead_id']}", {"field_1": "x"})
    api.succeed("DELETE", f"{LEADS}/8669", {"field": "field_0", "data": [NUMBER]})
    api.succeed("DELETE", VENDORS, {"field": "field_0", "data": []})
    api.succeed("PATCH", VENDORS, {"field": "field_0", "data": [], "lead_data": {}})
    rejected = [
        api("POST", f"{LEAD}/8668", {"field_0": "12"}).status_code,
        api("PUT", f"{LEAD}/{first['lead_id']}", {"field_0": "no phone"}).status_code,
        api("POST", VENDORS, {"data": [{"field_0": "no phone"}]}).status_code,
    ]

    assert [422] * 3 == rejected
    assert before == seen()


# Sequences of writes

NUMBERS = st.sampled_from([f"55500000{n:02d}" for n in range(5)])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["skip", "overwrite", "clone"]), NUMBERS),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("renumber"), st.integers(0, 9)),
    st.tuples(st.just("delete many"), NUMBERS),
)


@given(st.lists(OPERATIONS, max_size=12), st.integers(0, 3))
def test_list_follows_any_sequence_of_writes(operations: list[tuple[str, Any]], size: int) -> None:
    """After each write, the list equals a plain Python list of numbers and names."""
    api = account_of(lists=tuple(ListDefinition(id=70 + length, size=length) for length in range(4)))
    list_id = 70 + size
    model = [(lead["field_0"][3:], lead["field_1"]) for lead in api.leads(list_id)]
    for step, operation in enumerate(operations):
        write(api, list_id, model, operation, f"step {step}")
        leads = api.leads(list_id)

        assert model == [(lead["field_0"][3:], lead["field_1"]) for lead in leads]
        assert load_contract().is_valid(leads)


def write(api: Account, list_id: int, model: list[tuple[str, str]], operation: tuple[str, Any], name: str) -> None:
    """Apply an operation to a list and to its model."""
    kind, value = operation
    if kind == "delete many":
        api.succeed("DELETE", f"{LEADS}/{list_id}", {"field": "field_0", "data": [value]})
        model[:] = [entry for entry in model if entry[0] != value]
    elif kind in {"skip", "overwrite", "clone"}:
        body = {"field_0": value, "field_1": name, "duplicate_option": kind}
        api.succeed("POST", f"{LEAD}/{list_id}", body)
        same = [index for index, entry in enumerate(model) if entry[0] == value]
        if kind == "clone" or not same:
            model.append((value, name))
        elif kind == "overwrite":
            model[same[0]] = (value, name)
    elif value < len(model):
        path = f"{LEAD}/{api.leads(list_id)[value]['lead_id']}"
        if kind == "delete":
            api.succeed("DELETE", path)
            del model[value]
        else:
            api.succeed("PUT", path, {"field_0": "5550000000"})
            model[value] = ("5550000000", model[value][1])


def test_read_after_a_write_keeps_what_was_read(api: Account) -> None:
    """The body of a read that has begun does not change with later writes."""
    path = "/v1/broadcast/leads/8669"
    api("POST", "/v1/broadcast/lead/8669", {"field_0": "5550000042"})
    before = api("GET", path)
    added = api.leads(8669)[-1]
    api("PUT", f"/v1/broadcast/lead/{added['lead_id']}", {"field_1": "Asha"})
    api("DELETE", f"/v1/broadcast/lead/{api.leads(8669)[0]['lead_id']}")
    api("POST", "/v1/broadcast/lead/8669", {"field_0": "5550000043"})
    after, read = api.leads(8669), json.loads(before.data)

    assert 6 == len(read) == len(after)
    assert added == read[-1]
    assert ("Asha", "+915550000043") == (after[-2]["field_1"], after[-1]["field_0"])


def test_moved_number_is_found_by_new_number_only(api: Account) -> None:
    """The search by number follows each change of the number."""
    lead = api.leads(8669)[0]
    for number in ("5550000042", "5550000043"):
        api("PUT", f"/v1/broadcast/lead/{lead['lead_id']}", {"field_0": number})
    found = [len(json.loads(api("GET", f"/v1/broadcast/leads/8669?number=555000004{last}").data)) for last in (2, 3)]

    assert [0, 1] == found
