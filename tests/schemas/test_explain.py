"""What the contract says about a key."""

import pytest

from smartflo_contract.schemas import CONTRADICTIONS, ContractError, OverlayError, load_contract
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.explain import explain


def test_lists_every_key_in_the_vendors_order() -> None:
    """Without a pointer every named key is there, and the fields where they stand in a lead."""
    pointers = [entry.pointer for entry in explain()]

    assert ["/*/id", "/*/lead_id", "/*/list_id", "/*/field_N", "/*/skill_id"] == pointers[:5]
    assert len(pointers) == 23


@pytest.mark.parametrize("pointer", ["lead_id", "/lead_id", "/*/lead_id", "/0/lead_id"])
def test_takes_a_key_or_a_pointer(pointer: str) -> None:
    """A key may be named bare, below a lead, or below a list."""
    (entry,) = explain(pointer)

    assert entry.pointer == "/*/lead_id"


def test_tells_the_readings_apart() -> None:
    """lead_id is text in the sample, an integer in the table, either when lenient, and the evidence says so."""
    (entry,) = explain("lead_id")

    assert entry.readings == {
        "sample": "string of 24 hexadecimal digits",
        "documented": "integer from 1",
        "lenient": "string of 24 hexadecimal digits or integer from 1",
    }
    assert set(entry.evidence) == {"sample", "documented"}
    assert [contradiction.id for contradiction in entry.contradictions] == ["lead-id-type"]
    assert entry.personal


def test_reaches_into_objects() -> None:
    """A deeper pointer explains the part it names."""
    (entry,) = explain("/*/created_at/$date/$numberLong")

    assert entry.readings["sample"] == "string of an integer"


def test_reaches_into_either_reading() -> None:
    """A part that only one reading of lenient has is found."""
    overlay = {"properties": {"retry_count": {"type": "object", "properties": {"total": {"type": "integer"}}}}}
    (entry,) = explain("retry_count/total", overlay)

    assert entry.readings["lenient"] == "integer"


def test_unescapes_pointers() -> None:
    """A key with a slash and a tilde is reached by its escaped form."""
    overlay = {"properties": {"a/b~c": {"type": "boolean"}}}
    (entry,) = explain("/*/a~1b~0c", overlay)

    assert entry.readings["sample"] == "boolean; may be absent"


def test_known_values_with_their_evidence() -> None:
    """Known values come with label and evidence, ranges included."""
    (entry,) = explain("dialer_dial_status")

    assert ("-8", "Missed By Agent", "observed") in entry.known_values
    assert ("1 and above", "disposition status of the account", "observed") in entry.known_values


def test_fields_share_one_entry() -> None:
    """Any field is explained by the fields' entry."""
    (entry,) = explain("field_12")

    assert [contradiction.id for contradiction in entry.contradictions] == ["field-count", "header-offset"]


def test_optional_keys_say_so() -> None:
    """A key that the table lacks may be absent where the table is followed."""
    (entry,) = explain("call_count")

    assert entry.readings["documented"].endswith("may be absent")
    assert not entry.readings["sample"].endswith("may be absent")


def test_shows_the_overlay() -> None:
    """An overlay changes the reading, and is named as the evidence."""
    (entry,) = explain("priority", {"properties": {"priority": {"maximum": 5}}})

    assert entry.readings["lenient"] == "integer from 1 to 5"
    assert "overlay" in entry.evidence["assumed"]


def test_list_without_the_key_before_the_fields() -> None:
    """Where an overlay removes list_id, the fields come last."""
    pointers = [entry.pointer for entry in explain(overlay={"properties": {"list_id": None}})]

    assert pointers[-1] == "/*/field_N"


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("led_id", "Did you mean `lead_id`"),
        ("", "has no key"),
        ("/*", "has no key"),
        ("/*/created_at/date", "it has \\$date. Did you mean `\\$date`"),
        ("/*/id/x", "it is not an object"),
    ],
)
def test_unknown_keys_are_a_clear_error(pointer: str, said: str) -> None:
    """A key that is not there is an error that names the nearest."""
    with pytest.raises(ContractError, match=said):
        explain(pointer)


def test_unusable_overlay_is_an_error() -> None:
    """A bad overlay is the overlay's error."""
    with pytest.raises(OverlayError, match="foo"):
        explain(overlay={"foo": 1})


@pytest.mark.parametrize("contradiction", CONTRADICTIONS, ids=lambda entry: entry.id)
def test_pointers_of_contradictions_exist(contradiction: object) -> None:
    """Every key that a contradiction names can be explained, and the explanation names it back."""
    for pointer in getattr(contradiction, "pointers", ()):
        (entry,) = explain(pointer)

        assert contradiction in entry.contradictions


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "anything"),
        ({"type": "null"}, "null"),
        ({"type": ["integer", "null"], "minimum": 0}, "integer from 0, or null"),
        ({"type": ["null", "string"]}, "string, or null"),
        ({"type": "integer", "maximum": 9}, "integer to 9"),
        ({"enum": [1, "a", None]}, '1, "a" or null'),
        ({"const": True}, "true"),
        ({"type": "string", "maxLength": 4}, "string of 0 to 4 characters"),
        ({"type": "string", "minLength": 2}, "string of at least 2 characters"),
        ({"type": "string", "pattern": "^a"}, "string matching ^a"),
        ({"type": "array", "items": {"type": "string"}}, "array of strings"),
    ],
)
def test_words_for_a_schema(schema: dict[str, object], words: str) -> None:
    """Every keyword that a contract may use has its words."""
    assert describe(schema) == words


def test_every_key_of_every_profile_has_words() -> None:
    """No key is described as anything."""
    described = [words for entry in explain() for words in entry.readings.values()]

    assert "anything" not in described
    assert load_contract("lenient").lead["properties"].keys() <= {entry.pointer[3:] for entry in explain()}


def test_overlay_that_leaves_a_profile_without_values() -> None:
    """A profile in which the overlay allows no value says so; the others are explained."""
    (entry,) = explain("lead_id", {"properties": {"lead_id": {"enum": ["65000000aaaaaaaaaaaaaaaa"]}}})

    assert entry.readings["sample"] == '"65000000aaaaaaaaaaaaaaaa"'
    assert entry.readings["documented"] == "no value that the overlay allows"


def test_overlay_that_leaves_no_profile_a_value() -> None:
    """Where no profile is left, the overlay is the error."""
    with pytest.raises(OverlayError, match="above maximum"):
        explain(overlay={"properties": {"priority": {"maximum": 0}}})
