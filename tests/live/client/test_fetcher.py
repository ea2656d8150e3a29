"""Redirects, retries and rate limits; a fake or a scripted server stands in for the real API."""

import json
import shutil
import socket
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from smartflo_contract.live import Credentials, LiveError
from smartflo_contract.live.client.fetch import fetch
from smartflo_contract.live.client.fetcher import ApiResponse, Fetcher
from smartflo_contract.live.client.http_session import send_get

from ...scripted_server import tls_server  # noqa: TID252 - test folders are no packages

LOGIN = Credentials(None, "crm@example.com", "any-password")
TOKEN = Credentials("of-production")
LIST = "/v1/broadcast/leads/8668?number=%2B915550000042"


def raw_response(body: bytes = b"[]", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return raw_response(b"", f"Location: {to}", status=status)


def too_many(body: bytes = b"{}", *headers: str) -> bytes:
    """Return a 429."""
    return raw_response(body, *headers, status="429 Too Many Requests")


def read(response: ApiResponse) -> bytes:
    """Return the whole body."""
    with response:
        return b"".join(response.chunks)


# --- redirects


@pytest.mark.parametrize("credentials", [None, TOKEN], ids=["no token", "token"])
@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_follows_redirect_to_same_origin(status: str, credentials: Credentials | None, serve: Any, time: Any) -> None:
    """The token is sent again."""
    server = serve(redirect("/v1/there?a=b", status), raw_response())
    response = time.fetch(f"{server.url}/v1/here", credentials)
    assert f"{server.url}/v1/there?a=b" == response.url
    assert b"[]" == read(response)
    assert 2 * bool(credentials) == sum("\r\nAuthorization: of-production" in head for head in server.heads)


def test_keeps_token_from_other_origin(serve: Any, time: Any) -> None:
    """A redirect to another origin is followed only without a token."""
    target = serve(raw_response())
    server = serve(redirect(f"{target.url}/v1/there"))
    with pytest.raises(LiveError, match=f"which is not followed: the token is sent to {server.url} only"):
        time.fetch(server.url, TOKEN)
    assert [] == target.heads
    assert b"[]" == read(time.fetch(server.url))


def test_follows_at_most_five_redirects(serve: Any, time: Any) -> None:
    """The sixth one is an error."""
    server = serve(redirect("/again"))
    with pytest.raises(LiveError, match="redirects more than 5 times"):
        time.fetch(server.url)
    assert 6 == len(server.heads)


def test_returns_redirect_without_location(serve: Any, time: Any) -> None:
    """It is a response like any other."""
    with time.fetch(serve(raw_response(status="302 Found")).url) as response:
        assert 302 == response.status


def test_does_not_read_body_of_redirect(serve: Any, time: Any) -> None:
    """It may be endless."""
    server = serve(raw_response(b"x", "Location: /there", status="302 Found", length=10**12), raw_response())
    assert b"[]" == read(time.fetch(server.url))


# --- outages


@pytest.mark.parametrize("steps", [(503, 500), ("reset", 502), (504,)])
def test_retries_after_outage(steps: tuple[str | int, ...], smartflo: Any, time: Any) -> None:
    """There are up to three attempts."""
    lead_list = smartflo.add_list(leads=1)
    smartflo.fail(*steps)
    assert lead_list.leads == json.loads(read(time.fetch(lead_list.url, Credentials(smartflo.token))))
    assert [0.5, 1.5][: len(steps)] == time.slept


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (503, "127.0.0.1:[0-9]+ returns status 503"),
        ("reset", "cannot reach .*: the connection was closed before a response"),
    ],
)
def test_reports_outage_after_three_attempts(step: str | int, message: str, smartflo: Any, time: Any) -> None:
    """The error names the last failure."""
    lead_list = smartflo.add_list()
    smartflo.fail(step, step, step)
    with pytest.raises(LiveError, match=message):
        time.fetch(lead_list.url, Credentials(smartflo.token))
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)
    assert [0.5, 1.5] == time.slept


def test_reports_closed_port(time: Any) -> None:
    """The error contains the reason of the failure, and only the origin of the URL."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(LiveError) as caught:
        time.fetch(f"http://127.0.0.1:{port}{LIST}", TOKEN)
    assert f"cannot reach http://127.0.0.1:{port}: connection refused" == str(caught.value)


def test_reports_response_that_is_not_http(serve: Any, time: Any) -> None:
    """The message does not blame the connection, or settings of this machine."""
    server = serve(*[b"SSH-2.0-OpenSSH\r\n"] * 3)
    with pytest.raises(LiveError) as caught:
        time.fetch(server.url)
    assert f"{server.url} sends a response that is not valid HTTP" == str(caught.value)


@pytest.mark.parametrize("host", ["api..invalid", f"{'a' * 64}.invalid"])
def test_reports_invalid_host_name(host: str, time: Any) -> None:
    """A label that is empty or too long is found before the name is resolved."""
    with pytest.raises(LiveError, match=rf"^cannot reach https://{host}: its host name is not valid$"):
        time.fetch(f"https://{host}{LIST}")
    assert [] == time.slept


def test_starts_no_attempt_after_five_seconds(serve: Any, time: Any) -> None:
    """Slow failures leave less time for retries."""

    def send(connection: socket.socket) -> None:
        time.passed += 4
        connection.sendall(raw_response(status="503 x"))

    server = serve(send)
    with pytest.raises(LiveError, match="returns status 503"):
        time.fetch(server.url)
    assert (2, [0.5]) == (len(server.heads), time.slept)


def test_reports_silent_server(serve: Any, time: Any) -> None:
    """A server that accepts the connection and sends nothing is given up."""
    finished = Event()
    server = serve(lambda _: finished.wait(10))
    with pytest.raises(LiveError, match=r"cannot reach .*: no response in time"):
        time.fetch(server.url, send=partial(send_get, timeout=(5, 0.02)))
    finished.set()


def test_reports_server_without_tls(serve: Any, time: Any) -> None:
    """There is no retry."""
    server = serve(raw_response())
    with pytest.raises(LiveError, match=r"no secure connection to https://127.0.0.1:[0-9]+: TLS fails"):
        time.fetch(server.url.replace("http:", "https:") + LIST, TOKEN)
    assert (1, []) == (len(server.heads), time.slept)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl creates the certificate")
def test_reports_self_signed_certificate(time: Any, tmp_path: Path) -> None:
    """The connection fails before the token is sent."""
    with tls_server(tmp_path) as (url, errors), pytest.raises(LiveError) as caught:
        time.fetch(f"{url}/v1/x", TOKEN)
    message = f"no secure connection to {url}: its certificate is not valid: self-signed certificate"
    assert message == str(caught.value)
    assert ["SSLError"] == errors


def test_reports_missing_certificate_file(time: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of requests that names no file is an error before anything is sent."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    message = r"cannot send a request to https://127.0.0.1:9: OSError; check the settings of proxies and certificates"
    with pytest.raises(LiveError, match=message):
        time.fetch("https://127.0.0.1:9/v1/x", TOKEN)
    with pytest.raises(LiveError, match=r"cannot log in at https://127.0.0.1:9: OSError"):
        time.fetch("https://127.0.0.1:9/v1/x", LOGIN)


# --- deadlines


@pytest.mark.parametrize(
    ("start", "repeated"),
    [(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"HTTP/1.1 ", b"2")],
    ids=["headers", "100 Continue", "status line"],
)
@pytest.mark.parametrize("credentials", [TOKEN, LOGIN], ids=["list", "login"])
def test_limits_time_of_endless_head(start: bytes, repeated: bytes, credentials: Credentials, serve: Any) -> None:
    """The time counts from the request on, of a list as of the login, however fast bytes arrive."""
    started, finished = Event(), Event()

    def send(connection: socket.socket) -> None:
        started.set()
        connection.sendall(start)
        connection.sendall(repeated * 3)
        finished.wait(10)

    server = serve(send)
    with pytest.raises(LiveError, match=r"the response did not end within 0\.05 seconds, after [0-9]+ bytes"):
        fetch(f"{server.url}{LIST}", credentials=credentials, fetcher=Fetcher(max_seconds=0.05))
    finished.set()
    assert started.wait(10)  # the client may give up before the server has read its request
    assert 1 == len(server.heads)


def test_limits_time_of_login_with_endless_body(serve: Any) -> None:
    """The error is not a refusal of the login."""
    finished = Event()

    def send(connection: socket.socket) -> None:
        connection.sendall(raw_response(b'{"access_token":', length=100))
        finished.wait(10)

    with pytest.raises(LiveError, match=r"the response did not end within 0\.05 seconds"):
        fetch(serve(send).url, credentials=LOGIN, fetcher=Fetcher(max_seconds=0.05))
    finished.set()


# --- rate limits


def test_waits_for_lockout_within_max_wait(smartflo: Any, time: Any) -> None:
    """``retry_after`` of the body is Indian time."""
    smartflo.clock.freeze(time.noon)
    lead_list = smartflo.add_list(leads=1)
    smartflo.fail("lockout")
    token = Credentials(smartflo.token)
    message = (
        r"limits the rate \(429\) until 2026-03-01 17:40:00 Indian time, and --max-wait allows 60 seconds; "
        "try again later or allow more"
    )
    with pytest.raises(LiveError, match=message):
        time.fetch(lead_list.url, token)
    assert [] == time.slept
    smartflo.fail("lockout")
    assert lead_list.leads == json.loads(read(time.fetch(lead_list.url, token, max_wait=600)))
    assert [600] == time.slept


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (too_many(b'{"retry_after":"2026-03-01 17:30:20"}'), 20),
        (too_many(b'{"retry_after":"2026-03-01 17:30:20"}', "Retry-After: 5"), 20),
        (too_many(b'{"retry_after":"soon"}', "Retry-After: 5"), 5),
        (too_many(b'{"retry_after":"2026-03-01 17:29:00"}'), 1),
        (too_many(b"<html>", "Retry-After: 7"), 7),
        (too_many(b"[]", "Retry-After: Sun, 01 Mar 2026 12:00:09 GMT"), 9),
        (too_many(b"[]", "Retry-After: Sun, 01 Mar 2026 12:00:09 -0000"), 9),
        (too_many(b"[]", "Retry-After: 0"), 1),
        (too_many(b"[]", "Retry-After: -5"), 1),
        (too_many(b"[]", "Retry-After: ,"), 1),
        (too_many(b"[]", "Retry-After: 2026-99-99 00:00:00"), 1),
        (too_many(b"[]", "Retry-After: Sun, 01 Mar 99999999999999999999 12:00:09 GMT"), 1),
        (too_many(b'{"success":"false","message":"Too many requests."}'), 1),
        (too_many(b"[" * 100_000), 1),
        (raw_response(b"{", status="429 x", length=10**9), 1),
        (too_many(b'{"retry_after":"20"}'), 20),
        (too_many(b'{"retry_after":20}'), 20),
        (too_many(b'{"retry_after":20.5}'), 20.5),
        (too_many(b'{"retry_after":"20.5"}'), 20.5),
        (too_many(b'{"retry_after":true}'), 1),
        (too_many(b'{"retry_after":NaN}'), 1),
        (too_many(b'{"retry_after":20}', "Retry-After: 30"), 30),
        (too_many(b"{}", "Retry-After: 5.5"), 5.5),
        (too_many(b'{"retry_after":"2026-03-01T17:30:20"}'), 20),
        (too_many(b'{"retry_after":"2026-03-01 17:30:20.500"}'), 20.5),
        (too_many(b'{"retry_after":"2026-03-01T12:00:20Z"}'), 20),
        (too_many(b'{"retry_after":"2026-03-01T12:00:20.250Z"}'), 20.25),
        (too_many(b'{"retry_after":"2026-03-01T17:30:20+05:30"}'), 20),
        (too_many(b"{}", "Retry-After: 2026-03-01T17:30:20+0530"), 20),
        (too_many(b'{"retry_after":"2026-03-01 17:30:20 +05:30"}'), 20),
        (too_many(b'{"retry_after":"2026-03-01 17:30:20 IST"}'), 20),
        (too_many(b'{"retry_after":"2026-03-01 12:00:20.5 UTC"}'), 20.5),
    ],
    ids=range(32),
)
def test_waits_as_long_as_required(response: bytes, seconds: float, serve: Any, time: Any) -> None:
    """The later time of body and header counts; without a valid time the pause is one second."""
    assert b"[]" == read(time.fetch(serve(response, raw_response()).url))
    assert [seconds] == time.slept


def test_doubles_pauses_without_required_time(serve: Any, time: Any) -> None:
    """The pauses add up to ``max_wait``."""
    server = serve(too_many())
    message = r"limits the rate \(429\) without saying until when, and --max-wait allows 60 seconds"
    with pytest.raises(LiveError, match=message):
        time.fetch(server.url)
    assert [1, 2, 4, 8, 16, 29] == time.slept
    assert 7 == len(server.heads)


@pytest.mark.parametrize("seconds", ["61", "60.5", "9" * 400, "9" * 5_000], ids=len)
def test_does_not_wait_in_vain(seconds: str, serve: Any, time: Any) -> None:
    """If the required time exceeds ``max_wait``, the client gives up at once."""
    server = serve(too_many(b"{}", f"Retry-After: {seconds}"))
    with pytest.raises(LiveError, match=r"limits the rate \(429\) (until|without saying)"):
        time.fetch(server.url)
    assert len(time.slept) == len(server.heads) - 1
