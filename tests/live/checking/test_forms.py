"""Reports are the same whether the leads of a body are decoded and checked together or one by one."""

import json
from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock, patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.live import Report, check
from smartflo_contract.live.parsing import item_splitter
from smartflo_contract.schemas.lead_batch import LeadBatch
from smartflo_contract.schemas.lead_form import LeadDecoder
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.strategies import broken_leads, edge_leads, leads, surprising_leads

PROFILES = ["sample", "documented", "lenient"]
NEEDS = {
    "properties": {"field_0": {"type": "string", "x-needs": {"why": {"type": "calls it"}}}},
    "required": ["field_0"],
    "x-needs": {"version": 1, "profile": "lenient", "overlay": None, "command": "pytest", "runs": 1},
}


class Chunks:
    """An open file that returns few bytes at a time, so that a short body has several batches."""

    def __init__(self, content: bytes, size: int = 30_000) -> None:
        """Start at the beginning."""
        self._chunks = iter([content[start : start + size] for start in range(0, len(content), size)])

    def read(self, _: int) -> bytes:
        """Return the next bytes."""
        return next(self._chunks, b"")


def _check(content: bytes, **options: Any) -> Report:
    with patch.object(item_splitter, "BATCH_BYTES", 30_000):
        return check(Chunks(content), **options)  # type: ignore[arg-type]


def _check_singly(content: bytes, **options: Any) -> Report:
    """Check leads one by one: decoded without a form, and never as tables."""

    def add_singly(self: ResponseCheck, batch: LeadBatch) -> None:
        for index, one_lead in enumerate(batch.values):
            self.add(one_lead, batch.duplicates.get(index, ()))

    with (
        patch.object(LeadDecoder, "decode", lambda *_: None),
        patch.object(ResponseCheck, "add_batch", add_singly),
    ):
        return _check(content, **options)


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", PROFILES)
@given(
    changes=st.dictionaries(
        st.sampled_from(["priority", "header", "lead_id", "list_id", "created_at", "dialer_skill", "new", "field_40"]),
        st.sampled_from([None, 31, 8669, "x", '["a"]', "a:b", [], {"id": 1, "name": "x"}, {"$date": {}}]),
        max_size=2,
    ),
    every=st.sampled_from([1, 2, 9]),
    as_lines=st.booleans(),
    data=st.data(),
)
def test_report_agrees_with_single_leads(
    profile: str, changes: Mapping[str, Any], every: int, data: st.DataObject, *, as_lines: bool
) -> None:
    """Findings, agreements and statistics, with and without needs, of an array and of one lead per line."""
    reading = "documented" if profile == "documented" else "sample"
    body: list[Any] = [lead(0, 8668, index, profile=reading) for index in range(90)]
    body = [{**one, **changes} if index % every == 0 else one for index, one in enumerate(body)]
    broken = broken_leads(profile=profile).filter(lambda each: each.rule != "not-json").map(lambda each: each.lead)
    kinds = leads(profile=profile) | surprising_leads(profile=profile) | broken | edge_leads()
    for one in data.draw(st.lists(kinds, max_size=2)):
        body.insert(data.draw(st.integers(0, len(body))), one)
    texts = [json.dumps(one) for one in body]
    content = ("\n".join(texts) if as_lines else f"[{','.join(texts)}]").encode()
    needs = data.draw(st.sampled_from([None, NEEDS]))

    assert _check_singly(content, profile=profile, needs=needs) == _check(content, profile=profile, needs=needs)


@pytest.mark.parametrize("as_lines", [False, True], ids=["array", "lines"])
def test_most_batches_of_uniform_leads_have_a_form(*, as_lines: bool) -> None:
    """The bodies of this module are decoded by form, from their second batch on."""
    texts = [json.dumps(lead(0, 8668, index)) for index in range(90)]
    content = ("\n".join(texts) if as_lines else f"[{','.join(texts)}]").encode()
    with patch.object(ResponseCheck, "add_batch", Mock()) as add_batch:
        _check(content)

    has_form = [batch.has_form for (batch,), _ in add_batch.call_args_list]
    assert [False, True, True] == has_form[:3]
