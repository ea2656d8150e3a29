"""Apply mutants to the body of a response while it streams, in constant memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

import orjson

from smartflo_contract.mutants.mutant import Chunks, Lead, Leads, Mutant, Note

LEADS_START: Final = b'[{"'
"""The first bytes of a body with leads."""
_SEPARATOR: Final = b'},{"'
"""The bytes between two leads; also between two objects in a lead."""
_MAX_ATTEMPTS: Final = 8
"""Separators at which a piece of a body is tried to be split."""
_CHUNK_BYTES: Final = 64 * 1024


def mutated(chunks: Chunks, mutants: Sequence[Mutant], note: Note) -> Chunks:
    """Yield the body of a response with some mutants applied, those of leads first.

    Args:
        chunks: the body; one that does not start with a lead stays as it is.
        mutants: the mutants, in order.
        note: called each time that something has changed.
    """
    first = b""
    while len(first) < len(LEADS_START) and (chunk := next(chunks, None)) is not None:
        first += chunk
    body: Chunks = chain((first,), chunks)
    if not first.startswith(LEADS_START):
        yield from body
        return
    edits = [mutant.edit_leads for mutant in mutants if mutant.edit_leads is not None]
    if edits:
        leads: Leads = _leads(body)
        for edit in edits:
            leads = edit(leads, note)
        body = _encoded(leads)
    for mutant in mutants:
        if mutant.edit_body is not None:
            body = mutant.edit_body(body, note)
    yield from body


def apply_to(body: bytes, mutants: Sequence[Mutant]) -> tuple[bytes, bool]:
    """Return a body with some mutants applied, and whether they changed anything."""
    notes: list[None] = []
    changed = b"".join(mutated(iter((body,)), mutants, lambda: notes.append(None)))
    return changed, bool(notes)


def _leads(chunks: Chunks) -> Leads:
    """Yield the leads of a body.

    Raises:
        ValueError: the body is no array of objects, for example because a fault has cut it.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk.removeprefix(b"[") if not rest else chunk
        leads, rest = _split(rest)
        yield from leads
    yield from orjson.loads(b"[" + rest)


def _split(rest: bytes) -> tuple[list[Lead], bytes]:
    """Return the whole leads at the start of a piece of a body, and what follows them."""
    end = len(rest)
    for _ in range(_MAX_ATTEMPTS):
        end = rest.rfind(_SEPARATOR, 0, end + len(_SEPARATOR) - 1)
        if end < 0:
            break
        try:
            return orjson.loads(b"[" + rest[: end + 1] + b"]"), rest[end + 2 :]
        except ValueError:  # the separator is inside a lead
            continue
    return [], rest


def _encoded(leads: Iterable[Any]) -> Iterator[bytes]:
    """Yield the body with some leads."""
    chunk, separator = b"[", b""
    for lead in leads:
        chunk += separator + orjson.dumps(lead)
        separator = b","
        if len(chunk) > _CHUNK_BYTES:
            yield chunk
            chunk = b""
    yield chunk + b"]"
