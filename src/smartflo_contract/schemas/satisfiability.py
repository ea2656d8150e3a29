"""Whether a schema accepts any value."""

from typing import Final

from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import reference_validator

_LIMITS: Final = (("minimum", "maximum"), ("minLength", "maxLength"))


def unsatisfiable_reason(schema: Schema) -> str | None:
    """Return why no value is valid, or ``None`` if the keywords do not show it."""
    for low, high in _LIMITS:
        if low in schema and high in schema and schema[low] > schema[high]:
            return f"{low} {schema[low]} is above {high} {schema[high]}"
    if "anyOf" in schema:
        reasons = list(map(unsatisfiable_reason, schema["anyOf"]))
        return reasons[0] if all(reasons) else None
    parts = [schema["items"]] if "items" in schema else []
    parts += [value for key, value in schema.get("properties", {}).items() if key in schema.get("required", ())]
    reason = next(filter(None, map(unsatisfiable_reason, parts)), None)
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    if reason is None and listed is not None:
        validator = reference_validator(schema)
        if not any(validator.is_valid(value) for value in listed):
            keyword = "const" if "const" in schema else "enum"
            return f"no value of {keyword} fits the other keywords (type {schema.get('type', 'any')})"
    return reason
