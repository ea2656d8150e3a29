"""When a run makes which attempt, in its active time. There are never more calls at a time than channels.

Time is in slots, and each channel makes one call in a slot. Attempt ``k`` of the lead with rank ``r`` starts in slot
``r // channels`` of pass ``k``. A pass starts when all calls of the pass before have ended, and when the time between
an attempt and its retry has passed. Leads that are added later are called in slots that have free channels.
"""

from smartflo_contract.mock_server.dialling.broadcast import RunSettings


class Schedule:
    """The schedule of a run.

    Args:
        settings: settings of the run.
        slot_ms: length of a slot.
        leads: number of leads with a rank.

    Attributes:
        slot_ms: length of a slot.
        passes: start of each pass in active time.
        pass_ms: length of a pass.
    """

    def __init__(self, settings: RunSettings, slot_ms: int, leads: int) -> None:
        """Compute when each pass starts."""
        self.slot_ms = slot_ms
        self._channels = settings.channels
        self._leads = leads
        slots = -(-leads // settings.channels)
        self.pass_ms = slots * slot_ms
        # The wait starts when the slot of the attempt ends.
        self._waits = [(1 + -(-wait // slot_ms)) * slot_ms for wait in settings.retry_ms]
        starts = [0]
        for wait in self._waits:
            starts.append(starts[-1] + max(self.pass_ms, wait))
        self.passes = tuple(starts)
        self._used: dict[int, int] = {}
        self._later: dict[int, int] = {}
        """Full slot to a later one, before which there is no free one either."""

    def start_ms(self, rank: int, attempt: int) -> int:
        """Return the active time at which an attempt starts."""
        return self.passes[attempt] + rank // self._channels * self.slot_ms

    def ranks(self, slot: int) -> range:
        """Return the ranks of the leads that are called in a slot of a pass."""
        first = slot * self._channels
        return range(min(first, self._leads), min(first + self._channels, self._leads))

    def place(self, active_ms: int) -> tuple[int, ...]:
        """Return the active times of all attempts to call one more lead, in free channels.

        Args:
            active_ms: the first attempt starts then or later.
        """
        starts = [self._take(-(-active_ms // self.slot_ms))]
        for wait in self._waits:
            starts.append(self._take((starts[-1] + wait) // self.slot_ms))
        return tuple(starts)

    def _take(self, slot: int) -> int:
        """Take a channel in the first slot from ``slot`` on that has a free one, and return the start of that slot."""
        full = []
        while self._used.get(slot, 0) >= self._channels - self._ranked(slot):
            full.append(slot)
            slot = self._later.get(slot) or self._after_pass(slot)
        self._later.update(dict.fromkeys(full, slot))
        self._used[slot] = self._used.get(slot, 0) + 1
        return slot * self.slot_ms

    def _ranked(self, slot: int) -> int:
        """Return how many leads with a rank are called in a slot, over all passes."""
        for start in self.passes:
            position = slot - start // self.slot_ms
            if 0 <= position < self.pass_ms // self.slot_ms:
                return len(self.ranks(position))
        return 0

    def _after_pass(self, slot: int) -> int:
        """Return the next slot that may have a free channel: the last one of the pass, or the one after ``slot``."""
        for start in self.passes:
            first, last = start // self.slot_ms, (start + self.pass_ms) // self.slot_ms - 1
            if first <= slot < last:
                return last
        return slot + 1
