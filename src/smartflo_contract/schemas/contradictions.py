"""Where the vendor's page contradicts itself, its sample or other pages, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from smartflo_contract.schemas.files import read


@dataclass(frozen=True)
class Contradiction:
    """Two readings of one thing.

    Attributes:
        id: its name, as findings and the contract refer to it.
        title: what it is about.
        pointers: the keys concerned, ``*`` for every index; empty where no key is.
        readings: ``documented`` and ``sample``, each in our words.
        shows_in_values: whether a response can show which reading it follows.
        evidence: label to source.
        followed: what this project does.
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
