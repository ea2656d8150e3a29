"""The outcome of an attempt to call a lead: a pure function of seed, list, run, lead and attempt."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import accumulate
from struct import Struct
from typing import Final, NamedTuple, TypeVar

from smartflo_contract.mock_server.config.dialling_model import DiallingModel, Disposition, Outcome

_T = TypeVar("_T", Outcome, Disposition)
_NUMBERS: Final = Struct("<7H2x")
_RANGE: Final = 1 << 16
PUBLIC_DND: Final = "public_dnd"
BLOCKED: Final = "blocked"
"""Why a number is never dialled."""


class Attempt(NamedTuple):
    """An attempt to call a lead. Times are in ms since its start.

    Attributes:
        outcome: the outcome.
        answered_ms: when it is answered, or ends without an answer.
        ended_ms: when it ends.
        disposed_ms: when it is disposed; ``None`` for an answered call that nobody disposes.
        disposition: the disposition that it gets.
        dtmf: the key that the called party pressed; empty for none.
    """

    outcome: Outcome
    answered_ms: int
    ended_ms: int
    disposed_ms: int | None
    disposition: Disposition
    dtmf: str


class Outcomes:
    """The outcomes of the attempts of a run.

    Args:
        model: the dialling model.
        seed: seed of the list or the catalog.
        list_id: id of the list.
        serial: serial of the run.
        is_allowed: whether the contract allows a value of a key; others are not drawn where there is a choice.
    """

    def __init__(
        self, model: DiallingModel, seed: int, list_id: int, serial: int, is_allowed: Callable[[str, int], bool]
    ) -> None:
        """Weigh the outcomes."""
        self._run = blake2b(f"smartflo-contract/dialling/{seed}/{list_id}/{serial}".encode(), digest_size=16)
        self._list = blake2b(f"smartflo-contract/refused/{seed}/{list_id}".encode(), digest_size=2)
        outcomes = _allowed(model.outcomes, lambda outcome: is_allowed("dial_status", outcome.dial_status))
        self._outcomes, self._limits = outcomes, _limits(outcomes)
        self._dispositions = {outcome.dial_status: _with_limits(outcome, is_allowed) for outcome in outcomes}
        self._undisposed = int(model.undisposed_share * _RANGE)
        self._public_dnd = int(model.public_dnd_share * _RANGE)
        self._refused = self._public_dnd + int(model.block_list_share * _RANGE)

    def refusal(self, index: int) -> str:
        """Return ``PUBLIC_DND`` or ``BLOCKED`` for a lead that is never dialled, an empty string for any other."""
        digest = self._list.copy()
        digest.update(index.to_bytes(8, "big"))
        number = int.from_bytes(digest.digest(), "big")
        if number >= self._refused:
            return ""
        return PUBLIC_DND if number < self._public_dnd else BLOCKED

    def attempt(self, index: int, edit: int, number: int) -> Attempt:
        """Return an attempt.

        Args:
            index: index of the lead.
            edit: how often the lead was edited since the start of the run.
            number: number of the attempt since then, from 0.
        """
        digest = self._run.copy()
        digest.update((index << 32 | edit << 8 | number).to_bytes(10, "big"))
        pick, ring, talk, wrap_up, undisposed, chosen, key = _NUMBERS.unpack(digest.digest())
        outcome = self._outcomes[bisect_right(self._limits, pick)]
        dispositions, limits = self._dispositions[outcome.dial_status]
        disposition = dispositions[bisect_right(limits, chosen)]
        answered_ms = _between(outcome.ring_ms, ring)
        if not outcome.is_answered:
            return Attempt(outcome, answered_ms, answered_ms, answered_ms, disposition, "")
        ended_ms = answered_ms + _between(outcome.talk_ms, talk)
        disposed_ms = None if undisposed < self._undisposed else ended_ms + _between(outcome.wrap_up_ms, wrap_up)
        dtmf = str(1 + key % 9) if outcome.dial_status == _DTMF_PRESSED else ""
        return Attempt(outcome, answered_ms, ended_ms, disposed_ms, disposition, dtmf)


_DTMF_PRESSED: Final = 3


def _with_limits(
    outcome: Outcome, is_allowed: Callable[[str, int], bool]
) -> tuple[tuple[Disposition, ...], Sequence[int]]:
    dispositions = _allowed(outcome.dispositions, lambda disposition: is_allowed("dialer_dial_status", disposition.id))
    return dispositions, _limits(dispositions)


def _allowed(options: tuple[_T, ...], is_allowed: Callable[[_T], bool]) -> tuple[_T, ...]:
    """Return the options with a weight that are allowed; all with a weight if none is."""
    weighted = tuple(option for option in options if option.weight)
    return tuple(option for option in weighted if is_allowed(option)) or weighted


def _limits(options: Sequence[Outcome | Disposition]) -> list[int]:
    """Return the numbers at which one option ends and the next starts."""
    total = sum(option.weight for option in options)
    return [int(limit * _RANGE / total) for limit in accumulate(option.weight for option in options)][:-1]


def _between(bounds: tuple[int, int], number: int) -> int:
    """Return a duration between a minimum and a maximum, in ms."""
    low, high = bounds
    return low + (high - low) * number // (_RANGE - 1)
