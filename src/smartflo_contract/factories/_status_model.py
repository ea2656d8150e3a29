"""How dial statuses, dispositions and counters go together. Assumed: the vendor documents no life cycle.

This is the one place that says so; replace the table and every generated lead follows.
"""

from typing import Final, NamedTuple


class StatusModel(NamedTuple):
    """What goes with one dial status.

    Attributes:
        weight: how often the status occurs.
        picked: ``lead_picked``.
        calls: least and most ``call_count``.
        dispositions: disposition to weight.
    """

    weight: float
    picked: int
    calls: tuple[int, int]
    dispositions: dict[int, float]


STATUSES: Final = {
    1: StatusModel(30, 0, (0, 0), {0: 1}),
    2: StatusModel(10, 1, (1, 3), {-1: 3, -5: 1, -9: 1}),
    3: StatusModel(15, 1, (1, 3), {-1: 6, -4: 1, -8: 2, -9: 1}),
    4: StatusModel(20, 0, (1, 6), {3: 1}),
    5: StatusModel(4, 0, (0, 0), {-3: 1}),
    6: StatusModel(10, 0, (1, 6), {9: 1}),
    7: StatusModel(4, 0, (1, 3), {-6: 1}),
    8: StatusModel(4, 0, (1, 3), {-5: 1, -7: 1}),
    9: StatusModel(3, 0, (0, 0), {-2: 1}),
}

OTHER: Final = StatusModel(0, 0, (1, 3), {-1: 1})
"""What goes with a dial status that the table does not have."""
