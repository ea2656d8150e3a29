"""Pools of words: data of the package, drawn once."""

import json
from typing import TYPE_CHECKING

import pytest
from tests.factories.draw_pools import FILE, draw_pools

from smartflo_contract.factories.pools import pools

if TYPE_CHECKING:
    from collections.abc import Mapping

POOLS: "Mapping[str, list[str]]" = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", POOLS)
def test_pool_is_sorted_and_plain(name: str) -> None:
    """Each pool has many distinct words, shortest first, that JSON need not escape."""
    words = POOLS[name]

    assert len(words) > 100
    assert words == sorted(set(words), key=lambda word: (len(word), word))
    assert all(json.dumps(word) == f'"{word}"' for word in words)


def test_names_fit_an_email_address() -> None:
    """First and last names consist of letters, of which the slug is the lower-case form."""
    people = (*pools().first_names, *pools().last_names)

    assert all(person.text.isalpha() and person.slug == person.text.lower() for person in people)


def test_script_draws_the_same_kind_of_pools() -> None:
    """The script draws pools with the names of those in the package; most words are the same with any recent Faker."""
    drawn = draw_pools()

    assert drawn.keys() == POOLS.keys()
    assert all(len(set(drawn[name]) & set(POOLS[name])) > len(POOLS[name]) / 2 for name in POOLS)
