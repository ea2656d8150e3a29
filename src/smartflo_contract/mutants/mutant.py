"""A mutant: one change of the API that a fake can simulate in its responses with leads."""

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

Kind = Literal["breaking", "tolerance"]
"""Whether the change breaks the contract, so that a test should fail, or is one that a client should tolerate."""
KINDS: Final[tuple[Kind, ...]] = ("breaking", "tolerance")
Chunks: TypeAlias = Iterator[bytes]
"""The body of a response, in pieces of any size."""


class Mutant(NamedTuple):
    """One change of the API.

    Attributes:
        id: stable id: group and operator, such as ``lead_id:remove`` or ``status:200-error``.
        group: the key of the lead, or the part of the response, that changes; a group of cells where there is one.
        operator: name of the operator, such as ``remove``.
        kind: ``breaking`` or ``tolerance``.
        change: what the API does then, as a clause, such as ``lead_id is missing``.
        evidence: labels of the evidence that the API may change like this, such as ``documented, sample``.
        mutate: returns the changed body of a response; calls its second argument once something has changed.
    """

    id: str
    group: str
    operator: str
    kind: Kind
    change: str
    evidence: str
    mutate: Callable[[Chunks, Callable[[], None]], Chunks]
