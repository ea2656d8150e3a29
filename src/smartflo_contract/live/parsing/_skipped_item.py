"""Finding the end of an item that is too large to keep, chunk by chunk."""

import re
from itertools import accumulate
from typing import Final, NamedTuple

_QUOTE: Final = b'"'
_WORD_END: Final = re.compile(rb"[,\]}\n]")
_TOKENS: Final = re.compile(rb'\\.|["{}\[\]]', re.DOTALL)
_DEPTH_CHANGES: Final = dict(zip(b"{[}]", (1, 1, -1, -1), strict=True))
"""Change of the nesting depth at each bracket."""
_TO_BRACES: Final = bytes.maketrans(b"[]", b"{}")
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(_DEPTH_CHANGES))
_FLATTENING_PASSES: Final = 4


class SkipState(NamedTuple):
    """Where in an item its skipped part begins.

    Attributes:
        depth: number of open brackets.
        in_string: whether that is inside a string.
        is_word: whether the item is neither an object nor an array nor a string.
    """

    depth: int
    in_string: bool
    is_word: bool


def find_end(data: bytes, state: SkipState) -> tuple[int | None, SkipState]:
    """Return where the item ends in a chunk, and the state at the end of the chunk.

    Args:
        data: the next chunk; it does not end between a backslash and the escaped character.
        state: state at the beginning of the chunk.

    Returns:
        ``None`` and the next state if the item does not end in this chunk.
    """
    if state.is_word:
        match = _WORD_END.search(data)
        return (match.start() if match else None), state
    end, depth, in_string = _find_bracket_end(data, state.depth, in_string=state.in_string)
    return end, state._replace(depth=depth, in_string=in_string)


def _find_bracket_end(data: bytes, depth: int, *, in_string: bool) -> tuple[int | None, int, bool]:
    """Return end, depth and ``in_string``; brackets are only counted unless the item ends in this chunk."""
    unescaped = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    parts = unescaped.split(_QUOTE)
    brackets = b"".join(parts[in_string::2]).translate(_TO_BRACES, _NOT_BRACKETS)
    for _ in range(_FLATTENING_PASSES):
        brackets = brackets.replace(b"{}", b"")
    changes = [_DEPTH_CHANGES[bracket] for bracket in brackets]
    if len(parts) == 1 if depth == 0 else min(accumulate(changes, initial=depth)) > 0:
        return None, depth + sum(changes), in_string == len(parts) % 2
    for token in _TOKENS.finditer(data):
        if token[0] == _QUOTE:
            in_string = not in_string
        elif not in_string:
            depth += _DEPTH_CHANGES.get(token[0][0], 0)
        if depth == 0 and not in_string:
            return token.end(), depth, in_string
    return None, depth, in_string
