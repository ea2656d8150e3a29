"""``assert_leads`` fails if a response violates the contract, and explains each finding."""

from pathlib import Path

import httpx
import pytest
import requests
from hypothesis import given

from smartflo_contract import assert_leads
from smartflo_contract.factories import lead_list
from smartflo_contract.schemas import ContractError
from smartflo_contract.strategies import BrokenResponse, broken_responses, lead_lists

WANTED = """\
response violates the contract (profile sample), 2 findings:
/*/priority: maximum (break, 2 times, first in lead 0)
    expected: integer from 1 to 30
    got:      integer 99
    evidence: documented (leads page, response table: 1 to 30); sample (leads page, sample response: 1)
/*/header: type (break, first in lead 2)
    expected: JSON-encoded string
    got:      array
    evidence: sample (leads page, sample response: JSON-encoded array)"""


@given(lead_lists())
def test_passes_valid_lists(leads: list[dict[str, object]]) -> None:
    """Lists of leads that the contract allows pass."""
    assert_leads(leads, profile="sample")


@given(broken_responses())
def test_fails_for_breaks(broken: BrokenResponse) -> None:
    """A break fails, and the message has its pointer."""
    with pytest.raises(AssertionError) as failure:
        assert_leads(broken.response, profile="sample")

    assert (broken.pointer or "body") in str(failure.value)


def test_message_explains_each_finding() -> None:
    """The message has pointer, requirement, masked value and evidence of each finding, and nothing else."""
    leads = [dict(lead) for lead in lead_list(0, 8668, 3)]
    leads[0]["priority"] = leads[1]["priority"] = 99
    leads[2]["header"] = ["Mobile"]

    with pytest.raises(AssertionError) as failure:
        assert_leads(leads, profile="sample")
    assert WANTED == str(failure.value)


def test_message_shows_the_first_findings() -> None:
    """Of many findings the first are shown, with the number of the others."""
    with pytest.raises(AssertionError, match=r", \d\d findings:[\s\S]*\nand \d+ more$"):
        assert_leads([{}], profile="sample")


def test_fails_for_surprises_on_request(tmp_path: Path) -> None:
    """With ``fail_on="surprise"`` an unknown value fails, unless an overlay lists it."""
    (lead,) = lead_list(0, 8668, 1)
    body = [{**lead, "campaign": "March"}]
    (tmp_path / "overlay.json").write_text('{"properties": {"campaign": {"type": "string"}}}', encoding="utf-8")
    assert_leads(body)

    with pytest.raises(AssertionError, match="/campaign: unknown-key"):
        assert_leads(body, fail_on="surprise")
    assert_leads(body, fail_on="surprise", overlay=tmp_path / "overlay.json")


@pytest.mark.parametrize("body", [b"", "{", '{"success": false}', b"<html>"])
def test_fails_for_other_bodies(body: str | bytes) -> None:
    """A body that is not an array of leads fails."""
    with pytest.raises(AssertionError):
        assert_leads(body)


def test_rejects_unknown_arguments() -> None:
    """An unknown profile or severity is an error, not a failed assertion."""
    with pytest.raises(ContractError, match="unknown profile"):
        assert_leads([], profile="x")
    with pytest.raises(ValueError, match="fail_on: expected one of break, surprise, doc-only, info"):
        assert_leads([], fail_on="brake")  # type: ignore[arg-type]


@pytest.mark.parametrize("response", [requests.Response(), httpx.Response(200, json=[])])
def test_response_object_states_what_to_pass(response: object) -> None:
    """A response of an HTTP library is no body."""
    with pytest.raises(AssertionError, match=r"got: +a Response object; pass \.json\(\) or \.content\n"):
        assert_leads(response)
