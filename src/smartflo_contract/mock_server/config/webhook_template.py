"""Templates of webhooks: JSON or text of the user in which ``$variables`` stand for values of a call."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Template: TypeAlias = Mapping[str, Any] | str
"""An object whose strings have variables, at any depth; or text with variables."""
Value: TypeAlias = str | Mapping[str, str]
"""The value of a variable."""
DEFAULT_TEMPLATE: Final[Mapping[str, str]] = {
    name: f"${name}"
    for name in (
        *("uuid", "call_id", "ref_id", "call_to_number", "caller_id_number", "direction", "start_stamp", "end_stamp"),
        *("duration", "call_status", "campaign_id", "campaign_name", "list_id", "lead_id", "custom_identifier"),
        *("disposition", "sub_disposition", "hangupcause_key", "broadcast_lead_fields"),
    )
}
"""What is sent without a template, besides the customer's number."""
_VARIABLE: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def variables_in(template: Any) -> Iterator[str]:
    """Yield the names of the variables in a template."""
    if isinstance(template, str):
        yield from _VARIABLE.findall(template)
    elif isinstance(template, Mapping):
        for key, value in template.items():
            yield from variables_in(key)
            yield from variables_in(value)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from variables_in(item)


def render(template: Any, value_of: Callable[[str], Value], text_of: Callable[[Value], str]) -> Any:
    """Return a template with values in place of variables.

    Args:
        template: the template, or a part of it.
        value_of: returns the value of a variable.
        text_of: returns a value as a part of a string. A string that is one variable becomes its value.
    """
    if isinstance(template, str):
        whole = _VARIABLE.fullmatch(template)
        if whole:
            return value_of(whole[1])
        return _VARIABLE.sub(lambda match: text_of(value_of(match[1])), template) if "$" in template else template
    if isinstance(template, Mapping):
        return {
            text_of(render(key, value_of, text_of)): render(value, value_of, text_of) for key, value in template.items()
        }
    if isinstance(template, list | tuple):
        return [render(item, value_of, text_of) for item in template]
    return template
