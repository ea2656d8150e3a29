"""One list, read over HTTP: from fakes, and from servers that do what none should."""

import gzip
import json
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests

from smartflo_contract.live.client import fetcher as fetcher_module
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.fetch import fetch
from smartflo_contract.live.client.fetcher import ApiResponse, Fetcher
from smartflo_contract.live.client.urls import redirect_target
from smartflo_contract.live.errors import LiveError, NotSentError, TruncatedBodyError

LOGIN = Credentials(None, "crm@example.com", "any-password")
TOKEN = Credentials("of-production")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""17:30 in India."""
EXPIRED = b'{"success":false,"message":"Token has expired"}'
LIST = "/v1/broadcast/leads/8668?number=%2B915550000042"


class Time:
    """Passes only where somebody sleeps."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.passed = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Take no time, but the time that is told."""
        self.slept.append(seconds)
        self.passed += seconds

    def fetch(self, url: str, known: Credentials | None = None, **settings: Any) -> ApiResponse:
        """Fetch by this time."""

        def now() -> datetime:
            return NOON + timedelta(seconds=self.passed)

        fetcher = Fetcher(sleep=self.sleep, now=now, clock=lambda: self.passed, **settings)
        return fetch(url, credentials=known, fetcher=fetcher)


@pytest.fixture(name="time")
def _time() -> Time:
    return Time()


def answered(body: bytes = b"[]", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an answer as it is sent."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*chunks: bytes) -> bytes:
    """Return an answer in chunks, whose last one is missing."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def packed(data: bytes) -> bytes:
    """Return the same gzip at any time, because tests have names by what they are given."""
    return gzip.compress(data, mtime=0)


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return answered(b"", f"Location: {to}", status=status)


def whole(fetched: ApiResponse) -> bytes:
    """Read all of a body."""
    with fetched:
        return b"".join(fetched.chunks)


def cut(fetched: ApiResponse) -> tuple[bytes, str]:
    """Read a body that ends too early, and return what came, and what is told."""
    got: list[bytes] = []
    with fetched, pytest.raises(TruncatedBodyError) as caught:
        got.extend(fetched.chunks)
    return b"".join(got), str(caught.value)


def test_a_list(smartflo: Any, time: Time) -> None:
    """The list arrives as the API has it, with what is declared of it; the token goes raw."""
    made = smartflo.add_list(leads=3)
    with time.fetch(made.url, Credentials(smartflo.token)) as fetched:
        assert (200, "application/json", made.url) == (fetched.status, fetched.content_type, fetched.url)
        body = b"".join(fetched.chunks)
    assert made.leads == json.loads(body)
    assert fetched.length in {None, len(body)}
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=1)
    assert [] == time.slept


def test_a_login(smartflo: Any, time: Time) -> None:
    """A login is one request, and its token opens the list."""
    made = smartflo.add_list(leads=1)
    assert made.leads == json.loads(whole(time.fetch(made.url, Credentials(None, smartflo.email, "any"))))
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_what_is_sent(serve: Any, time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A raw token, or none: not even a password that a ``.netrc`` has for every host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anybody password of-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(answered())
    assert b"[]" == whole(time.fetch(f"{server.url}/v1/x?a=b#c"))
    assert b"[]" == whole(time.fetch(f"{server.url}/v1/x?a=b", TOKEN))
    without, with_token = server.heads
    assert without.startswith("GET /v1/x?a=b HTTP/1.1\r\n")
    assert "authorization" not in without.lower()
    assert "\r\nAuthorization: of-production" in with_token


@pytest.mark.parametrize("path", ["/v1/broadcast/leads/1", "/gateway/v1/broadcast/leads/1"])
def test_where_to_log_in(path: str, serve: Any, time: Time) -> None:
    """The login is at the root of the URL's own API."""
    server = serve(answered(b'{"access_token":"one"}'), answered())
    assert b"[]" == whole(time.fetch(server.url + path, LOGIN))
    assert [f"POST {path.partition('/v1/')[0]}/v1/auth/login", f"GET {path}"] == [
        head.partition(" HTTP")[0] for head in server.heads
    ]


def test_statuses_that_are_returned(smartflo: Any, time: Time) -> None:
    """Errors of a client and pages of HTML are answers to look at."""
    known = Credentials(smartflo.token)
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/123456", known) as fetched:
        assert 404 == fetched.status
        assert "message" in json.loads(b"".join(fetched.chunks))
    smartflo.fail("html", 422)
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/8668", known) as fetched:
        assert (200, "text/html") == (fetched.status, str(fetched.content_type).partition(";")[0])
        assert b"".join(fetched.chunks).startswith(b"<html>")
    with time.fetch(f"{smartflo.url}/v1/broadcast/leads/8668", known) as fetched:
        assert 422 == fetched.status


def test_no_length_and_no_type(serve: Any, time: Time) -> None:
    """What is not declared is not made up; a body may be as long as its connection."""
    server = serve(b"HTTP/1.1 200 OK\r\n\r\n[1]", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[1]")
    for _ in range(2):
        fetched = time.fetch(server.url)
        assert (None, None) == (fetched.length, fetched.content_type)
        assert b"[1]" == whole(fetched)


# --- who asks is refused


REFUSALS = pytest.mark.parametrize(
    "refusal", [answered(EXPIRED), answered(b"{}", status="401 Unauthorized")], ids=[200, 401]
)


@REFUSALS
def test_a_login_that_has_expired(refusal: bytes, serve: Any, time: Time) -> None:
    """Its token is had anew once."""
    first, second = (answered(b'{"access_token":"%b"}' % name) for name in (b"first", b"second"))
    server = serve(first, refusal, second, answered())
    assert b"[]" == whole(time.fetch(server.url + LIST, LOGIN))
    assert "\r\nAuthorization: second" in server.heads[3]


def test_a_login_that_the_fake_refuses_once(smartflo: Any, time: Time) -> None:
    """So with the fake."""
    made = smartflo.add_list(leads=1)
    smartflo.fail(401)
    assert made.leads == json.loads(whole(time.fetch(made.url, Credentials(None, smartflo.email, "any"))))
    smartflo.assert_called("POST", "/v1/auth/login", times=2)


@pytest.mark.parametrize("quirk", [200, 401])
def test_a_token_that_has_expired(quirk: int, smartflo: Any, time: Time) -> None:
    """In both ways in which the API tells it."""
    smartflo.quirks(expired_token=quirk)
    made = smartflo.add_list()
    smartflo.clock.advance(hours=2)
    with pytest.raises(LiveError, match="refuses the token: check that SMARTFLO_TOKEN is correct and has not expired"):
        time.fetch(made.url, Credentials(smartflo.token))


@REFUSALS
def test_logins_that_open_nothing(refusal: bytes, serve: Any, time: Time) -> None:
    """Two logins, and no more."""
    gives = answered(b'{"access_token":"one"}')
    server = serve(gives, refusal, gives, refusal)
    with pytest.raises(LiveError, match="refuses the token: 2 logins in a row returned one that it refuses"):
        time.fetch(server.url + LIST, LOGIN)
    assert 4 == len(server.heads)


@REFUSALS
def test_a_token_that_opens_nothing(refusal: bytes, serve: Any, time: Time) -> None:
    """Nobody logs in for a token that was given."""
    server = serve(refusal)
    with pytest.raises(LiveError, match="refuses the token: check that SMARTFLO_TOKEN is correct"):
        time.fetch(server.url + LIST, TOKEN)
    assert 1 == len(server.heads)


def test_a_refused_login(smartflo: Any, time: Time) -> None:
    """A refused login is not tried again: the API locks out who fails often."""
    with pytest.raises(LiveError, match="refused: status 401"):
        time.fetch(smartflo.add_list().url, Credentials(None, smartflo.email, "wrong"))
    smartflo.assert_called("POST", "/v1/auth/login", times=1)
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/{id}")


def test_no_credentials(smartflo: Any, time: Time) -> None:
    """It is said what is missing."""
    with pytest.raises(LiveError, match=r"requires credentials .401.: set SMARTFLO_TOKEN, or SMARTFLO_EMAIL"):
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
    ids=["empty", "list", "cut", "number", "long", "deep", "long list"],
)
def test_bodies_that_are_looked_into(body: bytes, serve: Any, time: Time) -> None:
    """The look whether a token has expired takes nothing from a body that says something else."""
    assert body == whole(time.fetch(serve(answered(body)).url, TOKEN))


def test_a_body_that_is_cut_where_it_is_looked_into(serve: Any, time: Time) -> None:
    """It is told when the body is read, not before."""
    fetched = time.fetch(serve(answered(b'{"message":', length=100)).url, TOKEN)
    assert b'{"message":' == cut(fetched)[0]


@pytest.mark.parametrize("secret", ["two\nlines", "ü", "a\r\nX-More: b"])
def test_tokens_that_cannot_be_sent(secret: str, serve: Any, time: Time) -> None:
    """They are not shown; nothing is asked."""
    server = serve(answered())
    with pytest.raises(LiveError, match="the token cannot be sent") as caught:
        time.fetch(server.url, Credentials(secret))
    assert secret not in str(caught.value)
    assert [] == server.heads


# --- which URLs are asked


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("8668", "expected a URL such as"),
        ("https://", "expected a URL such as"),
        ("https://[", "expected a URL such as"),
        ("https://api.example.com:x/", "expected a URL such as"),
        ("http://api.example.com/v1/broadcast/leads/1", "expected an https URL .* got `http://api.example.com`"),
        ("ftp://api.example.com/", "expected an https URL"),
        ("https://someone:secret@api.example.com/", "the URL contains credentials"),
    ],
)
def test_urls_that_cannot_be(url: str, told: str, time: Time) -> None:
    """Names and tokens never travel in clear, and a password in a URL is not shown."""
    with pytest.raises(LiveError, match=told) as caught:
        time.fetch(url, TOKEN)
    assert "secret" not in str(caught.value)


def test_a_url_that_looks_like_another(serve: Any, time: Time) -> None:
    """Which host it is, is decided as it is sent."""
    server = serve(answered())
    fetched = time.fetch(f"{server.url}\\@other.example/", TOKEN)
    assert fetched.url.startswith(f"{server.url}/")
    assert b"[]" == whole(fetched)


@pytest.mark.parametrize("path", ["/v1/broadcast/start/1", "/v1/broadcast/%65nd/1", "/a/../v1/broadcast/pause/1"])
def test_gets_that_do_more(path: str, serve: Any, time: Time) -> None:
    """A URL by which phones would ring is not asked, nor is a redirect to it followed."""
    server = serve(redirect(path))
    with pytest.raises(NotSentError, match="phones may ring"):
        time.fetch(server.url + path, TOKEN)
    assert [] == server.heads
    with pytest.raises(LiveError, match=r"redirects to a URL that is not followed: .* phones may ring"):
        time.fetch(server.url, TOKEN)
    assert 1 == len(server.heads)


# --- redirects


@pytest.mark.parametrize("known", [None, TOKEN])
@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
def test_redirects_to_the_same_origin(status: str, known: Credentials | None, serve: Any, time: Time) -> None:
    """They are followed, with the token."""
    server = serve(redirect("/v1/there?a=b", status), answered())
    fetched = time.fetch(f"{server.url}/v1/here", known)
    assert f"{server.url}/v1/there?a=b" == fetched.url
    assert b"[]" == whole(fetched)
    assert 2 * bool(known) == sum("\r\nAuthorization: of-production" in head for head in server.heads)


def test_another_origin(serve: Any, time: Time) -> None:
    """A token goes to one origin alone; who has none is sent on."""
    there = serve(answered())
    here = serve(redirect(f"{there.url}/v1/there"))
    with pytest.raises(LiveError, match="which is not followed: the token is sent to"):
        time.fetch(here.url, TOKEN)
    assert [] == there.heads
    assert b"[]" == whole(time.fetch(here.url))


@pytest.mark.parametrize(
    ("url", "location", "with_token", "target"),
    [
        ("https://a.example/x", "/y", True, "https://a.example/y"),
        ("https://a.example/x", "https://A.example:443/y", True, "https://A.example:443/y"),
        ("https://a.example/x", "https://b.example/y", False, "https://b.example/y"),
        ("http://127.0.0.1:1/x", "https://b.example/y", False, "https://b.example/y"),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2/y", False, "http://127.0.0.1:2/y"),
    ],
)
def test_where_a_redirect_leads(url: str, location: str, target: str, *, with_token: bool) -> None:
    """To https, or on the same name of this machine."""
    assert target.lower() == redirect_target(url, location, with_token=with_token).lower()


@pytest.mark.parametrize(
    ("url", "location", "with_token", "told"),
    [
        (
            "https://a.example/x",
            "http://a.example/x",
            True,
            "a.example redirects to a URL that is not followed: expected an https URL",
        ),
        ("https://a.example/x", "http://a.example/x", False, "expected an https URL"),
        ("https://a.example/x", "https://b.example/x", True, "the token is sent to"),
        ("https://a.example/x", "//b.example/x", True, "the token is sent to"),
        ("https://a.example/x", "https://a.example:8443/x", True, "the token is sent to"),
        ("https://a.example/x", "http://127.0.0.1/x", False, "not followed: expected https"),
        ("https://127.0.0.1/x", "http://127.0.0.1/x", False, "not followed: expected https"),
        ("http://127.0.0.1/x", "http://127.0.0.2/x", False, "not followed: expected https"),
        ("https://a.example/x", "https://me:secret@a.example/x", False, "contains credentials"),
        ("https://a.example/x", "file:///etc/passwd", False, "expected an https URL"),
        ("https://a.example/x", "https://[", False, "a URL that is not followed"),
    ],
)
def test_where_nobody_is_led(url: str, location: str, told: str, *, with_token: bool) -> None:
    """Neither in clear, nor to others with a token."""
    with pytest.raises(LiveError, match=told) as caught:
        redirect_target(url, location, with_token=with_token)
    assert "secret" not in str(caught.value)


def test_redirects_without_end(serve: Any, time: Time) -> None:
    """Five are followed."""
    server = serve(redirect("/again"))
    with pytest.raises(LiveError, match="redirects more than 5 times"):
        time.fetch(server.url)
    assert 6 == len(server.heads)


def test_a_redirect_to_nowhere(serve: Any, time: Time) -> None:
    """One that does not say where to is an answer."""
    with time.fetch(serve(answered(status="302 Found")).url) as fetched:
        assert 302 == fetched.status


def test_a_redirect_whose_body_never_ends(serve: Any, time: Time) -> None:
    """Nobody reads it."""
    server = serve(answered(b"x", "Location: /there", status="302 Found", length=10**12), answered())
    assert b"[]" == whole(time.fetch(server.url))


# --- who does not answer


@pytest.mark.parametrize("steps", [(503, 500), ("reset", 502), (504,)])
def test_a_short_outage(steps: tuple[str | int, ...], smartflo: Any, time: Time) -> None:
    """Three attempts bridge it, in five seconds."""
    made = smartflo.add_list(leads=1)
    smartflo.fail(*steps)
    assert made.leads == json.loads(whole(time.fetch(made.url, Credentials(smartflo.token))))
    assert [0.5, 1.5][: len(steps)] == time.slept


@pytest.mark.parametrize(
    ("step", "told"), [(503, "127.0.0.1:[0-9]+ returns status 503"), ("reset", "cannot reach .*: ConnectionError")]
)
def test_an_outage(step: str | int, told: str, smartflo: Any, time: Time) -> None:
    """After three attempts it is told."""
    made = smartflo.add_list()
    smartflo.fail(step, step, step)
    with pytest.raises(LiveError, match=told):
        time.fetch(made.url, Credentials(smartflo.token))
    smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=3)
    assert [0.5, 1.5] == time.slept


def test_nobody_listens(time: Time) -> None:
    """The message names the kind, and of the URL no more than the host."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(LiveError) as caught:
        time.fetch(f"http://127.0.0.1:{port}{LIST}", TOKEN)
    assert f"cannot reach http://127.0.0.1:{port}: NewConnectionError" == str(caught.value)


def test_attempts_that_take_long(serve: Any, time: Time) -> None:
    """No attempt begins after five seconds."""

    def slow(connection: socket.socket) -> None:
        time.passed += 4
        connection.sendall(answered(status="503 x"))

    server = serve(slow)
    with pytest.raises(LiveError, match="returns status 503"):
        time.fetch(server.url)
    assert (2, [0.5]) == (len(server.heads), time.slept)


def test_silence(serve: Any, time: Time) -> None:
    """Who accepts and says nothing is given up."""
    over = Event()
    server = serve(lambda _: over.wait(10))
    with pytest.raises(LiveError, match=r"cannot reach .*: ReadTimeout"):
        time.fetch(server.url, timeout=(5, 0.05))
    over.set()


def test_no_tls(serve: Any, time: Time) -> None:
    """Whoever does not speak TLS is not asked again."""
    server = serve(answered())
    with pytest.raises(LiveError, match=r"no secure connection to https://127.0.0.1:[0-9]+: TLS fails"):
        time.fetch(server.url.replace("http:", "https:") + LIST, TOKEN)
    assert (1, []) == (len(server.heads), time.slept)


def test_a_certificate(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a certificate is told."""

    def get(*_: object) -> None:
        inner = ssl.SSLCertVerificationError(1, "certificate verify failed")
        inner.verify_message = "self-signed certificate"
        try:
            raise inner
        except ssl.SSLError:
            raise requests.exceptions.SSLError from None

    monkeypatch.setattr(fetcher_module, "send_get", get)
    with pytest.raises(LiveError) as caught:
        time.fetch("https://api.example.com/v1/x", TOKEN)
    told = "no secure connection to https://api.example.com: its certificate is not valid: self-signed certificate"
    assert told == str(caught.value)


def test_settings_that_name_nothing(time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates that are no file are told of before anything is asked."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(
        LiveError, match=r"cannot send a request to https://127.0.0.1:9: OSError; check the settings of proxies and"
    ):
        time.fetch("https://127.0.0.1:9/v1/x", TOKEN)
    with pytest.raises(LiveError, match=r"cannot log in at https://127.0.0.1:9: OSError"):
        time.fetch("https://127.0.0.1:9/v1/x", LOGIN)


# --- who asks too often


def too_many(body: bytes = b"{}", *headers: str) -> bytes:
    """Return a 429."""
    return answered(body, *headers, status="429 Too Many Requests")


def test_lockout(smartflo: Any, time: Time) -> None:
    """``retry_after`` of the body is Indian time, and is waited for."""
    smartflo.clock.freeze(NOON)
    made = smartflo.add_list(leads=1)
    smartflo.fail("lockout")
    known = Credentials(smartflo.token)
    with pytest.raises(
        LiveError,
        match=r"limits the rate .429. until 2026-03-01 17:40:00 Indian time, and --max-wait allows 60 seconds",
    ):
        time.fetch(made.url, known)
    assert [] == time.slept
    smartflo.fail("lockout")
    assert made.leads == json.loads(whole(time.fetch(made.url, known, max_wait=600)))
    assert [600] == time.slept


@pytest.mark.parametrize(
    ("answer", "waited"),
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
        (answered(b"{", status="429 x", length=10**9), 1),
    ],
)
def test_how_long_to_wait(answer: bytes, waited: float, serve: Any, time: Time) -> None:
    """By the body, by the header, or a second where neither says anything that helps."""
    assert b"[]" == whole(time.fetch(serve(answer, answered()).url))
    assert [waited] == time.slept


def test_waits_grow(serve: Any, time: Time) -> None:
    """Who is not told how long to wait asks less and less often, and gives up."""
    server = serve(too_many())
    with pytest.raises(
        LiveError, match=r"limits the rate .429. without saying until when, and --max-wait allows 60 seconds"
    ):
        time.fetch(server.url)
    assert [1, 2, 4, 8, 16, 29] == time.slept
    assert 7 == len(server.heads)


@pytest.mark.parametrize("seconds", ["61", "9" * 400, "9" * 5_000])
def test_waits_that_are_too_long(seconds: str, serve: Any, time: Time) -> None:
    """Nobody waits in vain."""
    server = serve(too_many(b"{}", f"Retry-After: {seconds}"))
    with pytest.raises(LiveError, match=r"limits the rate .429. (until|without saying)"):
        time.fetch(server.url)
    assert len(time.slept) == len(server.heads) - 1


# --- bodies that are not what they should be


@pytest.mark.parametrize(
    ("answer", "came", "told"),
    [
        (answered(b"[1,", length=1_000), b"[1,", "3 of 1000"),
        (chunked(b"[1,"), b"[1,", "3"),
        (chunked(b"[1,", b"2,") + b"5\r\n3", b"[1,2,3", "6"),
        (chunked(b"[1,") + b"what\r\n", b"[1,", "3"),
    ],
)
def test_cuts(answer: bytes, came: bytes, told: str, serve: Any, time: Time) -> None:
    """What came before is there, and then it is told."""
    expected = (came, f"the body was cut off after {told} bytes: the connection was closed")
    assert expected == cut(time.fetch(serve(answer).url + LIST, TOKEN))


def test_a_fault_that_cuts(smartflo: Any, time: Time) -> None:
    """The leads that arrived whole can be looked at."""
    made = smartflo.add_list(leads=3)
    smartflo.fail("cut")
    got, _ = cut(time.fetch(made.url, Credentials(smartflo.token)))
    assert made.leads[:1] == json.loads(got.removesuffix(b",") + b"]")


def test_a_length_that_is_too_small(serve: Any, time: Time) -> None:
    """The body ends with it, whatever follows, and however it arrives."""

    def send(connection: socket.socket) -> None:
        connection.sendall(answered(b"[1,", length=5))
        gate.wait(10)
        connection.sendall(b"2,3,4]" * 1_000)

    gate = Event()
    with time.fetch(serve(send).url) as fetched:
        first = next(fetched.chunks)
        gate.set()
        assert (5, b"[1,2,") == (fetched.length, first + b"".join(fetched.chunks))


def test_a_body_that_falls_silent(serve: Any, time: Time) -> None:
    """It has been cut for all that anybody can tell."""

    def send(connection: socket.socket) -> None:
        connection.sendall(answered(b"[1,", length=100))
        over.wait(10)

    over = Event()
    fetched = time.fetch(serve(send).url, timeout=(5, 1))  # a busy machine needs a second for the start
    assert (b"[1,", "the body was cut off after 3 of 100 bytes: no more bytes arrived") == cut(fetched)
    over.set()


@pytest.mark.parametrize(
    "begin",
    [answered(b"", length=100), b"HTTP/1.1 200 OK\r\n\r\n", chunked() + b"64\r\n"],
    ids=["length", "none", "chunk"],
)
def test_pieces_come_as_they_are_sent(begin: bytes, serve: Any, time: Time) -> None:
    """A byte that has come is not kept until there are more."""

    def send(connection: socket.socket) -> None:
        connection.sendall(begin)
        for gate in gates:
            connection.sendall(b"1")
            gate.wait(10)

    gates = [Event(), Event(), Event()]
    with time.fetch(serve(send).url) as fetched:
        for gate in gates:
            assert b"1" == next(fetched.chunks)
            gate.set()


def endless(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """Send until nobody listens."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return send


def slowly(fetched: ApiResponse, time: Time) -> None:
    """Read a body, and take ten seconds a piece."""
    for _ in fetched.chunks:
        time.sleep(10)


EMPTY_BLOCK = b"\0\0\0\xff\xff"
"""Of deflate: it says nothing, and another may follow."""


@pytest.mark.parametrize(
    "send",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n[", b"1," * 100),
        endless(answered(b"[", length=10**15), b"1," * 100),
        endless(chunked(b"["), b"2\r\n1,\r\n"),
    ],
    ids=["no length", "length", "chunks"],
)
def test_a_body_that_never_ends(send: Callable[[socket.socket], None], serve: Any, time: Time) -> None:
    """There is an end after ``max_seconds``; it is no cut."""
    with time.fetch(serve(send).url, TOKEN, max_seconds=100) as fetched, pytest.raises(LiveError) as caught:
        slowly(fetched, time)
    assert 10 <= len(time.slept) <= 12
    assert type(caught.value) is LiveError
    assert str(caught.value).startswith("the body did not end within 100 seconds, after ")


def test_gzip_that_says_nothing_for_ever(serve: Any, time: Time) -> None:
    """The limit holds where there is no piece as well."""

    def send(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed(b"")[:10])
        while True:
            connection.sendall(EMPTY_BLOCK)
            time.passed += 1

    with time.fetch(serve(send).url) as fetched, pytest.raises(LiveError, match="did not end within 600 seconds"):
        next(fetched.chunks)


# --- gzip

BODY = b"[" + b",".join(b"%d" % number for number in range(50_000)) + b"]"


@pytest.mark.parametrize(
    "sent",
    [
        packed(BODY),
        packed(BODY[:100_000]) + packed(BODY[100_000:]),
        packed(BODY) + bytes(70_000),
        packed(BODY[:9]) + bytes(9) + packed(b"") + packed(BODY[9:]),
    ],
    ids=["one", "two", "zeros behind", "zeros between"],
)
@pytest.mark.parametrize("encoding", ["gzip", "X-GZIP"])
def test_gzip(sent: bytes, encoding: str, serve: Any, time: Time) -> None:
    """It is decoded, of one member or several; the length is that of what is sent."""
    server = serve(answered(sent, f"Content-Encoding: {encoding}"))
    fetched = time.fetch(server.url, TOKEN)
    assert (len(sent), BODY) == (fetched.length, whole(fetched))
    assert "\r\nAccept-Encoding: gzip\r\n" in server.heads[0]


def test_gzip_of_any_ratio(serve: Any, time: Time) -> None:
    """However much a few bytes stand for, no more than a piece of it is held."""
    sent = packed(bytes(20_000_000))
    with time.fetch(serve(answered(sent, "Content-Encoding: gzip")).url) as fetched:
        sizes = [len(piece) for piece in fetched.chunks]
    assert (20_000_000, 65_536) == (sum(sizes), max(sizes))


@pytest.mark.parametrize("length", [None, 10**6])
def test_gzip_that_breaks_off(length: int | None, serve: Any, time: Time) -> None:
    """It is a cut, whether its bytes are all there are or not."""
    server = serve(answered(packed(BODY)[:-20_000], "Content-Encoding: gzip", length=length))
    got, told = cut(time.fetch(server.url))
    assert BODY.startswith(got)
    assert len(got) > 10_000
    assert told.startswith("the body was cut off")


@pytest.mark.parametrize("body", [b"[1]", packed(b"[1]") + b"more"], ids=["none", "more"])
def test_gzip_that_is_none(body: bytes, serve: Any, time: Time) -> None:
    """What was declared is not what came."""
    got, told = cut(time.fetch(serve(answered(body, "Content-Encoding: gzip")).url))
    assert got in {b"", b"[1]"}
    assert "the body was cut off: it is not valid gzip, although its Content-Encoding is gzip" == told


def test_an_empty_body_in_gzip(serve: Any, time: Time) -> None:
    """Nothing is nothing."""
    assert b"" == whole(time.fetch(serve(answered(b"", "Content-Encoding: gzip")).url))


def test_another_encoding(serve: Any, time: Time) -> None:
    """What nobody asked for is not guessed at."""
    with pytest.raises(LiveError, match="the response has Content-Encoding `br`; only gzip was accepted"):
        time.fetch(serve(answered(b"?", "Content-Encoding: br")).url)


def test_identity(serve: Any, time: Time) -> None:
    """It is no encoding."""
    assert b"[]" == whole(time.fetch(serve(answered(b"[]", "Content-Encoding: identity")).url))


# --- what is told


@pytest.mark.parametrize(
    "answer",
    [
        too_many(b"{}", "Retry-After: 600"),
        answered(status="401 x"),
        answered(status="500 x"),
        redirect("https://other.example/v1/x?number=915550000042"),
        redirect("https://me:of-production@other.example/"),
        answered(b"", "Content-Encoding: br"),
    ],
)
def test_messages_are_one_line_and_tell_no_secrets(answer: bytes, serve: Any, time: Time) -> None:
    """Neither the token, nor the number that was asked for."""
    with pytest.raises(LiveError) as caught:
        time.fetch(serve(answer).url + LIST, TOKEN)
    told = str(caught.value)
    assert told.isprintable()
    assert "of-production" not in told
    assert "5550000042" not in told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
