"""List definitions as JSON: ``ListDefinition`` in the admin API's OpenAPI document."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.http.compact_json import whole_number

_WHOLE_NUMBERS: Final = ("id", "size", "seed")
_TUPLES: Final = ("columns", "sensitive")
_WEIGHTS: Final = ("dial_status", "disposition")
"""Settings whose keys are integers, which are strings in JSON."""


def definition_from_json(content: Mapping[str, Any]) -> ListDefinition:
    """Return the list definition in a JSON object.

    Raises:
        DefinitionError: a setting has a value that it cannot have.
    """
    settings = {**content, **{name: whole_number(content[name]) for name in _WHOLE_NUMBERS if name in content}}
    for name in _TUPLES:
        if settings.get(name) is not None:
            settings[name] = tuple(map(whole_number, settings[name]))
    for name in _WEIGHTS:
        if settings.get(name) is not None:
            settings[name] = {int(key): weight for key, weight in settings[name].items()}
    return ListDefinition(**settings)


def definition_to_json(definition: ListDefinition) -> dict[str, Any]:
    """Return a list definition as a JSON object."""
    content = asdict(definition)
    for name in _WEIGHTS:
        content[name] = content[name] and {str(key): weight for key, weight in content[name].items()}
    return content
