"""Edits of the leads of a response: of each lead, of the last ones, of their order and number."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson

from smartflo_contract.mutants.mutant import Lead, Leads, LeadsEdit, Note

ChangeLead = Callable[[Lead, int], Mapping[str, Any] | None]
"""Returns the changed lead for a lead and its index; ``None`` if there is nothing to change."""
_TAIL: Final = 2
"""Leads that a rule between leads needs."""
_WINDOW: Final = 64
"""Leads that are kept, to find the last one in which there is something to change."""


def each_lead(change: ChangeLead) -> LeadsEdit:
    """Return the edit that changes each lead."""

    def edit(leads: Leads, note: Note) -> Leads:
        for index, lead in enumerate(leads):
            yield _changed(change, lead, index, note)

    return edit


def last_lead(change: ChangeLead) -> LeadsEdit:
    """Return the edit that changes one lead, so that what tests expect of the others still holds.

    It is the last one in which there is something to change, among the last 64.
    """

    def edit(leads: Leads, note: Note) -> Leads:
        tail: deque[tuple[int, Lead]] = deque(maxlen=_WINDOW)
        for indexed in enumerate(leads):
            if len(tail) == _WINDOW:
                yield tail[0][1]
            tail.append(indexed)
        kept = [lead for _, lead in tail]
        for position, (index, lead) in reversed([*enumerate(tail)]):
            kept[position] = _changed(change, lead, index, note)
            if kept[position] is not lead:
                break
        yield from kept

    return edit


def last_leads(change: Callable[[Sequence[Lead]], Sequence[Lead]]) -> LeadsEdit:
    """Return the edit that changes the last two leads; a response with fewer stays as it is."""

    def edit(leads: Leads, note: Note) -> Leads:
        tail: deque[Lead] = deque(maxlen=_TAIL)
        for lead in leads:
            if len(tail) == _TAIL:
                yield tail[0]
            tail.append(lead)
        kept = [*tail]
        changed = change(kept) if len(kept) == _TAIL else kept
        if changed != kept:
            note()
        yield from changed

    return edit


def swap_neighbors(leads: Leads, note: Note) -> Leads:
    """Swap each two neighbors: the order of leads is another one."""
    while pair := [*islice(leads, 2)]:
        if len(pair) == _TAIL:
            note()
        yield from reversed(pair)


def repeat_last(leads: Leads, note: Note) -> Leads:
    """Send the last lead twice."""
    lead = None
    for lead in leads:
        yield lead
    if lead is not None:
        note()
        yield lead


def drop_first(leads: Leads, note: Note) -> Leads:
    """Leave out the first lead."""
    if next(leads, None) is not None:
        note()
    yield from leads


def drop_last(leads: Leads, note: Note) -> Leads:
    """Leave out the last lead."""
    last = None
    for lead in leads:
        if last is not None:
            yield last
        last = lead
    if last is not None:
        note()


def drop_all(leads: Leads, note: Note) -> Leads:
    """Leave out all leads."""
    for _ in leads:
        note()
    yield from ()


def reverse_keys(leads: Leads, note: Note) -> Leads:
    """Send the keys of each lead in the reverse order."""
    for lead in leads:
        note()
        yield dict(reversed(lead.items()))


def _changed(change: ChangeLead, lead: Lead, index: int, note: Note) -> Lead:
    """Return a changed lead; the lead itself if there is nothing to change."""
    changed = change(lead, index)
    if changed is None or orjson.dumps(changed) == orjson.dumps(lead):  # True equals 1 in Python
        return lead
    note()
    return dict(changed)
