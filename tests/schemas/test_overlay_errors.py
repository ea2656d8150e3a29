"""Overlays that cannot be used: each is one clear error at load time."""

import re
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.schemas import OverlayError, load_contract


def _of(**properties: Any) -> dict[str, Any]:
    return {"properties": properties}


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (_of(n={"multipleOf": 2}), "/properties/n: keyword `multipleOf` is not supported in an overlay; supported: "),
        (_of(n={"format": "email"}), "keyword `format` is not supported"),
        (_of(n={"$ref": "#"}), "keyword `$ref` is not supported"),
        (_of(n={"anyOf": [{}]}), "keyword `anyOf` is not supported"),
        (_of(n={"x-profiles": {}}), "keyword `x-profiles` is not supported"),
        ({"patternProperties": {}}, "/: keyword `patternProperties` is not supported"),
        (_of(n={"items": {"uniqueItems": True}}), "/properties/n/items: keyword `uniqueItems` is not supported"),
        (_of(n={"properties": {"a": {"not": {}}}}), "/properties/n/properties/a: keyword `not` is not supported"),
    ],
)
def test_unsupported_keyword_is_named(profile: str, overlay: dict[str, Any], message: str) -> None:
    """A keyword that overlays do not have is named with its place, and what is supported."""
    with pytest.raises(OverlayError, match=re.escape(message)):
        load_contract(profile, overlay)


def test_supported_keywords_are_listed() -> None:
    """The error about an unsupported keyword lists those there are."""
    with pytest.raises(OverlayError, match=r"supported: .*type, enum, const, minimum, maximum, minLength, .*pattern"):
        load_contract("sample", _of(n={"oneOf": []}))


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (_of(n={"type": "text"}), "/properties/n/type: 'text' is not one of"),
        (_of(n={"type": []}), "/properties/n/type: []"),
        (_of(n=5), "/properties/n: 5 is not of type 'object'"),
        (_of(n=[]), "/properties/n: [] is not of type 'object'"),
        (_of(n={"minimum": "1"}), "/properties/n/minimum: '1' is not of type 'number'"),
        (_of(n={"maxLength": -1}), "/properties/n/maxLength: -1 is less than the minimum of 0"),
        (_of(n={"pattern": 5}), "/properties/n/pattern: 5 is not of type 'string'"),
        (_of(n={"enum": []}), "/properties/n/enum: [] should be non-empty"),
        (_of(n={"x-faker": "emial"}), "/properties/n/x-faker: 'emial' is not one of"),
        (_of(n={"x-evidence": {"rumour": "x"}}), "/properties/n/x-evidence: 'rumour' is not one of"),
        ({"required": "n"}, "/required: 'n' is not of type 'array'"),
        ({"properties": []}, "/properties: [] is not of type 'object'"),
        ({"type": "array"}, "/type: 'object' was expected"),
        ({"additionalProperties": {}}, "/additionalProperties: {} is not of type 'boolean'"),
    ],
)
def test_wrong_type_is_named(overlay: dict[str, Any], message: str) -> None:
    """A keyword with a value that it cannot have is named with its place."""
    with pytest.raises(OverlayError, match=f"^overlay given as a mapping: {re.escape(message)}"):
        load_contract("sample", overlay)


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*"])
def test_bad_regular_expression(pattern: str) -> None:
    """A pattern that is not a regular expression is an error that says why."""
    with pytest.raises(
        OverlayError, match=f"/properties/n/pattern: `{re.escape(pattern)}` is not a regular expression: "
    ):
        load_contract("sample", _of(n={"pattern": pattern}))


@pytest.mark.parametrize("escape", ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\A", "\\Z"])
def test_unportable_escape_is_refused(escape: str) -> None:
    """A class that engines read differently is refused, and its portable form suggested."""
    with pytest.raises(
        OverlayError, match=f"pattern: engines read {re.escape(escape)} differently; .* such as \\[0-9\\]"
    ):
        load_contract("sample", _of(n={"items": {"pattern": f"a{escape}"}}))


@pytest.mark.parametrize("pattern", [r"^a\\d$", r"\\\\w"])
def test_escaped_backslash_is_no_class(pattern: str) -> None:
    """A backslash that is itself escaped begins no class."""
    assert (
        load_contract("sample", _of(n={"pattern": pattern})).schema()["properties"]["n"]["pattern"][:4] == pattern[:4]
    )


@pytest.mark.parametrize("pattern", ["^(?P<a>b)(?P=a)$", "^(a)?(?(1)b|c)$", "^a(?#b)c$", "^(?>a|b)c$", "^\\0$"])
def test_pattern_that_only_python_reads_is_refused(pattern: str) -> None:
    """A pattern that one of the validators cannot read is an error at load time."""
    with pytest.raises(OverlayError, match="/properties/n/pattern: "):
        load_contract("sample", _of(n={"pattern": pattern}))


@pytest.mark.parametrize(("key", "meant"), [("prority", "priority"), ("undisposed", "undisposed_lead")])
def test_unknown_key_cannot_be_removed(profile: str, key: str, meant: str) -> None:
    """Removing a key that is not there is an error that names the nearest."""
    with pytest.raises(
        OverlayError, match=f"/properties/{key}: there is no such key to remove. Did you mean `{meant}`"
    ):
        load_contract(profile, _of(**{key: None}))


def test_required_key_needs_a_schema(profile: str) -> None:
    """Requiring a key without a schema is an error that names the nearest."""
    with pytest.raises(
        OverlayError, match=r"/required: `prority` has no schema under properties. Did you mean `priority`"
    ):
        load_contract(profile, {"required": ["prority"]})


def test_removed_key_cannot_be_required(profile: str) -> None:
    """Removing and requiring a key at once is an error."""
    with pytest.raises(OverlayError, match="/required: `call_count` has no schema under properties"):
        load_contract(profile, {**_of(call_count=None), "required": ["call_count"]})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"minimum": 5, "maximum": 4}, "minimum 5 is above maximum 4"),
        ({"minLength": 5, "maxLength": 4}, "minLength 5 is above maxLength 4"),
        ({"type": "integer", "minimum": 0, "maximum": -1}, "minimum 0 is above maximum -1"),
    ],
)
def test_limits_in_the_wrong_order(profile: str, schema: dict[str, Any], message: str) -> None:
    """Limits between which nothing lies are an error."""
    with pytest.raises(OverlayError, match=f"/properties/n: {message}"):
        load_contract(profile, _of(n=schema))


def test_limit_against_that_of_the_contract(profile: str) -> None:
    """A limit is held against the other limit of the contract."""
    with pytest.raises(OverlayError, match="/properties/priority: minimum 31 is above maximum 30"):
        load_contract(profile, _of(priority={"minimum": 31}))


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "integer", "enum": ["a", "b"]}, "no value of enum fits the other keywords (type integer)"),
        ({"type": "string", "const": 1}, "no value of const fits the other keywords (type string)"),
        ({"enum": ["abc"], "maxLength": 2}, "no value of enum fits the other keywords (type any)"),
    ],
)
def test_enum_that_fits_nothing(profile: str, schema: dict[str, Any], message: str) -> None:
    """An enum or const without any value that fits is an error."""
    with pytest.raises(OverlayError, match=f"/properties/n: {re.escape(message)}"):
        load_contract(profile, _of(n=schema))


def test_enum_against_the_type_of_the_contract(profile: str) -> None:
    """An enum is held against the type that the key has."""
    with pytest.raises(OverlayError, match="/properties/dial_status: no value of enum fits the other keywords"):
        load_contract(profile, _of(dial_status={"enum": ["New"]}))


@pytest.mark.parametrize("nested", ["items", "properties"])
def test_nested_limits_in_the_wrong_order(nested: str) -> None:
    """Limits within arrays and objects are held against each other as well."""
    wrong = {"minimum": 5, "maximum": 4}
    schema = {"items": wrong} if nested == "items" else {"properties": {"a": wrong}, "required": ["a"]}

    with pytest.raises(OverlayError, match="minimum 5 is above maximum 4"):
        load_contract("sample", _of(n=schema))


def test_field_cannot_stop_being_text(profile: str) -> None:
    """A field is text under every reading, so an overlay cannot make it another type."""
    with pytest.raises(OverlayError, match="/properties/field_5"):
        load_contract(profile, _of(field_5={"type": "integer"}))


def test_const_null_is_not_ignored() -> None:
    """In a merge patch null removes, so a const of null is an error that names the way out."""
    with pytest.raises(OverlayError, match=r"/properties/skill_id/const: .*enum"):
        load_contract("sample", _of(skill_id={"const": None}))


@pytest.mark.parametrize("value", [{1}, object(), b"x", float("nan"), float("inf"), "\ud800"])
def test_mapping_must_be_json(value: object) -> None:
    """A mapping that JSON cannot say is an error of the overlay."""
    with pytest.raises(OverlayError, match="given as a mapping"):
        load_contract("sample", _of(n={"const": value}))


def test_mapping_with_a_circle() -> None:
    """So is a mapping that contains itself."""
    overlay: dict[str, Any] = {}
    overlay["properties"] = overlay

    with pytest.raises(OverlayError, match="given as a mapping"):
        load_contract("sample", overlay)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named with the reason."""
    with pytest.raises(OverlayError, match=f"overlay {tmp_path}/no.json: cannot be read: No such file"):
        load_contract("sample", tmp_path / "no.json")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    """A folder is no overlay."""
    with pytest.raises(OverlayError, match=f"overlay {tmp_path}: cannot be read: Is a directory"):
        load_contract("sample", tmp_path)


def test_name_that_no_file_can_have() -> None:
    """A path that the system refuses is an error of the overlay as well."""
    with pytest.raises(OverlayError, match="cannot be read"):
        load_contract("sample", "a\0b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON: "),
        (b"", "not JSON: "),
        (b"\xff\xfe", "cannot be read: not UTF-8"),
        (b"[]", r"expected a JSON object \(a partial lead schema\), got list"),
        (b"null", "expected a JSON object"),
        (b'{"properties": {"n": {"const": NaN}}}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_file_that_is_no_overlay(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that is not a JSON object is an error that says what it is."""
    file = tmp_path / "overlay.json"
    file.write_bytes(content)

    with pytest.raises(OverlayError, match=f"overlay {file}: {message}"):
        load_contract("sample", file)


def test_error_is_about_the_profile_in_use() -> None:
    """An overlay that only one profile can take is an error under the other."""
    overlay = _of(retry_count={"enum": [0, 1]})

    with pytest.raises(OverlayError, match="/properties/retry_count: no value of enum fits"):
        load_contract("documented", overlay)
