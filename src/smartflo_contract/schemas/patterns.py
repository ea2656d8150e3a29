"""Regular expressions that mean the same in every engine."""

import re
from collections.abc import Callable
from typing import Final

import jsonschema_rs

END: Final = "$(?!\\n)"
"""The end of a string in every engine: in some, a plain ``$`` also matches before a final newline."""

_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:<[=!]|[:=!])?|\$|.", re.DOTALL)
_NOT_PORTABLE: Final = re.compile(r"\\[dDwWsSbBAzZGpPkQE0]")
_GROUP: Final = "(?"
_DOLLAR: Final = "$"


class PatternError(ValueError):
    """The pattern is invalid, or engines read it differently; the message shows what to write."""


def portable(pattern: str) -> str:
    """Return ``pattern`` in the portable form, in which every ``$`` is the end of the string and nothing else.

    Raises:
        PatternError: it is not a regular expression, or engines read it differently.
    """
    _compile(re.compile, pattern)
    tokens = _TOKEN.findall(pattern)
    for token in tokens:
        escape = _NOT_PORTABLE.search(token)
        if escape or token == _GROUP:
            what = escape[0] if escape else "(? without :, = or !"
            message = f"engines read {what} differently; use a character class such as [0-9]"
            raise PatternError(message)
    _compile(lambda text: jsonschema_rs.Draft202012Validator({"pattern": text}), pattern)
    return "".join(END if token == _DOLLAR else token for token in tokens)


def _compile(engine: Callable[[str], object], pattern: str) -> None:
    try:
        engine(pattern)
    except (re.error, ValueError, RecursionError) as error:
        message = f"`{pattern}` is not a regular expression: {str(error).splitlines()[0]}"
        raise PatternError(message) from None
