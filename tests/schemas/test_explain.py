"""What the contract states about a key."""

import pytest

from smartflo_contract.schemas import CONTRADICTIONS, ContractError, OverlayError, load_contract
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.explain import explain


def test_lists_every_key_in_the_vendors_order() -> None:
    """Without a pointer there is every named key, and the fields at their position in a lead."""
    pointers = [entry.pointer for entry in explain()]

    assert ["/*/id", "/*/lead_id", "/*/list_id", "/*/field_N", "/*/skill_id"] == pointers[:5]
    assert len(pointers) == 23


@pytest.mark.parametrize("pointer", ["lead_id", "/lead_id", "/*/lead_id", "/0/lead_id"])
def test_accepts_a_key_or_a_pointer(pointer: str) -> None:
    """A key may be written alone, below a lead, or below a list."""
    (entry,) = explain(pointer)

    assert entry.pointer == "/*/lead_id"


def test_shows_each_reading() -> None:
    """``lead_id`` is a string in the sample, an integer in the table, either in ``lenient``, with evidence for both."""
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
    """A longer pointer explains a property of an object."""
    (entry,) = explain("/*/created_at/$date/$numberLong")

    assert entry.readings["sample"] == "string of an integer"


def test_reaches_into_either_reading() -> None:
    """A property that only one reading has is found in ``lenient``."""
    overlay = {"properties": {"retry_count": {"type": "object", "properties": {"total": {"type": "integer"}}}}}
    (entry,) = explain("retry_count/total", overlay)

    assert entry.readings["lenient"] == "integer"


def test_unescapes_pointers() -> None:
    """A key with a slash and a tilde is selected by its escaped form."""
    overlay = {"properties": {"a/b~c": {"type": "boolean"}}}
    (entry,) = explain("/*/a~1b~0c", overlay)

    assert entry.readings["sample"] == "boolean; may be absent"


def test_known_values_with_their_evidence() -> None:
    """Known values have a label and evidence, also as a range."""
    (entry,) = explain("dialer_dial_status")

    assert ("-8", "Missed By Agent", "observed") in entry.known_values
    assert ("1 and above", "disposition status of the account", "observed") in entry.known_values


def test_fields_share_one_entry() -> None:
    """Every field has the explanation of all fields."""
    (entry,) = explain("field_12")

    assert [contradiction.id for contradiction in entry.contradictions] == ["field-count", "header-offset"]


def test_marks_optional_keys() -> None:
    """A key that the table lacks may be absent in the profiles that follow the table."""
    (entry,) = explain("call_count")

    assert entry.readings["documented"].endswith("may be absent")
    assert not entry.readings["sample"].endswith("may be absent")


def test_shows_the_overlay() -> None:
    """An overlay changes the reading, and is named as evidence."""
    (entry,) = explain("priority", {"properties": {"priority": {"maximum": 5}}})

    assert entry.readings["lenient"] == "integer from 1 to 5"
    assert "overlay" in entry.evidence["assumed"]


def test_lists_the_fields_last_without_list_id() -> None:
    """If an overlay removes ``list_id``, the fields are listed last."""
    pointers = [entry.pointer for entry in explain(overlay={"properties": {"list_id": None}})]

    assert pointers[-1] == "/*/field_N"


@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("led_id", "Did you mean `lead_id`"),
        ("", "has no key"),
        ("/*", "has no key"),
        ("/*/created_at/date", "it has \\$date. Did you mean `\\$date`"),
        ("/*/id/x", "it is not an object"),
    ],
)
def test_suggests_the_nearest_key(pointer: str, message: str) -> None:
    """An unknown key is an error with the nearest known one."""
    with pytest.raises(ContractError, match=message):
        explain(pointer)


def test_rejects_invalid_overlays() -> None:
    """An invalid overlay raises its own error."""
    with pytest.raises(OverlayError, match="foo"):
        explain(overlay={"foo": 1})


@pytest.mark.parametrize("contradiction", CONTRADICTIONS, ids=lambda entry: entry.id)
def test_explains_every_contradiction(contradiction: object) -> None:
    """Every key that a contradiction names can be explained, and the explanation has the contradiction."""
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
def test_describes_each_keyword(schema: dict[str, object], words: str) -> None:
    """Every keyword that a contract may use has a description."""
    assert describe(schema) == words


def test_describes_every_key() -> None:
    """No key is described as anything."""
    described = [words for entry in explain() for words in entry.readings.values()]

    assert "anything" not in described
    assert load_contract("lenient").lead["properties"].keys() <= {entry.pointer[3:] for entry in explain()}


def test_shows_a_profile_without_values() -> None:
    """A profile in which the overlay allows no value is shown as such; the others are explained."""
    (entry,) = explain("lead_id", {"properties": {"lead_id": {"enum": ["65000000aaaaaaaaaaaaaaaa"]}}})

    assert entry.readings["sample"] == '"65000000aaaaaaaaaaaaaaaa"'
    assert entry.readings["documented"] == "no value that the overlay allows"


def test_rejects_overlays_without_any_value() -> None:
    """If no profile has a valid value, the overlay is an error."""
    with pytest.raises(OverlayError, match="above maximum"):
        explain(overlay={"properties": {"priority": {"maximum": 0}}})


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [("a/b", "/*/a~1b"), ("a~1b", "/*/a~1b"), ("/a/b", "/*/a/b"), ("a", "/*/a"), ("c~1d", "/*/c~01d")],
)
def test_finds_key_with_slash_by_its_name(pointer: str, expected: str) -> None:
    """A key is named as it is written in the overlay; a pointer begins with a slash, or names no key."""
    overlay = {
        "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "string"}}},
            "a/b": {"type": "integer"},
            "c~1d": {"type": "boolean"},
        }
    }
    (explanation,) = explain(pointer, overlay)

    assert expected == explanation.pointer


def test_escapes_keys_that_break_lines() -> None:
    """A key of an overlay is found as reports write it."""
    overlay = {"properties": {"a/b~\nc": {"type": "integer"}}}
    (explanation,) = explain(r"/*/a~1b~0\nc", overlay)

    assert r"/*/a~1b~0\nc" == explanation.pointer
