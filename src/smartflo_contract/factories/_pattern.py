"""A text that matches a regular expression, for overlays that give a pattern.

The parser is the standard library's own, which is private there; the public packages for this
have had no release for years. Look-arounds are passed over, so the caller validates what comes.
"""

from collections.abc import Callable, Iterable
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

from smartflo_contract.factories._draw import Draw

_PRINTABLE: Final = tuple(map(chr, range(0x20, 0x7F)))
_MORE: Final = 4
"""How often an unbounded repeat goes beyond its least."""


def matching(pattern: str, draw: Draw) -> str:
    """Return a text that ``pattern`` matches from its first to its last character."""
    groups: dict[int, str] = {}
    return _text(_parser.parse(pattern), draw, groups)


def _text(parsed: Iterable[Any], draw: Draw, groups: dict[int, str]) -> str:
    return "".join(_PARTS[op](value, draw, groups) for op, value in parsed if op in _PARTS)


def _repeat(value: Any, draw: Draw, groups: dict[int, str]) -> str:
    least, most, below = value
    most = least + _MORE if most is ops.MAXREPEAT else most
    return "".join(_text(below, draw, groups) for _ in range(draw.between(least, most)))


def _group(value: Any, draw: Draw, groups: dict[int, str]) -> str:
    groups[value[0]] = _text(value[-1], draw, groups)
    return groups[value[0]]


def _class(value: Any, draw: Draw, _: dict[int, str]) -> str:
    ranges = [(item, item) if op is ops.LITERAL else item for op, item in value if op in {ops.LITERAL, ops.RANGE}]
    if value[0][0] is ops.NEGATE:
        return draw.choice(
            [c for c in _PRINTABLE if not any(low <= ord(c) <= high for low, high in ranges)] or ["\x7f"]
        )
    low, high = draw.choice(ranges)
    return chr(draw.between(low, high))


_PARTS: Final[dict[Any, Callable[[Any, Draw, dict[int, str]], str]]] = {
    ops.LITERAL: lambda value, _draw, _groups: chr(value),
    ops.NOT_LITERAL: lambda value, draw, _: draw.choice([c for c in _PRINTABLE if ord(c) != value]),
    ops.ANY: lambda _value, draw, _groups: draw.choice(_PRINTABLE),
    ops.IN: _class,
    ops.BRANCH: lambda value, draw, groups: _text(draw.choice(value[1]), draw, groups),
    ops.SUBPATTERN: _group,
    ops.ATOMIC_GROUP: _text,
    ops.GROUPREF: lambda value, _, groups: groups.get(value, ""),
    ops.MAX_REPEAT: _repeat,
    ops.MIN_REPEAT: _repeat,
    ops.POSSESSIVE_REPEAT: _repeat,
}
