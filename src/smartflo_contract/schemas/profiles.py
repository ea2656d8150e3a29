"""Profiles: the lead schema of each, resolved from the annotated contract.

``sample`` and ``documented`` are the two readings of the documentation; ``lenient`` accepts, property by property, what
either accepts. An overlay is applied to each reading before both are united, so it decides about its own properties and
leaves the others to the profile.
"""

from collections.abc import Mapping
from typing import Final, NoReturn

from smartflo_contract.schemas.errors import ContractError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay
from smartflo_contract.schemas.overlay_merge import apply_overlay
from smartflo_contract.schemas.patterns import END
from smartflo_contract.schemas.portable import numbers_except
from smartflo_contract.schemas.profile_names import PROFILES, READINGS
from smartflo_contract.schemas.satisfiability import unsatisfiable_reason
from smartflo_contract.schemas.schema_keywords import Schema, plain_schema, types

_SHARED: Final = ("description", "x-personal", "x-contradiction", "x-known-values", "x-after")


def resolve(profile: str, overlay: Overlay | None = None) -> Schema:
    """Return the lead schema of one profile, with annotations and every ``$ref`` inlined.

    Raises:
        ContractError: the profile is unknown.
        OverlayError: the overlay is invalid in this profile, or leaves a property without a valid value.
    """
    if profile not in PROFILES:
        reject_profile(profile)
    schema = _reading(profile, overlay)
    if profile == "lenient":
        readings = [_reading(name, overlay) for name in READINGS]
        schema["properties"] = {
            key: _unite([reading["properties"][key] for reading in readings]) for key in schema["properties"]
        }
    if overlay is not None:
        _check_satisfiable(schema, overlay)
    return schema


def reject_profile(profile: object) -> NoReturn:
    """Raise an error that lists the profiles.

    Raises:
        ContractError: always.
    """
    message = f"unknown profile `{profile}`; expected one of {', '.join(PROFILES)}.{nearest(profile, PROFILES)}"
    raise ContractError(message)


def with_named_fields(lead: Schema) -> Schema:
    """Return a lead schema whose properties name every field that is required or that an overlay defines.

    Strict validators require that every required key is among the properties, and that no key is defined twice.
    """
    (field,) = lead["patternProperties"].values()
    properties = lead["properties"]
    named = list(dict.fromkeys(key for key in (*lead["required"], *properties) if FIELD.fullmatch(key)))
    other_fields = f"^field_{numbers_except(key.removeprefix('field_') for key in named)}{END}"
    return lead | {
        "properties": properties | {key: properties.get(key, field) for key in named},
        "patternProperties": {other_fields: field},
    }


def _reading(profile: str, overlay: Overlay | None) -> Schema:
    source = read("lead.schema.json")
    definitions = source.pop("$defs")
    lead = _read_in(profile, source)
    for part in ("properties", "patternProperties"):
        lead[part] = {key: _read_in(profile, _inline(value, definitions)) for key, value in lead[part].items()}
    return lead if overlay is None else apply_overlay(overlay, lead)


def _inline(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    reference: str | None = schema.pop("$ref", None)
    return schema if reference is None else {**definitions[reference.rpartition("/")[2]], **schema}


def _read_in(profile: str, schema: Schema) -> Schema:
    readings = schema.pop("x-profiles", None)
    if readings is None:
        return schema
    reading: Schema = readings.get(profile, {})
    return {**schema, "x-contradiction": readings["contradiction"], **reading}


def _unite(readings: list[Schema]) -> Schema:
    """Return the schema that accepts what either of two readings of a property accepts."""
    possible = [reading for reading in readings if unsatisfiable_reason(reading) is None] or readings
    first, last = possible[0], possible[-1]
    evidence = {label: source for reading in readings for label, source in reading.get("x-evidence", {}).items()}
    if plain_schema(first) == plain_schema(last):
        return first | {"x-evidence": evidence}
    if plain_schema(first) | {"type": 0} == plain_schema(last) | {"type": 0}:
        wide = next((wide for wide in possible if all(types(wide) >= types(other) for other in possible)), None)
        if wide is not None:
            return wide | {"x-evidence": evidence}
    shared = {key: value for key, value in first.items() if key in _SHARED}
    branches = [{key: value for key, value in reading.items() if key not in _SHARED} for reading in possible]
    return shared | {"anyOf": branches, "x-evidence": evidence}


def _check_satisfiable(schema: Schema, overlay: Overlay) -> None:
    for key in overlay.properties:
        reason = unsatisfiable_reason(schema["properties"][key])
        if reason:
            overlay.fail(("properties", key), reason)
