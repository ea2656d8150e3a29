"""Bodies with mutants: any chunks give the same body, nothing is lost, and memory stays constant."""

import json
from collections.abc import Iterator
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mutants import Mutant, find_mutants, mutants_of
from smartflo_contract.mutants.bodies import apply_to, mutated
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import broken_leads, leads

CONTRACT = load_contract()
MUTANTS = mutants_of(CONTRACT)
OBJECTS = [{"id": 1, "nested": [{"a": 1}, {"b": '},{"'}, {"c": {"d": [{}, {"e": 2}]}}]}, {"id": 2}, {"id": '},{"'}]
"""Leads in which the bytes between two leads occur as well."""


def pieces(body: bytes, ends: list[int]) -> Iterator[bytes]:
    """Yield a body in pieces that end at some positions."""
    positions = [0, *sorted(end % (len(body) + 1) for end in ends), len(body)]
    return (body[start:end] for start, end in pairwise(positions))


@given(
    st.lists(st.sampled_from(OBJECTS) | leads(), max_size=4),
    st.lists(st.integers(min_value=0), max_size=6),
    st.lists(st.sampled_from(MUTANTS), min_size=1, max_size=3),
)
def test_chunks_do_not_matter(objects: list[object], ends: list[int], mutants: list[Mutant]) -> None:
    """A body gives the same result whole and in any pieces; if nothing is noted, no lead has changed."""
    body = orjson.dumps(objects)
    whole, is_changed = apply_to(body, mutants)
    noted: list[bool] = []
    edits_body = any(mutant.edit_body for mutant in mutants)
    in_pieces = b"".join(mutated(pieces(body, ends), mutants, lambda: noted.append(True)))

    if not edits_body:  # what is left out of a body depends on its chunks
        assert whole == in_pieces
    assert is_changed == bool(noted)
    assert is_changed or json.loads(whole) == objects


@given(st.lists(broken_leads().map(lambda broken: broken.lead), min_size=1, max_size=2), st.sampled_from(MUTANTS))
def test_broken_leads_do_not_fail(objects: list[object], mutant: Mutant) -> None:
    """Leads that violate the contract are changed as far as the mutant applies."""
    try:
        body = orjson.dumps(objects)
    except TypeError:  # no body of the fake has such a value
        return

    apply_to(body, (mutant,))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"success":false}', b"<html>", b"[1,2]"])
def test_other_bodies_stay_as_they_are(body: bytes) -> None:
    """A body without leads is not changed by any mutant."""
    assert {(body, False)} == {apply_to(body, (mutant,)) for mutant in MUTANTS}


def test_unchanged_response_is_not_noted() -> None:
    """A mutant of a key that no lead has changes nothing."""
    body = orjson.dumps([{"id": "a"}])

    assert (body, False) == apply_to(body, find_mutants(CONTRACT, "lead_id:remove"))


def test_two_leads_are_needed_between_leads() -> None:
    """A rule between leads cannot be broken in a response with one lead."""
    writer = LeadWriter(ListDefinition(id=8668), CONTRACT)
    two = [writer.lead(0), writer.lead(1)]

    assert not apply_to(orjson.dumps(two[:1]), find_mutants(CONTRACT, "list_id:one-list-id"))[1]
    assert apply_to(orjson.dumps(two), find_mutants(CONTRACT, "list_id:one-list-id"))[1]


@pytest.mark.parametrize("ids", ["lead_id:remove,leads:drop-last", "dial_status:unknown-value", "body:envelope"])
def test_stream_is_changed_while_it_is_read(ids: str) -> None:
    """The first bytes come before the last chunk is read, so a list of any length needs little memory."""
    writer = LeadWriter(ListDefinition(id=8668, size=1_000), CONTRACT)
    read: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        for chunk in writer.chunks():
            read.append(chunk)
            yield chunk

    body = mutated(chunks(), find_mutants(CONTRACT, ids), lambda: None)
    first = next(body)

    assert len(b"".join(read)) < 4 * 64 * 1024
    assert len(json.loads(b"".join([first, *body]))) in {1, 999, 1_000}
