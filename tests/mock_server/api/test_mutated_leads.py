"""Responses with a mutant: what changes, what is counted, and for whom."""

import json
from collections.abc import Iterator

import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mutants import mutants_of
from smartflo_contract.schemas import load_contract

from .conftest import LEADS, VENDORS, Account, account_of

ADMIN = "/__admin/mutant"
MUTANT = "X-Smartflo-Fake-Mutant"
STREAMED = f"{LEADS}/910020000"
"""A list of 20,000 leads, which is too large to be sent as a whole."""


@pytest.fixture(name="account")
def _account() -> Account:
    return account_of()


@pytest.fixture(name="own_fake")
def _own_fake() -> Iterator[FakeSmartflo]:
    """Yield a fake whose mutant of all accounts a test may set."""
    with FakeSmartflo() as fake:
        yield fake


def served(account: Account) -> int:
    """Return how many responses the account's mutant has changed."""
    return int(account("GET", ADMIN).get_json()["served"])


def test_every_mutant_is_served_and_counted(account: Account) -> None:
    """Each mutant of the contract changes the response with the vendor's list, and says so."""
    before = account("GET", VENDORS).data
    for mutant in mutants_of(load_contract()):
        account("PUT", ADMIN, {"mutant": mutant.id})
        response = account("GET", VENDORS)

        assert before != response.data, mutant.id
        assert (200, mutant.id) == (response.status_code, response.headers[MUTANT])
        assert mutant.change in response.headers["X-Smartflo-Fake-Reason"].replace("%20", " ") or "%" in str(
            response.headers
        )
        assert str(len(response.data)) == response.headers["Content-Length"]
        assert served(account) == 1
    account("DELETE", ADMIN)
    assert before == account("GET", VENDORS).data


def test_changed_body_has_its_own_entity_tag(account: Account) -> None:
    """No entity tag hides a mutant: neither that of the body before, nor that of another mutant."""
    before = account("GET", VENDORS).headers["ETag"]
    tags: list[str] = []
    for mutant_id in ("lead_id:remove", "id:remove"):
        account("PUT", ADMIN, {"mutant": mutant_id})
        tags.append(account("GET", VENDORS, If_None_Match=", ".join([before, *tags])).headers["ETag"])

    assert len({before, *tags}) == 3
    account("DELETE", ADMIN)
    assert account("GET", VENDORS, If_None_Match=before).status_code == 304


@pytest.mark.fast_only(list_path=VENDORS)
@pytest.mark.parametrize("list_path", [VENDORS, STREAMED])
def test_client_that_has_the_changed_body_gets_304(account: Account, list_path: str) -> None:
    """A client with a cache of entity tags works with a mutant as without; only the body counts as served."""
    account("PUT", ADMIN, {"mutant": "lead_id:remove"})
    first = account("GET", list_path)
    assert first.data
    again = account("GET", list_path, If_None_Match=first.headers["ETag"])

    assert (304, first.headers["ETag"], b"") == (again.status_code, again.headers["ETag"], again.data)
    assert served(account) == 1


def test_unchanged_body_keeps_its_entity_tag(account: Account) -> None:
    """A response that has nothing to change is the same as before, also for a client that has it."""
    etag = account("GET", f"{LEADS}/900000000").headers["ETag"]
    account("PUT", ADMIN, {"mutant": "lead_id:remove"})

    assert account("GET", f"{LEADS}/900000000", If_None_Match=etag).status_code == 304
    assert account("HEAD", VENDORS).status_code == 200


def test_unchanged_responses_have_no_mutant(account: Account) -> None:
    """Errors, empty lists, HEAD and other routes stay as they are, and are not counted."""
    account("PUT", ADMIN, {"mutant": "lead_id:remove"})
    responses = [
        account("GET", f"{LEADS}/900000503"),
        account("GET", f"{LEADS}/900000000"),
        account("HEAD", VENDORS),
        account("GET", "/v1/broadcast/lists"),
    ]

    assert [None] * 4 == [response.headers.get(MUTANT) for response in responses]
    assert served(account) == 0


def test_several_mutants_are_applied_together(account: Account) -> None:
    """Ids joined by commas change one response, which counts once."""
    account("PUT", ADMIN, {"mutant": "lead_id:remove,id:rename,body:envelope"})
    lead = account("GET", VENDORS).get_json()["data"][0]

    assert "lead_id" not in lead
    assert "_id" in lead
    assert served(account) == 1


def test_fault_acts_on_the_changed_response(account: Account) -> None:
    """A fault and a mutant are both in the response and in the journal."""
    account("PUT", ADMIN, {"mutant": "lead_id:remove"})
    account("POST", "/__admin/faults", {"steps": ["duplicate_leads"]})
    leads = account("GET", VENDORS).get_json()
    entry = account("GET", "/__admin/requests?order=newest&limit=1").get_json()["requests"][0]

    assert (26, set()) == (len(leads), {"lead_id"} & leads[0].keys())
    assert ("duplicate_leads", "lead_id:remove") == (entry["response"]["fault"], entry["response"]["mutant"])


@pytest.mark.fast_only(path=VENDORS)
@pytest.mark.parametrize("path", [VENDORS, STREAMED])
@pytest.mark.parametrize("ids", ["body:envelope", "body:truncate", "status:200-error", "leads:drop-all"])
def test_fault_that_edits_leads_has_them(account: Account, path: str, ids: str) -> None:
    """A mutant after which there may be no leads leaves the response to such a fault; it is not served."""
    account("PUT", ADMIN, {"mutant": ids})
    account("POST", "/__admin/faults", {"steps": ["dangling_comma"]})
    response = account("GET", path)
    entry = account("GET", "/__admin/requests?order=newest&limit=1").get_json()["requests"][0]

    assert len(json.loads(response.data.removesuffix(b",") + b"]")) in {25, 20_000}
    assert ("dangling_comma", None) == (entry["response"]["fault"], response.headers.get(MUTANT))
    assert served(account) == 0


def test_fault_that_edits_no_leads_acts_on_any_mutant(account: Account) -> None:
    """A late or mislabeled response can be changed as a whole; so can the response after the fault."""
    account("PUT", ADMIN, {"mutant": "body:envelope"})
    account("POST", "/__admin/faults", {"steps": ["content_type", "dangling_comma", "ok"]})
    mutants = [account("GET", VENDORS).headers.get(MUTANT) for _ in range(3)]

    assert ["body:envelope", None, "body:envelope"] == mutants


def test_fault_keeps_the_mutants_of_keys(account: Account) -> None:
    """Of several mutants only those are left out after which there may be no leads."""
    account("PUT", ADMIN, {"mutant": "body:envelope,lead_id:remove,leads:drop-first"})
    account("POST", "/__admin/faults", {"steps": ["cut_clean"]})
    response = account("GET", VENDORS)

    assert "lead_id:remove" == response.headers[MUTANT]
    assert b'"lead_id"' not in response.data
    assert response.data.startswith(b'[{"')
    assert served(account) == 1


def test_repeated_mutant_counts_once(account: Account) -> None:
    """The mutants are a set: a list that two sources of ids are joined to changes nothing twice."""
    account("PUT", ADMIN, {"mutant": "body:envelope,lead_id:remove,body:envelope"})
    response = account("GET", VENDORS)

    assert "body:envelope,lead_id:remove" == response.headers[MUTANT]
    assert ["data"] == list(response.get_json())
    assert isinstance(response.get_json()["data"], list)


def test_mutant_of_an_account_is_its_own(account: Account) -> None:
    """Another account is served what the API sends today."""
    account("PUT", ADMIN, {"mutant": "lead_id:remove"})

    assert "lead_id" in account_of().leads()[0]
    assert "lead_id" not in account.leads()[0]


def test_mutant_of_all_accounts(own_fake: FakeSmartflo) -> None:
    """It holds for accounts without one of their own, is counted over all, and outlives a reset of an account."""
    first, second = (Account(own_fake.app.test_client(), own_fake.token(f"{name}@example.com")) for name in "ab")
    own_fake.set_mutant("lead_id:remove")
    second("PUT", ADMIN, {"mutant": "id:remove"})
    first.leads()
    own_fake.reset("a@example.com")
    again = Account(own_fake.app.test_client(), own_fake.token("a@example.com"))

    assert "lead_id" not in again.leads()[0]
    assert "lead_id" in second.leads()[0]
    assert (2, 1) == (own_fake.mutant_served, served(second))
    own_fake.set_mutant(None)
    assert (0, {"lead_id"}) == (own_fake.mutant_served, {"lead_id"} & again.leads()[0].keys())


def test_setting_a_mutant_counts_from_zero(own_fake: FakeSmartflo) -> None:
    """The count belongs to the mutant that is set; an unknown one changes nothing."""
    account = Account(own_fake.app.test_client(), own_fake.token("a@example.com"))
    own_fake.set_mutant("lead_id:remove")
    account.leads()
    with pytest.raises(ValueError, match="there is no mutant `lead_id:rmove`"):
        own_fake.set_mutant("lead_id:rmove")

    assert own_fake.mutant_served == 1
    own_fake.set_mutant("lead_id:null")
    assert own_fake.mutant_served == 0


@pytest.mark.fast_only(path=VENDORS)
@pytest.mark.parametrize("path", [VENDORS, STREAMED])
def test_fake_states_which_of_several_mutants_were_served(own_fake: FakeSmartflo, path: str) -> None:
    """A mutant of a key that another one has removed changes nothing; another mutant starts again."""
    own_fake.set_mutant("id:remove,id:null,lead_id:null,leads:repeat")
    headers = {"Authorization": own_fake.token("a@example.com")}
    requests.get(f"{own_fake.url}{path}", headers=headers, timeout=60)

    assert {"id:remove", "lead_id:null", "leads:repeat"} == own_fake.mutants_served
    assert own_fake.mutant_served == 1
    own_fake.set_mutant("id:remove")
    assert frozenset() == own_fake.mutants_served


@pytest.mark.slow
@pytest.mark.parametrize("ids", ["lead_id:remove", "dial_status:unknown-value"])
def test_stream_counts_once_something_has_changed(own_fake: FakeSmartflo, ids: str) -> None:
    """A streamed list is changed in all leads or in the last, and is counted once, when the change was sent."""
    own_fake.set_mutant(ids)
    headers = {"Authorization": own_fake.token("a@example.com")}
    with requests.get(f"{own_fake.url}{STREAMED}", headers=headers, timeout=60, stream=True) as response:
        assert (ids, "chunked") == (response.headers[MUTANT], response.headers["Transfer-Encoding"])
        leads = json.loads(response.content)

    assert len(leads) == 20_000
    assert own_fake.mutant_served == 1


def test_profile_without_the_mutant_is_not_changed(account: Account) -> None:
    """An account in another profile, which has no such mutant, is served its leads unchanged."""
    account("PUT", ADMIN, {"mutant": "field_30:remove"})
    account("PUT", "/__admin/profile", {"profile": "documented"})

    response = account("GET", VENDORS)
    assert (200, None) == (response.status_code, response.headers.get(MUTANT))
    assert [] == account("GET", ADMIN).get_json()["changes"]
