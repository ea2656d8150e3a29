"""The contradictions between the vendor's page, its sample and its other pages, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from smartflo_contract.schemas.files import read


@dataclass(frozen=True)
class Contradiction:
    """Two readings of one claim.

    Attributes:
        id: the name by which findings and the contract refer to it.
        title: its subject.
        pointers: JSON pointers of the keys concerned, ``*`` for every index; empty if no key is.
        readings: ``documented`` and ``sample``, each in our words.
        shows_in_values: whether the values of a response show which reading it follows.
        evidence: label to source.
        followed: which reading this project follows, and where.
    """

    id: str
    title: str
    pointers: tuple[str, ...]
    readings: Mapping[str, str]
    shows_in_values: bool
    evidence: Mapping[str, str]
    followed: str


CONTRADICTIONS: Final = tuple(
    Contradiction(**{**entry, "pointers": tuple(entry["pointers"])}) for entry in read("contradictions.json")
)
