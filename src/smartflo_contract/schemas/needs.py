"""Needs: what a client needs of the contract, as a partial lead schema with reasons, and findings graded by it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NoReturn, TypeAlias, get_args

from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY
from smartflo_contract.schemas.contract import Contract
from smartflo_contract.schemas.errors import ContractError, NeedsError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.findings import NOT_NEEDED, Finding
from smartflo_contract.schemas.json_pointer import escape, json_pointer, parse_pointer
from smartflo_contract.schemas.json_source import JsonSource, SourceKind, read_json_object
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.patterns import END
from smartflo_contract.schemas.rules.table import RULES
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import reference_validator

Aspect = Literal["presence", "type", "null", "value"]
"""What a client may rely on: that a key is present, the type of its value, that it is not null, its values."""
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)
NeedsSource: TypeAlias = JsonSource
"""Needs as users pass them: the path of a JSON file, or a mapping."""

_VERSION: Final = 1
_KEYWORD: Final = "x-needs"
_UNKNOWN_KEYS: Final = "unknown-keys"
_KIND: Final = SourceKind("needs", "needs of a client", NeedsError)
_WRITE: Final = "`smartflo-contract needs -o FILE -- COMMAND` writes one"
_TITLE: Final = "What a client needs of the contract"
_VALUE_KEYWORDS: Final = ("enum", "const", "minimum", "maximum", "minLength", "maxLength", "pattern", "x-known-values")
_WORDS: Final[Mapping[Aspect, str]] = {
    "presence": "to be present",
    "type": "its type",
    "null": "not to be null",
    "value": "its values",
}
"""What is relied on, in words."""
_ALL_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
_FIELDS: Final = "field_"
_ABOUT_PRESENCE: Final = frozenset({"required", "gone-key", "key-rate", "fields-contiguous", "few-fields"})
_ABOUT_UNKNOWN_KEYS: Final = frozenset({"additionalProperties", "unknown-key", "new-key"})
_ASPECTS_OF_RULES: Final[Mapping[str, frozenset[Aspect]]] = {
    "type": frozenset({"type"}),
    "anyOf": frozenset({"type", "value"}),
    "enum": frozenset({"type", "value"}),
    "const": frozenset({"type", "value"}),
    "new-type": frozenset({"type", "null"}),
    "null-rate": frozenset({"null"}),
    "other-reading": frozenset({"type", "value"}),
    DUPLICATE_KEY: frozenset(ASPECTS),
}
"""What findings of a rule are about; those of other rules are about values."""
_BELOW: Final = frozenset[Aspect]({"type", "value"})
"""What a finding inside a value is about, where the needs have nothing below its key."""


@dataclass(frozen=True)
class PropertyNeeds:
    """What a client needs of one key, or of a key of an object.

    Attributes:
        is_required: whether it needs the key.
        why: what it relies on, to the test that fails without it, or the exit code.
        untested: what no run was served a change of; it counts as relied on.
        properties: needs of the keys of its value, by key.
    """

    is_required: bool
    why: Mapping[Aspect, str]
    untested: tuple[Aspect, ...] = ()
    properties: Mapping[str, "PropertyNeeds"] = field(default_factory=dict)

    def relies_on(self, aspects: Iterable[Aspect]) -> bool:
        """Return whether the client relies on one of these."""
        relied = {*self.why, *self.untested} - {"presence"}
        if self.is_required or "presence" in self.untested:
            relied.add("presence")
        return not relied.isdisjoint(aspects)


@dataclass(frozen=True)
class Needs:
    """What a client needs of the contract.

    Attributes:
        name: path of the file, or that it is a mapping; for messages and reports.
        profile: profile of the contract.
        overlay: digest of the overlay of the contract; ``None`` for none.
        command: what was run.
        runs: how often it was run.
        properties: needs by key.
        unknown_keys: why the client needs leads without unknown keys; empty if it does not.
    """

    name: str
    profile: str
    overlay: str | None
    command: str
    runs: int
    properties: Mapping[str, PropertyNeeds]
    unknown_keys: str = ""

    @property
    def required_keys(self) -> list[str]:
        """The keys that every lead must have."""
        return [key for key, needs in self.properties.items() if needs.is_required]

    def grade(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings, worst first, in which those about what is not needed are notes: ``not-needed``."""
        graded = (
            replace(finding, severity=NOT_NEEDED)
            if finding.severity != "info" and not self.concerns(finding)
            else finding
            for finding in findings
        )
        return tuple(sorted(graded, key=lambda finding: finding.rank))

    def concerns(self, finding: Finding) -> bool:
        """Return whether a finding is about something that is needed; one about a body or a whole lead always is."""
        if not finding.pointer.startswith("/*/") or (finding.rule in BODY_RULES and finding.rule != DUPLICATE_KEY):
            return True
        path = parse_pointer(finding.pointer)[1:]
        if finding.rule in _ABOUT_UNKNOWN_KEYS:
            return bool(self.unknown_keys)
        if finding.rule in _ABOUT_PRESENCE:
            return self._relies(path, {"presence"})
        keys = next((rule.keys for rule in RULES if rule.name == finding.rule), ())
        if len(keys) > 1 or _FIELDS in keys:
            return any(self._relies([key], {"value"}) for key in self._matching((*keys, path[0])))
        is_null = finding.got == "null" and finding.rule in {"type", "anyOf", "enum", "const"}
        default: frozenset[Aspect] = frozenset({"value"})
        return self._relies(path, {"null"} if is_null else _ASPECTS_OF_RULES.get(finding.rule, default))

    def check_keys(self, contract: Contract) -> None:
        """Require that a contract has all keys.

        Raises:
            NeedsError: it does not have one.
        """
        for key in self.properties:
            try:
                contract.schema_of(key)
            except ContractError:
                known = contract.lead["properties"]
                reason = f"the contract has no key `{key}`; use the overlay of these needs.{nearest(key, known)}"
                _fail(self.name, ("properties", key), reason)

    def _matching(self, keys: Iterable[str]) -> Iterable[str]:
        """Return needed keys among those that a rule reads."""
        names = set(keys)
        return [key for key in self.properties if key in names or (_FIELDS in names and FIELD.fullmatch(key))]

    def _relies(self, path: list[str], aspects: Iterable[Aspect]) -> bool:
        node = self.properties.get(path[0])
        below = path[1:]
        while node is not None and below and node.properties:
            node, below = node.properties.get(below[0]), below[1:]
        return node is not None and node.relies_on(_BELOW if below else aspects)


def load_needs(source: NeedsSource) -> Needs:
    """Return validated needs.

    Args:
        source: the path of a JSON file, or a mapping.

    Raises:
        NeedsError: they cannot be read, or are invalid.
    """
    name, content = read_json_object(source, _KIND)
    about = content.get(_KEYWORD)
    if not isinstance(about, dict):
        _fail(name, (), f"not needs of a client; {_WRITE}")
    if about.get("version") != _VERSION:
        _fail(name, (_KEYWORD, "version"), f"expected version {_VERSION}, got {about.get('version')!r}; {_WRITE}")
    errors = reference_validator(read("needs.schema.json")).iter_errors(content)
    error = min(errors, key=lambda error: len(error.absolute_path), default=None)
    while error is not None and error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    if error is not None:
        _fail(name, error.absolute_path, error.message)
    return Needs(
        name=name,
        profile=about["profile"],
        overlay=about["overlay"],
        command=about["command"],
        runs=about["runs"],
        properties=_properties_of(name, content, ()),
        unknown_keys="" if content.get("additionalProperties", True) else about.get(_UNKNOWN_KEYS, "stated by hand"),
    )


def need_rows(needs: Needs) -> list[tuple[str, str, str]]:
    """Return what is needed, as rows: JSON pointer with ``*`` for the index, what is relied on, and why."""
    rows = [*_rows_of(needs.properties, "/*")]
    return [*rows, ("/*", "no unknown key", needs.unknown_keys)] if needs.unknown_keys else rows


def _rows_of(properties: Mapping[str, PropertyNeeds], pointer: str) -> Iterator[tuple[str, str, str]]:
    for key, needs in properties.items():
        below = f"{pointer}/{escape(key)}"
        for aspect in ASPECTS:
            if aspect in needs.why:
                yield below, _WORDS[aspect], needs.why[aspect]
            elif aspect in needs.untested:
                yield below, f"perhaps {_WORDS[aspect]}", "no run was served a change of it"
        yield from _rows_of(needs.properties, below)


def contract_needs(source: NeedsSource | None, contract: Contract) -> Needs | None:
    """Return validated needs whose keys a contract has; ``None`` for none.

    Raises:
        NeedsError: they cannot be read, are invalid, or have a key that the contract does not have.
    """
    if source is None:
        return None
    needs = load_needs(source)
    needs.check_keys(contract)
    return needs


def needs_as_dict(needs: Needs, contract: Contract) -> dict[str, Any]:
    """Return needs as JSON, described by ``needs.schema.json``; it is also an overlay of the contract.

    Args:
        needs: the needs.
        contract: the contract in which they were found: its types and known values are those that are relied on.
    """
    about: dict[str, Any] = {
        "version": _VERSION,
        "profile": needs.profile,
        "overlay": needs.overlay,
        "command": needs.command,
        "runs": needs.runs,
    }
    document: dict[str, Any] = {
        "$schema": read("needs.schema.json")["$id"],
        "title": _TITLE,
        "type": "object",
        **_schema_of_properties(needs.properties, contract.schema_of),
    }
    if needs.unknown_keys:
        document["additionalProperties"] = False
        about[_UNKNOWN_KEYS] = needs.unknown_keys
    return document | {_KEYWORD: about}


def _fail(name: str, path: Iterable[str | int], reason: str) -> NoReturn:
    message = f"needs {name}: {json_pointer(path) or '/'}: {reason}"
    raise NeedsError(message)


def _properties_of(name: str, content: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, PropertyNeeds]:
    properties, required = content.get("properties", {}), content.get("required", ())
    missing = next((key for key in required if key not in properties), None)
    if missing is not None:
        _fail(name, (*path, "required"), f"`{missing}` has no schema under properties.{nearest(missing, properties)}")
    return {
        key: PropertyNeeds(
            key in required,
            schema[_KEYWORD]["why"],
            tuple(schema[_KEYWORD].get("untested", ())),
            _properties_of(name, schema, (*path, "properties", key)),
        )
        for key, schema in properties.items()
    }


def _schema_of_properties(properties: Mapping[str, PropertyNeeds], schema_of: Any) -> Schema:
    return {
        "properties": {key: _schema_of(needs, schema_of(key)) for key, needs in properties.items()},
        "required": [key for key, needs in properties.items() if needs.is_required],
    }


def _schema_of(needs: PropertyNeeds, schema: Schema) -> Schema:
    """Return the part of a property's schema that is relied on."""
    result: Schema = {}
    types = _types(needs, schema)
    if types:
        result["type"] = types[0] if len(types) == 1 else types
    if "value" in needs.why and "anyOf" not in schema:
        result |= {keyword: schema[keyword] for keyword in _VALUE_KEYWORDS if keyword in schema}
        if "pattern" in result:
            result["pattern"] = result["pattern"].replace(END, "$")
    if needs.properties:
        below = {key: part for branch in _branches(schema) for key, part in branch.get("properties", {}).items()}
        result |= _schema_of_properties(needs.properties, lambda key: below.get(key, {}))
    about: dict[str, Any] = {"why": dict(needs.why)}
    if needs.untested:
        about["untested"] = list(needs.untested)
    return result | {_KEYWORD: about}


def _types(needs: PropertyNeeds, schema: Schema) -> list[str]:
    """Return the types that the client accepts; none if it accepts all."""
    named = [types for branch in _branches(schema) if (types := branch.get("type", ()))]
    known = {name for types in named for name in ([types] if isinstance(types, str) else types)}
    is_null_relied = "null" in needs.why
    if "type" in needs.why and known:
        known = known - {"null"} if is_null_relied else known | {"null"}
        return [name for name in _ALL_TYPES if name in known]
    return [name for name in _ALL_TYPES if name != "null"] if is_null_relied else []


def _branches(schema: Schema) -> list[Schema]:
    branches: list[Schema] = schema.get("anyOf", [schema])
    return branches
