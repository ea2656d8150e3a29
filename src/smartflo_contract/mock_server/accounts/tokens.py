"""Access tokens: which the fake issues, and which it takes.

Any text is taken. What the fake issued itself, it can tell, and refuses once it has expired.
"""

import secrets
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

import jwt

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token

TOKEN_LIFETIME_SECONDS: Final = 3600
"""Seconds; documented."""

_ALGORITHM: Final = "HS256"
_ISSUER: Final = "https://smartflo-contract.invalid/v1/auth/login"
"""The vendor's tokens name the vendor's login URL; these must not claim to be the vendor's."""
_LONGEST: Final = 2_048
_REMEMBERED: Final = 1_024
_SCHEME: Final = "bearer"


class TokenClaims(NamedTuple):
    """What a token of this fake says.

    Attributes:
        account: id of the account that it selects.
        token_id: its ``jti``.
        expires: seconds since the epoch.
    """

    account: str
    token_id: str
    expires: float


class TokenHolder(NamedTuple):
    """Who holds the token in an Authorization header.

    Attributes:
        account: id of the account that the token selects.
        scheme: how it was sent: ``bearer`` or ``raw``.
        issued: what it says, where this fake issued it.
    """

    account: str
    scheme: str
    issued: TokenClaims | None


class Tokens:
    """Issues and recognises the tokens of one fake.

    Args:
        seed: seed of the catalog; workers that share it share the signing key.
    """

    def __init__(self, seed: int) -> None:
        """Derive the signing key."""
        self._key = blake2b(f"smartflo-contract/signing-key/{seed}".encode(), digest_size=32).digest()
        self._holder = lru_cache(_REMEMBERED)(self._found)

    def issue(self, account: str, now: float) -> str:
        """Return a token for an account, with the claims that the vendor's tokens have; ``sub`` is the account."""
        issued = int(now)
        claims = {
            "sub": str(int(account, 16)),
            "iss": _ISSUER,
            "iat": issued,
            "nbf": issued,
            "exp": issued + TOKEN_LIFETIME_SECONDS,
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def holder(self, authorization: str | None) -> TokenHolder | None:
        """Return who holds the token in an Authorization header, expired or not; ``None`` where there is no token."""
        if authorization is not None and len(authorization) > _LONGEST:
            return self._found(authorization)
        return self._holder(authorization)

    def _found(self, authorization: str | None) -> TokenHolder | None:
        token = parse_authorization(authorization)
        if not token:
            return None
        issued = self.read(token)
        scheme = "raw" if (authorization or "").strip() == token else "bearer"
        return TokenHolder(account_id_of_token(token) if issued is None else issued.account, scheme, issued)

    def read(self, token: str) -> TokenClaims | None:
        """Return what a token says, expired or not; ``None`` where this fake did not issue it."""
        if len(token) > _LONGEST:
            return None
        try:
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
            )
            return TokenClaims(f"{int(claims['sub']):012x}", str(claims["jti"]), float(claims["exp"]))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            return None  # some other text, which is a fine token as well


def parse_authorization(authorization: str | None) -> str:
    """Return the token in an Authorization header, raw or after ``Bearer``; empty where there is none in ASCII."""
    token = (authorization or "").strip()
    if not token.isascii():  # servers differ in what they make of it
        return ""
    if token[:6].lower() != _SCHEME:
        return token
    rest = token[6:]
    return rest.strip() if not rest or rest[0].isspace() else token
