"""Tokens: which are accepted, and how the fake rejects the rest."""

import pytest
from flask.testing import FlaskClient

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from .conftest import LEADS, LOGIN, VENDORS, Account, account_of, client_of

WITHOUT_TOKEN = (None, "", "Bearer", "Bearer ", "bearer   ", "é", "Bearer é")
"""Values of the Authorization header that contain no token; ``None`` sends no header."""


def expired_account(client: FlaskClient, email: str) -> Account:
    """Return an account with a token that expired a moment ago."""
    token = client.post(LOGIN, json={"email": email, "password": "any"}).get_json()["access_token"]
    api = Account(client, f"Bearer {token}")
    api.set_clock(advance=3_600)
    return api


def test_accepts_issued_token_in_both_forms(send: Send) -> None:
    """A token from a login is accepted raw and with Bearer."""
    token = send(LOGIN, "POST", data='{"email": "you@example.com", "password": "any"}').json()["access_token"]

    assert [200, 200] == [send(VENDORS, token=form).status_code for form in (token, f"Bearer {token}")]


@pytest.mark.parametrize("token", ["any-text", "Bearer any-text", "bearer any-text", "Bearer  x", "Bearerx", "Basic x"])
def test_accepts_any_string(token: str, send: Send) -> None:
    """A token may be any string, raw or with Bearer."""
    assert send(VENDORS, token=token).status_code == 200


@pytest.mark.parametrize("token", ["a.b.c", "..", "eyJ.eyJ.x", "Bearer " + "x" * 5_000, "x\x01x"])
def test_unusual_token_is_accepted_or_a_bad_request(token: str, send: Send) -> None:
    """Malformed JWTs, long tokens and control characters are tokens, or a bad request."""
    assert send(VENDORS, token=token.encode("latin-1")).status_code in {200, 400}


@pytest.mark.parametrize("token", WITHOUT_TOKEN)
def test_missing_token_is_401(token: str | None, send: Send, reason: Reason) -> None:
    """The reason has a curl option that works."""
    response = send(VENDORS, token=token)

    assert (401, False) == (response.status_code, response.json()["success"])
    assert "curl --header 'Authorization: Bearer any-text'" in reason(response)


@pytest.mark.parametrize("token", WITHOUT_TOKEN)
def test_missing_token_is_401_for_any_list_id(token: str | None) -> None:
    """Whether a list exists, its id is an error or the path has no id shows only with a token."""
    headers = {} if token is None else {"Authorization": token}
    for path in (VENDORS, f"{LEADS}/id", f"{LEADS}/", LEADS, f"{LEADS}/1", f"{LEADS}/900000503"):
        response = client_of().get(path, headers=headers)

        assert (path, 401, False) == (path, response.status_code, response.get_json()["success"])
        assert "curl --header 'Authorization: Bearer any-text'" in response.headers["X-Smartflo-Fake-Reason"]


def test_authorization_can_be_off() -> None:
    """With ``auth="off"``, no token is required."""
    assert client_of(auth="off").get(VENDORS).status_code == 200


def test_rejects_expired_token() -> None:
    """A token that the fake issued over an hour ago is 401, with the message that public clients compare."""
    response = expired_account(client_of(), "expired@example.com")("GET", VENDORS)

    assert (401, {"success": False, "message": "Token has expired"}) == (response.status_code, response.get_json())
    assert response.headers["X-Smartflo-Fake-Evidence"] == "observed"


def test_quirk_rejects_expired_token_with_status_200() -> None:
    """Under expired_token=200, an expired token is an error with status 200 at every route."""
    api = expired_account(client_of(quirks={"expired_token": 200}), "expired@example.com")

    for response in (api("GET", VENDORS), api("POST", "/v1/auth/refresh")):
        assert (200, {"success": False, "message": "Token has expired"}) == (response.status_code, response.get_json())
        assert response.headers["X-Smartflo-Fake-Evidence"] == "observed"


@pytest.mark.parametrize(("scheme", "statuses"), [("any", [200, 200]), ("bearer", [401, 200]), ("raw", [200, 401])])
def test_quirk_selects_scheme(scheme: str, statuses: list[int]) -> None:
    """The quirk auth_scheme sets in which form a token is accepted."""
    api = account_of(quirks={"auth_scheme": scheme})

    assert statuses == [api("GET", VENDORS, Authorization=form).status_code for form in ("abc", "Bearer abc")]
