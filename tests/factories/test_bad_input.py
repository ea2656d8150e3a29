"""What the factories say to input that they cannot use."""

from typing import Any

import pytest

from smartflo_contract.factories import DefinitionError, GenerationError, LeadWriter, ListDefinition, lead, lead_list
from smartflo_contract.schemas import ContractError, OverlayError, load_contract


@pytest.mark.parametrize("index", [-1, -(10**30)])
def test_negative_index(index: int) -> None:
    """There is no lead before the first."""
    with pytest.raises(IndexError, match=f"index: expected a number from 0 to .*, got {index}"):
        lead(1, 8668, index)


def test_negative_index_of_a_writer() -> None:
    """A writer says so as well."""
    with pytest.raises(IndexError, match="index: expected a number from 0"):
        LeadWriter(ListDefinition(8668), load_contract()).lead(-1)


@pytest.mark.parametrize("index", [2**32, 2**64, 10**30])
def test_absurd_index(index: int) -> None:
    """An index that the ids have no room for is refused, not wrapped round."""
    with pytest.raises(IndexError, match=f"got {index}"):
        lead(1, 8668, index)


@pytest.mark.parametrize("size", [-1, -(10**30)])
def test_negative_size(size: int) -> None:
    """A list cannot have less than no leads."""
    with pytest.raises(ValueError, match=f"size: expected 0 or more, got {size}"):
        lead_list(1, 8668, size)


def test_empty_list() -> None:
    """A list without leads is empty."""
    assert lead_list(1, 8668, 0) == []


@pytest.mark.parametrize("list_id", [0, -1, 2**53, 10**20])
def test_list_id_that_the_contract_forbids(list_id: int) -> None:
    """A list id outside the contract's range is refused, because no lead of it could be valid."""
    with pytest.raises(ValueError, match=f"{list_id}"):
        lead(1, list_id, 0)


def test_negative_size_of_a_definition() -> None:
    """A definition of a negative size is refused."""
    with pytest.raises(ValueError, match=r"size: .* got -3"):
        ListDefinition(1, size=-3)


@pytest.mark.parametrize("sensitive", [(9,), (50,), (-1,)])
def test_sensitive_position_without_column(sensitive: tuple[int, ...]) -> None:
    """A sensitive position that no column has is refused."""
    with pytest.raises(ValueError, match=f"{sensitive[0]}"):
        ListDefinition(1, sensitive=sensitive)


@pytest.mark.parametrize("weights", [{1: 0}, {1: -1, 2: 2}, {1: float("nan")}, {1: float("inf")}])
@pytest.mark.parametrize("key", ["dial_status", "disposition"])
def test_weights_that_cannot_be_drawn(key: str, weights: dict[int, float]) -> None:
    """Weights are finite, none is negative, and one at least is above 0."""
    with pytest.raises(ValueError, match=key):
        ListDefinition(1, **{key: weights})  # type: ignore[arg-type]  # one of two keys of one type


@pytest.mark.parametrize("name", ["\ud800", "a\udfff"])
def test_column_that_utf_8_cannot_say(name: str) -> None:
    """A lone surrogate in a name is refused with the name of the setting."""
    with pytest.raises(ValueError, match="columns"):
        ListDefinition(1, columns=(name,))


def test_list_name_that_utf_8_cannot_say() -> None:
    """So it is in the name of the list."""
    with pytest.raises(ValueError, match="name"):
        ListDefinition(1, name="\ud800")


def test_unknown_phones() -> None:
    """An unknown series names those there are."""
    with pytest.raises(ValueError, match="safe, valid"):
        lead(1, 8668, 0, phones="rubbish")  # type: ignore[arg-type]  # what is tested


def test_unknown_profile() -> None:
    """An unknown profile is the contract's error."""
    with pytest.raises(ContractError, match="unknown profile `smaple`"):
        lead(1, 8668, 0, profile="smaple")


def test_overlay_without_list_id() -> None:
    """Fields stand after list_id, so a list cannot be generated without it."""
    with pytest.raises(GenerationError, match="the overlay removes list_id, which the fields"):
        lead(1, 8668, 0, overlay={"properties": {"list_id": None}})


@pytest.mark.parametrize("schema", [{"type": "integer", "minimum": 1e20}, {"enum": [10**30]}, {"const": [2**64]}])
def test_integer_beyond_64_bits(schema: dict[str, Any]) -> None:
    """An integer that the JSON writer has no room for is a clear error, at load time or when generated."""
    with pytest.raises((GenerationError, OverlayError), match=r"`n`|/properties/n"):
        lead(1, 8668, 0, overlay={"properties": {"n": schema}})


def test_value_that_cannot_be_found() -> None:
    """Keywords that exclude one another are an error that names the key and them."""
    schema = {"type": "string", "pattern": "^[0-9]{3}$", "minLength": 5}

    with pytest.raises(GenerationError, match=r'no value found for `n` .*"minLength": 5.*check its keywords'):
        lead(1, 8668, 0, overlay={"properties": {"n": schema}})


@pytest.mark.parametrize("seed", [2**63, True, 1.0, "1"])
def test_seed_that_is_none(seed: Any) -> None:
    """A seed is an integer of 64 bits, whatever was asked before."""
    lead(1, 8668, 0)

    with pytest.raises(DefinitionError, match="seed: expected an integer"):
        lead(seed, 8668, 0)


def test_columns_in_one_text() -> None:
    """One text is not taken for a sequence of one-letter names."""
    with pytest.raises(DefinitionError, match="columns: expected a sequence of names"):
        lead(1, 8668, 0, columns="Name")


@pytest.mark.parametrize("key", ["field_0", "alternate_phone_number"])
def test_pattern_of_numbers_that_may_ring(key: str) -> None:
    """An overlay cannot talk the factory into numbers of real subscribers; that takes an explicit choice."""
    overlay = {"properties": {key: {"pattern": "^[+]91[6-9][0-9]{9}$"}}}

    with pytest.raises(GenerationError, match=f"`{key}` .* only --phones valid generates other numbers"):
        lead(1, 8668, 0, overlay=overlay)

    assert lead(1, 8668, 0, overlay=overlay, phones="valid")["field_0"].startswith("+919")


def test_weight_of_nothing_is_never_drawn() -> None:
    """Where an overlay leaves only values without weight, the values are made from its keywords."""
    contract = load_contract("sample", {"properties": {"dial_status": {"enum": [1]}}})
    writer = LeadWriter(ListDefinition(1, dial_status={1: 0, 2: 5}), contract)

    assert {writer.lead(index)["dial_status"] for index in range(20)} == {1}


@pytest.mark.parametrize(
    "overlay",
    [
        {"required": ["field_10000"]},
        {"required": ["field_" + "9" * 5000]},
        {"properties": {"field_123456": {"maxLength": 3}}},
        {"properties": {"n": {"type": "number", "minimum": 10**400}}},
        {"properties": {"n": {"type": "string", "minLength": 10**9}}},
    ],
)
def test_absurd_overlays(overlay: dict[str, Any]) -> None:
    """An overlay that asks for what no response has is refused when it is loaded."""
    with pytest.raises(OverlayError):
        load_contract("sample", overlay)


@pytest.mark.parametrize(
    "schema",
    [{"pattern": "^[A-Z]+$", "minLength": 12}, {"pattern": "[0-9]+", "minLength": 10}, {"minLength": 100_000}],
)
def test_long_texts_are_found(schema: dict[str, Any]) -> None:
    """A least length is met, also together with a pattern that lets texts grow."""
    overlay = {"properties": {"n": {"type": "string", **schema}}}

    assert load_contract("sample", overlay).is_valid([lead(1, 8668, 0, overlay=overlay)])
