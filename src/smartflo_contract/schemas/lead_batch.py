"""Leads that are decoded together."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_form import LeadDecoder, TextValues
from smartflo_contract.schemas.lead_table import Table, lead_tables


class LeadBatch:
    """Leads that are decoded together.

    Args:
        text: a JSON array.
        decoder: decodes leads that have the form of those before; ``None`` to decode without a form.

    Attributes:
        text: the JSON array.
        tables: the leads as tables; a value that is not an object is in no table.
        has_form: whether the leads have a form: each is an object, and has each key once.

    Raises:
        orjson.JSONDecodeError: the text is not JSON.
    """

    def __init__(self, text: bytes, decoder: LeadDecoder | None = None) -> None:
        """Decode the text."""
        self.text = text
        self._source = TextValues(text)
        structs = None if decoder is None else decoder.decode(self._source)
        self.has_form = structs is not None
        self.tables: Sequence[Table] = lead_tables(self.values) if structs is None else structs
        if structs is None and decoder is not None:
            decoder.learn(self.tables)

    @property
    def values(self) -> list[Any]:
        """The decoded leads."""
        return self._source.values

    def __len__(self) -> int:
        """Return the number of leads."""
        return sum(len(table.rows) for table in self.tables) if self.has_form else len(self.values)

    @cached_property
    def duplicates(self) -> Mapping[int, Sequence[Path]]:
        """The paths of duplicate keys, by index of the lead."""
        return {} if self.has_form else duplicate_keys(self.text, self.values, self.tables)
