"""What the contract says about a key: its reading in every profile, the evidence, the contradictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from smartflo_contract.schemas.contract import Contract, load_contract
from smartflo_contract.schemas.contradictions import CONTRADICTIONS, Contradiction
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.errors import ContractError, OverlayError, nearest
from smartflo_contract.schemas.json_pointer import finding_pointer, parse_pointer
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay, OverlaySource, load_overlay
from smartflo_contract.schemas.profile_names import PROFILES

_FIELDS: Final = "field_N"
_NOTHING: Final = "no value that the overlay allows"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One key of a lead, or a part of one.

    Attributes:
        pointer: JSON pointer, ``*`` for the index.
        description: what it is.
        readings: profile to what a value must be there.
        evidence: label to source.
        known_values: value, label and evidence of the known members of an open set.
        personal: whether it holds personal data.
        contradictions: those that concern it.
    """

    pointer: str
    description: str
    readings: Mapping[str, str]
    evidence: Mapping[str, str]
    known_values: tuple[tuple[str, str, str], ...]
    personal: bool
    contradictions: tuple[Contradiction, ...]


def explain(pointer: str | None = None, overlay: OverlaySource | None = None) -> tuple[Explanation, ...]:
    """Return what the contract says about one key, or about every key.

    Args:
        pointer: ``/*/lead_id``, ``/lead_id`` or ``lead_id``; deeper ones reach into objects.
        overlay: a partial lead schema, as for :func:`load_contract`.

    Raises:
        ContractError: the contract has no such key, or the overlay cannot be used.
    """
    laid = None if overlay is None else load_overlay(overlay)
    contracts = _contracts(laid)
    if pointer is None:
        keys = list(dict.fromkeys(key for contract in contracts.values() for key in contract.lead["properties"]))
        after = next(iter(contracts.values())).schema_of(_FIELDS)["x-after"]
        place = keys.index(after) + 1 if after in keys else len(keys)
        return tuple(_of_path([key], contracts) for key in [*keys[:place], _FIELDS, *keys[place:]])
    return (_of_path(_path(pointer), contracts),)


def _contracts(overlay: Overlay | None) -> dict[str, Contract]:
    """Return the contract of every profile in which the overlay leaves each of its keys a value."""
    contracts, refusals = {}, []
    for profile in PROFILES:
        try:
            contracts[profile] = load_contract(profile, overlay)
        except OverlayError as error:
            refusals.append(error)
    if not contracts:
        raise refusals[0]
    return contracts


def _path(pointer: str) -> list[str]:
    parts = parse_pointer(pointer.strip())
    return parts[1:] if len(parts) > 1 and (parts[0] == "*" or parts[0].isdecimal()) else parts


def _of_path(path: list[str], contracts: Mapping[str, Contract]) -> Explanation:
    key = path[0]
    found = {profile: contract.schema_of(key) for profile, contract in contracts.items()}
    first = next(iter(found.values()))
    names = {f"/*/{key}", f"/*/{_FIELDS if FIELD.fullmatch(key) else key}"}
    evidence = {label: text for schema in found.values() for label, text in schema.get("x-evidence", {}).items()}
    return Explanation(
        pointer=finding_pointer(path),
        description=_below(first, path).get("description", "") or first.get("description", ""),
        readings={
            profile: _reading(contracts[profile], path) if profile in contracts else _NOTHING for profile in PROFILES
        },
        evidence=evidence,
        known_values=tuple(map(_known, first.get("x-known-values", ()) if len(path) == 1 else ())),
        personal=bool(first.get("x-personal")),
        contradictions=tuple(entry for entry in CONTRADICTIONS if names.intersection(entry.pointers)),
    )


def _reading(contract: Contract, path: list[str]) -> str:
    words = describe(_below(contract.schema_of(path[0]), path))
    if len(path) > 1 or path[0] == _FIELDS:
        return words
    return words if path[0] in contract.lead["required"] else f"{words}; may be absent"


def _below(schema: Mapping[str, Any], path: list[str]) -> Mapping[str, Any]:
    """Return the schema at ``path``, whose first part is the key that ``schema`` belongs to.

    Raises:
        ContractError: an object on the way has no such key.
    """
    for part in path[1:]:
        branches: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
        inside = {key: below for branch in branches for key, below in branch.get("properties", {}).items()}
        if part not in inside:
            known = f"it has {', '.join(inside)}." if inside else "it is no object."
            message = f"nothing is known of `{part}` in `{path[0]}`; {known}{nearest(part, inside)}"
            raise ContractError(message)
        schema = inside[part]
    return schema


def _known(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    value = f"{entry['minimum']} and above" if "minimum" in entry else str(entry["value"])
    return value, entry["label"], entry["evidence"]
