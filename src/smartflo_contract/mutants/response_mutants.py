"""Mutants of a response as a whole: its leads, their keys, its columns, its body. To add one, add an entry."""

from typing import Final

import orjson

from smartflo_contract.mutants import body_edits, lead_edits
from smartflo_contract.mutants.drafts import Draft
from smartflo_contract.mutants.mutant import Lead
from smartflo_contract.schemas.lead_format import column_names, header_string

_ERROR: Final = orjson.dumps({"success": False, "message": "Token has expired"})
_NEW_KEY: Final = "smartflo_new_key"
_HTML: Final = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def _shift_columns(lead: Lead, _: int) -> Lead | None:
    header = lead.get("header")
    names = column_names(header)
    if not names:
        return None
    shifted = [*names[1:], names[0]]
    return lead | {"header": shifted if isinstance(header, list) else header_string(shifted)}


def _swap_columns(lead: Lead, _: int) -> Lead | None:
    """Swap the first two columns with their fields: another order of the same data."""
    header = lead.get("header")
    names = column_names(header)
    if names is None or len(names) < 2 or not {"field_0", "field_1"} <= lead.keys():  # noqa: PLR2004 - two columns
        return None
    swapped = [names[1], names[0], *names[2:]]
    return lead | {
        "header": swapped if isinstance(header, list) else header_string(swapped),
        "field_0": lead["field_1"],
        "field_1": lead["field_0"],
    }


def _add_key(lead: Lead, _: int) -> Lead:
    return lead | {_NEW_KEY: "value"}


RESPONSE_DRAFTS: Final = (
    Draft(
        "header",
        "header",
        "shift-one",
        "the names in header are shifted by one column",
        "documented",
        kind="breaking",
        scope="each",
        change_lead=_shift_columns,
    ),
    Draft(
        "columns",
        "columns",
        "swap",
        "the first two columns are swapped, in header and in the fields",
        "assumed",
        kind="tolerance",
        scope="each",
        change_lead=_swap_columns,
    ),
    Draft(
        "keys",
        "keys",
        "unknown-key",
        "a lead has a new key",
        "assumed",
        kind="tolerance",
        scope="each",
        change_lead=_add_key,
    ),
    Draft(
        "keys",
        "keys",
        "reverse",
        "the keys of a lead come in another order",
        "assumed",
        edit_leads=lead_edits.reverse_keys,
    ),
    Draft(
        "leads",
        "leads",
        "swap-neighbors",
        "the leads come in another order",
        "assumed",
        edit_leads=lead_edits.swap_neighbors,
    ),
    Draft("leads", "leads", "repeat", "a lead comes twice", "assumed", edit_leads=lead_edits.repeat_last),
    Draft(
        "leads",
        "leads",
        "drop-first",
        "the first lead is left out",
        "assumed",
        kind="breaking",
        edit_leads=lead_edits.drop_first,
    ),
    Draft(
        "leads",
        "leads",
        "drop-last",
        "the last lead is left out",
        "assumed",
        kind="breaking",
        edit_leads=lead_edits.drop_last,
    ),
    Draft(
        "leads",
        "leads",
        "drop-all",
        "the list is empty",
        "assumed",
        kind="breaking",
        edit_leads=lead_edits.drop_all,
    ),
    Draft(
        "status",
        "status",
        "200-error",
        "an error comes with status 200",
        "observed",
        edit_body=body_edits.replaced_by(_ERROR),
    ),
    Draft(
        "body",
        "body",
        "envelope",
        "the array of leads is in an object, under data",
        "assumed",
        edit_body=body_edits.between(b'{"data":', b"}"),
    ),
    Draft("body", "body", "truncate", "the body ends too early", "assumed", edit_body=body_edits.truncate),
    Draft(
        "body",
        "body",
        "end-in-comma",
        "the array ends in a comma, as in the sample on the vendor's page",
        "sample",
        edit_body=body_edits.end_in_comma,
    ),
    Draft("body", "body", "html", "the body is an HTML page", "assumed", edit_body=body_edits.replaced_by(_HTML)),
    Draft("body", "body", "null", "the body is null", "assumed", edit_body=body_edits.replaced_by(b"null")),
    Draft("body", "body", "empty", "the body has no bytes", "assumed", edit_body=body_edits.replaced_by(b"")),
    Draft(
        "body",
        "body",
        "blanks",
        "the body has blanks around the array",
        "assumed",
        edit_body=body_edits.between(b" \n", b"\n"),
    ),
)
"""The mutants of a response, in order."""
