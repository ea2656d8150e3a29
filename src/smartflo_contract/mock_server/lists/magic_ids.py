"""Magic list ids: they answer in a special way, for apps in which one can configure a list id and nothing else.

The ids lie far above those of real lists (four to six digits seen).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple
from zlib import crc32

from smartflo_contract.factories import EDGE_CASES, EdgeCase, ListDefinition
from smartflo_contract.mock_server.config.quirks import Quirks


class Failure(NamedTuple):
    """An error that a list id stands for.

    Attributes:
        status: HTTP status.
        body: JSON object, in one of the vendor's shapes.
        evidence: of the answer's least known part.
    """

    status: int
    body: dict[str, object]
    evidence: str

    def under(self, quirks: Quirks) -> "Failure":
        """Return the error as the quirk ``rate_limit_success`` has it."""
        if self.body.get("success") != "false" or quirks["rate_limit_success"] == "text":
            return self
        return self._replace(body=self.body | {"success": False}, evidence="assumed")


class MagicRow(NamedTuple):
    """A row of the table of magic ids, for people."""

    ids: str
    answer: str
    evidence: str


_MOST_DIGITS: Final = 16
_STATUS_BASE: Final = 900_000_000
_SIZE_BASE: Final = 910_000_000
_MOST_LEADS: Final = 9_999_999
_EDGE_BASE: Final = 920_000_000
_EDGE_IDS: Final = 1_000_000
_LABELS: Final = ("documented", "sample", "observed", "assumed")
"""The labels of evidence, the best known first."""


def _envelope(message: str, success: object = False) -> dict[str, object]:  # noqa: FBT002 - the vendor's key
    return {"success": success, "message": message}


_ALL_FAILURES: Final = (
    Failure(400, _envelope("Bad request."), "assumed"),
    Failure(401, _envelope("Token has expired"), "observed"),
    Failure(403, _envelope("You do not have access to this list."), "assumed"),
    Failure(404, _envelope("List not found."), "assumed"),
    Failure(422, {"id": "Provide a valid id."}, "assumed"),
    Failure(429, _envelope("Too many requests.", success="false"), "documented"),
    Failure(500, _envelope("Internal server error."), "assumed"),
    Failure(502, _envelope("Bad gateway."), "assumed"),
    Failure(503, _envelope("Service unavailable."), "assumed"),
    Failure(504, _envelope("Gateway timeout."), "assumed"),
)
FAILURES: Final = {failure.status: failure for failure in _ALL_FAILURES}
"""What stands for a status, by the status."""
_BY_ID: Final = {_STATUS_BASE + status: failure for status, failure in FAILURES.items()}
FAULT_IDS: Final = {
    930_000_001: "delay",
    930_000_002: "reset",
    930_000_003: "cut",
    930_000_004: "cut_clean",
    930_000_005: "dangling_comma",
    930_000_006: "html",
    930_000_007: "content_type",
    930_000_008: "invalid_utf8",
    930_000_009: "duplicate_leads",
    930_000_010: "changing",
}
"""Lists that are read with a fault each, by id; an id keeps its fault."""


@cache
def _edge_cases() -> Mapping[int, EdgeCase]:
    """Return the edge cases by their ids; the table is made when this is first asked for."""
    # An id follows from the case's name alone, so it stays the same when cases are added, removed or moved.
    return {_EDGE_BASE + crc32(name.encode()) % _EDGE_IDS: case for name, case in EDGE_CASES.items()}


def least_known(labels: Iterable[str]) -> str:
    """Return the label of the weakest evidence."""
    return max(labels, key=_LABELS.index)


def magic(list_id: int) -> ListDefinition | EdgeCase | Failure | None:
    """Return what a magic id stands for; ``None`` where the id is an ordinary one."""
    if list_id in _BY_ID:
        return _BY_ID[list_id]
    if list_id in FAULT_IDS:
        return ListDefinition(id=list_id, name=f"Fault {FAULT_IDS[list_id]}")
    if list_id == _STATUS_BASE:
        return ListDefinition(id=list_id, name="Empty list", size=0)
    size = list_id - _SIZE_BASE
    if 1 <= size <= _MOST_LEADS:
        return ListDefinition(id=list_id, name=f"List of {size:,}", size=size)
    if 0 <= list_id - _EDGE_BASE < _EDGE_IDS:
        return _edge_cases().get(list_id)
    return None


def magic_rows() -> tuple[MagicRow, ...]:
    """Return the table of magic ids: id or range, what it answers, and how well that is known."""
    from smartflo_contract.mock_server.faults.injectors import KINDS  # noqa: PLC0415 - it imports this

    empty = MagicRow(f"{_STATUS_BASE}", "200 and an empty list", "assumed")
    failures = (MagicRow(f"{id_}", f"{one.status}", one.evidence) for id_, one in _BY_ID.items())
    sizes = MagicRow(
        f"{_SIZE_BASE + 1} to {_SIZE_BASE + _MOST_LEADS}",
        f"200 and N leads, N being the id less {_SIZE_BASE}: {_SIZE_BASE + 1_000_000} is a list of a million",
        "that of the profile",
    )
    reads = {name: "every other read" if name == "changing" else "every read" for name in FAULT_IDS.values()}
    faults = (
        MagicRow(f"{id_}", f"the fault `{name}`, at {reads[name]}", KINDS[name].evidence)
        for id_, name in FAULT_IDS.items()
    )
    return (empty, *failures, sizes, *faults, *edge_rows())


def edge_rows() -> tuple[MagicRow, ...]:
    """Return the rows of the edge cases in the table of magic ids."""
    return tuple(
        MagicRow(f"{id_}", f"200 and the edge case `{case.name}`: {case.why}", least_known(case.evidence))
        for id_, case in _edge_cases().items()
    )


def is_list_id(text: str) -> bool:
    """Whether a path's segment is written as lists' ids are: plain digits, no leading zero."""
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() and text[0] != "0"
