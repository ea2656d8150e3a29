"""What usually causes a finding about a lead, and what to do, as data."""

from collections.abc import Mapping
from typing import Final

from smartflo_contract.schemas.body_rules import BODY_RULES

_ACCEPT: Final = "Describe it in an overlay, or accept it in a baseline."
_VALUES: Final = f"The vendor has changed the values, or follows the other reading of its documentation. {_ACCEPT}"
_COLUMNS: Final = f"The list was changed while it was read, or the vendor counts columns differently. {_ACCEPT}"
_CLIENTS: Final = "Clients that rely on it read wrong values: check yours, and report it to the vendor."

LEAD_HELP: Final[Mapping[str, str]] = {
    "additionalProperties": f"The vendor has added or renamed a key. {_ACCEPT}",
    "unknown-key": f"The vendor has added or renamed a key. {_ACCEPT}",
    "required": (
        "The vendor has renamed or removed the key, or the items are no leads. Check that clients do without it; an "
        "overlay can remove the key."
    ),
    "unknown-value": f"The vendor has a new status or kind. Check how clients handle it. {_ACCEPT}",
    "header-json": f"Clients that decode header fail. {_ACCEPT}",
    "sensitive-json": f"Clients that decode sensitive_field_map fail. {_ACCEPT}",
    "sensitive-json-or-count": f"Clients that decode sensitive_field_map fail. {_ACCEPT}",
    "sensitive-range": _COLUMNS,
    "sensitive-count": _COLUMNS,
    "fields-contiguous": f"A field was left out instead of being empty. {_CLIENTS}",
    "columns-fit-fields": _COLUMNS,
    "few-fields": f"The list has fewer columns than the vendor's table. {_ACCEPT}",
    "many-fields": f"The list has more columns than the vendor's sample. {_ACCEPT}",
    "header-varies": f"Columns were changed while leads existed, so field_N differs between leads. {_CLIENTS}",
    "header-fields": f"Columns were removed from the list, or its header is incomplete. {_CLIENTS}",
    "number-long-64-bit": f"The time is outside the range of MongoDB. {_CLIENTS}",
    "created-before-updated": f"The clocks of the vendor's servers differ. {_CLIENTS}",
    "created-twelve-hours-early": "The vendor writes created_at on a clock of twelve hours. Use the time in lead_id.",
    "one-list-id": "Leads of several lists were joined, or the vendor returned another list. Check one list at a time.",
    "id-unique": "The list contains a lead twice, such as after a repeated upload. Remove duplicates by lead_id.",
    "lead-id-unique": "The list contains a lead twice, such as after a repeated upload. Remove duplicates by lead_id.",
    "lead-id-equals-id": f"The vendor follows the other reading of id. {_ACCEPT}",
    "id-is-list-id": f"The vendor follows the other reading of id. {_ACCEPT}",
    "email-masked": "The response was copied from the vendor's page, whose host hides e-mail addresses.",
}
"""By rule or JSON Schema keyword; other keywords are about values."""


def lead_help(rule: str, key: str | None = None) -> str:
    """Return what usually causes a finding about a lead, and what to do.

    Args:
        rule: rule or JSON Schema keyword.
        key: the key that the finding is about, if the contract knows it.
    """
    text = BODY_RULES[rule].help if rule in BODY_RULES else LEAD_HELP.get(rule, _VALUES)
    return f"{text} See `smartflo-contract explain {key}`." if key else text
