"""Pseudorandom choices that follow from a key, a string and the number of the attempt."""

from hashlib import blake2b
from typing import Final

from smartflo_contract.live.recording.character_runs import NO_RUNS, RUN_CHARACTERS, Runs

EARLY_ATTEMPTS: Final = 64
"""Number of attempts with rare letters and without any run of the lead, even of digits."""
DIGEST_BITS: Final = 512
RESERVED_BITS: Final = 32
"""Bits that each choice leaves over, so that all its values are as probable."""


def attempt_digest(key: bytes, source: str, attempt: int) -> bytes:
    """Return the digest of a string and an attempt, of which the choices are digits: the last byte has the first."""
    return blake2b(source.encode(), key=key, salt=attempt.to_bytes(8, "big")).digest()


class KeyedHash:
    """The digests of strings under one key; the state of each early attempt is kept, which is half of the work.

    Args:
        key: the key.
    """

    def __init__(self, key: bytes) -> None:
        """Hash nothing yet."""
        self._key = key
        self._states = [blake2b(key=key, salt=attempt.to_bytes(8, "big")) for attempt in range(EARLY_ATTEMPTS)]

    def digest(self, source: str, attempt: int) -> bytes:
        """Return what ``attempt_digest`` returns."""
        if attempt >= EARLY_ATTEMPTS:
            return attempt_digest(self._key, source, attempt)
        state = self._states[attempt].copy()
        state.update(source.encode())
        return state.digest()

    def choices(self, source: str, attempt: int) -> int:
        """Return the digest as a number, of which the choices are digits."""
        return int.from_bytes(self.digest(source, attempt), "big")


class Draw:
    """One attempt to find a pseudonym.

    Attributes:
        attempt: number of the attempt, from 0.
        source_runs: runs of the string, which the pseudonym must not contain.
        avoided_runs: runs that the pseudonym should not contain.
        is_short: whether the string is shorter than a run.
    """

    __slots__ = ("_digest", "_entropy", "_span", "attempt", "avoided_runs", "is_short", "source_runs")

    def __init__(
        self, key: bytes, source: str, attempt: int, source_runs: Runs = NO_RUNS, avoided_runs: Runs = NO_RUNS
    ) -> None:
        """Hash the string, or count up from one hash where there are few choices and many are taken."""
        hashed = attempt if attempt < EARLY_ATTEMPTS or len(source) > RUN_CHARACTERS else EARLY_ATTEMPTS
        self.attempt, self.source_runs, self.avoided_runs = attempt, source_runs, avoided_runs
        self.is_short = len(source) < RUN_CHARACTERS
        self._digest = attempt_digest(key, source, hashed)
        self._entropy = int.from_bytes(self._digest, "big") + attempt - hashed
        self._span = 1 << DIGEST_BITS

    @property
    def is_early(self) -> bool:
        """Whether the strictest conditions still apply."""
        return self.attempt < EARLY_ATTEMPTS

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit - 1``."""
        if self._span < limit << RESERVED_BITS:
            self._digest = blake2b(self._digest).digest()
            self._entropy, self._span = int.from_bytes(self._digest, "big"), 1 << DIGEST_BITS
        self._entropy, choice = divmod(self._entropy, limit)
        self._span //= limit
        return choice

    def choose(self, characters: str) -> str:
        """Return one of some characters."""
        return characters[self.below(len(characters))]
