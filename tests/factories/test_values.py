"""The small values of the public interface."""

from dataclasses import FrozenInstanceError
from typing import get_type_hints

import pytest

from smartflo_contract.factories import DEFAULT_COLUMNS, Lead, ListDefinition, lead
from smartflo_contract.schemas import load_contract


def test_typed_lead_has_the_keys_of_a_generated_one(profile: str) -> None:
    """Every key that Lead requires is generated, and every generated key is one of Lead."""
    keys = set(lead(1, 8668, 0, profile=profile))

    assert (Lead.__required_keys__ <= keys, keys <= set(get_type_hints(Lead))) == (True, True)


def test_default_columns_are_those_of_the_vendors_example() -> None:
    """A list has the nine columns of the vendor's example unless it says otherwise."""
    assert (len(DEFAULT_COLUMNS), ListDefinition(1).columns) == (9, DEFAULT_COLUMNS)


def test_definition_cannot_be_changed() -> None:
    """Definitions are frozen."""
    with pytest.raises(FrozenInstanceError):
        ListDefinition(1).size = 2  # type: ignore[misc]


def test_every_lead_has_all_named_keys(profile: str) -> None:
    """A generated lead has all 22 named keys under every profile, optional ones included."""
    assert set(load_contract(profile).lead["properties"]) <= set(lead(1, 8668, 0, profile=profile))
