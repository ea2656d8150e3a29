"""Overlays: partial lead schemas of users, loaded and validated."""

import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, NoReturn, TypeAlias

from smartflo_contract.schemas.errors import OverlayError, OverlayWarning, is_one_edit_away, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.json_source import JsonSource, SourceKind, read_json_object
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.patterns import PatternError, portable
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import reference_validator

OverlaySource: TypeAlias = JsonSource
"""An overlay as users pass it: the path of a JSON file, or a mapping."""

_KIND: Final = SourceKind("overlay", "a partial lead schema", OverlayError)
_ABOUT_THE_OVERLAY: Final = ("$schema", "$id", "$comment", "title", "description", "x-needs")
"""Keywords that describe the overlay itself, not leads."""
_STANDARD_ANNOTATIONS: Final = {"$comment", "title", "description", "examples", "default", "x-needs"}


class Overlay(NamedTuple):
    """A validated overlay.

    Attributes:
        name: its path, or that it is a mapping; for messages and as evidence.
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
        """The keywords about leads, without those about the overlay itself."""
        return {key: value for key, value in self.schema.items() if key not in _ABOUT_THE_OVERLAY}

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that differ between overlays with different patches."""
        return hashlib.sha256(json.dumps(self.patch).encode()).hexdigest()[:8]

    @property
    def decided(self) -> set[str]:
        """The properties that the overlay removes or whose values it defines."""
        properties: Schema = self.schema.get("properties", {})
        annotations = _STANDARD_ANNOTATIONS.union(read("annotations.schema.json")["properties"])
        return {key for key, value in properties.items() if value is None or not annotations.issuperset(value)}

    def fail(self, path: Iterable[str | int], reason: str) -> NoReturn:
        """Raise an error with the name of the overlay and a position in it.

        Raises:
            OverlayError: always.
        """
        message = f"overlay {self.name}: {json_pointer(path) or '/'}: {reason}"
        raise OverlayError(message)


def load_overlay(source: OverlaySource) -> Overlay:
    """Return a validated overlay.

    Args:
        source: the path of a JSON file, or a mapping.

    Raises:
        OverlayError: the overlay cannot be read, is not a JSON object, or is invalid.
    """
    overlay = Overlay(*read_json_object(source, _KIND))
    _validate(overlay)
    for message in _misspellings(overlay.name, overlay.schema, read("lead.schema.json"), ()):
        warnings.warn(message, OverlayWarning, stacklevel=3)
    return Overlay(overlay.name, _portable(overlay, overlay.schema, ()))


def _misspellings(name: str, overlay: Schema, schema: Schema, path: Path) -> Iterator[str]:
    """Yield a warning for each new property whose name is close to a known one, unless it states its evidence."""
    if "$ref" in schema:
        schema = read("lead.schema.json")["$defs"][schema["$ref"].rpartition("/")[2]]
    known = schema.get("properties", {})
    for key, part in (overlay.get("properties") or {}).items():
        if part is None:
            continue
        location = (*path, "properties", key)
        if key in known:
            yield from _misspellings(name, part, known[key], location)
        elif not FIELD.fullmatch(key) and "x-evidence" not in part:
            similar = next((other for other in known if is_one_edit_away(key, other) or _same(key, other)), None)
            if similar:
                yield (
                    f"overlay {name}: {json_pointer(location)}: a new property, spelled like `{similar}`; "
                    "correct it, or add x-evidence if it is right"
                )


def _same(key: str, other: str) -> bool:
    """Return whether two names differ by case and separators only."""
    return key.lower().replace("-", "_") == other or key.lower() == other.replace("_", "")


def _validate(overlay: Overlay) -> None:
    schema = read("overlay.schema.json")
    schema["$defs"]["annotations"] = read("annotations.schema.json")
    removed = next((key for key, value in overlay.schema.items() if value is None), None)
    if removed is not None:
        overlay.fail((removed,), "null removes a property or a keyword below properties, and nothing else")
    errors = reference_validator(schema).iter_errors(_without_removals(overlay.schema))
    error = min(errors, key=lambda error: len(error.absolute_path), default=None)
    while error is not None and error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator_value != "null"))
    if error is None:
        return
    if error.validator != "additionalProperties":
        overlay.fail(error.absolute_path, error.message)
    supported = list(error.schema["properties"])
    unknown = next(key for key in error.instance if key not in supported)
    reason = f"keyword `{unknown}` is not supported in an overlay; supported: {', '.join(supported)}"
    hint = nearest(unknown, supported)
    overlay.fail(error.absolute_path, f"{reason}.{hint}" if hint else reason)


def _without_removals(schema: Schema) -> Schema:
    """Return a schema without the keywords that it removes; removed properties stay."""
    kept = {key: value for key, value in schema.items() if value is not None}
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {
            key: _without_removals(value) if isinstance(value, dict) else value
            for key, value in kept["properties"].items()
        }
    if isinstance(kept.get("items"), dict):
        kept["items"] = _without_removals(kept["items"])
    return kept


def _portable(overlay: Overlay, schema: Schema, path: Path) -> Schema:
    """Return ``schema`` with patterns in the portable form."""
    result = dict(schema)
    if "const" in schema and schema["const"] is None:
        overlay.fail((*path, "const"), 'null removes a keyword; for the value null use "enum": [null]')
    if schema.get("pattern") is not None:
        try:
            result["pattern"] = portable(schema["pattern"])
        except PatternError as error:
            overlay.fail((*path, "pattern"), str(error))
    if schema.get("properties") is not None:
        result["properties"] = {
            key: None if value is None else _portable(overlay, value, (*path, "properties", key))
            for key, value in schema["properties"].items()
        }
    if schema.get("items") is not None:
        result["items"] = _portable(overlay, schema["items"], (*path, "items"))
    return result
