"""``POST /v1/auth/login`` gives tokens that are real, and expire."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.accounts.tokens import Tokens, parse_authorization

Send = Callable[..., requests.Response]
Reason = Callable[[requests.Response], str]
LOGIN = "/v1/auth/login"
VENDORS = "/v1/broadcast/leads/8668"
GOOD = json.dumps({"email": "you@example.com", "password": "any"})


@pytest.fixture(name="login")
def _login(send: Send) -> Callable[..., requests.Response]:
    """Return the function that logs in with a body."""
    return lambda data, **more: send(LOGIN, "POST", data=data, token=None, **more)


def test_login(login: Send) -> None:
    """Any login id and password get the documented answer."""
    answer = login(GOOD, Content_Type="application/json")
    body = answer.json()

    assert (200, "documented") == (answer.status_code, answer.headers["X-Smartflo-Fake-Evidence"])
    assert {
        "success": True,
        "access_token": body["access_token"],
        "token_type": "bearer",
        "expires_in": 3600,
        "number_of_days_left": 90,
    } == body


def test_token_is_a_jwt(login: Send) -> None:
    """The token is an HS256 JWT with the claims of the vendor's tokens, for an hour."""
    token = login(GOOD).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})

    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert {"sub", "iss", "iat", "nbf", "exp", "jti"} == claims.keys()
    assert (claims["iat"], claims["iat"] + 3600) == (claims["nbf"], claims["exp"])
    assert claims["sub"].isdigit()
    assert len(claims["jti"]) == 16
    assert "tatatele" not in claims["iss"]


def test_token_opens(send: Send, login: Send) -> None:
    """The token is taken, raw and after Bearer."""
    token = login(GOOD).json()["access_token"]

    assert [200, 200] == [send(VENDORS, token=form).status_code for form in (token, f"Bearer {token}")]


def expired_token() -> str:
    """Return a token of the fake's that has expired."""
    return Tokens(0).issue(account_id_of_login("you@example.com"), time.time() - 3601)


def test_expired_token(send: Send) -> None:
    """A token that this fake issued over an hour ago is 401, with the message that clients know."""
    answer = send(VENDORS, token=f"Bearer {expired_token()}")

    assert (401, {"success": False, "message": "Token has expired"}) == (answer.status_code, answer.json())
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "observed"


def test_tokens_last_an_hour() -> None:
    """A token tells its account and when it expires, to the second."""
    issued = Tokens(0).read(Tokens(0).issue("00c0ffee0001", 1_000_000))

    assert issued is not None
    assert ("00c0ffee0001", 1_003_600) == (issued.account, issued.expires)


def test_token_of_another_fake() -> None:
    """A token of another seed is any text, and any text is taken; the same seed is the same key."""
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
def test_odd_claims(claims: dict[str, object]) -> None:
    """A token that is signed with the fake's key and says something else is any text."""
    tokens = Tokens(0)

    assert tokens.read(jwt.encode(claims, tokens._key, "HS256")) is None  # noqa: SLF001 - only its key signs


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "W10.W10.x", "é.é.é", "x" * 3_000, "W1tb" * 500 + ".."])
def test_garbage_is_no_token_of_the_fake(token: str) -> None:
    """Text that is no JWT is an account of its own."""
    assert Tokens(0).read(token) is None


@pytest.mark.parametrize(
    ("header", "token"),
    [(None, ""), ("", ""), ("x", "x"), ("Bearer x", "x"), ("BEARER\tx ", "x"), ("Bearer", ""), ("Bearerx", "Bearerx")],
)
def test_token_of_a_header(header: str | None, token: str) -> None:
    """The token is what follows Bearer, or the whole header."""
    assert token == parse_authorization(header)


def test_wrong_password(login: Send, reason: Reason) -> None:
    """The password ``wrong`` gets the documented failure; that its status is 401 is assumed."""
    answer = login(json.dumps({"email": "unlucky@example.com", "password": "wrong"}))

    assert (
        401,
        {"success": False, "message": "The username or password is incorrect.", "login_failed_count": 1},
    ) == (answer.status_code, answer.json())
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "assumed"
    assert "the status 401 is assumed" in reason(answer)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"3", b'"x"', b"NaN", b'{"email": NaN, "password": "x"}', b"\xff\xfe", b"\x00",
     b'{"email": "\xff", "password": "x"}', b'{"email": "\\ud800", "password": "x"}', b"[" * 60_000,
     b'{"email":' * 5_000, b"email=you&password=any", b"{'email': 1}"],
)  # fmt: skip
def test_body_that_is_no_json_object(data: bytes, login: Send, reason: Reason) -> None:
    """A body that is no JSON object is 400 and says what a login looks like."""
    answer = login(data)

    assert (400, False) == (answer.status_code, answer.json()["success"])
    assert '{"email": "you@example.com", "password": "any"}' in reason(answer)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({}, {"email", "password"}),
        ({"email": "you"}, {"password"}),
        ({"email": "", "password": "x"}, {"email"}),
        ({"email": None, "password": "x"}, {"email"}),
        ({"email": 3, "password": ["x"]}, {"email", "password"}),
        ({"Email": "you", "password": "x"}, {"email"}),
        ({"email": "you", "password": True}, {"password"}),
    ],
)
def test_missing_keys(content: dict[str, object], fields: set[str], login: Send) -> None:
    """A key that is missing, empty or no text is 422: a flat map of field to message, as seen by public clients."""
    answer = login(json.dumps(content))

    assert (422, fields, "assumed") == (
        answer.status_code,
        answer.json().keys(),
        answer.headers["X-Smartflo-Fake-Evidence"],
    )


@pytest.mark.parametrize("email", ["\0", "x" * 60_000, "नमस्ते", "\r\nX: 1", "\u2028"])
def test_odd_login_ids(email: str, login: Send) -> None:
    """A login id is any text, also one that is odd."""
    assert login(json.dumps({"email": email, "password": "any"}, ensure_ascii=False).encode()).status_code == 200


def test_largest_body(login: Send) -> None:
    """A body of exactly 64 KiB is read, one byte more is not."""
    body = GOOD.ljust(64 * 1024)

    assert [200, 413] == [login(body).status_code, login(body + " ").status_code]


def test_large_body(login: Send, reason: Reason) -> None:
    """A login of 10 MB is 413 in the vendor's shape."""
    answer = login(b"x" * 10_000_000)

    assert (413, False) == (answer.status_code, answer.json()["success"])
    assert "larger than 65536 bytes" in reason(answer)


def test_large_body_of_unknown_length(login: Send) -> None:
    """A long body that does not say its length is 413 as well, not cut short and read."""

    def pieces() -> Iterator[bytes]:
        yield GOOD.encode()
        for _ in range(100):
            yield b" " * 10_000

    assert login(pieces()).status_code == 413


def test_large_body_is_refused_early(fake: FakeSmartflo) -> None:
    """The refusal comes before the body does."""
    parts = urlsplit(fake.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as client:
        client.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n{")

        assert client.recv(12) == b"HTTP/1.1 413"


def test_body_that_ends_early(fake: FakeSmartflo) -> None:
    """A client that promises more than it sends gets an error in the vendor's shape."""
    parts = urlsplit(fake.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as client:
        client.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(1_000), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b'{"success":false' in answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods(method: str, send: Send) -> None:
    """Logging in is a POST."""
    answer = send(LOGIN, method)

    assert (405, "OPTIONS, POST") == (answer.status_code, answer.headers["Allow"])
