"""What the contract states about the values at each position of a lead: which are personal and which are kept."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import Validator

IsValid: TypeAlias = Callable[[Any], bool]


class ValuePolicy(NamedTuple):
    """What the contract states about the values at one position.

    Attributes:
        personal: ``x-personal`` of this position or of the object that contains it.
        generators: ``x-faker`` of each reading.
        known_values: values that the contract names.
        properties: policies of the properties of an object.
        items: policy of the items of an array.
        is_valid: whether an overlay allows a value here; ``None`` without an overlay.
    """

    personal: bool | None = None
    generators: frozenset[str] = frozenset()
    known_values: tuple[Any, ...] = ()
    properties: Mapping[str, "ValuePolicy"] = {}
    items: "ValuePolicy | None" = None
    is_valid: IsValid | None = None

    def uses(self, generators: frozenset[str]) -> bool:
        """Return whether one of some generators makes the values here."""
        return not generators.isdisjoint(self.generators)

    def is_known(self, value: object) -> bool:
        """Return whether the contract names a value, of the same type."""
        return any(type(known) is type(value) and known == value for known in self.known_values)

    def same_validity(self, value: object) -> IsValid | None:
        """Return a function that tests whether another value is as valid as this one; ``None`` without an overlay."""
        is_valid = self.is_valid
        if is_valid is None:
            return None
        validity = is_valid(value)
        return lambda other: is_valid(other) == validity


PERSONAL: Final = ValuePolicy()
"""The default: everything is personal."""
NOT_PERSONAL: Final = ValuePolicy(personal=False)


def policy_of(schema: Schema, *, validates: bool = False, personal: bool | None = None) -> ValuePolicy:
    """Return the policy of a property.

    Args:
        schema: schema of the property.
        validates: whether an overlay defines the property, so that its pseudonyms must be as valid as its values.
        personal: ``x-personal`` of the object that contains the property.
    """
    readings = [schema, *schema.get("anyOf", ())]
    personal = schema.get("x-personal", personal)
    items = next((reading["items"] for reading in readings if "items" in reading), None)
    return ValuePolicy(
        personal=personal,
        generators=frozenset(reading["x-faker"] for reading in readings if "x-faker" in reading),
        known_values=() if personal else tuple(value for reading in readings for value in _named_values(reading)),
        properties={
            key: policy_of(property_schema, validates=validates, personal=personal)
            for reading in readings
            for key, property_schema in reading.get("properties", {}).items()
        },
        items=None if items is None else policy_of(items, validates=validates, personal=personal),
        is_valid=Validator(schema).is_valid if validates else None,
    )


def property_names(policies: Mapping[str, ValuePolicy]) -> frozenset[str]:
    """Return the names of properties at any depth."""
    nested = (
        property_names(policy.properties) | property_names({} if policy.items is None else {"": policy.items})
        for policy in policies.values()
    )
    return frozenset(policies).union(*nested) - {""}


def _named_values(schema: Schema) -> Iterator[Any]:
    """Yield the values that a schema names."""
    yield from schema.get("enum", ())
    if "const" in schema:
        yield schema["const"]
    yield from (entry["value"] for entry in schema.get("x-known-values", ()) if "value" in entry)
