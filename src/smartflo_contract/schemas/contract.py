"""The contract of one profile: its schemas, and the check of a body against it."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property, lru_cache, partial
from typing import Any, Final

import jsonschema_rs
import orjson

from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.engine import of_columns, without_look_ahead
from smartflo_contract.schemas.errors import ContractError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.findings import Finding, masked
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay, OverlaySource, Schema, load_overlay
from smartflo_contract.schemas.profiles import plain_schema, resolve, with_named_fields
from smartflo_contract.schemas.response_check import Check, not_json_body, of_body
from smartflo_contract.schemas.rules import RULES, KnownValues, Rule

SCHEMAS: Final = ("lead", "leads", "error")


class Contract:
    """The contract of the lead list under one profile, with an overlay where one was given.

    Attributes:
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: the overlay, or ``None``.
        lead: the annotated lead schema of this profile; read it, do not change it.
    """

    def __init__(self, profile: str, overlay: Overlay | None) -> None:
        """Resolve the profile; :func:`load_contract` also takes an overlay's path."""
        self.profile = profile
        self.overlay = overlay
        self.lead: Schema = resolve(profile, overlay)
        self._others: dict[str, Contract | None] = {}

    def __repr__(self) -> str:
        """Name the profile and the overlay."""
        overlay = "" if self.overlay is None else f" with overlay {self.overlay.name}"
        return f"<Contract {self.profile}{overlay}>"

    def check(self, body: object) -> tuple[Finding, ...]:
        """Return what disagrees with the contract, worst first; equal faults are one finding with a count.

        Args:
            body: the decoded array, or its JSON text or bytes.
        """
        try:
            leads, duplicates = _decoded(body)
        except ValueError as error:
            return (not_json_body(error),)
        if not isinstance(leads, list):
            return (of_body("type", "array of leads", masked(leads, personal=True)),)
        check = Check(self)
        for index, lead in enumerate(leads):
            check.add(lead, duplicates.get(index, ()))
        return check.findings()

    def is_valid(self, body: object) -> bool:
        """Whether a response body has no finding of severity ``break``; stops at the first.

        Args:
            body: the decoded array, or its JSON text or bytes.
        """
        try:
            leads, duplicates = _decoded(body)
        except ValueError:
            return False
        if duplicates or not isinstance(leads, list):
            return False
        return self.fits(leads) and all(map(Check(self).passes, leads))

    def fits(self, leads: Sequence[object]) -> bool:
        """Whether each lead is what the schema wants; rules are not asked."""
        try:
            return self._body_validator.is_valid(leads)
        except ValueError:  # a key that is no text
            return False

    def columns_fit(self, keys: tuple[str, ...], columns: Sequence[Sequence[object]]) -> bool:
        """Whether each lead is what the schema wants, of decoded leads with the same keys, given as columns."""
        validator = self._of_columns(keys)
        return validator is not None and validator.is_valid(columns)

    def schema(self, name: str = "lead", *, annotated: bool = False) -> Schema:
        """Return one schema of the contract: self-contained JSON Schema 2020-12.

        Args:
            name: ``lead``, ``leads`` (a response body) or ``error`` (the same in every profile).
            annotated: keep the ``x-`` keywords, which strict validators refuse.

        Raises:
            ContractError: there is no schema of that name.
        """
        if name not in SCHEMAS:
            message = f"unknown schema `{name}`; there are {', '.join(SCHEMAS)}.{nearest(name, SCHEMAS)}"
            raise ContractError(message)
        if name == "error":
            schema: Schema = read("error.schema.json")
            return schema if annotated else plain_schema(schema)
        lead = deepcopy(self.lead) if annotated else with_named_fields(deepcopy(self.lead))
        schema = lead if name == "lead" else read("leads.schema.json")
        if name == "leads":
            below = {key: value for key, value in lead.items() if not key.startswith("$")}
            schema |= {"items": {"$ref": "#/$defs/lead"}, "$defs": {"lead": below}}
        schema["$id"] += f":{self.profile}"
        if self.overlay is not None and self.overlay.patch:
            schema["$id"] += f":{self.overlay.digest}"
        return schema if annotated else plain_schema(schema)

    def schema_of(self, key: str) -> Schema:
        """Return the annotated schema of a key of a lead, ``field_N`` included.

        Raises:
            ContractError: the contract does not have the key.
        """
        properties: dict[str, Schema] = self.lead["properties"]
        if key in properties:
            return properties[key]
        if key == "field_N" or FIELD.fullmatch(key):
            patterns: dict[str, Schema] = self.lead["patternProperties"]
            return next(iter(patterns.values()))
        message = f"the contract has no key `{key}`.{nearest(key, [*properties, 'field_N'])}"
        raise ContractError(message)

    def under(self, profile: str) -> "Contract | None":
        """Return the contract of another profile with the same overlay; ``None`` where the overlay forbids it."""
        if self.overlay is None:
            return _load(profile)
        if profile not in self._others:
            try:
                self._others[profile] = self if profile == self.profile else Contract(profile, self.overlay)
            except ContractError:
                self._others[profile] = None
        return self._others[profile]

    @cached_property
    def fast(self) -> Schema:
        """The lead schema as the fast validator has it."""
        schema: Schema = without_look_ahead(plain_schema(self.lead))
        return schema

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        """The fast validator of one lead; it knows the schema, not the rules."""
        return jsonschema_rs.Draft202012Validator(self.fast)

    @cached_property
    def _body_validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator({"items": self.fast})

    @cached_property
    def _of_columns(self) -> Callable[[tuple[str, ...]], jsonschema_rs.Draft202012Validator | None]:
        return lru_cache(maxsize=16)(partial(of_columns, self.fast))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The cross-field rules of this profile, but for those about a key of which the overlay speaks: it decides."""
        decided = set() if self.overlay is None else self.overlay.decided
        return tuple(rule for rule in RULES if self.profile in rule.severity and decided.isdisjoint(rule.keys))

    @cached_property
    def known_values(self) -> Mapping[str, KnownValues]:
        """The open sets among the properties: key to its known values."""
        return {
            key: KnownValues(
                {entry["value"]: entry["label"] for entry in schema["x-known-values"] if "value" in entry},
                next((entry["minimum"] for entry in schema["x-known-values"] if "minimum" in entry), None),
            )
            for key, schema in self.lead["properties"].items()
            if "x-known-values" in schema and schema.keys().isdisjoint({"enum", "const"})
        }


def load_contract(profile: str = "sample", overlay: OverlaySource | Overlay | None = None) -> Contract:
    """Return the contract under one reading of the vendor's documentation.

    Args:
        profile: ``sample`` (as the sample response shows it), ``documented`` (as the response
            table says it) or ``lenient`` (either).
        overlay: a partial lead schema, as a mapping or as a path of a JSON file, laid over the profile.

    Raises:
        ContractError: the profile is unknown.
        OverlayError: the overlay cannot be read, or says what an overlay cannot say.
    """
    if overlay is None:
        return _load(profile)
    return Contract(profile, overlay if isinstance(overlay, Overlay) else load_overlay(overlay))


@lru_cache
def _load(profile: str) -> Contract:
    return Contract(profile, None)


def _decoded(body: object) -> tuple[Any, Mapping[int, Sequence[Path]]]:
    """Return a body decoded, and the duplicate keys of its leads."""
    if not isinstance(body, str | bytes | bytearray):
        return body, {}
    leads = orjson.loads(body)
    text = body.encode() if isinstance(body, str) else bytes(body)
    return leads, duplicate_keys(text, leads) if isinstance(leads, list) else {}
