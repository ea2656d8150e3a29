"""Which dispositions and counters fit which dial status. Assumed: the vendor documents no life cycle.

Replace the table to change every generated lead.
"""

from typing import Final, NamedTuple


class StatusModel(NamedTuple):
    """What fits one dial status.

    Attributes:
        weight: relative frequency of the status.
        picked: ``lead_picked``.
        calls: minimum and maximum ``call_count``.
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

OTHER_STATUS: Final = StatusModel(0, 0, (1, 3), {-1: 1})
"""What fits a dial status that is not in the table."""
