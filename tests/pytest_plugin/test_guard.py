"""The guard: once a fake has run, nothing in the process reaches the vendor, however a test got it."""

import asyncio
import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
import requests
import vcr  # type: ignore[import-untyped]

from smartflo_contract.live import NotSentError
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer

HOST = "api-smartflo.tatateleservices.com"
UNKNOWN_HOST = "gateway.invalid"
PROJECT = '''
    import asyncio
    import atexit
    import http.client
    import socket
    import sys
    from pathlib import Path
    from threading import Event, Thread

    import pytest
    import requests

    HOST = "api-smartflo.tatateleservices.com"
    URL = f"https://{HOST}/v1/broadcast/lead/8668"
    LEFT, GO = [], Event()


    def refuse_look_ups(host, *arguments, **options):
        LEFT.append(host)
        raise socket.gaierror(-2, "stopped by the test")


    def post(send=requests.post):
        """Return the name of the error; every look-up of a name is stopped and recorded."""
        look_up, socket.getaddrinfo = socket.getaddrinfo, refuse_look_ups
        try:
            send(URL, timeout=5)
        except Exception as error:
            return type(error).__name__
        finally:
            socket.getaddrinfo = look_up


    def record(name):
        with Path("errors.txt").open("a") as file:
            print(name, post(), *LEFT, file=file)


    def in_late_thread():
        GO.wait(30)
        record("thread")


    THREAD = Thread(target=in_late_thread, daemon=True)


    def at_exit():
        GO.set()
        THREAD.join()
        record("atexit")


    atexit.register(at_exit)


    def test_before():
        assert "ConnectionError" == post()
        assert [HOST] == LEFT
        LEFT.clear()
        THREAD.start()


    @pytest.fixture
    def backend(request):
        request.addfinalizer(lambda: record("teardown"))
        return request.getfixturevalue({fixture!r})


    def test_with_fake(backend):
        assert "NotSentError" == post()


    def test_after():
        assert "NotSentError" == post()
        assert not {"httpx", "aiohttp"} & set(sys.modules)
        import aiohttp
        import httpx

        async def send(url, timeout):
            async with aiohttp.ClientSession() as session, session.post(url):
                pass

        assert "NotSentError" == post(httpx.post)
        assert "NotSentError" == post(lambda url, timeout: asyncio.run(send(url, timeout)))
'''


@pytest.mark.fast_only(fixture="smartflo")
@pytest.mark.parametrize("fixture", ["smartflo", "smartflo_server"])
def test_guards_from_first_fake_until_process_ends(pytester: pytest.Pytester, fixture: str) -> None:
    """A fixture requested while its test runs starts the guard; it holds in teardowns, later tests, threads, at exit.

    Libraries that a later test imports first are guarded as well.
    """
    pytester.makepyfile(PROJECT.replace("{fixture!r}", repr(fixture)))
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=3)

    errors = (pytester.path / "errors.txt").read_text().split("\n")
    assert ["teardown NotSentError", "thread NotSentError", "atexit NotSentError", ""] == errors


def test_failure_of_requested_fixture_has_section(pytester: pytest.Pytester) -> None:
    """A test that requests its fixture while it runs has the section of a failure, with its unmatched requests."""
    pytester.makepyfile(
        """
        import requests

        def test_it(request):
            smartflo = request.getfixturevalue("smartflo")
            assert requests.get(f"{smartflo.url}/v1/leeds", headers=smartflo.headers, timeout=5).ok
        """
    )
    result = pytester.runpytest()
    result.stdout.fnmatch_lines(["*- smartflo -*", "  GET /v1/leeds: *", "Reproduce with: pytest *::test_it"])


class _OwnConnect(http.client.HTTPSConnection):
    def connect(self) -> None:
        self.sock = socket.create_connection((self.host, self.port), 5)


def _via_httpcore(host: str) -> None:
    with httpcore.ConnectionPool() as pool:
        pool.request("POST", f"https://{host}/v1/broadcast/lead/8668")


async def _via_streams(host: str) -> None:
    await asyncio.open_connection(host, 443)


def _run_streams(host: str) -> None:
    asyncio.run(_via_streams(host))


def _via_datagram(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", (host, 443))


def _via_socket(host: str) -> None:
    with socket.socket() as connection:
        connection.settimeout(5)
        connection.connect((host, 443))


CONNECTORS: dict[str, Callable[[str], Any]] = {
    "name resolution": lambda host: socket.getaddrinfo(host, 443),
    "name resolution of bytes": lambda host: socket.getaddrinfo(host.encode(), "https"),
    "gethostbyname": socket.gethostbyname,
    "gethostbyname_ex": socket.gethostbyname_ex,
    "create_connection": lambda host: socket.create_connection((host, 443), 5),
    "socket": _via_socket,
    "datagram": _via_datagram,
    "streams": _run_streams,
    "httpcore": _via_httpcore,
    "connection without request": lambda host: http.client.HTTPSConnection(host, timeout=5).connect(),
    "own connect": lambda host: _OwnConnect(host).connect(),
    "own connect, with a request": lambda host: _OwnConnect(host).request("POST", "/"),
}


@pytest.fixture(scope="session")
def smartflo_hosts() -> list[str]:
    """Guard a host that does not exist: should the guard fail, no look-up of the vendor's name leaves this machine."""
    return [UNKNOWN_HOST]


@pytest.mark.parametrize("connector", CONNECTORS)
@pytest.mark.usefixtures("smartflo")
def test_refuses_every_connection(connector: str) -> None:
    """What no patch covers is refused before the name is resolved."""
    with pytest.raises(NotSentError, match="this test run has a fake Smartflo"):
        CONNECTORS[connector](UNKNOWN_HOST)


@pytest.mark.parametrize("connector", ["name resolution", "create_connection", "socket", "streams", "own connect"])
@pytest.mark.usefixtures("smartflo_intercept")
def test_interception_refuses_other_connections(connector: str) -> None:
    """What cannot be intercepted is refused, and the message states what is intercepted."""
    with pytest.raises(NotSentError, match=r"smartflo_intercept redirects requests of http\.client, urllib3"):
        CONNECTORS[connector](UNKNOWN_HOST)


@pytest.mark.parametrize("host", [UNKNOWN_HOST, HOST])
def test_intercepts_httpcore(smartflo_intercept: Smartflo, host: str) -> None:
    """Requests of httpcore itself are intercepted."""
    with httpcore.ConnectionPool() as pool:
        response = pool.request("GET", f"https://{host}/v1/broadcast/lists", headers={"Authorization": "any"})
    assert 200 == response.status
    smartflo_intercept.assert_called("GET", "/v1/broadcast/lists", times=1)


@pytest.mark.parametrize(
    "host",
    [
        *VENDOR_HOSTS,
        "acefone.in",
        "acefone.co.uk",
        "servetel.in",
        "smartflo.tatatelebusiness.com",
        "API-SmartFlo.TataTeleServices.com",
        f"{HOST}.",
        "api-smart\u00adflo.tatateleservices.com",
        "api-smartflo\uff0etatateleservices\u3002com",
        "\uff41pi-smartflo.tatateleservices.com",
        "api\u200b-smartflo.tatateleservices.com",
        "api%2Dsmartflo.tatateleservices.com",
    ],
)
@pytest.mark.usefixtures("smartflo")
def test_guards_every_spelling_and_brand(host: str) -> None:
    """Hosts of the sister brands and all spellings of a name are guarded, in requests and in name resolution."""
    with pytest.raises(NotSentError):
        socket.getaddrinfo(host, 443)
    with pytest.raises((NotSentError, requests.exceptions.InvalidURL)):  # requests itself rejects some spellings
        requests.post(f"https://{host}/v1/broadcast/lead/8668", timeout=5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "app.localhost"])
@pytest.mark.usefixtures("smartflo")
def test_never_guards_loopback(host: str) -> None:
    """Loopback names stay free; the resolver may know some of them only."""
    try:
        assert socket.getaddrinfo(host, 80)
    except socket.gaierror:
        assert host == "app.localhost"


@pytest.mark.usefixtures("smartflo")
def test_similar_names_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose name only ends alike is not the vendor's."""

    def stop(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "stopped by the test")

    monkeypatch.setattr(socket, "getaddrinfo", stop)
    with pytest.raises(requests.ConnectionError):
        requests.get("https://notacefone.in/", timeout=5)


@pytest.mark.parametrize(
    "host", ["api.acefone.in", "api.acefone.co.uk", "api-account-uk.acefone.com", "api.servetel.in"]
)
def test_intercepts_sister_brands(smartflo_intercept: Smartflo, host: str) -> None:
    """Requests to the API hosts of the sister brands reach the account."""
    made = smartflo_intercept.add_list(leads=2)
    response = requests.get(f"https://{host}/v1/broadcast/leads/{made.id}", headers={"Authorization": "x"}, timeout=30)
    assert made.leads == response.json()


def test_guards_hosts_of_project(pytester: pytest.Pytester) -> None:
    """Hosts of ``smartflo_hosts`` are guarded in tests that do not intercept them, except for loopback."""
    pytester.makepyfile(
        """
        import pytest
        import requests


        @pytest.fixture(scope="session")
        def smartflo_hosts():
            return ["crm-gateway.example.org", "127.0.0.1"]


        def test_it(smartflo):
            assert requests.get(smartflo.url + "/v1/broadcast/lists", headers=smartflo.headers, timeout=30).ok
            with pytest.raises(RuntimeError, match="was not sent to the vendor"):
                requests.post("https://crm-gateway.example.org/v1/broadcast/lead/1", timeout=30)
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_repairs_patches_between_tests(pytester: pytest.Pytester) -> None:
    """Patches that another library has undone, as mocks do, are there again in the next test."""
    pytester.makepyfile(
        """
        import http.client


        def test_undo(smartflo):
            patched = http.client.HTTPConnection.putrequest
            http.client.HTTPConnection.putrequest = patched.__wrapped__
            assert not hasattr(http.client.HTTPConnection.putrequest, "_smartflo_patch")


        def test_next():
            assert hasattr(http.client.HTTPConnection.putrequest, "_smartflo_patch")
        """
    )
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=2)


def test_live_tests_open_no_other_connections(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live test reads with the patched libraries; a raw socket to the real API is refused, with a fake or not."""
    monkeypatch.setenv("SMARTFLO_TOKEN", "any")
    monkeypatch.setenv("SMARTFLO_BASE_URL", f"https://{HOST}")
    pytester.makepyfile(
        """
        import socket

        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live


        def stop(*_, **__):
            raise socket.gaierror(-2, "stopped by the test")


        @pytest.mark.parametrize("fixture", ["smartflo_config", "smartflo_server"])
        def test_it(smartflo, request, monkeypatch, fixture):
            request.getfixturevalue(fixture)
            with pytest.raises(RuntimeError, match="a test marked smartflo_live reads the real API"):
                socket.create_connection(("api-smartflo.tatateleservices.com", 443))
            with pytest.raises(RuntimeError, match="only GET requests and the login are sent"):
                requests.post(smartflo.url + "/v1/broadcast/lead/1", timeout=30)
            monkeypatch.setattr(socket, "getaddrinfo", stop)
            with pytest.raises(requests.ConnectionError, match="stopped by the test"):
                requests.get(smartflo.url + "/v1/broadcast/lists", timeout=30)
        """
    )
    pytester.runpytest("--smartflo-live", "--smartflo-live-interval=0").assert_outcomes(passed=2)


def test_account_guards_without_fixture_of_test(smartflo_server: SmartfloServer) -> None:
    """An account of ``smartflo_server`` needs no other fixture to be guarded."""
    with smartflo_server.account(), pytest.raises(NotSentError):
        requests.get(f"https://{HOST}/v1/broadcast/lists", timeout=30)


@pytest.mark.slow
def test_late_library_keeps_its_loader(pytester: pytest.Pytester) -> None:
    """A library that is imported late is patched, and keeps its loader and its source."""
    pytester.mkdir("late").joinpath("aiohttp.py").write_text(
        "class BaseConnector:\n    async def connect(self, req): ...\n"
    )
    pytester.makepyfile(
        """
        import importlib.util
        import inspect
        import sys


        def test_it(smartflo, monkeypatch):
            monkeypatch.syspath_prepend("late")
            assert importlib.util.find_spec("aiohttp")
            assert "aiohttp" not in sys.modules
            import aiohttp

            assert hasattr(aiohttp.BaseConnector.connect, "_smartflo_patch")
            assert "class BaseConnector" in inspect.getsource(aiohttp.BaseConnector)
            assert aiohttp.__loader__ is aiohttp.__spec__.loader
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.slow
def test_library_is_patched_when_it_is_complete(pytester: pytest.Pytester) -> None:
    """A rule that is added while a library is imported, perhaps by another thread, does not read half a module."""
    pytester.mkdir("late").joinpath("aiohttp.py").write_text(
        "import sys\nsys.interception.__enter__()\nclass BaseConnector:\n    async def connect(self, req): ...\n"
    )
    pytester.makepyfile(
        """
        import sys


        def test_it(smartflo, monkeypatch):
            monkeypatch.syspath_prepend("late")
            sys.interception = smartflo.intercept()
            import aiohttp

            assert hasattr(aiohttp.BaseConnector.connect, "_smartflo_patch")
            sys.interception.__exit__(None, None, None)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize("is_first", [True, False])
def test_mocks_of_httpcore_see_original_host(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, *, is_first: bool
) -> None:
    """A mock that is below httpx and passes requests through, as that of respx, sees the host that they are for."""
    hosts: list[bytes] = []
    if not is_first:
        request.getfixturevalue("smartflo_intercept")
    for owner in (httpcore.ConnectionPool, httpcore.HTTPConnection):

        def pass_through(self: Any, request: Any, original: Any = owner.handle_request) -> Any:
            hosts.append(request.url.host)
            return original(self, request)

        monkeypatch.setattr(owner, "handle_request", pass_through)
    smartflo = request.getfixturevalue("smartflo_intercept")
    assert httpx.get(f"https://{HOST}/v1/broadcast/leads/8668", headers=smartflo.headers).is_success
    assert {HOST.encode()} == set(hosts)
    smartflo.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


@pytest.mark.parametrize("send", [requests.get, httpx.get])
@pytest.mark.usefixtures("smartflo_server")
def test_recorded_responses_are_replayed(tmp_path: Path, send: Callable[[str], Any]) -> None:
    """What another library answers from a recording never leaves, and is not blocked."""
    url = f"https://{HOST}/v1/broadcast/leads/1"
    recording = {
        "request": {"method": "GET", "uri": url, "body": "", "headers": {}},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "[]"}},
    }
    cassette = tmp_path / "cassette.json"
    cassette.write_text(json.dumps({"version": 1, "interactions": [recording]}))
    with vcr.use_cassette(str(cassette), serializer="json", record_mode="none"):
        assert [] == send(url).json()
