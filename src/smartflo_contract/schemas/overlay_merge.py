"""Overlays applied to the lead schema of a reading.

This is a JSON merge patch (RFC 7396), except that ``required`` adds to the required keys without repeating them. If a
property gets another type, it keeps only its description and annotations about people and contradictions, because its
other keywords belong to the old type.
"""

from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay
from smartflo_contract.schemas.schema_keywords import Schema, types

_MAX_FIELDS: Final = 10_000
_KEPT_WITH_NEW_TYPE: Final = ("description", "x-personal", "x-contradiction")


def apply_overlay(overlay: Overlay, schema: Schema) -> Schema:
    """Return a lead schema changed by an overlay; changed properties name the overlay in their evidence.

    Raises:
        OverlayError: the overlay removes or requires an unknown key, or changes a field in an unsupported way.
    """
    _check_removals(overlay, schema["properties"])
    properties = schema["properties"] | _narrowed_fields(overlay, schema)
    merged = _merge({**schema, "properties": properties}, overlay.patch)
    for key in overlay.properties:
        evidence = overlay.schema["properties"][key].get("x-evidence") or {"assumed": f"overlay {overlay.name}"}
        merged["properties"][key]["x-evidence"] = merged["properties"][key].get("x-evidence", {}) | evidence
    for key in overlay.schema.get("required", ()):
        if key not in merged["properties"] and not FIELD.fullmatch(key):
            overlay.fail(("required",), f"`{key}` has no schema under properties.{nearest(key, merged['properties'])}")
    return merged


def _check_removals(overlay: Overlay, properties: Schema) -> None:
    for key, value in overlay.schema.get("properties", {}).items():
        if value is None and FIELD.fullmatch(key):
            overlay.fail(("properties", key), "a field cannot be removed, because fields are numbered without a gap")
        if value is None and key not in properties:
            overlay.fail(("properties", key), f"there is no such key to remove.{nearest(key, properties)}")


def _narrowed_fields(overlay: Overlay, schema: Schema) -> Schema:
    """Return the contract's schema of each field that the overlay narrows."""
    ((_, field),) = schema["patternProperties"].items()
    for key in (*overlay.properties, *overlay.schema.get("required", ())):
        if FIELD.fullmatch(key) and int(key[6:16]) >= _MAX_FIELDS:
            overlay.fail(("properties", key), f"a lead has at most {_MAX_FIELDS:,} fields")
    narrowed = [key for key in overlay.properties if FIELD.fullmatch(key)]
    for key in narrowed:
        patch = overlay.schema["properties"][key]
        if patch.get("type") is not None and "string" not in types(patch):
            reason = "a field is a string in every profile, so an overlay can only narrow it"
            overlay.fail(("properties", key, "type"), reason)
    return dict.fromkeys(narrowed, field)


def _merge(target: Schema, patch: Mapping[str, Any]) -> Schema:
    if patch.get("type") is not None and "type" in target and not types(patch) & types(target):
        target = {key: value for key, value in target.items() if key in _KEPT_WITH_NEW_TYPE}
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
