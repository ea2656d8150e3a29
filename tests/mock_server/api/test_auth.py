"""Login, refresh and logout: tokens, failures, lockouts and configured logins."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import jwt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import FakeSmartflo, Login
from smartflo_contract.mock_server.http.lockout import LOCKOUT_SECONDS

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from ..raw_http import exchange, status_of  # noqa: TID252
from .conftest import LOGIN, VENDORS, Account, client_of

REFRESH, LOGOUT = "/v1/auth/refresh", "/v1/auth/logout"
HOUR_SECONDS = 3_600
VALID = json.dumps({"email": "you@example.com", "password": "any"})


@pytest.fixture(name="email")
def _email(account: dict[str, str]) -> str:
    """Return a login id that no other test uses."""
    return f"{account['Authorization'].removeprefix('Bearer ')}@example.com"


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return client_of()


def log_in(client: FlaskClient, email: str, password: str = "any") -> TestResponse:  # noqa: S107 - it opens nothing
    """Log in; the password ``wrong`` fails."""
    return client.post(LOGIN, json={"email": email, "password": password})


def token_of(client: FlaskClient, email: str) -> str:
    """Return a new token of a login id."""
    return str(log_in(client, email).get_json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request with a token."""
    return {"Authorization": f"Bearer {token}"}


def subject(token: str) -> str:
    """Return the account that a token names."""
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])


def failed_logins(response: TestResponse) -> int:
    """Return the number of failures in a row, which a failed login reports."""
    return int(response.get_json()["login_failed_count"])


# Login


def test_returns_documented_response(send: Send) -> None:
    """Any login id and any password return a token for an hour."""
    response = send(LOGIN, "POST", data=VALID, token=None, Content_Type="application/json")
    body = response.json()

    assert (200, "documented") == (response.status_code, response.headers["X-Smartflo-Fake-Evidence"])
    assert {
        "success": True,
        "access_token": body["access_token"],
        "token_type": "bearer",
        "expires_in": HOUR_SECONDS,
        "number_of_days_left": 90,
    } == body


def test_token_is_a_jwt(client: FlaskClient, email: str) -> None:
    """The token is an HS256 JWT with the claims of the vendor's tokens, valid for an hour."""
    token = token_of(client, email)
    claims = jwt.decode(token, options={"verify_signature": False})

    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert {"sub", "iss", "iat", "nbf", "exp", "jti"} == claims.keys()
    assert (claims["iat"], claims["iat"] + HOUR_SECONDS) == (claims["nbf"], claims["exp"])
    assert claims["sub"].isdigit()
    assert len(claims["jti"]) == 16
    assert "tatatele" not in claims["iss"]


def test_login_id_selects_the_account(client: FlaskClient, email: str) -> None:
    """Every login with one id selects one account, at every fake with the same seed; other ids have other accounts."""
    first = subject(token_of(client, email))

    assert first == subject(token_of(client, email)) == subject(token_of(client_of(auth="off"), email))
    assert first != subject(token_of(client, f"other-{email}"))


@pytest.mark.parametrize("login_id", ["\0", "x" * 60_000, "नमस्ते", "\r\nX: 1", "\u2028"])
def test_login_id_is_any_string(login_id: str, api: Account) -> None:
    """A login id may have any characters."""
    body = json.dumps({"email": login_id, "password": "any"}, ensure_ascii=False).encode()

    assert api("POST", LOGIN, body).status_code == 200


@pytest.mark.parametrize(
    ("content", "keys"),
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
def test_rejects_missing_or_invalid_keys(content: dict[str, object], keys: set[str], api: Account) -> None:
    """A key that is missing, empty or no string is 422, a flat map from key to message, as public clients expect."""
    response = api("POST", LOGIN, content)

    assert (422, keys) == (response.status_code, response.get_json().keys())
    assert response.headers["X-Smartflo-Fake-Evidence"] == "assumed"


def test_body_may_have_64_kib(api: Account) -> None:
    """A body of exactly 64 KiB is read; one byte more is 413."""
    body = VALID.ljust(64 * 1024).encode()

    assert [200, 413] == [api("POST", LOGIN, content).status_code for content in (body, body + b" ")]


def test_rejects_large_body_with_reason(send: Send, reason: Reason) -> None:
    """A login of 10 MB is 413 in the vendor's shape, at the threaded server too."""
    response = send(LOGIN, "POST", data=b"x" * 10_000_000, token=None)

    assert (413, False) == (response.status_code, response.json()["success"])
    assert "larger than 65536 bytes" in reason(response)


def test_rejects_large_body_of_unknown_length(send: Send) -> None:
    """A body in chunks is not truncated at the maximum size and then accepted."""

    def pieces() -> Iterator[bytes]:
        yield VALID.encode()
        for _ in range(100):
            yield b" " * 10_000

    assert send(LOGIN, "POST", data=pieces(), token=None).status_code == 413


@pytest.mark.parametrize(("length", "status"), [(10_000_000, 413), (100, 400)])
def test_threaded_server_rejects_incomplete_body(length: int, status: int, fake: FakeSmartflo) -> None:
    """A large body is rejected before it is sent, and one that ends early in the vendor's shape."""
    request = f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{"
    response = exchange(fake.url, [request.encode()], end=True)

    assert status == status_of(response)
    assert b'{"success":false' in response


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_login_is_a_post(method: str, api: Account) -> None:
    """Other methods are 405."""
    response = api(method, LOGIN)

    assert (405, "OPTIONS, POST") == (response.status_code, response.headers["Allow"])


# Refresh and logout


def test_refresh_returns_new_token_of_same_account(client: FlaskClient, email: str) -> None:
    """The old token stays valid."""
    first = token_of(client, email)
    response = client.post(REFRESH, headers=bearer(first))
    second = response.get_json()["access_token"]

    assert (200, "assumed") == (response.status_code, response.headers["X-Smartflo-Fake-Evidence"])
    assert {"success", "access_token", "token_type", "expires_in"} == response.get_json().keys()
    assert first != second
    assert subject(first) == subject(second)
    assert [200, 200] == [client.get(VENDORS, headers=bearer(token)).status_code for token in (first, second)]


def test_refresh_of_any_string_selects_one_account(client: FlaskClient) -> None:
    """Any string is a token, raw or with Bearer, so it can be refreshed."""
    responses = [client.post(REFRESH, headers={"Authorization": form}) for form in ("abc", "Bearer abc", "bearer  abc")]

    assert len({subject(response.get_json()["access_token"]) for response in responses}) == 1


@pytest.mark.parametrize("path", [REFRESH, LOGOUT])
def test_refresh_and_logout_require_a_token(path: str, client: FlaskClient) -> None:
    """Without a token, both are 401."""
    assert client.post(path).status_code == 401


def test_logout_ends_one_token(client: FlaskClient, email: str) -> None:
    """The token is rejected afterwards; another of the same account is not."""
    ended, kept = token_of(client, email), token_of(client, email)
    response = client.post(LOGOUT, headers=bearer(ended))

    assert (200, {"success": True, "message": "Successfully logged out"}) == (
        response.status_code,
        response.get_json(),
    )
    assert [401, 200] == [client.get(VENDORS, headers=bearer(token)).status_code for token in (ended, kept)]
    assert client.post(REFRESH, headers=bearer(ended)).status_code == 401


def test_logout_keeps_tokens_that_fake_did_not_issue(api: Account) -> None:
    """Any string stays a token."""
    assert [200, 200] == [api("POST", LOGOUT).status_code, api("GET", VENDORS).status_code]


def test_logged_out_token_expires(client: FlaskClient, email: str) -> None:
    """A token that has expired is rejected as expired, even if it was logged out."""
    api = Account(client, f"Bearer {token_of(client, email)}")
    api("POST", LOGOUT)
    api.set_clock(advance=HOUR_SECONDS)
    response = api("GET", VENDORS)

    assert (401, "Token has expired") == (response.status_code, response.get_json()["message"])


# Failed logins


def test_wrong_password_is_documented_failure(client: FlaskClient, email: str) -> None:
    """The body is documented; the status 401 is assumed."""
    response = log_in(client, email, "wrong")

    assert (
        401,
        {"success": False, "message": "The username or password is incorrect.", "login_failed_count": 1},
    ) == (response.status_code, response.get_json())
    assert response.headers["X-Smartflo-Fake-Evidence"] == "assumed"
    assert "the status 401 is assumed" in response.headers["X-Smartflo-Fake-Reason"]


def test_counts_failures_in_a_row(client: FlaskClient, email: str) -> None:
    """Each login id has its own count, and a success resets it."""
    counts = [failed_logins(log_in(client, email, "wrong")) for _ in range(3)]

    assert ([1, 2, 3], 1) == (counts, failed_logins(log_in(client, f"other-{email}", "wrong")))
    assert log_in(client, email).status_code == 200
    assert failed_logins(log_in(client, email, "wrong")) == 1


def test_quirk_selects_other_documented_failure(email: str) -> None:
    """Under login_failure=plain, a failure has the other documented body."""
    response = log_in(client_of(quirks={"login_failure": "plain"}), email, "wrong")

    assert (401, {"success": False, "message": "Invalid credentials"}) == (response.status_code, response.get_json())


def test_five_failures_lock_login_id_out(client: FlaskClient, email: str) -> None:
    """A lockout lasts ten minutes, rejects the correct password too, and states its end in India's time."""
    api = Account(client, f"Bearer {token_of(client, email)}")
    now_ms = api.set_clock(now=1_700_000_000_000, frozen=True)
    statuses = [log_in(client, email, "wrong").status_code for _ in range(5)]
    locked = log_in(client, email)
    retry_after = datetime.strptime(f"{locked.get_json()['retry_after']} +0530", "%Y-%m-%d %H:%M:%S %z")

    assert [401] * 5 == statuses
    assert (429, "assumed") == (locked.status_code, locked.headers["X-Smartflo-Fake-Evidence"])
    assert timedelta(seconds=LOCKOUT_SECONDS) == timedelta(seconds=retry_after.timestamp() - now_ms / 1_000)
    assert log_in(client, f"other-{email}").status_code == 200

    api.set_clock(advance=LOCKOUT_SECONDS - 1)

    assert log_in(client, email).status_code == 429

    api.set_clock(advance=1)

    assert failed_logins(log_in(client, email, "wrong")) == 1
    assert log_in(client, email).status_code == 200


def test_quirk_sets_status_of_lockout(email: str) -> None:
    """Under lockout=401, a lockout has the status of any failure, and retry_after."""
    client = client_of(quirks={"lockout": 401})
    responses = [log_in(client, email, "wrong") for _ in range(6)]

    assert (401, True) == (responses[-1].status_code, "retry_after" in responses[-1].get_json())


@pytest.mark.parametrize("settings", [{"quirks": {"lockout": "off"}}, {"read_only": True}], ids=["off", "read-only"])
def test_lockout_can_be_off(settings: dict[str, object], email: str) -> None:
    """Under lockout=off, and in a read-only fake, no number of failures locks out."""
    client = client_of(**settings)

    assert [401] * 9 == [log_in(client, email, "wrong").status_code for _ in range(9)]
    assert log_in(client, email).status_code == 200


def test_read_only_fake_stores_no_failures_and_logouts(email: str) -> None:
    """Each failure is the first, and a token stays valid after its logout."""
    client = client_of(read_only=True)
    headers = bearer(token_of(client, email))
    client.post(LOGOUT, headers=headers)

    assert [1, 1] == [failed_logins(log_in(client, email, "wrong")) for _ in range(2)]
    assert client.get(VENDORS, headers=headers).status_code == 200


def test_accepts_configured_logins_only() -> None:
    """Where logins are configured, all others fail, and the password ``wrong`` is like any other."""
    client = client_of(logins=(Login("crm", "open"), Login("etl", "wrong")))
    logins = [("crm", "open"), ("etl", "wrong"), ("crm", "wrong"), ("etl", "open"), ("nobody", "open")]

    assert [200, 200, 401, 401, 401] == [log_in(client, email, password).status_code for email, password in logins]
