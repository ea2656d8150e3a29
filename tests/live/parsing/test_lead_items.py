"""The items of a body that is meant to be a lead list."""

import gzip

import pytest

from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.item_splitter import ItemBatch
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.schemas.body_rules import BODY_RULES

PROPERTIES = frozenset({"lead_id", "priority"})


def parse(body: bytes | None, *defects: BodyDefect, must_be_array: bool = False) -> list[object]:
    """Return the values and the rules of the defects, in their order."""
    chunks = None if body is None else [body]
    items = LeadItems(chunks, PROPERTIES, list(defects), must_be_array=must_be_array)
    parts = [part.values if isinstance(part, ItemBatch) else [part.rule] for part in items]
    return [value for values in parts for value in values]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"lead_id":1}', [{"lead_id": 1}]),
        (b'{"success":false,"lead_id":1}', ["error-body"]),
        (b'{"data":1}', ["no-array"]),
        (b"null", ["no-array"]),
        (b'[{"data":[]}]', [{"data": []}]),
        (b'{"data":2}\n{"lead_id":1}', [{"data": 2}, {"lead_id": 1}]),
    ],
)
def test_tells_leads_from_other_single_values(body: bytes, expected: list[object]) -> None:
    """A body of one value is a lead if it has a property of leads, and no key of an error."""
    assert expected == parse(body)


def test_http_responses_must_be_arrays() -> None:
    """One lead per line is a defect in them, and the leads are returned."""
    assert ["no-array", {"lead_id": 1}, {"lead_id": 2}] == parse(b'{"lead_id":1}\n{"lead_id":2}', must_be_array=True)
    assert [{"lead_id": 1}] == parse(b'[{"lead_id":1}]', must_be_array=True)


def test_yields_defects_of_response_last() -> None:
    """They are known once the body has been read, and so is broken gzip."""
    body = gzip.compress(b"[" + b"1," * 100)[:-4]
    assert ["dangling-comma", "content-type", "broken-gzip"] == parse(body, BodyDefect("content-type", None))[-3:]


def test_yields_only_defects_without_body() -> None:
    """The body of an error status is not read."""
    assert ["http-status"] == parse(None, BodyDefect("http-status", None))


def test_every_body_rule_is_complete() -> None:
    """Each names what is expected, what a body has instead, and its evidence."""
    assert all(rule.expected and rule.got and rule.evidence for rule in BODY_RULES.values())
