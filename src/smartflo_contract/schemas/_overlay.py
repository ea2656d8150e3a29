"""Overlays: a user's partial lead schema, laid over a profile.

Laying is a JSON merge patch (RFC 7396) but for one keyword: ``required`` is united, so that an
overlay adds to it without repeating it. A property whose type becomes another one keeps its
description only; its other keywords spoke of the old type.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import jsonschema

from smartflo_contract.schemas._errors import OverlayError, nearest
from smartflo_contract.schemas._files import read

Schema: TypeAlias = dict[str, Any]
OverlaySource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]
"""An overlay as users give it: the path of a JSON file, or a mapping."""

_KEPT_WHEN_RETYPED: Final = ("description", "x-personal", "x-contradiction")
_LIMITS: Final = (("minimum", "maximum"), ("minLength", "maxLength"))
_UNPORTABLE: Final = re.compile(r"\\[dDwWsSbBAZz]")
END: Final = "$(?!\\n)"
"""The end of a text, for every engine: in some, a plain ``$`` also stands before a last newline."""
FIELD: Final = re.compile(r"field_(?:0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Overlay:
    """A validated overlay.

    Attributes:
        name: where it came from, for messages and as evidence.
        schema: the partial lead schema, its patterns in the portable form.
    """

    name: str
    schema: Schema

    @property
    def properties(self) -> list[str]:
        """The properties that the overlay adds or changes."""
        return [key for key, value in self.schema.get("properties", {}).items() if value is not None]

    def fail(self, pointer: str, reason: str) -> NoReturn:
        """Raise the error that names this overlay and the place in it."""
        message = f"overlay {self.name}: {pointer}: {reason}"
        raise OverlayError(message)


def load_overlay(source: OverlaySource) -> Overlay:
    """Return the overlay of a JSON file's path, or of a mapping.

    Raises:
        OverlayError: it cannot be read, is no JSON object, or says what an overlay cannot say.
    """
    if isinstance(source, Mapping):
        overlay = Overlay("given as a mapping", json.loads(json.dumps(source)))
    else:
        overlay = Overlay(os.fspath(source), _read_file(Path(source)))
    _validate(overlay)
    return Overlay(overlay.name, _portable(overlay, overlay.schema, ""))


def lay(overlay: Overlay, schema: Schema) -> Schema:
    """Return ``schema`` with the overlay laid over it; what it touches says so in its evidence."""
    for key, value in overlay.schema.get("properties", {}).items():
        if value is None and key not in schema["properties"]:
            overlay.fail(f"/properties/{key}", f"there is no such key to remove.{nearest(key, schema['properties'])}")
    laid = _merge(schema, overlay.schema)
    for key in overlay.properties:
        laid["properties"][key].setdefault("x-evidence", {})["assumed"] = f"overlay {overlay.name}"
    for key in overlay.schema.get("required", ()):
        if key not in laid["properties"] and not FIELD.fullmatch(key):
            overlay.fail("/required", f"`{key}` has no schema under properties.{nearest(key, laid['properties'])}")
    return laid


def unsatisfiable(schema: Schema) -> str | None:
    """Return why no value can fit ``schema``, or nothing where that cannot be seen from its keywords."""
    for low, high in _LIMITS:
        if schema.get(low, 0) > schema.get(high, float("inf")):
            return f"{low} {schema[low]} is above {high} {schema[high]}"
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    if listed is not None:
        validator = jsonschema.Draft202012Validator(schema)
        if not any(validator.is_valid(value) for value in listed):
            keyword = "const" if "const" in schema else "enum"
            return f"no value of {keyword} fits the other keywords (type {schema.get('type', 'any')})"
    return None


def _read_file(path: Path) -> Schema:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        message = f"overlay {path}: cannot be read: {reason}"
        raise OverlayError(message) from None
    try:
        content = json.loads(text)
    except ValueError as error:
        message = f"overlay {path}: not JSON: {error}"
        raise OverlayError(message) from None
    if not isinstance(content, dict):
        message = f"overlay {path}: expected a JSON object (a partial lead schema), got {type(content).__name__}"
        raise OverlayError(message)
    return content


def _validate(overlay: Overlay) -> None:
    schema = read("overlay.schema.json")
    schema["$defs"]["annotations"] = read("annotations.schema.json")
    errors = jsonschema.Draft202012Validator(schema).iter_errors(overlay.schema)
    error = min(errors, key=lambda error: len(error.absolute_path), default=None)
    while error is not None and error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator_value != "null"))
    if error is None:
        return
    pointer = "".join(f"/{part}" for part in error.absolute_path) or "/"
    if error.validator != "additionalProperties":
        overlay.fail(pointer, error.message)
    supported = list(error.schema["properties"])
    unknown = next(key for key in error.instance if key not in supported)
    overlay.fail(pointer, f"keyword `{unknown}` is not supported in an overlay; supported: {', '.join(supported)}")


def _portable(overlay: Overlay, schema: Schema, pointer: str) -> Schema:
    """Return ``schema`` with patterns that every engine reads alike."""
    portable = dict(schema)
    pattern = schema.get("pattern")
    if pattern is not None:
        portable["pattern"] = _portable_pattern(overlay, pattern, f"{pointer}/pattern")
    for key, value in schema.get("properties", {}).items():
        if value is not None:
            below = _portable(overlay, value, f"{pointer}/properties/{key}")
            portable["properties"] = portable["properties"] | {key: below}
    if "items" in schema:
        portable["items"] = _portable(overlay, schema["items"], f"{pointer}/items")
    return portable


def _portable_pattern(overlay: Overlay, pattern: str, pointer: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        overlay.fail(pointer, f"`{pattern}` is no regular expression: {error}")
    found = _UNPORTABLE.search(pattern)
    if found:
        overlay.fail(pointer, f"{found[0]} means different things to different engines; write a class such as [0-9]")
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        return pattern.removesuffix("$") + END
    return pattern


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", [])
    names = {types} if isinstance(types, str) else set(types)
    return names | {"number"} if "integer" in names else names


def _merge(target: Schema, patch: Mapping[str, Any]) -> Schema:
    if "type" in patch and "type" in target and not _types(patch) & _types(target):
        target = {key: value for key, value in target.items() if key in _KEPT_WHEN_RETYPED}
    merged = dict(target)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif key == "required":
            merged[key] = list(dict.fromkeys([*target.get(key, ()), *value]))
        elif key == "properties":
            merged[key] = _merge_properties(target.get(key, {}), value)
        elif key == "items":
            merged[key] = _merge(target.get(key, {}), value)
        else:
            merged[key] = value
    removed = {key for key, value in patch.get("properties", {}).items() if value is None}
    if removed and "required" in merged:
        merged["required"] = [key for key in merged["required"] if key not in removed]
    return merged


def _merge_properties(target: Schema, patch: Mapping[str, Any]) -> Schema:
    kept = {key: value for key, value in target.items() if patch.get(key, value) is not None}
    return kept | {key: _merge(target.get(key, {}), value) for key, value in patch.items() if value is not None}
