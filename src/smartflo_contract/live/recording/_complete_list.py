"""The leads of a source, which must be a complete list: a recording of a defective body would be a guess."""

from collections.abc import Generator
from typing import Any, Final, NoReturn

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.live.sources import BodySource, SourceOpener
from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY
from smartflo_contract.schemas.duplicate_keys import duplicate_keys

_BATCH_LEADS: Final = 128
"""Leads that are replaced together; more take memory and save no time."""


def complete_list(source: BodySource, opener: SourceOpener, properties: frozenset[str]) -> Generator[list[Any]]:
    """Yield the leads of a source, many at a time.

    Args:
        source: the source.
        opener: opens it.
        properties: properties of a lead.

    Raises:
        LiveError: the source cannot be read.
        RecordError: the source is not a complete list of leads, or has no lead, which no fake could serve.
    """
    is_empty = True
    with opener.open(source) as body:
        for part in LeadItems(body.chunks, properties, body.defects):
            if body.defects:
                _fail(body.defects[0].rule, body.name)
            if isinstance(part, BodyDefect):
                _fail(part.rule, body.name)
            if duplicate_keys(part.text, part.values):
                _fail(DUPLICATE_KEY, body.name)
            while part.values:
                is_empty = False
                batch = part.values[:_BATCH_LEADS]
                del part.values[:_BATCH_LEADS]  # no lead is in memory twice while the next ones are decoded
                yield batch
    if is_empty:
        message = f"not recorded: {body.name} has no leads"
        raise RecordError(message)


def _fail(rule: str, name: str) -> NoReturn:
    fault = BODY_RULES[rule].fake_fault
    hint = f'; in a test, smartflo.fail("{fault}") has the same effect' if fault else ""
    message = f"{name} is not a complete list of leads ({rule}); nothing is recorded. Run `check` for details{hint}"
    raise RecordError(message)
