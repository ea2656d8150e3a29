"""A text that matches a regular expression, for overlays that give a pattern.

The parser is the standard library's own, which is private there; the public packages for this
have had no release for years. Look-arounds are passed over, so the caller validates what comes.
"""

from collections.abc import Callable, Iterable
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

from smartflo_contract.factories.digest_draw import Draw

_PRINTABLE: Final = tuple(map(chr, range(0x20, 0x7F)))
_MORE: Final = 4
"""How often an unbounded repeat goes beyond its least."""


class _State(NamedTuple):
    """What the parts of a pattern share: where numbers come from, the groups so far, and the length wished for."""

    draw: Draw
    groups: dict[int | None, str]
    length: int


def matching(pattern: str, draw: Draw, length: int = 0) -> str:
    """Return a text that ``pattern`` matches from its first to its last character, often one of ``length`` or more."""
    return _text(_parser.parse(pattern), _State(draw, {}, length))


def _text(parsed: Iterable[Any], state: _State) -> str:
    return "".join(_PARTS[op](value, state) for op, value in parsed if op in _PARTS)


def _repeat(value: Any, state: _State) -> str:
    least, most, below = value
    endless = most is ops.MAXREPEAT
    times = state.draw.between(least, least + _MORE if endless else most)
    if endless and state.length > times and state.draw.below(2):
        times = state.length
    return "".join(_text(below, state) for _ in range(times))


def _group(value: Any, state: _State) -> str:
    state.groups[value[0]] = _text(value[-1], state)
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
    ops.BRANCH: lambda value, state: _text(state.draw.choice(value[1]), state),
    ops.SUBPATTERN: _group,
    ops.ATOMIC_GROUP: _text,
    ops.GROUPREF: lambda value, state: state.groups.get(value, ""),
    ops.MAX_REPEAT: _repeat,
    ops.MIN_REPEAT: _repeat,
    ops.POSSESSIVE_REPEAT: _repeat,
}
