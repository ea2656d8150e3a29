"""Edited lists: their bodies, and what an edit leaves unchanged."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server.lists import body_cache
from smartflo_contract.mock_server.lists.body_cache import BodyCache
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_page import PAGE_LEADS
from smartflo_contract.schemas import load_contract

MAX_GENERATED_LEADS = 128
"""Maximum number of leads that are generated at once."""
EDITS: dict[str, Callable[[EditedList], object]] = {
    "add": lambda edited: edited.add(lambda lead: lead),
    "change": lambda edited: edited.change(200, lambda lead: {**lead, "field_1": "Asha"}),
    "delete": lambda edited: edited.remove(200),
}


def writer(size: int) -> LeadWriter:
    """Return the writer of a list."""
    return LeadWriter(ListDefinition(id=1, size=size), load_contract())


def fixed_list(size: int) -> EditedList:
    """Return a list with fixed leads."""
    generated = writer(size)
    return EditedList.from_leads(writer(0), [generated.lead(index) for index in range(size)])


def body(edited: EditedList, bodies: BodyCache | None = None) -> bytes:
    """Return the body of a list."""
    whole = (bodies or BodyCache()).body(edited.lead_list())
    return whole if isinstance(whole, bytes) else b"".join(whole)


@pytest.fixture(name="generated")
def _generated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list of the indexes of all leads that are generated for bodies."""
    generated: list[int] = []
    chunks = LeadWriter.chunks

    def counted(self: LeadWriter, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        generated.extend(range(self.size) if indexes is None else indexes)
        return chunks(self, indexes)

    monkeypatch.setattr(LeadWriter, "chunks", counted)
    return generated


@pytest.fixture(name="limit", params=[body_cache.MAX_WHOLE_BODY_BYTES, 0], ids=["whole", "streamed"])
def _limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build bodies as a whole, and stream them."""
    monkeypatch.setattr(body_cache, "MAX_WHOLE_BODY_BYTES", request.param)


# Bodies


@pytest.mark.parametrize("edited", [EditedList(writer(300)), fixed_list(300)], ids=["generated", "fixed"])
def test_body_contains_all_leads_in_order(edited: EditedList) -> None:
    """Changed, deleted and added leads are where they belong, at the ends of pages too."""
    for index in (0, 1, PAGE_LEADS - 1, PAGE_LEADS, MAX_GENERATED_LEADS, 299):
        edited.change(index, lambda lead: {**lead, "field_1": f"Asha {lead['field_0']}"})
    for index in (0, 2, 127, 150, 151, 298):
        edited.remove(index)
    edited.add_all([lambda lead: lead] * 50)
    edited.remove(349)
    leads: list[dict[str, Any]] = json.loads(body(edited))

    assert leads == [edited.leads.lead(index) for index in range(350) if edited.leads.lead(index) is not None]
    assert len(leads) == edited.leads.size == 350 - 7
    assert [index for index in range(350) if edited.leads.lead(index)] == list(edited.leads.indexes())


@pytest.mark.parametrize("edited", [EditedList(writer(40)), fixed_list(40)], ids=["generated", "fixed"])
def test_body_without_leads(edited: EditedList) -> None:
    """If all leads are deleted, the array is empty."""
    for index in range(40):
        edited.remove(index)

    assert b"".join(edited.lead_list().source.chunks()) == b"[]"


# What an edit leaves unchanged


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edit_joins_leads_of_one_page_only(edit: Callable[[EditedList], object]) -> None:
    """All other chunks of the next body are the same objects, except for the first one, which has a bracket."""
    edited = fixed_list(400)
    before = list(edited.lead_list().source.chunks())
    edit(edited)
    after = list(edited.lead_list().source.chunks())
    joined = [chunk for chunk in after[1:-1] if not any(chunk is known for known in before)]

    assert len(after) > 400 / PAGE_LEADS
    assert len(joined) == 1
    assert joined[0].count(b'"lead_id":') <= PAGE_LEADS


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edit_generates_few_leads_again(edit: Callable[[EditedList], object], generated: list[int]) -> None:
    """After an edit, only neighbors of the edited lead are generated."""
    edited, bodies = EditedList(writer(1_000)), BodyCache()
    edited.remove(999)
    first = json.loads(body(edited, bodies))
    edit(edited)
    generated.clear()
    second = json.loads(body(edited, bodies))
    again = [index for index in generated if index > 0]  # the first lead is an estimate of the size of all

    assert len(again) < MAX_GENERATED_LEADS
    assert all(abs(index - 200) <= MAX_GENERATED_LEADS for index in again)
    assert first != second


@pytest.mark.usefixtures("limit")
def test_caches_generated_leads_up_to_maximum(monkeypatch: pytest.MonkeyPatch, generated: list[int]) -> None:
    """Beyond the maximum, the leads of an edited list are generated for each body."""
    monkeypatch.setattr(body_cache, "MAX_PIECES_BYTES", 400_000)
    edited, bodies = EditedList(writer(1_000)), BodyCache()
    expected = body(edited, bodies)
    edited.description = "another version"
    edited.rename(edited.writer)
    generated.clear()

    assert expected == body(edited, bodies)
    assert 200 < min(index for index in generated if index > 0) < 600
    assert len(generated) < 800


def test_accounts_share_unchanged_leads_of_fixed_list() -> None:
    """A copy that changes a lead copies the page of that lead, and no other."""
    edited = fixed_list(400)
    copy = edited.copy()
    copy.remove(200)
    chunks = list(edited.lead_list().source.chunks())
    shared = [chunk for chunk in copy.lead_list().source.chunks() if any(chunk is other for other in chunks)]

    assert len(chunks) - len(shared) == 2  # the first one, which has a bracket, and the changed one
