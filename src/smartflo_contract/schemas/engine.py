"""Schema violations of one lead, from the fast validator, in the form that findings need.

``required`` and ``additionalProperties`` are reported by validators at the parent; here they are
one violation a key, with the key's own path.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import jsonschema_rs

from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.patterns import END

_CLOSED: Final = "additionalProperties"
_NOTHING: Final = "falseSchema"
"""What the fast validator says of a closed object for which no key is named."""


class Violation(NamedTuple):
    """One key of a lead that a keyword of the schema refuses."""

    keyword: str
    path: Path
    schema_path: Path


def without_look_ahead(schema: Any) -> Any:
    """Return a schema for the fast validator alone, whose ``$`` means the end of the text and nothing else.

    The look-ahead that says this to other engines would take every pattern out of the linear engine.
    """
    if isinstance(schema, list):
        return [without_look_ahead(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: without_look_ahead(value) for key, value in schema.items()}
    if isinstance(pattern := schema.get("pattern"), str):
        changed["pattern"] = pattern.replace(END, "$")
    if "patternProperties" in schema:
        changed["patternProperties"] = {
            pattern.replace(END, "$"): value for pattern, value in changed["patternProperties"].items()
        }
    return changed


def of_columns(schema: Any, keys: Sequence[str]) -> jsonschema_rs.Draft202012Validator | None:
    """Return a validator of the columns of leads with these keys, each an array of the values of one key.

    It accepts what the lead schema accepts of such leads; without a look-up of every key in every lead it does so in a
    third of the time. ``None`` where the schema refuses leads with these keys, whatever their values.
    """
    if not set(schema["required"]).issubset(keys):
        return None
    columns = []
    for key in keys:
        found = [below for pattern, below in schema["patternProperties"].items() if _matches(pattern, key)]
        found += [schema["properties"][key]] if key in schema["properties"] else []
        if not found and schema.get(_CLOSED) is False:
            return None
        columns.append({"items": found[0] if len(found) == 1 else {"allOf": found} if found else True})
    return jsonschema_rs.Draft202012Validator({"prefixItems": columns})


def _matches(pattern: str, key: str) -> bool:
    return jsonschema_rs.is_valid({"pattern": pattern}, key)


def violations(validator: jsonschema_rs.Draft202012Validator, lead: object) -> Iterator[Violation]:
    """Yield every violation of ``lead``."""
    for error in validator.iter_errors(lead):
        keyword = error.kind.name
        path, schema_path = tuple(error.instance_path), tuple(error.schema_path)
        if keyword == "required":
            yield Violation(keyword, (*path, error.kind.property), schema_path)  # type: ignore[attr-defined]
        elif schema_path[-1] == _CLOSED:
            unexpected = look_up(lead, path) if keyword == _NOTHING else error.kind.unexpected  # type: ignore[attr-defined]
            for key in unexpected:
                yield Violation(_CLOSED, (*path, key), schema_path)
        else:
            yield Violation(keyword, path, schema_path)


def look_up(value: Any, path: Path) -> Any:
    """Return what is at ``path`` in ``value``."""
    for part in path:
        value = value[part]
    return value
