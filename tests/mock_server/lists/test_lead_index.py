"""The index from lead ids to lists."""

from typing import Any

import pytest

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_index import LeadIndex
from smartflo_contract.schemas import load_contract

LISTS = range(1, 501)


def edited_list(list_id: int, profile: str = "sample", overlay: dict[str, Any] | None = None) -> EditedList:
    """Return a list with two generated leads."""
    return EditedList(LeadWriter(ListDefinition(id=list_id, size=2), load_contract(profile, overlay)))


def index_of(*lists: EditedList) -> LeadIndex:
    """Return an index of lists."""
    index = LeadIndex()
    for edited in lists:
        edited.enter(index)
    return index


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
def test_generated_lead_is_in_one_list(profile: str) -> None:
    """The id of a generated lead leads to its list, and to no other of many."""
    lists = {list_id: edited_list(list_id, profile) for list_id in LISTS}
    index = index_of(*lists.values())

    for list_id in (1, 250, 500):
        assert [list_id] == list(index.lists(str(lists[list_id].writer.lead(1)["lead_id"])))


def test_lead_with_its_own_id_is_found() -> None:
    """An id that a client chose leads to its list while a lead has it."""
    edited = edited_list(1)
    index = index_of(edited, edited_list(2))
    edited.change(0, lambda lead: {**lead, "lead_id": "mine"})

    assert [1] == list(index.lists("mine"))

    edited.remove(0)

    assert [] == list(index.lists("mine"))


def test_ids_from_before_are_added() -> None:
    """A list that enters the index brings the ids of its edited leads."""
    edited = edited_list(1)
    edited.change(0, lambda lead: {**lead, "lead_id": "mine"})

    assert [1] == list(index_of(edited).lists("mine"))


def test_list_that_left_is_not_found() -> None:
    """A list that leaves the index takes all its ids with it."""
    edited = edited_list(1)
    index = index_of(edited)
    edited.change(0, lambda lead: {**lead, "lead_id": "mine"})
    edited.leave()

    assert [] == [*index.lists("mine"), *index.lists(edited.writer.lead(0)["lead_id"])]


def test_copy_is_not_in_the_index() -> None:
    """Edits of a copy do not appear in the index of the original."""
    edited = edited_list(1)
    index = index_of(edited)
    edited.copy().change(0, lambda lead: {**lead, "lead_id": "mine"})

    assert [] == list(index.lists("mine"))


def test_ids_of_an_overlay_may_be_in_any_list() -> None:
    """An overlay that defines lead ids can give any list any id."""
    overlay = {"properties": {"lead_id": {"enum": ["a" * 24, "b" * 24]}}}
    index = index_of(edited_list(1, overlay=overlay), edited_list(2, overlay=overlay))

    assert [1, 2] == list(index.lists("a" * 24))
