"""Hides a secret in text of a server, which may repeat it in another case or encoding."""

import base64
import html
import re
from functools import cache
from typing import Final

_MASK: Final = "***"
_MIN_BASE64_CHARACTERS: Final = 4


def hide_secret(text: str, secret: str) -> str:
    """Return text with asterisks in place of a secret, in every spelling.

    Upper and lower case, percent-encoding (also repeated), HTML character references, escapes of JSON and Base64 are
    spellings of the same secret.
    """
    return _pattern(secret).sub(_MASK, text) if secret else text


@cache
def _pattern(secret: str) -> re.Pattern[str]:
    encoded = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    spelled = "".join(map(_character_pattern, secret))
    in_base64 = f"|{re.escape(encoded)}=*" if len(encoded) >= _MIN_BASE64_CHARACTERS else ""
    return re.compile(spelled + in_base64, re.IGNORECASE)


def _character_pattern(character: str) -> str:
    """Return a pattern for all spellings of one character."""
    code, raw = ord(character), character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    spellings = [
        re.escape(character),
        "".join(f"%(?:25)*{byte:02x}" for byte in raw),
        f"&(?:amp;)*#0*{code};?",
        f"&(?:amp;)*#x0*{code:x};?",
        "".join(rf"\\+u{units[start : start + 2].hex()}" for start in range(0, len(units), 2)),
        rf"\\+{re.escape(character)}",
        re.escape(html.escape(character)),
        *([r"\+"] if character == " " else []),
        *(["&commat;"] if character == "@" else []),
    ]
    return f"(?:{'|'.join(spellings)})"
