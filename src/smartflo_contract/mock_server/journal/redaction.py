"""Redact secrets in what the journal keeps of a request.

Values under names such as ``password`` or ``api_key`` are masked, and so are tokens that look like the vendor's, in any
position. Of a login only the login id is kept.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby, starmap
from operator import itemgetter
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from smartflo_contract.schemas.printable import truncate

MASK: Final = "[masked]"
_LOGIN_IDS: Final = ("email", "login_id")
"""Keys of a login that may hold its login id."""
MAX_VALUE_CHARACTERS: Final = 200
"""Maximum length of a header, query parameter or query value."""
_MAX_DEPTH: Final = 32
_SECRET_WORDS: Final = frozenset(
    {"auth", "bearer", "cookie", "cookies", "credential", "credentials", "cvv", "jwt", "otp", "pass", "passcode", "pwd"}
    | {"hmac", "passkey", "passphrase", "psk", "secret", "secrets", "sig", "signature", "token", "tokens", "totp"}
)
"""Words in names whose values are secret."""
_SECRET_COMPOUND_WORDS: Final = (
    *(f"{kind} key" for kind in ("access", "api", "app", "auth", "client", "consumer", "encryption", "license")),
    *(f"{kind} key" for kind in ("master", "private", "secret", "session", "shared", "signing", "subscription")),
    *(f"pass {kind}" for kind in ("key", "phrase", "w")),
    *(f"{kind} pass" for kind in ("admin", "db", "login", "user")),
    *("authoriz", "security code", "session id"),
)
"""Secret names of several words, which are written with and without separators."""
_SECRET_COMPOUNDS: Final = re.compile("|".join(_SECRET_COMPOUND_WORDS).replace(" ", "") + "|(token|secret)$")
"""The same, in a name reduced to its letters."""
_SECRET_NAME_PATTERNS: Final = sorted(
    [*_SECRET_WORDS, *(words.replace(" ", r"[\s_.-]{0,3}") for words in _SECRET_COMPOUND_WORDS)]
)
"""Patterns of the same, as the start of a name in a string."""
_SECRET_NAME: Final = "|".join(
    f"{letter}(?:{'|'.join(name.removeprefix(letter) for name in names)})"
    for letter, names in groupby(_SECRET_NAME_PATTERNS, key=itemgetter(0))
)
"""Matches one of them. By their first letters, most positions in a string are decided at once."""
_FIRST_LETTERS: Final = "".join(sorted({name[0] for name in _SECRET_NAME_PATTERNS}))
_MAX_CACHED_CHARACTERS: Final = 60
_MAX_CACHED_NAMES: Final = 1_024
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z _-]{1,60}")
"""A name that cannot contain a value."""
_JWT: Final = r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.?[\w.-]*"
_TOKENS: Final = re.compile(rf"{_JWT}|(?P<bearer>(?i:bearer)\s+)[\w.~+/-]{{20,}}")
"""Tokens like the vendor's, in values that clients write."""
_TOKENS_AND_ASSIGNMENTS: Final = re.compile(
    rf"{_JWT}|(?P<bearer>(?i:bearer)\s+)[^\s&;,]+"
    rf"|(?P<name>(?=(?i:[{_FIRST_LETTERS}]))(?i:{_SECRET_NAME})[\w\]\"'-]{{0,40}}\s{{0,5}}[=:]\s{{0,5}})(?:(?i:bearer)\s+)?[^\s&;,]+"
)
"""The same in paths, queries and headers, and any value after a secret name."""
_PLAIN_STRING: Final = re.compile(r"[\w/-]*", re.ASCII)
"""A string that contains none of these, which is quick to check."""


def is_secret(name: str) -> bool:
    """Return whether values under a name are secret, in any spelling of the name."""
    return _is_short_secret(name) if len(name) <= _MAX_CACHED_CHARACTERS else _is_secret(name)


def _is_secret(name: str) -> bool:
    normalized = unicodedata.normalize("NFKC", unquote(unquote(name)))
    words = {word.lower() for word in _WORD.findall(normalized)}
    letters = "".join(filter(str.isalpha, normalized)).lower()
    return not _SECRET_WORDS.isdisjoint(words) or _SECRET_COMPOUNDS.search(letters) is not None


_is_short_secret: Final = lru_cache(_MAX_CACHED_NAMES)(_is_secret)
"""The same for names that many requests have."""


def redact_string(string: str) -> str:
    """Return a path, query or header value with secrets masked."""
    return _redact(string, _TOKENS_AND_ASSIGNMENTS)


def redact_reason(reason: str, path: str) -> str:
    """Return the reason of a response, percent-encoded, as text with secrets of the client masked.

    A reason may quote the client. An example at its end is the fake's own: it shows how to send a token or a password.

    Args:
        reason: value of the header.
        path: path of the request; if it contains a secret, the example is masked as well.
    """
    quoted, introduction, example = unquote(reason).rpartition("for example")
    if not introduction or path != redact_string(path):
        return redact_string(unquote(reason))
    return redact_string(quoted) + introduction + example


def redact_authorization(authorization: str | None) -> str | None:
    """Return an ``Authorization`` header with the token masked."""
    if authorization is None:
        return None
    return f"Bearer {MASK}" if authorization[:7].lower() == "bearer " else MASK


def redact_query(query: str) -> Mapping[str, str | list[str]]:
    """Return the parameters of a query string with secrets masked; of a repeated parameter, all values as a list."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    values: dict[str, list[str]] = {}
    for name, value in starmap(redact_parameter, pairs):
        values.setdefault(name, []).append(value)
    return {name: found if len(found) > 1 else found[0] for name, found in values.items()}


def redact_parameter(name: str, value: str) -> tuple[str, str]:
    """Return the name and the value of a query parameter as the journal keeps them: secrets masked, and shortened."""
    if not is_secret(name):
        return truncate(redact_string(name), MAX_VALUE_CHARACTERS), truncate(redact_string(value), MAX_VALUE_CHARACTERS)
    return name if _PLAIN_NAME.fullmatch(name) else MASK, MASK


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers that a user has set with secrets masked."""
    return dict(
        redact_parameter(name, "") if is_secret(name) else (name, redact_string(value))
        for name, value in headers.items()
    )


def redact_json(content: object) -> object:
    """Return a JSON value with secrets masked, at any depth up to 32."""
    return _redact_json(content, _MAX_DEPTH)


def redact_login(content: object) -> object:
    """Return the JSON body of a login with its login id only: any other key may hold the password, or be it."""
    if not isinstance(content, dict):
        return MASK
    login_ids = {key: content[key] for key in _LOGIN_IDS if isinstance(content.get(key), str)}
    return login_ids | ({"password": MASK} if content.keys() - set(_LOGIN_IDS) else {})


def redact_response(content: object) -> object:
    """Return a JSON body of the fake with its only possible secret masked, the access token."""
    if isinstance(content, dict) and "access_token" in content:
        content["access_token"] = MASK
    return content


def _redact_json(value: Any, depth: int) -> Any:
    if isinstance(value, dict | list) and not depth:
        return "[too deep]"
    if isinstance(value, dict):
        return dict(
            redact_parameter(key, "") if is_secret(key) else (redact_string(key), _redact_json(below, depth - 1))
            for key, below in value.items()
        )
    if isinstance(value, list):
        return [_redact_json(item, depth - 1) for item in value]
    return _redact(value, _TOKENS) if isinstance(value, str) else value


def _redact(string: str, secrets: re.Pattern[str]) -> str:
    return string if _PLAIN_STRING.fullmatch(string) else secrets.sub(_mask, string)


def _mask(match: re.Match[str]) -> str:
    """Return the mask after the part of a match that is not secret."""
    groups = match.groupdict()
    return f"{groups.get('bearer') or groups.get('name') or ''}{MASK}"
