"""Interception: clients with a hard-coded base URL reach the test's account, with every library."""

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer

VENDOR = "https://api-smartflo.tatateleservices.com"
LEADS = f"{VENDOR}/v1/broadcast/leads/8668"
TOKEN = {"Authorization": "Bearer of-production"}

StatusAndBody = tuple[int, bytes]
Reader = Callable[..., StatusAndBody]


def via_requests(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with requests."""
    response = requests.get(url, headers=headers, timeout=timeout)
    return response.status_code, response.content


def via_urllib3(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with urllib3."""
    response = urllib3.PoolManager(retries=False).request("GET", url, headers=headers, timeout=timeout)
    return response.status, response.data


def via_urllib(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with urllib, which is based on http.client."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=timeout) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def via_http_client(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with http.client."""
    parts = urlsplit(url)
    connections = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    connection = connections[parts.scheme](parts.netloc, timeout=timeout)
    try:
        connection.request("GET", parts.path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def via_httpx(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with httpx."""
    response = httpx.get(url, headers=headers, timeout=timeout)
    return response.status_code, response.content


def via_async_httpx(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with the asynchronous httpx."""

    async def read() -> StatusAndBody:
        async with httpx.AsyncClient(timeout=timeout) as client:
            response = await client.get(url, headers=headers)
            return response.status_code, response.content

    return asyncio.run(read())


def via_aiohttp(url: str, headers: Mapping[str, str], timeout: float = 30) -> StatusAndBody:
    """Read a URL with aiohttp."""

    async def read() -> StatusAndBody:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout), trust_env=True) as session,
            session.get(url, headers=headers) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(read())


FAULTS: dict[Reader, tuple[type[Exception], type[Exception], type[Exception]]] = {
    via_requests: (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, requests.ReadTimeout),
    via_urllib3: (urllib3.exceptions.ProtocolError, urllib3.exceptions.ProtocolError, urllib3.exceptions.TimeoutError),
    via_urllib: (http.client.IncompleteRead, http.client.RemoteDisconnected, TimeoutError),
    via_http_client: (http.client.IncompleteRead, http.client.RemoteDisconnected, TimeoutError),
    via_httpx: (httpx.RemoteProtocolError, httpx.RemoteProtocolError, httpx.ReadTimeout),
    via_async_httpx: (httpx.RemoteProtocolError, httpx.RemoteProtocolError, httpx.ReadTimeout),
    via_aiohttp: (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, TimeoutError),
}
"""Errors of each library for a truncated body, a reset connection and a late response."""


@pytest.fixture(name="via", params=FAULTS, ids=lambda via: via.__name__.removeprefix("via_"))
def _via(request: pytest.FixtureRequest) -> Reader:
    via: Reader = request.param
    return via


def test_any_token_reaches_account(smartflo: Smartflo, smartflo_intercept: Smartflo, via: Reader) -> None:
    """Each library reaches the test's account, with any token, at each host; both fixtures are the same account."""
    made = smartflo.add_list(id=4711, leads=[{"field_1": "Asha"}])
    assert smartflo is smartflo_intercept
    for url in (VENDOR, "https://API-Cloudphone.tatateleservices.com:8443", VENDOR.replace("https", "http")):
        status, body = via(f"{url}/v1/broadcast/leads/4711", TOKEN)
        assert (200, made.leads) == (status, json.loads(body))
    smartflo.assert_called("GET", "/v1/broadcast/leads/4711", times=3)


def test_missing_token_is_rejected(smartflo_intercept: Smartflo, via: Reader) -> None:
    """A request without a token is rejected, and recorded for the account."""
    status, body = via(LEADS, {})
    assert (401, False) == (status, json.loads(body)["success"])
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


def test_faults_raise_errors_of_library(smartflo_intercept: Smartflo, via: Reader) -> None:
    """A truncated body, a reset connection and a late response raise the library's own errors."""
    cut, reset, late = FAULTS[via]
    smartflo_intercept.fail("cut")
    with pytest.raises(cut):
        via(LEADS, TOKEN)
    smartflo_intercept.fail("reset", "reset")  # aiohttp sends it again
    with pytest.raises(reset):
        via(LEADS, TOKEN)
    smartflo_intercept.reset()
    smartflo_intercept.fail("delay", seconds=2)
    with pytest.raises(late):
        via(LEADS, TOKEN, timeout=0.2)


def test_replaced_sleep_is_that_of_the_client(
    smartflo_intercept: Smartflo, monkeypatch: pytest.MonkeyPatch, via: Reader
) -> None:
    """A test that replaces ``time.sleep`` sees the pauses of its client only, and a late response stays late."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    via(LEADS, TOKEN)
    via(f"{smartflo_intercept.url}/v1/broadcast/leads/8668", smartflo_intercept.headers)
    smartflo_intercept.fail("delay", seconds=20)
    with pytest.raises(FAULTS[via][2]):
        via(LEADS, TOKEN, timeout=0.1)
    assert pauses == []


def test_library_decompresses_leads(smartflo_intercept: Smartflo) -> None:
    """With the quirk for gzip, a library that accepts it returns the same leads."""
    plain = requests.get(LEADS, headers=TOKEN, timeout=30)
    smartflo_intercept.quirks(content_encoding="gzip")
    compressed = requests.get(LEADS, headers=TOKEN, timeout=30)

    assert [None, "gzip"] == [response.headers.get("Content-Encoding") for response in (plain, compressed)]
    assert plain.content == compressed.content


def test_any_login_uses_account(smartflo_intercept: Smartflo) -> None:
    """A client with any login uses the account, until its token expires by the account's clock."""
    credentials = {"email": "crm@example.com", "password": "any"}
    with requests.Session() as session:
        token = session.post(f"{VENDOR}/v1/auth/login", json=credentials, timeout=30).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        added = {"field_0": "5550000042", "field_1": "Asha"}
        assert session.post(f"{VENDOR}/v1/broadcast/lead/8669", json=added, timeout=30).ok
        smartflo_intercept.assert_called("POST", "/v1/broadcast/lead/8669", json={"field_1": "Asha"})
        assert "Asha" in smartflo_intercept.client.get("/v1/broadcast/leads/8669").text
        smartflo_intercept.clock.advance(hours=1, seconds=1)
        assert 401 == session.get(LEADS, timeout=30).status_code


def test_client_sees_vendor_url(smartflo_intercept: Smartflo) -> None:
    """Requests and responses keep the requested URL, so redirects and logs are as in production."""
    assert LEADS == requests.get(LEADS, headers=smartflo_intercept.headers, timeout=30).url
    assert LEADS == str(httpx.get(LEADS, headers=TOKEN).url)


def test_other_hosts_are_not_intercepted(smartflo: Smartflo, smartflo_intercept: Smartflo, via: Reader) -> None:
    """A request to another host is sent there."""
    assert 200 == via(f"{smartflo.url}/v1/broadcast/leads/8668", smartflo_intercept.headers)[0]
    assert 401 == via(f"{smartflo.url}/v1/broadcast/leads/8668", {})[0]


def test_session_outlives_interception(smartflo_server: SmartfloServer) -> None:
    """A session with open connections reaches each account, or its own host, in turn."""
    host = urlsplit(smartflo_server.url).netloc
    url = f"http://{host}/v1/broadcast/leads/8668"
    with requests.Session() as session:
        session.headers.update(TOKEN)
        session.get(url, timeout=30)
        for _ in range(2):
            with smartflo_server.account() as account, account.intercept([host.partition(":")[0]]):
                session.get(url, timeout=30)
                account.assert_called("GET", "/v1/broadcast/leads/8668", times=1)
        session.get(url, timeout=30)
        assert session.get(url, timeout=30).ok


def test_bypasses_proxy(smartflo_intercept: Smartflo, monkeypatch: pytest.MonkeyPatch, via: Reader) -> None:
    """With a proxy for HTTPS, requests still reach the account; nothing listens at the proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert 200 == via(LEADS, TOKEN)[0]
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


@pytest.mark.smartflo(allow_unmatched=True)
def test_bypasses_proxy_for_plain_http(smartflo: Smartflo, smartflo_intercept: Smartflo) -> None:
    """Requests to other hosts use the proxy on the same connection, before and after intercepted ones."""
    url, proxies = LEADS.replace("https", "http"), {"http": smartflo.url}  # the fake is no proxy, and answers 404
    other = "http://example.com/v1/lead_list"
    with requests.Session() as session:
        statuses = [
            session.get(target, proxies=proxies, headers=TOKEN, timeout=30).status_code for target in (url, other, url)
        ]
    assert [200, 404, 200] == statuses
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=2)


def test_inner_interception_takes_precedence(smartflo_server: SmartfloServer) -> None:
    """The inner interception holds until its end, also for sessions with open connections; then the outer one."""
    with requests.Session() as session, httpx.Client() as client:
        session.headers.update(TOKEN)
        with smartflo_server.account() as outer, smartflo_server.account() as inner, outer.intercept():
            for account in (outer, inner, outer):
                with inner.intercept() if account is inner else outer.intercept():
                    assert session.get(LEADS, timeout=30).ok
                    assert client.get(LEADS, headers=TOKEN).is_success
            inner.assert_called("GET", "/v1/broadcast/leads/8668", times=2)
            outer.assert_called("GET", "/v1/broadcast/leads/8668", times=4)


def test_interceptions_end_in_any_order(smartflo_server: SmartfloServer) -> None:
    """All patches are removed, even if the first interception ends first."""
    before = http.client.HTTPConnection.putrequest, requests.adapters.HTTPAdapter.send
    with smartflo_server.account() as first_account, smartflo_server.account() as second_account:
        first, second = first_account.intercept(), second_account.intercept()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert 200 == via_requests(LEADS, TOKEN)[0]
        second_account.assert_called("GET", "/v1/broadcast/leads/8668", times=1)
        second.__exit__(None, None, None)
    assert before == (http.client.HTTPConnection.putrequest, requests.adapters.HTTPAdapter.send)


def test_only_one_thread_can_intercept(smartflo_server: SmartfloServer, smartflo_intercept: Smartflo) -> None:
    """A second thread cannot intercept: requests of all threads would reach its account."""
    messages: list[str] = []

    def intercept() -> None:
        with smartflo_server.account() as other:
            try:
                other.intercept().__enter__()
            except RuntimeError as error:
                messages.append(str(error))

    thread = Thread(target=intercept)
    thread.start()
    thread.join()
    assert ["another thread intercepts requests; interception holds for all threads, so use one at a time"] == messages
    assert 200 == via_requests(LEADS, TOKEN)[0]
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


class _OwnConnect(http.client.HTTPSConnection):
    def connect(self) -> None:
        raise AssertionError


def test_intercepts_custom_connection(smartflo_intercept: Smartflo) -> None:
    """A connection class with its own ``connect`` is intercepted as well."""
    connection = _OwnConnect("api-smartflo.tatateleservices.com", timeout=30)
    connection.request("GET", "/v1/broadcast/leads/8668", headers=TOKEN)
    assert 200 == connection.getresponse().status
    connection.close()
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=1)


@pytest.mark.parametrize(
    "hosts",
    ["api.example.com", ["https://api.example.com"], ["api.example.com:443"], ["api.example.com/"], ["*.x"], [""], 7],
)
def test_rejects_wrong_host_name(smartflo: Smartflo, hosts: Any) -> None:
    """A value that is not a host name is rejected: it would match nothing."""
    with pytest.raises(ValueError, match=r"hosts: expected names such as .*, without scheme and port, got"):
        smartflo.intercept(hosts)


def test_vendor_hosts_are_always_intercepted(smartflo: Smartflo) -> None:
    """Host names are added to the vendor's, in upper or lower case."""
    with smartflo.intercept(["API.example.com."]):
        assert 200 == via_requests("https://api.example.com/v1/broadcast/leads/8668", TOKEN)[0]
        assert 200 == via_requests(LEADS, TOKEN)[0]


def test_blocks_requests_to_vendor(smartflo: Smartflo, via: Reader) -> None:
    """A test with a fake that does not intercept sends nothing to the vendor; the message states the alternatives."""
    with pytest.raises(RuntimeError, match="was not sent to the vendor: this test run has a fake Smartflo"):
        via(LEADS, TOKEN)
    smartflo.assert_not_called("GET", "/v1/broadcast/leads/8668")


def test_blocks_requests_of_fixtures(pytester: pytest.Pytester) -> None:
    """A fixture sends nothing to the vendor before or after the interception."""
    pytester.makepyfile(
        f"""
        import pytest
        import requests


        @pytest.fixture
        def client():
            with pytest.raises(RuntimeError, match="was not sent to the vendor"):
                requests.post({VENDOR!r} + "/v1/auth/login", timeout=30)
            yield
            with pytest.raises(RuntimeError, match="was not sent to the vendor"):
                requests.post({VENDOR!r} + "/v1/auth/logout", timeout=30)


        def test_it(client, smartflo_intercept):
            assert 401 == requests.get({LEADS!r}, timeout=30).status_code
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_wrong_hosts_fixture_fails_test(pytester: pytest.Pytester) -> None:
    """A wrong value of ``smartflo_hosts`` is an error in one line."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def smartflo_hosts():
            return "gateway.example.com"

        def test_it(smartflo_intercept): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo_hosts: hosts: expected names such as *, got [[]'gateway.example.com'[]]"])


def test_intercepts_all_threads(smartflo_intercept: Smartflo) -> None:
    """Requests of other threads are intercepted as well."""
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(via_requests(LEADS, TOKEN)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [200] * 4 == found
    smartflo_intercept.assert_called("GET", "/v1/broadcast/leads/8668", times=4)


def test_body_can_be_sent_in_chunks(smartflo_intercept: Smartflo) -> None:
    """A body that is sent in chunks arrives, with each library that supports it."""
    sent = json.dumps({"data": [{"field_0": f"55500{number:05}"} for number in range(500)]}).encode()
    url = f"{VENDOR}/v1/broadcast/leads/8669"
    headers = TOKEN | {"Content-Type": "application/json"}
    pieces = [sent[:6_000], sent[6_000:]]

    async def asynchronously() -> int:
        async def later() -> Any:
            for piece in pieces:
                yield piece

        async with httpx.AsyncClient() as client:
            return (await client.post(url, content=later(), headers=headers)).status_code

    assert [200, 200, 200] == [
        requests.post(url, data=iter(pieces), headers=headers, timeout=30).status_code,
        httpx.post(url, content=iter(pieces), headers=headers).status_code,
        asyncio.run(asynchronously()),
    ]
    smartflo_intercept.assert_called("POST", "/v1/broadcast/leads/{id}", times=3)


def test_fixture_adds_hosts(pytester: pytest.Pytester) -> None:
    """``smartflo_hosts`` can be overridden to add hosts; an unknown route there fails the test."""
    pytester.makepyfile(
        """
        import pytest
        import requests


        @pytest.fixture(scope="session")
        def smartflo_hosts():
            return ["gateway.example.com"]


        def test_leads(smartflo_intercept):
            url = "https://gateway.example.com/v1/broadcast/leads/8668"
            assert requests.get(url, headers={"Authorization": "any"}, timeout=30).ok


        def test_unknown(smartflo_intercept):
            url = "https://gateway.example.com/v1/lead_list"
            assert 404 == requests.get(url, headers={"Authorization": "any"}, timeout=30).status_code
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_unknown*", "  GET /v1/lead_list: *"])


def test_ini_key_intercepts_every_test(pytester: pytest.Pytester) -> None:
    """With pytest's ini key ``usefixtures``, no test reaches the vendor's hosts, even without a fixture of its own."""
    pytester.makeini("[pytest]\nusefixtures = smartflo_intercept\n")
    pytester.makepyfile(
        f"""
        import requests

        def test_it():
            assert 401 == requests.get({LEADS!r}, timeout=30).status_code
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_fixture_of_a_class_intercepts_all_its_tests(pytester: pytest.Pytester) -> None:
    """The guard of a later test does not block what a fixture of wider scope intercepts already."""
    pytester.makepyfile(
        f"""
        import pytest
        import requests


        @pytest.fixture(scope="class")
        def account(smartflo_server):
            with smartflo_server.account() as smartflo, smartflo.intercept():
                yield smartflo


        class TestLeads:
            def test_first(self, account):
                assert 401 == requests.get({LEADS!r}, timeout=30).status_code

            def test_second(self, account, smartflo):
                assert 401 == requests.get({LEADS!r}, timeout=30).status_code


        def test_after_the_class(smartflo):
            with pytest.raises(RuntimeError, match="was not sent"):
                requests.get({LEADS!r}, timeout=30)
        """
    )
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=3)


def test_optional_libraries_may_be_missing(pytester: pytest.Pytester) -> None:
    """Neither httpx nor aiohttp needs to be installed; here, importing them fails."""
    pytester.makeconftest("import sys\nsys.modules['httpx'] = sys.modules['aiohttp'] = None\n")
    pytester.makepyfile(
        f"""
        import requests

        def test_it(smartflo_intercept):
            assert requests.get({LEADS!r}, headers={TOKEN!r}, timeout=30).ok
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
