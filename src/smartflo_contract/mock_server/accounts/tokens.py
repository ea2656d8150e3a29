"""Access tokens: JSON Web Tokens that the fake issues, and any other string.

The fake accepts any string as a token. It recognizes the tokens that it issued, and rejects them once they expire.
"""

import secrets
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token
from smartflo_contract.mock_server.accounts.clock import Clock

TOKEN_LIFETIME_SECONDS: Final = 3600
"""Documented by the vendor."""

_JWT_DOTS: Final = 2
_ALGORITHM: Final = "HS256"
_ISSUER: Final = "https://smartflo-contract.invalid/v1/auth/login"
"""The vendor's tokens contain the vendor's login URL. The fake's tokens must not claim to be the vendor's."""
_MAX_TOKEN_CHARACTERS: Final = 2_048
_MAX_CACHED_HEADERS: Final = 1_024
_MAX_PREPARED_ACCOUNTS: Final = 10_000
"""Maximum number of accounts with prepared tokens; beyond it, the hour of the oldest starts when they were issued."""
_SCHEME: Final = "bearer"


class TokenClaims(NamedTuple):
    """The claims of a token that this fake issued.

    Attributes:
        account: id of the account that it selects.
        token_id: its ``jti``.
        expires: its expiry, in seconds since the epoch.
    """

    account: str
    token_id: str
    expires: float


class TokenHolder(NamedTuple):
    """The holder of the token in an Authorization header.

    Attributes:
        account: id of the account that the token selects.
        scheme: how it was sent: ``bearer`` or ``raw``.
        issued: its claims; ``None`` unless this fake issued it.
    """

    account: str
    scheme: str
    issued: TokenClaims | None


class _Prepared(NamedTuple):
    """A token that was issued before a client sent a request.

    Attributes:
        wall: the time on the wall clock when it was issued.
        delay: seconds from then to its first request, ``None`` before that. Both are in seconds.
    """

    wall: float
    delay: float | None

    def started(self, clock: Clock, wall: float) -> "_Prepared":
        """Return it with a delay; a frozen clock did not move with the wall clock."""
        if self.delay is not None:
            return self
        return self._replace(delay=0.0 if clock.frozen_at is not None else wall - self.wall)


class Tokens:
    """Issues and recognizes the tokens of one fake.

    Args:
        seed: seed of the fake. Workers with the same seed share the signing key.
    """

    def __init__(self, seed: int) -> None:
        """Derive the signing key."""
        self._key = blake2b(f"smartflo-contract/signing-key/{seed}".encode(), digest_size=32).digest()
        self._cached_holder = lru_cache(_MAX_CACHED_HEADERS)(self._parse)
        self._prepared: dict[str, dict[str, _Prepared]] = {}

    def issue(self, account: str, now: float) -> str:
        """Return a token with the claims of the vendor's tokens; ``sub`` is the account.

        Args:
            account: id of the account.
            now: the time on the account's clock, in seconds since the epoch.
        """
        return self._issue(account, now)[0]

    def _issue(self, account: str, now: float) -> tuple[str, TokenClaims]:
        """Return a token and its claims, without the time that decoding takes."""
        import jwt  # noqa: PLC0415 - slow to import, and many fakes issue no token

        issued_at, token_id = int(now), secrets.token_urlsafe(12)
        expires_at = issued_at + TOKEN_LIFETIME_SECONDS
        claims = {
            "sub": str(int(account, 16)),
            "iss": _ISSUER,
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires_at,
            "jti": token_id,
        }
        token = jwt.encode(claims, self._key, _ALGORITHM)
        return token, TokenClaims(account, token_id, float(expires_at))

    def prepare(self, account: str, now: float, wall: float) -> str:
        """Return a token whose hour starts at its first request, even if the wall clock is set before it.

        Args:
            account: id of the account.
            now: the time on the account's clock.
            wall: the time on the wall clock. Both are in seconds since the epoch.
        """
        token, claims = self._issue(account, now)
        self._prepared.setdefault(account, {})[claims.token_id] = _Prepared(wall, None)
        while len(self._prepared) > _MAX_PREPARED_ACCOUNTS:
            self._prepared.pop(next(iter(self._prepared)), None)
        return token

    def start(self, claims: TokenClaims, clock: Clock, wall: float) -> TokenClaims:
        """Return the claims of a token at a request: the time from its preparation to its first request is added.

        Args:
            claims: the claims in the token.
            clock: the clock of its account.
            wall: the time on the wall clock, in seconds since the epoch.
        """
        prepared = self._prepared.get(claims.account)
        if prepared is None or claims.token_id not in prepared:
            return claims
        started = prepared[claims.token_id] = prepared[claims.token_id].started(clock, wall)
        return claims._replace(expires=claims.expires + (started.delay or 0.0))

    def start_all(self, account: str, clock: Clock, wall: float) -> None:
        """Start the hour of all tokens of an account, because its clock is about to be changed."""
        prepared = self._prepared.get(account, {})
        for token_id in tuple(prepared):
            prepared[token_id] = prepared[token_id].started(clock, wall)

    def holder(self, authorization: str | None) -> TokenHolder | None:
        """Return the holder of the token in an Authorization header, even if it has expired; ``None`` without token."""
        if authorization is not None and len(authorization) > _MAX_TOKEN_CHARACTERS:
            return self._parse(authorization)
        return self._cached_holder(authorization)

    def _parse(self, authorization: str | None) -> TokenHolder | None:
        token = parse_authorization(authorization)
        if not token:
            return None
        issued = self.read(token)
        scheme = "raw" if (authorization or "").strip() == token else "bearer"
        return TokenHolder(account_id_of_token(token) if issued is None else issued.account, scheme, issued)

    def read(self, token: str) -> TokenClaims | None:
        """Return the claims of a token, even if it has expired; ``None`` unless this fake issued it."""
        if len(token) > _MAX_TOKEN_CHARACTERS or token.count(".") != _JWT_DOTS:
            return None
        import jwt  # noqa: PLC0415 - slow to import, and many fakes receive no such token

        try:
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
            )
            return TokenClaims(f"{int(claims['sub']):012x}", str(claims["jti"]), float(claims["exp"]))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            return None  # any other string is a valid token as well


def parse_authorization(authorization: str | None) -> str:
    """Return the token in an Authorization header, raw or after ``Bearer``; empty if it is missing or not ASCII."""
    token = (authorization or "").strip()
    if not token.isascii():  # WSGI servers decode other characters differently
        return ""
    if token[:6].lower() != _SCHEME:
        return token
    rest = token[6:]
    return rest.strip() if not rest or rest[0].isspace() else token
