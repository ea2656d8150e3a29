"""A schema in a few words, for messages and tables."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER
from smartflo_contract.schemas.patterns import END
from smartflo_contract.schemas.printable import escape_unprintable

_PATTERNS: Final = {
    "^[0-9a-f]{24}$": "24 hexadecimal digits",
    "^(0|[1-9][0-9]{0,18})$": "digits",
    "^[1-9][0-9]{0,15}$": "digits",
    "^(0|-?[1-9][0-9]{0,18})$": "an integer",
}
_TYPE: Final = re.compile(r"^(?:JSON-encoded )?(?:string|integer|number|boolean|array|object)\b")


def describe(schema: Mapping[str, Any]) -> str:
    """Return what a valid value is, without an article."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(describe(branch) for branch in schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        *values, last = (json.dumps(value, ensure_ascii=False) for value in schema["enum"])
        return f"{', '.join(values)} or {last}" if values else last
    types = schema.get("type", "anything")
    names = [types] if isinstance(types, str) else types
    words = " or ".join(_noun(schema, name) for name in names if name != "null") or "null"
    return words + "".join(_limits(schema)) + (", or null" if "null" in names and len(names) > 1 else "")


def _noun(schema: Mapping[str, Any], name: str) -> str:
    is_json = name == "string" and schema.get("contentMediaType") == "application/json"
    return "JSON-encoded string" if is_json else name


def _limits(schema: Mapping[str, Any]) -> list[str]:
    limits = []
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    if minimum not in {None, -MAX_SAFE_INTEGER}:
        limits.append(f" from {minimum}")
    if maximum not in {None, MAX_SAFE_INTEGER}:
        limits.append(f" to {maximum}")
    if "maxLength" in schema:
        limits.append(f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters")
    elif "minLength" in schema:
        limits.append(f" of at least {schema['minLength']} characters")
    if "pattern" in schema:
        pattern = schema["pattern"]
        words = _PATTERNS.get(pattern.replace(END, "$"))  # a compiled schema has a plain ``$``
        limits.append(f" matching {escape_unprintable(pattern)}" if words is None else f" of {words}")
    if "items" in schema:
        limits.append(f" of {_TYPE.sub(lambda match: f'{match[0]}s', describe(schema['items']))}")
    if "properties" in schema:
        limits.append(f" with {', '.join(map(escape_unprintable, schema['properties']))}")
    return limits
