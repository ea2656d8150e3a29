"""Generate strings that match a regular expression, for overlays with a pattern.

It uses the standard library's private parser, because the public packages for this purpose have had no release for
years. It ignores look-arounds, so the caller must validate the result.
"""

from collections.abc import Callable, Iterable
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

from smartflo_contract.factories.digest_draw import Draw

_PRINTABLE: Final = tuple(map(chr, range(0x20, 0x7F)))
_MAX_EXTRA_REPEATS: Final = 4
"""Maximum number of repeats beyond the minimum of an unbounded repeat."""


class _State(NamedTuple):
    """State of a generation: the random numbers, the groups so far, and the requested length."""

    draw: Draw
    groups: dict[int | None, str]
    length: int


def matching_string(pattern: str, draw: Draw, length: int = 0) -> str:
    """Return a string that a pattern matches as a whole, often of ``length`` characters or more."""
    return _generate(_parser.parse(pattern), _State(draw, {}, length))


def _generate(parsed: Iterable[Any], state: _State) -> str:
    return "".join(_PARTS[op](value, state) for op, value in parsed if op in _PARTS)


def _repeat(value: Any, state: _State) -> str:
    minimum, maximum, repeated = value
    unbounded = maximum is ops.MAXREPEAT
    times = state.draw.between(minimum, minimum + _MAX_EXTRA_REPEATS if unbounded else maximum)
    if unbounded and state.length > times and state.draw.below(2):
        times = state.length
    return "".join(_generate(repeated, state) for _ in range(times))


def _group(value: Any, state: _State) -> str:
    state.groups[value[0]] = _generate(value[-1], state)
    return state.groups[value[0]]


def _class(value: Any, state: _State) -> str:
    ranges = [(item, item) if op is ops.LITERAL else item for op, item in value if op in {ops.LITERAL, ops.RANGE}]
    if value[0][0] is ops.NEGATE:
        allowed = [c for c in _PRINTABLE if not any(low <= ord(c) <= high for low, high in ranges)]
        return state.draw.choice(allowed or ["\x7f"])
    low, high = state.draw.choice(ranges)
    return chr(state.draw.between(low, high))


_PARTS: Final[dict[Any, Callable[[Any, _State], str]]] = {
    ops.LITERAL: lambda value, _: chr(value),
    ops.NOT_LITERAL: lambda value, state: state.draw.choice([c for c in _PRINTABLE if ord(c) != value]),
    ops.ANY: lambda _, state: state.draw.choice(_PRINTABLE),
    ops.IN: _class,
    ops.BRANCH: lambda value, state: _generate(state.draw.choice(value[1]), state),
    ops.SUBPATTERN: _group,
    ops.ATOMIC_GROUP: _generate,
    ops.GROUPREF: lambda value, state: state.groups.get(value, ""),
    ops.MAX_REPEAT: _repeat,
    ops.MIN_REPEAT: _repeat,
    ops.POSSESSIVE_REPEAT: _repeat,
}
