"""A schema in a few words, for messages and tables."""

import json
from collections.abc import Mapping
from typing import Any

from smartflo_contract.schemas.patterns import END

_PATTERNS = {
    "^[0-9a-f]{24}$": "24 hexadecimal digits",
    "^(0|[1-9][0-9]{0,18})$": "digits",
    "^[1-9][0-9]{0,15}$": "digits",
    "^(0|-?[1-9][0-9]{0,18})$": "an integer",
}
_NAMES = {"string": "text"}
_LARGEST = 2**53 - 1
"""The limit of an integer that nothing else limits: what every JSON reader can hold."""


def describe(schema: Mapping[str, Any]) -> str:
    """Return what a value must be to fit ``schema``, without an article."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(describe(branch) for branch in schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        *others, last = (json.dumps(value, ensure_ascii=False) for value in schema["enum"])
        return f"{', '.join(others)} or {last}" if others else last
    types = schema.get("type", "anything")
    names = [types] if isinstance(types, str) else types
    words = " or ".join(_NAMES.get(name, name) for name in names if name != "null") or "null"
    return words + "".join(_limits(schema)) + (", or null" if "null" in names and len(names) > 1 else "")


def _limits(schema: Mapping[str, Any]) -> list[str]:
    said = []
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    if minimum not in {None, -_LARGEST}:
        said.append(f" from {minimum}")
    if maximum not in {None, _LARGEST}:
        said.append(f" to {maximum}")
    if "maxLength" in schema:
        said.append(f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters")
    elif "minLength" in schema:
        said.append(f" of at least {schema['minLength']} characters")
    if "pattern" in schema:
        pattern = schema["pattern"]
        words = _PATTERNS.get(pattern.replace(END, "$"))  # the fast validator's schema has a plain ``$``
        said.append(f" matching {pattern}" if words is None else f" of {words}")
    if schema.get("contentMediaType") == "application/json":
        said.append(" that holds JSON")
    if "items" in schema:
        said.append(f" of {describe(schema['items'])}")
    if "properties" in schema:
        said.append(f" with {', '.join(schema['properties'])}")
    return said
