"""Public types and defaults of the factories."""

from dataclasses import FrozenInstanceError
from typing import get_type_hints

import pytest

from smartflo_contract.factories import DEFAULT_COLUMNS, Lead, ListDefinition, lead
from smartflo_contract.schemas import load_contract


def test_typed_dict_has_the_keys_of_generated_leads(profile: str) -> None:
    """Lead requires only generated keys, and defines every generated key."""
    keys = set(lead(1, 8668, 0, profile=profile))

    assert (Lead.__required_keys__ <= keys, keys <= set(get_type_hints(Lead))) == (True, True)


def test_default_columns_are_those_of_the_sample() -> None:
    """A list has the nine columns of the vendor's sample by default."""
    assert (len(DEFAULT_COLUMNS), ListDefinition(1).columns) == (9, DEFAULT_COLUMNS)


def test_definition_is_frozen() -> None:
    """A list definition is immutable."""
    with pytest.raises(FrozenInstanceError):
        ListDefinition(1).size = 2  # type: ignore[misc]


def test_lead_has_every_named_key(profile: str) -> None:
    """A generated lead has all 22 named keys under every profile, even optional keys."""
    assert set(load_contract(profile).lead["properties"]) <= set(lead(1, 8668, 0, profile=profile))
