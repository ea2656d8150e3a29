"""Overlays: a user's partial lead schema, laid over a profile.

Laying is a JSON merge patch (RFC 7396) but for one keyword: ``required`` is united, so that an
overlay adds to it without repeating it. A property whose type becomes another one keeps its
description and whether it is personal; its other keywords spoke of the old type.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias

import orjson

from smartflo_contract.schemas.errors import OverlayError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.json_values import Path, not_json
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.patterns import PatternError
from smartflo_contract.schemas.patterns import portable as portable_pattern
from smartflo_contract.schemas.schema_keywords import Schema, types

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

OverlaySource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]
"""An overlay as users give it: the path of a JSON file, or a mapping."""

_OF_THE_OVERLAY: Final = ("$schema", "$id", "$comment", "title", "description")
"""Keywords that speak of the overlay itself."""
_USUAL_ANNOTATIONS: Final = {"$comment", "title", "description", "examples", "default"}
_DEEPEST: Final = 50
_MOST_FIELDS: Final = 10_000
_KEPT_WHEN_RETYPED: Final = ("description", "x-personal", "x-contradiction")
_LIMITS: Final = (("minimum", "maximum"), ("minLength", "maxLength"))


class Overlay(NamedTuple):
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

    @property
    def patch(self) -> Schema:
        """What the overlay says of leads, without what it says of itself."""
        return {key: value for key, value in self.schema.items() if key not in _OF_THE_OVERLAY}

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that tell what this overlay says from what others say."""
        return hashlib.sha256(json.dumps(self.patch).encode()).hexdigest()[:8]

    @property
    def decided(self) -> set[str]:
        """The properties that the overlay removes, or of whose values it says something."""
        properties: Schema = self.schema.get("properties", {})
        annotations = _USUAL_ANNOTATIONS.union(read("annotations.schema.json")["properties"])
        return {key for key, value in properties.items() if value is None or not annotations.issuperset(value)}

    def fail(self, path: Iterable[str | int], reason: str) -> NoReturn:
        """Raise the error that names this overlay and the path in it."""
        message = f"overlay {self.name}: {json_pointer(path) or '/'}: {reason}"
        raise OverlayError(message)


def load_overlay(source: OverlaySource) -> Overlay:
    """Return the overlay of a JSON file's path, or of a mapping.

    Raises:
        OverlayError: it cannot be read, is no JSON object, or says what an overlay cannot say.
    """
    if isinstance(source, Mapping):
        overlay = _decoded("given as a mapping", source)
    else:
        name = os.fspath(source).encode("utf-8", "backslashreplace").decode()  # a name may be any bytes
        overlay = _decoded(name, _read_file(FilePath(source)))
    _validate(overlay)
    return Overlay(overlay.name, _portable(overlay, overlay.schema, ()))


def lay(overlay: Overlay, schema: Schema) -> Schema:
    """Return ``schema`` with the overlay laid over it; what it touches says so in its evidence."""
    _refuse_removals(overlay, schema["properties"])
    properties = schema["properties"] | _fields(overlay, schema)
    laid = _merge({**schema, "properties": properties}, overlay.patch)
    for key in overlay.properties:
        evidence = overlay.schema["properties"][key].get("x-evidence") or {"assumed": f"overlay {overlay.name}"}
        laid["properties"][key]["x-evidence"] = laid["properties"][key].get("x-evidence", {}) | evidence
    for key in overlay.schema.get("required", ()):
        if key not in laid["properties"] and not FIELD.fullmatch(key):
            overlay.fail(("required",), f"`{key}` has no schema under properties.{nearest(key, laid['properties'])}")
    return laid


def _refuse_removals(overlay: Overlay, properties: Schema) -> None:
    """Refuse to remove what is not there, or what cannot go."""
    for key, value in overlay.schema.get("properties", {}).items():
        if value is None and FIELD.fullmatch(key):
            overlay.fail(("properties", key), "fields are numbered without a gap, so none can be removed")
        if value is None and key not in properties:
            overlay.fail(("properties", key), f"there is no such key to remove.{nearest(key, properties)}")


def _fields(overlay: Overlay, schema: Schema) -> Schema:
    """Return the fields that the overlay narrows, each as the contract has it."""
    ((_, field),) = schema["patternProperties"].items()
    for key in (*overlay.properties, *overlay.schema.get("required", ())):
        if FIELD.fullmatch(key) and int(key[6:16]) >= _MOST_FIELDS:
            overlay.fail(("properties", key), f"a lead has at most {_MOST_FIELDS:,} fields")
    narrowed = [key for key in overlay.properties if FIELD.fullmatch(key)]
    for key in narrowed:
        said = overlay.schema["properties"][key]
        if said.get("type") is not None and "string" not in types(said):
            overlay.fail(("properties", key, "type"), "a field is text in every reading, so it can be narrowed only")
    return dict.fromkeys(narrowed, field)


def unsatisfiable(schema: Schema) -> str | None:
    """Return why no value can fit ``schema``, or nothing where that cannot be seen from its keywords."""
    for low, high in _LIMITS:
        if low in schema and high in schema and schema[low] > schema[high]:
            return f"{low} {schema[low]} is above {high} {schema[high]}"
    if "anyOf" in schema:
        reasons = list(map(unsatisfiable, schema["anyOf"]))
        return reasons[0] if all(reasons) else None
    below = [schema["items"]] if "items" in schema else []
    below += [value for key, value in schema.get("properties", {}).items() if key in schema.get("required", ())]
    reason = next(filter(None, map(unsatisfiable, below)), None)
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    if reason is None and listed is not None:
        validator = _reference(schema)
        if not any(validator.is_valid(value) for value in listed):
            keyword = "const" if "const" in schema else "enum"
            return f"no value of {keyword} fits the other keywords (type {schema.get('type', 'any')})"
    return reason


def _reference(schema: Schema) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # takes 70 ms, and only overlays need it

    return Draft202012Validator(schema)


def _read_file(path: FilePath) -> object:
    try:
        return orjson.loads(path.read_bytes().decode())
    except orjson.JSONDecodeError as error:
        message = f"overlay {path}: not JSON: {error}"
    except OSError as error:
        message = f"overlay {path}: cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = f"overlay {path}: cannot be read: not UTF-8 text"
    except ValueError as error:  # the system refuses the path
        message = f"overlay {path}: cannot be read: {error}"
    raise OverlayError(message)


def _decoded(name: str, content: object) -> Overlay:
    """Return what a file or a mapping holds, as plain JSON."""
    if not isinstance(content, Mapping):
        message = f"overlay {name}: expected a JSON object (a partial lead schema), got {type(content).__name__}"
        raise OverlayError(message)
    unreadable = next(not_json(dict(content), _DEEPEST), None)
    if unreadable is not None:
        message = f"overlay {name}: {json_pointer(unreadable[0])}: JSON cannot say this, or it is nested too deeply"
        raise OverlayError(message)
    return Overlay(name, json.loads(json.dumps(content)))


def _validate(overlay: Overlay) -> None:
    schema = read("overlay.schema.json")
    schema["$defs"]["annotations"] = read("annotations.schema.json")
    root = next((key for key, value in overlay.schema.items() if value is None), None)
    if root is not None:
        overlay.fail((root,), "null removes what stands under properties, and nothing else")
    errors = _reference(schema).iter_errors(_without_removals(overlay.schema))
    error = min(errors, key=lambda error: len(error.absolute_path), default=None)
    while error is not None and error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator_value != "null"))
    if error is None:
        return
    if error.validator != "additionalProperties":
        overlay.fail(error.absolute_path, error.message)
    supported = list(error.schema["properties"])
    unknown = next(key for key in error.instance if key not in supported)
    overlay.fail(
        error.absolute_path, f"keyword `{unknown}` is not supported in an overlay; supported: {', '.join(supported)}"
    )


def _without_removals(schema: Schema) -> Schema:
    """Return what a schema says, without the keywords that it removes; removed properties stay."""
    said = {key: value for key, value in schema.items() if value is not None}
    if isinstance(said.get("properties"), dict):
        said["properties"] = {
            key: _without_removals(value) if isinstance(value, dict) else value
            for key, value in said["properties"].items()
        }
    if isinstance(said.get("items"), dict):
        said["items"] = _without_removals(said["items"])
    return said


def _portable(overlay: Overlay, schema: Schema, path: Path) -> Schema:
    """Return ``schema`` with patterns that every engine reads alike."""
    portable = dict(schema)
    if "const" in schema and schema["const"] is None:
        overlay.fail((*path, "const"), 'null removes a keyword; for a value that is null write "enum": [null]')
    if schema.get("pattern") is not None:
        try:
            portable["pattern"] = portable_pattern(schema["pattern"])
        except PatternError as error:
            overlay.fail((*path, "pattern"), str(error))
    if schema.get("properties") is not None:
        portable["properties"] = {
            key: None if value is None else _portable(overlay, value, (*path, "properties", key))
            for key, value in schema["properties"].items()
        }
    if schema.get("items") is not None:
        portable["items"] = _portable(overlay, schema["items"], (*path, "items"))
    return portable


def _merge(target: Schema, patch: Mapping[str, Any]) -> Schema:
    if patch.get("type") is not None and "type" in target and not types(patch) & types(target):
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
    removed = {key for key, value in (patch.get("properties") or {}).items() if value is None}
    if removed and "required" in merged:
        merged["required"] = [key for key in merged["required"] if key not in removed]
    return merged


def _merge_properties(target: Schema, patch: Mapping[str, Any]) -> Schema:
    kept = {key: value for key, value in target.items() if patch.get(key, value) is not None}
    return kept | {key: _merge(target.get(key, {}), value) for key, value in patch.items() if value is not None}
