"""A cell: one thing that a response may do and that a client can tell apart."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.schemas.json_pointer import escape

Mask: TypeAlias = int
"""A set of cells: bit N stands for the cell with index N."""
ASSUMED: Final = "assumed"
ABSENT: Final = object()
"""Example of a cell whose key is absent."""


class Cell(NamedTuple):
    """One thing that a response may do and that a client can tell apart.

    Attributes:
        id: stable id, such as ``dial_status=4``, ``skill_id:null`` or ``status:503``.
        group: the key of the lead, or the part of the response, that the cell belongs to.
        description: what the response does.
        evidence: labels of the evidence that it may do so, such as ``documented, sample``.
    """

    id: str
    group: str
    description: str
    evidence: str


class Example(NamedTuple):
    """A value that has a cell.

    Attributes:
        path: from the lead down to the value.
        value: the value.
    """

    path: tuple[str, ...]
    value: Any


class CellIndex:
    """Cells in order, each with its bit.

    Attributes:
        cells: the cells; the bit of a cell is its index.
        examples: for a cell of a value, a value that has it.
    """

    def __init__(self) -> None:
        """Start without cells."""
        self.cells: list[Cell] = []
        self.examples: dict[str, Example] = {}
        self._bits: dict[str, Mask] = {}

    def add(self, cell: Cell, example: Example | None = None) -> Mask:
        """Return the bit of a cell, which is added unless there is one with its id."""
        if cell.id not in self._bits:
            self._bits[cell.id] = 1 << len(self.cells)
            self.cells.append(cell)
            if example is not None:
                self.examples[cell.id] = example
        return self._bits[cell.id]


class ValueNode(NamedTuple):
    """A value in a lead whose cells are derived: its path and its schema.

    Attributes:
        cells: the cells so far, to which those of this value are added.
        path: keys from the lead down to the value; ``*`` stands for the items of an array.
        schema: its schema, with annotations.
        evidence: labels of the evidence of the schema.
    """

    cells: CellIndex
    path: tuple[str, ...]
    schema: Mapping[str, Any]
    evidence: str

    def add(self, suffix: str, description: str, value: Any, evidence: str | None = None) -> Mask:
        """Return the bit of a cell of this value.

        Args:
            suffix: the end of its id, such as ``:null`` or ``=4``.
            description: what the value is.
            value: an example.
            evidence: labels of the evidence; those of the schema by default.
        """
        cell_id = "/".join(map(escape, self.path)) + suffix
        cell = Cell(cell_id, escape(self.path[0]), description, evidence or self.evidence)
        return self.cells.add(cell, Example(self.path, value))

    def below(self, segment: str, schema: Mapping[str, Any]) -> "ValueNode":
        """Return a part of this value."""
        return ValueNode(self.cells, (*self.path, segment), schema, evidence_labels(schema) or self.evidence)


def evidence_labels(schema: Mapping[str, Any]) -> str:
    """Return the labels of the evidence that a schema states, empty for none."""
    return ", ".join(sorted(schema.get("x-evidence", ())))


def matching(cells: Sequence[Cell], mask: Mask) -> list[Cell]:
    """Return the cells of a mask, in order."""
    return [cell for number, cell in enumerate(cells) if mask >> number & 1]
