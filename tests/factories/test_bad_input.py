"""Invalid input of the factories: each is an error that states what is expected."""

from typing import Any

import pytest

from smartflo_contract.factories import DefinitionError, GenerationError, LeadWriter, ListDefinition, lead, lead_list
from smartflo_contract.schemas import ContractError, OverlayError, load_contract


@pytest.mark.parametrize("index", [-1, -(10**30)])
def test_rejects_negative_index(index: int) -> None:
    """Leads are counted from 0."""
    with pytest.raises(IndexError, match=f"index: expected a number from 0 to .*, got {index}"):
        lead(1, 8668, index)


def test_writer_rejects_negative_index() -> None:
    """The writer reports the same error."""
    with pytest.raises(IndexError, match="index: expected a number from 0"):
        LeadWriter(ListDefinition(8668), load_contract()).lead(-1)


@pytest.mark.parametrize("index", [2**32, 2**64, 10**30])
def test_rejects_index_beyond_ids(index: int) -> None:
    """An index that no id can contain is an error, and does not wrap around."""
    with pytest.raises(IndexError, match=f"got {index}"):
        lead(1, 8668, index)


@pytest.mark.parametrize("size", [-1, -(10**30)])
def test_rejects_negative_size(size: int) -> None:
    """A list has 0 leads or more."""
    with pytest.raises(ValueError, match=f"size: expected 0 or more, got {size}"):
        lead_list(1, 8668, size)


@pytest.mark.parametrize("number", ["1", None, 1.5])
def test_rejects_numbers_of_another_type(number: Any) -> None:
    """The message contains the argument and the value, as for every other argument."""
    with pytest.raises(DefinitionError, match=f"index: expected a number from 0, got '?{number}"):
        lead(1, 8668, number)
    with pytest.raises(DefinitionError, match=f"size: expected a number from 0, got '?{number}"):
        lead_list(1, 8668, number)


@pytest.mark.parametrize("columns", ["Mobile", None, 7])
def test_rejects_columns_that_are_no_sequence(columns: Any) -> None:
    """The message contains the value."""
    with pytest.raises(DefinitionError, match=f"columns: expected a sequence of names, got '?{columns}"):
        lead(1, 8668, 0, columns=columns)


def test_returns_empty_list() -> None:
    """A list of size 0 has no leads."""
    assert lead_list(1, 8668, 0) == []


@pytest.mark.parametrize("list_id", [0, -1, 2**53, 10**20])
def test_rejects_list_id_outside_contract(list_id: int) -> None:
    """No lead of such a list could be valid."""
    with pytest.raises(ValueError, match=f"{list_id}"):
        lead(1, list_id, 0)


def test_definition_rejects_negative_size() -> None:
    """The message contains the setting and the value."""
    with pytest.raises(ValueError, match=r"size: .* got -3"):
        ListDefinition(1, size=-3)


@pytest.mark.parametrize("columns", ["Mobile,Name", 7, {"Mobile": 1}])
def test_shows_how_to_pass_columns(columns: Any) -> None:
    """Columns that are no list are answered with an example of one."""
    with pytest.raises(DefinitionError, match=r'^columns: expected a list such as \["Mobile", "Name"\], got '):
        ListDefinition(1, columns=columns)


@pytest.mark.parametrize("sensitive", [(9,), (50,), (-1,)])
def test_rejects_sensitive_position_without_column(sensitive: tuple[int, ...]) -> None:
    """Sensitive positions are those of columns."""
    with pytest.raises(ValueError, match=f"{sensitive[0]}"):
        ListDefinition(1, sensitive=sensitive)


@pytest.mark.parametrize("weights", [{1: 0}, {1: -1, 2: 2}, {1: float("nan")}, {1: float("inf")}])
@pytest.mark.parametrize("key", ["dial_status", "disposition"])
def test_rejects_invalid_weights(key: str, weights: dict[int, float]) -> None:
    """Weights are finite and not negative, and one at least is above 0."""
    with pytest.raises(ValueError, match=key):
        ListDefinition(1, **{key: weights})  # type: ignore[arg-type]  # one of two keys of one type


@pytest.mark.parametrize("name", ["\ud800", "a\udfff"])
def test_rejects_lone_surrogate_in_column(name: str) -> None:
    """The message contains the setting."""
    with pytest.raises(ValueError, match="columns"):
        ListDefinition(1, columns=(name,))


def test_rejects_lone_surrogate_in_list_name() -> None:
    """The message contains the setting."""
    with pytest.raises(ValueError, match="name"):
        ListDefinition(1, name="\ud800")


@pytest.mark.parametrize("phones", ["rubbish", None, ["safe"], {"safe": 1}])
def test_rejects_unknown_phones(phones: Any) -> None:
    """The message lists the series, for values that cannot be looked up too."""
    with pytest.raises(ValueError, match="phones: expected one of safe, valid, got"):
        lead(1, 8668, 0, phones=phones)
    with pytest.raises(ValueError, match="phones: expected one of safe, valid, got"):
        LeadWriter(ListDefinition(8668), load_contract(), phones=phones)


def test_rejects_unknown_profile() -> None:
    """The error is that of the contract."""
    with pytest.raises(ContractError, match="unknown profile `smaple`"):
        lead(1, 8668, 0, profile="smaple")


def test_rejects_overlay_without_list_id() -> None:
    """Fields follow list_id, so a list needs it."""
    with pytest.raises(GenerationError, match="the overlay removes list_id, which the fields"):
        lead(1, 8668, 0, overlay={"properties": {"list_id": None}})


@pytest.mark.parametrize("schema", [{"type": "integer", "minimum": 1e20}, {"enum": [10**30]}, {"const": [2**64]}])
def test_rejects_integer_beyond_64_bits(schema: dict[str, Any]) -> None:
    """The JSON encoder supports 64 bits; the error comes at load time or at generation."""
    with pytest.raises((GenerationError, OverlayError), match=r"`n`|/properties/n"):
        lead(1, 8668, 0, overlay={"properties": {"n": schema}})


def test_rejects_contradictory_keywords() -> None:
    """The message contains the key and the keywords."""
    schema = {"type": "string", "pattern": "^[0-9]{3}$", "minLength": 5}

    with pytest.raises(GenerationError, match=r'no value found for `n` .*"minLength": 5.*check its keywords'):
        lead(1, 8668, 0, overlay={"properties": {"n": schema}})


@pytest.mark.parametrize("seed", [2**63, True, 1.0, "1"])
def test_rejects_invalid_seed(seed: Any) -> None:
    """A seed is a 64-bit integer, even after calls with a valid seed."""
    lead(1, 8668, 0)

    with pytest.raises(DefinitionError, match="seed: expected an integer"):
        lead(seed, 8668, 0)


def test_rejects_string_as_columns() -> None:
    """A string is not a sequence of one-letter names."""
    with pytest.raises(DefinitionError, match="columns: expected a sequence of names"):
        lead(1, 8668, 0, columns="Name")


@pytest.mark.parametrize("columns", ["Mobile,Name", 5, [1], {"Mobile": 0}])
def test_shows_list_of_columns(columns: Any) -> None:
    """The message shows what a list of names looks like."""
    with pytest.raises(DefinitionError, match=r'^columns: expected a list such as \["Mobile", "Name"\], got '):
        ListDefinition(id=1, columns=columns)


@pytest.mark.parametrize("key", ["field_0", "alternate_phone_number"])
def test_rejects_pattern_of_numbers_that_may_ring(key: str) -> None:
    """Only an explicit choice generates numbers of real subscribers."""
    overlay = {"properties": {key: {"pattern": "^[+]91[6-9][0-9]{9}$"}}}

    with pytest.raises(GenerationError, match=f"`{key}` .* only --phones valid generates other numbers"):
        lead(1, 8668, 0, overlay=overlay)

    assert lead(1, 8668, 0, overlay=overlay, phones="valid")["field_0"].startswith("+919")


def test_never_draws_value_of_weight_0() -> None:
    """If an overlay allows only values of weight 0, its keywords decide the value."""
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
def test_rejects_unbounded_overlays(overlay: dict[str, Any]) -> None:
    """An overlay that requires what no response contains is an error at load time."""
    with pytest.raises(OverlayError):
        load_contract("sample", overlay)


@pytest.mark.parametrize(
    "schema",
    [{"pattern": "^[A-Z]+$", "minLength": 12}, {"pattern": "[0-9]+", "minLength": 10}, {"minLength": 100_000}],
)
def test_generates_strings_of_minimum_length(schema: dict[str, Any]) -> None:
    """The minimum length holds with and without a pattern."""
    overlay = {"properties": {"n": {"type": "string", **schema}}}

    assert load_contract("sample", overlay).is_valid([lead(1, 8668, 0, overlay=overlay)])
