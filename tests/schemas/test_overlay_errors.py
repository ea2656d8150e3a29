"""Invalid overlays: each raises one clear error when it is loaded."""

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
def test_names_an_unsupported_keyword(profile: str, overlay: dict[str, Any], message: str) -> None:
    """The error about an unsupported keyword has its position and the supported ones."""
    with pytest.raises(OverlayError, match=re.escape(message)):
        load_contract(profile, overlay)


def test_lists_the_supported_keywords() -> None:
    """The error about an unsupported keyword lists the supported ones."""
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
def test_rejects_values_of_the_wrong_type(overlay: dict[str, Any], message: str) -> None:
    """The error about a keyword with an invalid value has its position."""
    with pytest.raises(OverlayError, match=f"^overlay given as a mapping: {re.escape(message)}"):
        load_contract("sample", overlay)


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*"])
def test_rejects_invalid_regular_expressions(pattern: str) -> None:
    """The error about an invalid pattern has the reason."""
    with pytest.raises(
        OverlayError, match=f"/properties/n/pattern: `{re.escape(pattern)}` is not a regular expression: "
    ):
        load_contract("sample", _of(n={"pattern": pattern}))


@pytest.mark.parametrize("escape", ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\A", "\\Z"])
def test_rejects_escapes_that_engines_read_differently(escape: str) -> None:
    """The error about such an escape suggests a character class."""
    with pytest.raises(
        OverlayError, match=f"pattern: engines read {re.escape(escape)} differently; .* such as \\[0-9\\]"
    ):
        load_contract("sample", _of(n={"items": {"pattern": f"a{escape}"}}))


@pytest.mark.parametrize("pattern", [r"^a\\d$", r"\\\\w"])
def test_accepts_escaped_backslashes(pattern: str) -> None:
    """A backslash that is itself escaped starts no character class."""
    assert (
        load_contract("sample", _of(n={"pattern": pattern})).schema()["properties"]["n"]["pattern"][:4] == pattern[:4]
    )


@pytest.mark.parametrize("pattern", ["^(?P<a>b)(?P=a)$", "^(a)?(?(1)b|c)$", "^a(?#b)c$", "^(?>a|b)c$", "^\\0$"])
def test_rejects_patterns_that_only_python_compiles(pattern: str) -> None:
    """A pattern that one of the validators cannot compile is an error."""
    with pytest.raises(OverlayError, match="/properties/n/pattern: "):
        load_contract("sample", _of(n={"pattern": pattern}))


@pytest.mark.parametrize(("key", "meant"), [("prority", "priority"), ("undisposed", "undisposed_lead")])
def test_rejects_removal_of_unknown_keys(profile: str, key: str, meant: str) -> None:
    """The error about removing an unknown key suggests the nearest."""
    with pytest.raises(
        OverlayError, match=f"/properties/{key}: there is no such key to remove. Did you mean `{meant}`"
    ):
        load_contract(profile, _of(**{key: None}))


def test_rejects_required_keys_without_a_schema(profile: str) -> None:
    """The error about requiring a key without a schema suggests the nearest."""
    with pytest.raises(
        OverlayError, match=r"/required: `prority` has no schema under properties. Did you mean `priority`"
    ):
        load_contract(profile, {"required": ["prority"]})


def test_rejects_removed_keys_that_are_required(profile: str) -> None:
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
def test_rejects_limits_in_the_wrong_order(profile: str, schema: dict[str, Any], message: str) -> None:
    """Limits that no value is between are an error."""
    with pytest.raises(OverlayError, match=f"/properties/n: {message}"):
        load_contract(profile, _of(n=schema))


def test_compares_limits_with_those_of_the_contract(profile: str) -> None:
    """A limit is compared with the other limit of the contract."""
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
def test_rejects_enums_without_a_valid_value(profile: str, schema: dict[str, Any], message: str) -> None:
    """An enum or const without a valid value is an error."""
    with pytest.raises(OverlayError, match=f"/properties/n: {re.escape(message)}"):
        load_contract(profile, _of(n=schema))


def test_compares_enums_with_the_type_of_the_contract(profile: str) -> None:
    """An enum is compared with the type of the property."""
    with pytest.raises(OverlayError, match="/properties/dial_status: no value of enum fits the other keywords"):
        load_contract(profile, _of(dial_status={"enum": ["New"]}))


@pytest.mark.parametrize("nested", ["items", "properties"])
def test_rejects_nested_limits_in_the_wrong_order(nested: str) -> None:
    """Limits within arrays and objects are compared too."""
    wrong = {"minimum": 5, "maximum": 4}
    schema = {"items": wrong} if nested == "items" else {"properties": {"a": wrong}, "required": ["a"]}

    with pytest.raises(OverlayError, match="minimum 5 is above maximum 4"):
        load_contract("sample", _of(n=schema))


def test_rejects_other_types_of_fields(profile: str) -> None:
    """A field is a string in every profile, so an overlay cannot change its type."""
    with pytest.raises(OverlayError, match="/properties/field_5"):
        load_contract(profile, _of(field_5={"type": "integer"}))


def test_rejects_const_null() -> None:
    """In a merge patch null removes, so a const of null is an error that shows the alternative."""
    with pytest.raises(OverlayError, match=r"/properties/skill_id/const: .*enum"):
        load_contract("sample", _of(skill_id={"const": None}))


@pytest.mark.parametrize("value", [{1}, object(), b"x", float("nan"), float("inf"), "\ud800"])
def test_rejects_mappings_that_are_not_json(value: object) -> None:
    """A mapping that JSON cannot express is an error of the overlay."""
    with pytest.raises(OverlayError, match="given as a mapping"):
        load_contract("sample", _of(n={"const": value}))


def test_rejects_mappings_that_contain_themselves() -> None:
    """A mapping that contains itself is an error of the overlay."""
    overlay: dict[str, Any] = {}
    overlay["properties"] = overlay

    with pytest.raises(OverlayError, match="given as a mapping"):
        load_contract("sample", overlay)


def test_reports_a_missing_file(tmp_path: Path) -> None:
    """The error about a missing file has the reason."""
    with pytest.raises(OverlayError, match=f"overlay {tmp_path}/no.json: cannot be read: No such file"):
        load_contract("sample", tmp_path / "no.json")


def test_rejects_folders(tmp_path: Path) -> None:
    """A folder is an error of the overlay."""
    with pytest.raises(OverlayError, match=f"overlay {tmp_path}: cannot be read: Is a directory"):
        load_contract("sample", tmp_path)


@pytest.mark.parametrize("source", [[], 7, b"{}"])
def test_rejects_sources_that_are_neither_path_nor_mapping(source: Any) -> None:
    """The error states what an overlay may be."""
    expected = f"overlay: expected the path of a JSON file, or a mapping, got {type(source).__name__}"
    with pytest.raises(OverlayError, match=expected):
        load_contract("sample", source)


def test_rejects_impossible_paths() -> None:
    """A path that the operating system rejects is an error of the overlay."""
    with pytest.raises(OverlayError, match="cannot be read"):
        load_contract("sample", "a\0b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON: "),
        (b"", "not JSON: "),
        (b'{"properties": {"a": {}, "b": {}, "a": {"type": "string"}}}', "/properties/a: this key is there twice"),
        (b'{"properties": {"a": {"const": 1, "const": 2}}}', "/properties/a/const: this key is there twice"),
        (b"\xff\xfe", "cannot be read: not UTF-8"),
        (b"[]", r"expected a JSON object \(a partial lead schema\), got list"),
        (b"null", "expected a JSON object"),
        (b'{"properties": {"n": {"const": NaN}}}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_rejects_files_that_are_not_overlays(tmp_path: Path, content: bytes, message: str) -> None:
    """The error about a file that is not a JSON object has the reason."""
    file = tmp_path / "overlay.json"
    file.write_bytes(content)

    with pytest.raises(OverlayError, match=f"overlay {file}: {message}"):
        load_contract("sample", file)


def test_depends_on_the_profile() -> None:
    """An overlay that is valid in one profile may be an error in another."""
    overlay = _of(retry_count={"enum": [0, 1]})

    with pytest.raises(OverlayError, match="/properties/retry_count: no value of enum fits"):
        load_contract("documented", overlay)
