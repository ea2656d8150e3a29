"""Evidence labels, ordered by how well they support a claim."""

from collections.abc import Iterable
from typing import Final

_STRONGEST_FIRST: Final = ("documented", "sample", "observed", "assumed")


def weakest_evidence(labels: Iterable[str]) -> str:
    """Return the label of the weakest evidence among ``labels``."""
    return max(labels, key=_STRONGEST_FIRST.index)
