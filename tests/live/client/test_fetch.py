"""Fetching one URL with credentials; a fake or a scripted server stands in for the real API."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.live import Credentials, LiveError, NotSentError
from smartflo_contract.live.client.fetcher import ApiResponse
from smartflo_contract.live.errors import TruncatedBodyError

LOGIN = Credentials(None, "crm@example.com", "any-password")
TOKEN = Credentials("of-production")
EXPIRED = b'{"success":false,"message":"Token has expired"}'
LIST = "/v1/broadcast/leads/8668?number=%2B915550000042"


def raw_response(body: bytes = b"[]", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read(response: ApiResponse) -> bytes:
    """Return the whole body."""
    with response:
        return b"".join(response.chunks)


def read_truncated(response: ApiResponse) -> bytes:
    """Return the part of a body before it is cut off."""
    received: list[bytes] = []
    with response, pytest.raises(TruncatedBodyError):
        received.extend(response.chunks)
    return b"".join(received)


def test_returns_list_with_token(smartflo: Any, time: Any) -> None:
    """The body is unchanged, and one request is sent."""
    lead_list = smartflo.add_list(leads=3)
    with time.fetch(lead_list.url, Credentials(smartflo.token)) as response:
        assert (200, "application/json", lead_list.url) == (response.status, response.content_type, response.url)
        body = b"".join(response.chunks)
    assert lead_list.leads == json.loads(body)
    assert response.length in {None, len(body)}
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=1)
    assert [] == time.slept


def test_logs_in_once(smartflo: Any, time: Any) -> None:
    """A login is one request, and its token opens the list."""
    lead_list = smartflo.add_list(leads=1)
    assert lead_list.leads == json.loads(read(time.fetch(lead_list.url, Credentials(None, smartflo.email, "any"))))
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_sends_raw_token_and_no_netrc(serve: Any, time: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is sent without ``Bearer``, the default password in ``.netrc`` is not sent, and no fragment is."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anybody password of-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(raw_response())
    assert b"[]" == read(time.fetch(f"{server.url}/v1/x?a=b#c"))
    assert b"[]" == read(time.fetch(f"{server.url}/v1/x?a=b", TOKEN))
    without, with_token = server.heads
    assert without.startswith("GET /v1/x?a=b HTTP/1.1\r\n")
    assert "authorization" not in without.lower()
    assert "\r\nAuthorization: of-production" in with_token


@pytest.mark.parametrize("path", ["/v1/broadcast/leads/1", "/gateway/v1/broadcast/leads/1"])
def test_logs_in_at_api_root(path: str, serve: Any, time: Any) -> None:
    """The path before ``/v1`` belongs to the root."""
    server = serve(raw_response(b'{"access_token":"one"}'), raw_response())
    assert b"[]" == read(time.fetch(server.url + path, LOGIN))
    assert [f"POST {path.partition('/v1/')[0]}/v1/auth/login", f"GET {path}"] == [
        head.partition(" HTTP")[0] for head in server.heads
    ]


def test_returns_client_errors_and_html(smartflo: Any, time: Any) -> None:
    """The caller judges them."""
    token = Credentials(smartflo.token)
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/123456", token) as response:
        assert 404 == response.status
        assert "message" in json.loads(b"".join(response.chunks))
    smartflo.fail("html", 422)
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/8668", token) as response:
        assert (200, "text/html") == (response.status, str(response.content_type).partition(";")[0])
        assert b"".join(response.chunks).startswith(b"<html>")
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/8668", token) as response:
        assert 422 == response.status


def test_accepts_missing_or_invalid_length_and_type(serve: Any, time: Any) -> None:
    """The body then ends with the connection."""
    server = serve(b"HTTP/1.1 200 OK\r\n\r\n[1]", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[1]")
    for _ in range(2):
        response = time.fetch(server.url)
        assert (None, None) == (response.length, response.content_type)
        assert b"[1]" == read(response)


def test_length_counts_compressed_bytes(serve: Any, time: Any) -> None:
    """``Content-Length`` is the size before decompression."""
    sent = gzip.compress(b"[1]")
    response = time.fetch(serve(raw_response(sent, "Content-Encoding: gzip")).url, TOKEN)
    assert (len(sent), b"[1]") == (response.length, read(response))


def test_rejects_other_encodings(serve: Any, time: Any) -> None:
    """An encoding that was not requested is an error."""
    with pytest.raises(LiveError, match="the response has Content-Encoding `br`; only gzip was accepted"):
        time.fetch(serve(raw_response(b"?", "Content-Encoding: br")).url)


def test_yields_leads_before_truncation(smartflo: Any, time: Any) -> None:
    """The leads that arrived before the connection was cut can be read."""
    lead_list = smartflo.add_list(leads=3)
    smartflo.fail("cut")
    received = read_truncated(time.fetch(lead_list.url, Credentials(smartflo.token)))
    assert lead_list.leads[:1] == json.loads(received.removesuffix(b",") + b"]")


# --- refused credentials


REFUSALS = pytest.mark.parametrize(
    "refusal", [raw_response(EXPIRED), raw_response(b"{}", status="401 Unauthorized")], ids=[200, 401]
)


@REFUSALS
def test_replaces_expired_token_of_login_once(refusal: bytes, serve: Any, time: Any) -> None:
    """A second login follows, and its token is sent."""
    first, second = (raw_response(b'{"access_token":"%b"}' % name) for name in (b"first", b"second"))
    server = serve(first, refusal, second, raw_response())
    assert b"[]" == read(time.fetch(server.url + LIST, LOGIN))
    assert "\r\nAuthorization: second" in server.heads[3]


def test_logs_in_again_after_401_of_fake(smartflo: Any, time: Any) -> None:
    """The fake issues a second token."""
    lead_list = smartflo.add_list(leads=1)
    smartflo.fail(401)
    assert lead_list.leads == json.loads(read(time.fetch(lead_list.url, Credentials(None, smartflo.email, "any"))))
    smartflo.assert_called("POST", "/v1/auth/login", times=2)


@pytest.mark.parametrize("quirk", [200, 401])
def test_reports_expired_token(quirk: int, smartflo: Any, time: Any) -> None:
    """The API reports it with status 200 or 401; a token without a login is not replaced."""
    smartflo.quirks(expired_token=quirk)
    lead_list = smartflo.add_list()
    smartflo.clock.advance(hours=2)
    message = "refuses the token: check that SMARTFLO_TOKEN is correct and has not expired"
    with pytest.raises(LiveError, match=message):
        time.fetch(lead_list.url, Credentials(smartflo.token))


@REFUSALS
def test_gives_up_after_two_logins(refusal: bytes, serve: Any, time: Any) -> None:
    """If the second token is refused as well, there is no third login."""
    login = raw_response(b'{"access_token":"one"}')
    server = serve(login, refusal, login, refusal)
    with pytest.raises(LiveError, match="refuses the token: 2 logins in a row returned one that it refuses"):
        time.fetch(server.url + LIST, LOGIN)
    assert 4 == len(server.heads)


@REFUSALS
def test_does_not_log_in_for_token(refusal: bytes, serve: Any, time: Any) -> None:
    """A refused token causes no login."""
    server = serve(refusal)
    with pytest.raises(LiveError, match="refuses the token: check that SMARTFLO_TOKEN is correct"):
        time.fetch(server.url + LIST, TOKEN)
    assert 1 == len(server.heads)


def test_does_not_repeat_refused_login(smartflo: Any, time: Any) -> None:
    """Repeated failures would lock the account."""
    with pytest.raises(LiveError, match="refused: status 401"):
        time.fetch(smartflo.add_list().url, Credentials(None, smartflo.email, "wrong"))
    smartflo.assert_called("POST", "/v1/auth/login", times=1)
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/{id}")


def test_names_missing_credentials(smartflo: Any, time: Any) -> None:
    """The error names the environment variables."""
    with pytest.raises(LiveError, match=r"requires credentials \(401\): set SMARTFLO_TOKEN, or SMARTFLO_EMAIL"):
        time.fetch(smartflo.add_list().url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" [1]",
        b'{"message":"Token has expired"',
        b'{"message":5}',
        b'{"message":"Token has expired","more":"' + b"x" * 10_000 + b'"}',
        b"{" * 4_000,
        b"[" + b"1," * 100_000 + b"1]",
    ],
    ids=["empty", "list", "truncated", "number", "long", "deep", "long list"],
)
def test_search_for_expired_token_keeps_body(body: bytes, serve: Any, time: Any) -> None:
    """The body is complete, although its beginning was searched."""
    assert body == read(time.fetch(serve(raw_response(body)).url, TOKEN))


def test_search_for_expired_token_keeps_truncation(serve: Any, time: Any) -> None:
    """A truncation within the searched part is reported when the body is read."""
    response = time.fetch(serve(raw_response(b'{"message":', length=100)).url, TOKEN)
    assert b'{"message":' == read_truncated(response)


@pytest.mark.parametrize("token", ["two\nlines", "ü", "a\r\nX-More: b"])
def test_rejects_unprintable_tokens(token: str, serve: Any, time: Any) -> None:
    """Nothing is sent, and the error does not contain the token."""
    server = serve(raw_response())
    with pytest.raises(LiveError, match="the token cannot be sent") as caught:
        time.fetch(server.url, Credentials(token))
    assert token not in str(caught.value)
    assert [] == server.heads


# --- refused URLs


def test_checks_url_as_it_is_sent(serve: Any, time: Any) -> None:
    """A backslash does not hide the host."""
    server = serve(raw_response())
    response = time.fetch(f"{server.url}\\@other.example/", TOKEN)
    assert response.url.startswith(f"{server.url}/")
    assert b"[]" == read(response)


@pytest.mark.parametrize("path", ["/v1/broadcast/start/1", "/v1/broadcast/%65nd/1", "/a/../v1/broadcast/pause/1"])
def test_rejects_get_requests_with_side_effects(path: str, serve: Any, time: Any) -> None:
    """A URL that makes phones ring is not requested, and no redirect to it is followed."""
    server = serve(raw_response(b"", f"Location: {path}", status="302 Found"))
    with pytest.raises(NotSentError, match="phones may ring"):
        time.fetch(server.url + path, TOKEN)
    assert [] == server.heads
    with pytest.raises(LiveError, match=r"redirects to a URL that is not followed: .* phones may ring"):
        time.fetch(server.url, TOKEN)
    assert 1 == len(server.heads)


# --- errors


@pytest.mark.parametrize(
    "response",
    [
        raw_response(b"{}", "Retry-After: 600", status="429 x"),
        raw_response(status="401 x"),
        raw_response(status="500 x"),
        raw_response(b"", "Location: https://other.example/v1/x?number=915550000042", status="302 Found"),
        raw_response(b"", "Location: https://me:of-production@other.example/", status="302 Found"),
        raw_response(b"", "Content-Encoding: br"),
    ],
    ids=["429", "401", "500", "redirect", "redirect with token", "encoding"],
)
def test_errors_are_one_line_without_secrets(response: bytes, serve: Any, time: Any) -> None:
    """They contain neither the token nor the query of the URL."""
    with pytest.raises(LiveError) as caught:
        time.fetch(serve(response).url + LIST, TOKEN)
    message = str(caught.value)
    assert message.isprintable()
    assert "of-production" not in message
    assert "5550000042" not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
