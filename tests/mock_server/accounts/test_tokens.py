"""Access tokens: which strings the fake recognizes as its own, and how it parses the Authorization header."""

import jwt
import pytest

from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.tokens import Tokens, parse_authorization


def test_token_names_account_and_expiry() -> None:
    """A token expires after an hour, to the second."""
    claims = Tokens(0).read(Tokens(0).issue("00c0ffee0001", 1_000_000))

    assert claims is not None
    assert ("00c0ffee0001", 1_003_600) == (claims.account, claims.expires)


def test_recognizes_tokens_of_same_seed_only() -> None:
    """The same seed is the same key; a token of another seed is a string like any other."""
    token = Tokens(1).issue("000000000001", 0)

    assert [True, False] == [Tokens(seed).read(token) is None for seed in (2, 1)]


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "1", "jti": "x", "exp": "never"},
        {"sub": "1", "jti": "x", "exp": None},
        {"sub": "1", "jti": "x", "exp": []},
        {"sub": 1, "jti": "x", "exp": 0},
        {"sub": "me", "jti": "x", "exp": 0},
        {"sub": "1", "exp": 0},
    ],
)
def test_ignores_signed_token_with_other_claims(claims: dict[str, object]) -> None:
    """A token with the fake's signature but other claims is a string like any other."""
    tokens = Tokens(0)

    assert tokens.read(jwt.encode(claims, tokens._key, "HS256")) is None  # noqa: SLF001 - only its key signs


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "W10.W10.x", "é.é.é", "x" * 3_000, "W1tb" * 500 + ".."])
def test_ignores_malformed_token(token: str) -> None:
    """A string that is no JWT is no error."""
    assert Tokens(0).read(token) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [(None, ""), ("", ""), ("x", "x"), ("Bearer x", "x"), ("BEARER\tx ", "x"), ("Bearer", ""), ("Bearerx", "Bearerx")],
)
def test_parses_authorization_header(header: str | None, token: str) -> None:
    """The token follows Bearer, or is the whole header."""
    assert token == parse_authorization(header)


YEAR_SECONDS = 365 * 24 * 60 * 60
PREPARED = "0000c0ffee01"


@pytest.mark.parametrize("jump", [0, 10 * YEAR_SECONDS, -2 * YEAR_SECONDS])
def test_prepared_token_expires_an_hour_after_first_request(jump: float) -> None:
    """A wall clock that is set between preparation and first request does not count."""
    tokens = Tokens(0)
    claims = tokens.read(tokens.prepare(PREPARED, 1_000_000, 1_000_000))
    assert claims is not None
    first = tokens.start(claims, Clock(), 1_000_000 + jump)
    second = tokens.start(claims, Clock(), 1_000_000 + jump + 1_800)

    assert 1_003_600 + jump == first.expires == second.expires


def test_frozen_clock_of_account_does_not_delay_a_token() -> None:
    """The account's own clock did not move with the wall clock."""
    tokens = Tokens(0)
    claims = tokens.read(tokens.prepare(PREPARED, 500, 1_000_000))
    assert claims is not None

    assert 4_100 == tokens.start(claims, Clock(frozen_at=500), 1_000_000 + YEAR_SECONDS).expires


def test_change_of_clock_starts_prepared_tokens() -> None:
    """The hour starts before an account's clock is advanced, so that advancing it ends the hour."""
    tokens = Tokens(0)
    claims = tokens.read(tokens.prepare(PREPARED, 1_000_000, 1_000_000))
    assert claims is not None
    tokens.start_all(PREPARED, Clock(), 1_000_000)
    tokens.start_all("000000000002", Clock(), 1_000_000)

    assert 1_003_600 == tokens.start(claims, Clock(3_600), 1_000_000 + 10).expires


def test_issued_token_is_not_delayed() -> None:
    """The hour of a login's token starts at the login."""
    tokens = Tokens(0)
    tokens.prepare(PREPARED, 0, 0)
    claims = tokens.read(tokens.issue(PREPARED, 1_000_000))
    assert claims is not None

    assert claims == tokens.start(claims, Clock(), 1_000_000 + YEAR_SECONDS)
