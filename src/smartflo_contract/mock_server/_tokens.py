"""Access tokens: which the fake issues, and which it takes.

Any text is taken. What the fake issued itself, it can tell, and refuses once it has expired.
"""

import secrets
from functools import lru_cache
from hashlib import blake2b
from math import inf
from typing import Final

import jwt

LIFETIME: Final = 3600
"""Seconds; documented."""

_ALGORITHM: Final = "HS256"
_ISSUER: Final = "https://smartflo-contract.invalid/v1/auth/login"
"""The vendor's tokens name the vendor's login URL; these must not claim to be the vendor's."""
_LONGEST: Final = 2_048
_REMEMBERED: Final = 1_024
_SCHEME: Final = "bearer"


class Tokens:
    """Issues and recognises the tokens of one fake.

    Args:
        seed: seed of the world; workers that share it share the signing key.
    """

    def __init__(self, seed: int) -> None:
        """Derive the signing key."""
        self._key = blake2b(f"smartflo-contract/signing-key/{seed}".encode(), digest_size=32).digest()
        self._expiry = lru_cache(_REMEMBERED)(self._read_expiry)

    def issue(self, login: str, now: float) -> str:
        """Return a token for a login id, with the claims that the vendor's tokens have."""
        issued = int(now)
        number = int.from_bytes(blake2b(login.encode(), digest_size=4).digest(), "big")
        claims = {
            "sub": str(100_000 + number % 900_000),
            "iss": _ISSUER,
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFETIME,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def expired(self, token: str, now: float) -> bool:
        """Whether a token is one that this fake issued and that has expired."""
        return len(token) <= _LONGEST and self._expiry(token) <= now

    def _read_expiry(self, token: str) -> float:
        """Return when a token expires: never, where this fake did not issue it."""
        try:
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
            )
            return float(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, RecursionError):
            return inf  # some other text, which is a fine token as well


def token_of(authorization: str | None) -> str:
    """Return the token in an Authorization header, raw or after ``Bearer``; empty where there is none in ASCII."""
    token = (authorization or "").strip()
    if not token.isascii():  # servers differ in what they make of it
        return ""
    if token[:6].lower() != _SCHEME:
        return token
    rest = token[6:]
    return rest.strip() if not rest or rest[0].isspace() else token
