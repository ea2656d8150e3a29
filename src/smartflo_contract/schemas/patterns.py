"""Regular expressions that every engine reads alike."""

import re
from collections.abc import Callable
from typing import Final

import jsonschema_rs

END: Final = "$(?!\\n)"
"""The end of a text, for every engine: in some, a plain ``$`` also stands before a last newline."""

_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:<[=!]|[:=!])?|\$|.", re.DOTALL)
_UNPORTABLE: Final = re.compile(r"\\[dDwWsSbBAzZGpPkQE0]")
_GROUP: Final = "(?"
_DOLLAR: Final = "$"


class PatternError(ValueError):
    """A pattern that is none, or that engines read differently; the message says what to write."""


def portable(pattern: str) -> str:
    """Return ``pattern`` with every ``$`` as the end of the text and nothing else.

    Raises:
        PatternError: it is no regular expression, or means different things to different engines.
    """
    _compile(re.compile, pattern)
    tokens = _TOKEN.findall(pattern)
    for token in tokens:
        found = _UNPORTABLE.search(token)
        if found or token == _GROUP:
            what = found[0] if found else "(? without :, = or !"
            message = f"{what} means different things to different engines; write a class such as [0-9]"
            raise PatternError(message)
    _compile(lambda text: jsonschema_rs.Draft202012Validator({"pattern": text}), pattern)
    return "".join(END if token == _DOLLAR else token for token in tokens)


def _compile(engine: Callable[[str], object], pattern: str) -> None:
    try:
        engine(pattern)
    except (re.error, ValueError, RecursionError) as error:
        message = f"`{pattern}` is no regular expression: {str(error).splitlines()[0]}"
        raise PatternError(message) from None
