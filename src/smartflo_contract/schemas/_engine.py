"""Schema violations of one lead, from the fast validator, in the form that findings need.

``required`` and ``additionalProperties`` are reported by validators at the parent; here they are
one violation a key, with the key's own path.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Any, NamedTuple, TypeAlias

import jsonschema_rs
import orjson

from smartflo_contract.schemas._overlay import END, Schema

_JSON_ONLY = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS

Path: TypeAlias = tuple[str | int, ...]


class Violation(NamedTuple):
    """One key of a lead that a keyword of the schema refuses."""

    keyword: str
    path: Path
    schema_path: Path


def compile_validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """Return the fast validator of a plain schema.

    Its ``$`` means the end of the text and nothing else, so the look-ahead that says this to other
    engines is left out: it would take every pattern out of the linear engine.
    """
    return jsonschema_rs.Draft202012Validator(_without_look_ahead(schema))


def _without_look_ahead(schema: Any) -> Any:
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


def violations(validator: jsonschema_rs.Draft202012Validator, lead: object) -> Iterator[Violation]:
    """Yield every violation of ``lead``."""
    for error in validator.iter_errors(lead):
        keyword = error.kind.name
        path, schema_path = tuple(error.instance_path), tuple(error.schema_path)
        if keyword == "required":
            yield Violation(keyword, (*path, error.kind.property), schema_path)  # type: ignore[attr-defined]
        elif keyword == "additionalProperties":
            for key in error.kind.unexpected:  # type: ignore[attr-defined]
                yield Violation(keyword, (*path, key), schema_path)
        else:
            yield Violation(keyword, path, schema_path)


def is_portable(value: object) -> bool:
    """Whether ``value`` consists of JSON types and Unicode text; quick, but NaN and infinities pass."""
    try:
        orjson.dumps(value, option=_JSON_ONLY)
    except (TypeError, ValueError):
        return not any(True for _ in not_json(value))
    return True


def not_json(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield path and value of what JSON cannot say: NaN, infinities, lone surrogates, other types."""
    if isinstance(value, dict):
        for key, below in value.items():
            if isinstance(key, str) and _is_scalar(key):
                yield from not_json(below, (*path, key))
            else:
                yield (*path, repr(key)), key
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from not_json(below, (*path, index))
    elif not _is_scalar(value):
        yield path, value


def _is_scalar(value: object) -> bool:
    """Whether JSON can say ``value``, which is neither array nor object."""
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, str):
        return value is None or isinstance(value, int)
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def look_up(value: Any, path: Path) -> Any:
    """Return what is at ``path`` in ``value``.

    Raises:
        LookupError: there is nothing.
    """
    for part in path:
        value = value[part]
    return value
