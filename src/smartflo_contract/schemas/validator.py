"""Compiled schemas, and their violations in the form that findings need.

Validators report ``required`` and ``additionalProperties`` at the parent. Here there is one violation for each key,
with the path of the key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jsonschema_rs

from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.patterns import END
from smartflo_contract.schemas.schema_keywords import plain_schema

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_CLOSED: Final = "additionalProperties"
_NOTHING: Final = "falseSchema"
"""The keyword that jsonschema-rs reports for a closed object without properties."""


class Violation(NamedTuple):
    """A value that a keyword of a schema rejects.

    Attributes:
        keyword: the keyword.
        path: from the validated value down to the rejected one, or to the missing key.
        schema_path: from the schema down to the keyword.
    """

    keyword: str
    path: Path
    schema_path: Path


class Validator:
    """A compiled schema.

    Args:
        schema: a JSON Schema 2020-12; its ``x-`` keywords are left out.

    Attributes:
        schema: the compiled schema, without ``x-`` keywords.
        is_valid: a function that returns whether a value is valid.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile a schema."""
        self.schema: dict[str, Any] = _without_look_ahead(plain_schema(schema))
        self._validator = jsonschema_rs.Draft202012Validator(self.schema)
        self.is_valid: Callable[[object], bool] = self._validator.is_valid

    def violations(self, value: object) -> Iterator[Violation]:
        """Yield every violation in ``value``."""
        for error in self._validator.iter_errors(value):
            keyword = error.kind.name
            path, schema_path = tuple(error.instance_path), tuple(error.schema_path)
            if keyword == "required":
                yield Violation(keyword, (*path, error.kind.property), schema_path)  # type: ignore[attr-defined]
            elif schema_path[-1] == _CLOSED:
                unexpected = look_up(value, path) if keyword == _NOTHING else error.kind.unexpected  # type: ignore[attr-defined]
                for key in unexpected:
                    yield Violation(_CLOSED, (*path, key), schema_path)
            else:
                yield Violation(keyword, path, schema_path)


def reference_validator(schema: Mapping[str, Any]) -> "Draft202012Validator":
    """Return the validator of the reference implementation, whose errors have a context."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # takes 70 ms, and only overlays need it

    return Draft202012Validator(schema)


def look_up(value: Any, path: Path) -> Any:
    """Return what is at ``path`` in ``value``."""
    for part in path:
        value = value[part]
    return value


def column_validator(schema: Mapping[str, Any], keys: Sequence[str]) -> jsonschema_rs.Draft202012Validator | None:
    """Return the validator of the columns of leads that have these keys, each column an array of one key's values.

    It accepts the columns if the lead schema accepts every lead, in a third of the time, because no key of a lead is
    looked up. Return ``None`` if the schema rejects every lead with these keys.
    """
    if not set(schema["required"]).issubset(keys):
        return None
    columns = [key_schema(schema, key) for key in keys]
    if False in columns:
        return None
    return jsonschema_rs.Draft202012Validator({"prefixItems": [{"items": column} for column in columns]})


def key_schema(schema: Mapping[str, Any], key: str) -> dict[str, Any] | bool:
    """Return the schema of the values of a key in an object."""
    schemas: list[dict[str, Any]] = [
        below for pattern, below in schema["patternProperties"].items() if _matches(pattern, key)
    ]
    schemas += [schema["properties"][key]] if key in schema["properties"] else []
    if not schemas:
        return schema.get(_CLOSED) is not False
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def _matches(pattern: str, key: str) -> bool:
    return jsonschema_rs.is_valid({"pattern": pattern}, key)


def _without_look_ahead(schema: Any) -> Any:
    """Return a schema for the compiled validator alone, in whose patterns ``$`` is the end of the string.

    Other engines need a look-ahead there; with it no pattern could use the linear-time engine.
    """
    if isinstance(schema, list):
        return [_without_look_ahead(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _without_look_ahead(value) for key, value in schema.items()}
    if isinstance(pattern := schema.get("pattern"), str):
        changed["pattern"] = pattern.replace(END, "$")
    if "patternProperties" in schema:
        changed["patternProperties"] = {
            pattern.replace(END, "$"): value for pattern, value in changed["patternProperties"].items()
        }
    return changed
