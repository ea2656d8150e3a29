"""The source of leads that are fixed, such as those of the edge cases."""

from collections.abc import Iterator, Sequence

import orjson

from smartflo_contract.factories import Lead
from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits


class FixedLeads:
    """The source of fixed leads. It keeps them in memory, so it is for short lists.

    Attributes:
        size: number of leads.
        recipe: the JSON of the leads.
    """

    def __init__(self, leads: Sequence[Lead]) -> None:
        """Encode the leads."""
        self._lines = [orjson.dumps(lead) for lead in leads]
        # Fixed leads may violate the contract: the key may be missing, and its value may have any type.
        self._numbers = [last_digits(str(lead.get("field_0"))) for lead in leads]
        self.size = len(leads)
        self.recipe = b",".join(self._lines).decode()

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes`` in one chunk, of all leads for ``None``."""
        lines = self._lines if indexes is None else [self._lines[index] for index in indexes]
        yield b"[" + b",".join(lines) + b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        return [index for index, own_digits in enumerate(self._numbers) if own_digits == digits]
