"""A mutant: one change of the API that a fake can simulate in its responses with leads."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Kind = Literal["breaking", "tolerance"]
"""Whether the change breaks the contract, so that a test should fail, or is one that a client should tolerate."""
KINDS: Final[tuple[Kind, ...]] = ("breaking", "tolerance")
Chunks: TypeAlias = Iterator[bytes]
"""The body of a response, in pieces of any size."""
Lead: TypeAlias = dict[str, Any]
Leads: TypeAlias = Iterator[Lead]
"""The leads of a response, one after the other."""
Note: TypeAlias = Callable[[], None]
"""Called once something has changed."""
LeadsEdit: TypeAlias = Callable[[Leads, Note], Leads]
"""Yields the changed leads of a response; it never changes the leads that it is given, and keeps only a few of them."""
BodyEdit: TypeAlias = Callable[[Chunks, Note], Chunks]
"""Yields the changed body of a response with leads, and keeps only a few chunks of it."""


class Mutant(NamedTuple):
    """One change of the API.

    Attributes:
        id: stable id: key or part, and operator, such as ``lead_id:remove`` or ``status:200-error``.
        group: the key of the lead, or the part of the response, that changes.
        operator: name of the operator, such as ``remove``.
        kind: ``breaking`` or ``tolerance``.
        change: what the API does then, as a clause, such as ``lead_id is missing``.
        evidence: labels of the evidence that the API may change like this, such as ``documented, sample``.
        edit_leads: changes the leads; ``None`` for a mutant of the body.
        edit_body: changes the body as a whole; ``None`` for a mutant of leads.
    """

    id: str
    group: str
    operator: str
    kind: Kind
    change: str
    evidence: str
    edit_leads: LeadsEdit | None = None
    edit_body: BodyEdit | None = None
