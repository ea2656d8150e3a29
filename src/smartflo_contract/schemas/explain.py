"""What the contract states about a key: its values in every profile, the rules, the evidence, the contradictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from smartflo_contract.schemas.contract_data import ContractData, contract_data
from smartflo_contract.schemas.contradictions import CONTRADICTIONS, Contradiction
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.errors import ContractError, OverlayError, nearest
from smartflo_contract.schemas.json_pointer import escape, finding_pointer, parse_pointer
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay, OverlaySource, load_overlay
from smartflo_contract.schemas.profile_names import PROFILES

_FIELDS: Final = "field_N"
_NO_VALUE: Final = "no value that the overlay allows"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One key of a lead, or a part of its value.

    Attributes:
        pointer: JSON pointer, ``*`` for the index.
        description: what the key means.
        readings: profile to a description of the valid values.
        evidence: label to source.
        known_values: value, label and evidence of the known members of an open set.
        personal: whether it is personal data.
        contradictions: the contradictions that concern the key.
        rules: name and claim of the rules that read the key, in any profile.
    """

    pointer: str
    description: str
    readings: Mapping[str, str]
    evidence: Mapping[str, str]
    known_values: tuple[tuple[str, str, str], ...]
    personal: bool
    contradictions: tuple[Contradiction, ...]
    rules: tuple[tuple[str, str], ...]


def explain(pointer: str | None = None, overlay: OverlaySource | None = None) -> tuple[Explanation, ...]:
    """Return what the contract states about one key, or about every key.

    Args:
        pointer: ``/*/lead_id``, ``/lead_id`` or ``lead_id``; further path segments select properties of an object. A
            key of the contract that contains a slash is that key: ``a/b`` is ``/*/a~1b``.
        overlay: a partial lead schema, as for :func:`load_contract`.

    Raises:
        ContractError: the contract has no such key, or the overlay is invalid.
    """
    contracts = _contracts(None if overlay is None else load_overlay(overlay))
    if pointer is not None:
        return (_explanation(_known_path(pointer, contracts), contracts),)
    keys = list(dict.fromkeys(key for contract in contracts.values() for key in contract.lead["properties"]))
    previous = next(iter(contracts.values())).schema_of(_FIELDS)["x-after"]
    position = keys.index(previous) + 1 if previous in keys else len(keys)
    return tuple(_explanation([key], contracts) for key in [*keys[:position], _FIELDS, *keys[position:]])


def _contracts(overlay: Overlay | None) -> dict[str, ContractData]:
    """Return the contract of every profile in which the overlay leaves each of its properties a valid value."""
    contracts, errors = {}, []
    for profile in PROFILES:
        try:
            contracts[profile] = contract_data(profile) if overlay is None else ContractData(profile, overlay)
        except OverlayError as error:
            errors.append(error)
    if not contracts:
        raise errors[0]
    return contracts


def _path(pointer: str) -> list[str]:
    keys = parse_pointer(pointer.strip())
    return keys[1:] if len(keys) > 1 and (keys[0] == "*" or keys[0].isdecimal()) else keys


def _known_path(pointer: str, contracts: Mapping[str, ContractData]) -> list[str]:
    """Return the path of a pointer or a key, whose first key is that of the contract.

    A key of the contract is itself, whatever characters it has. In a pointer, the first key may have the escapes of
    reports.
    """
    keys = [key for contract in contracts.values() for key in contract.lead["properties"]]
    if pointer in keys and not pointer.startswith("/"):
        return [pointer]
    path = _path(pointer)
    return [next((key for key in keys if escape(key) == escape(path[0])), path[0]), *path[1:]]


def _explanation(path: list[str], contracts: Mapping[str, ContractData]) -> Explanation:
    key = path[0]
    schemas = {profile: contract.schema_of(key) for profile, contract in contracts.items()}
    first = next(iter(schemas.values()))
    is_field = key == _FIELDS or FIELD.fullmatch(key) is not None
    pointers = {finding_pointer([name]) for name in (key, _FIELDS if is_field else key)}
    return Explanation(
        pointer=finding_pointer(path),
        description=_part(first, path).get("description", "") or first.get("description", ""),
        readings={
            profile: _reading(contracts[profile], path) if profile in contracts else _NO_VALUE for profile in PROFILES
        },
        evidence={
            label: source for schema in schemas.values() for label, source in schema.get("x-evidence", {}).items()
        },
        known_values=tuple(map(_known_value, first.get("x-known-values", ()) if len(path) == 1 else ())),
        personal=bool(first.get("x-personal")),
        contradictions=tuple(entry for entry in CONTRADICTIONS if pointers.intersection(entry.pointers)),
        rules=_rules({key, "field_"} if is_field else {key}, contracts),
    )


def _rules(keys: set[str], contracts: Mapping[str, ContractData]) -> tuple[tuple[str, str], ...]:
    rules = (rule for contract in contracts.values() for rule in contract.rules if keys.intersection(rule.keys))
    return tuple(dict.fromkeys((rule.name, rule.claim) for rule in rules))


def _reading(contract: ContractData, path: list[str]) -> str:
    words = describe(_part(contract.schema_of(path[0]), path))
    if len(path) > 1 or path[0] == _FIELDS:
        return words
    return words if path[0] in contract.lead["required"] else f"{words}; may be absent"


def _part(schema: Mapping[str, Any], path: list[str]) -> Mapping[str, Any]:
    """Return the schema at ``path``, whose first segment is the key that ``schema`` belongs to.

    Raises:
        ContractError: an object on the path has no such property.
    """
    for key in path[1:]:
        branches: list[Mapping[str, Any]] = schema.get("anyOf", [schema])
        properties = {name: part for branch in branches for name, part in branch.get("properties", {}).items()}
        if key not in properties:
            known = f"it has {', '.join(properties)}." if properties else "it is not an object."
            message = f"`{path[0]}` has no property `{key}`; {known}{nearest(key, properties)}"
            raise ContractError(message)
        schema = properties[key]
    return schema


def _known_value(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    value = f"{entry['minimum']} and above" if "minimum" in entry else str(entry["value"])
    return value, entry["label"], entry["evidence"]
