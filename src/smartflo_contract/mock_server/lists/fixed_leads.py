"""Lists whose leads are given, to be served as they are."""

from collections.abc import Iterator, Sequence

import orjson

from smartflo_contract.factories import Lead
from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits


class FixedLeads:
    """The writer of a list whose leads are given; all of it is in memory, so it is for short ones.

    Attributes:
        size: how many leads the list has.
        recipe: everything that the bytes depend on: the leads.
    """

    def __init__(self, leads: Sequence[Lead]) -> None:
        """Write the leads."""
        self._lines = [orjson.dumps(lead) for lead in leads]
        # Given leads may break the contract: this key may be missing, and hold anything.
        self._numbers = [last_digits(str(lead.get("field_0"))) for lead in leads]
        self.size = len(leads)
        self.recipe = b",".join(self._lines).decode()

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes``, of all where none are given, in one piece."""
        lines = self._lines if indexes is None else [self._lines[index] for index in indexes]
        yield b"[" + b",".join(lines) + b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose ``field_0`` has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        return [index for index, own in enumerate(self._numbers) if own == digits]
