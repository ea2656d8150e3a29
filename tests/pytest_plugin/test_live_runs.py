"""Live runs: marked tests read the real API and do nothing else. A second fake stands in for it."""

import pytest

from smartflo_contract.mock_server import FakeSmartflo

from .conftest import EMAIL, requests_received

BOTH = """
    import pytest
    import requests

    from smartflo_contract import assert_leads

    live = pytest.param("live", marks=pytest.mark.smartflo_live)


    @pytest.mark.parametrize("where", ["fake", live])
    def test_it(smartflo, where):
        response = requests.get(f"{smartflo.url}/v1/broadcast/leads/8668", headers=smartflo.headers, timeout=30)
        assert_leads(response.json())
        assert [] != smartflo.client.get("/v1/broadcast/leads/8668").get_json()
        assert smartflo.contract.is_valid(response.json())
        smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=2)
        smartflo.assert_not_called("POST", "/v1/broadcast/leads/{id}")
"""


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest without a wait between requests."""
    return pytester.runpytest("--smartflo-live-interval=0", *options)


def test_is_skipped_without_option(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """Without the option, a live test is skipped with the reason, and the same test runs on the fake."""
    pytester.makepyfile(BOTH)
    result = run(pytester, "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: reads the real API: run with --smartflo-live"])
    assert [] == requests_received(api)


def test_is_skipped_without_credentials(
    pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials, a live test is skipped, and the reason names the variables."""
    monkeypatch.delenv("SMARTFLO_PASSWORD")
    pytester.makepyfile(BOTH)
    result = run(pytester, "-rs", "--smartflo-live")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: the real API requires SMARTFLO_TOKEN, or SMARTFLO_EMAIL and *"])
    assert [] == requests_received(api)


def test_runs_on_fake_and_api(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """With option and credentials, the same test reads the fake, and the real API after one login."""
    pytester.makepyfile(BOTH)
    run(pytester, "--smartflo-live").assert_outcomes(passed=2)

    assert ["POST /v1/auth/login", *["GET /v1/broadcast/leads/8668"] * 2] == requests_received(api)


def test_token_requires_no_login(pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a token there is no login; the option --smartflo-base-url overrides the variable."""
    monkeypatch.setenv("SMARTFLO_TOKEN", api.token(EMAIL))
    monkeypatch.setenv("SMARTFLO_BASE_URL", "https://api.example.com")
    pytester.makepyfile(BOTH)
    run(pytester, "--smartflo-live", "--smartflo-base-url", api.url).assert_outcomes(passed=2)

    assert ["GET /v1/broadcast/leads/8668"] * 2 == requests_received(api)


def test_blocks_writes(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """A request that writes or starts a broadcast raises before it is sent, with each library; other hosts are free."""
    pytester.makepyfile(
        """
        import asyncio
        import http.client
        from urllib.parse import urlsplit

        import aiohttp
        import httpx
        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live
        VENDOR = "https://api-cloudphone.tatateleservices.com"


        def by_http_client(url, headers):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
            connection.request("POST", urlsplit(url).path, headers=headers)


        async def by_async_httpx(url, headers):
            async with httpx.AsyncClient() as client:
                await client.put(url, headers=headers)


        async def by_aiohttp(url, headers):
            async with aiohttp.ClientSession() as session, session.delete(url, headers=headers):
                pass


        SENDERS = {
            "requests": lambda url, headers: requests.post(url, headers=headers, timeout=30),
            "http_client": by_http_client,
            "httpx": lambda url, headers: httpx.patch(url, headers=headers),
            "async_httpx": lambda url, headers: asyncio.run(by_async_httpx(url, headers)),
            "aiohttp": lambda url, headers: asyncio.run(by_aiohttp(url, headers)),
        }


        @pytest.mark.parametrize("library", SENDERS)
        def test_libraries(smartflo, library):
            with pytest.raises(RuntimeError, match="was not sent: only GET requests and the login are sent"):
                SENDERS[library](f"{smartflo.url}/v1/broadcast/leads/8668", smartflo.headers)


        def test_client(smartflo):
            with pytest.raises(RuntimeError, match="was not sent"):
                smartflo.client.delete("/v1/broadcast/leads/8668")


        def test_actions(smartflo):
            with pytest.raises(RuntimeError, match="it starts or stops a broadcast, and phones may ring"):
                smartflo.client.get("/v1/broadcast/start/1")


        def test_hard_coded(smartflo_intercept):
            with pytest.raises(RuntimeError, match="POST /v1/broadcast/lead/1 was not sent"):
                requests.post(f"{VENDOR}/v1/broadcast/lead/1", timeout=30)


        def test_others(smartflo, smartflo_server):
            with smartflo_server.account() as account:
                url = f"{account.url}/v1/broadcast/lead/8669"
                assert requests.post(url, headers=account.headers, json={"field_0": "5550000042"}, timeout=30).ok
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=9)

    assert ["POST /v1/auth/login"] == requests_received(api)


@pytest.mark.usefixtures("api")
def test_blocks_writes_to_unusual_urls(pytester: pytest.Pytester) -> None:
    """Paths with two slashes and absolute request targets are guarded and recorded like others."""
    pytester.makepyfile(
        """
        import http.client
        from urllib.parse import urlsplit

        import pytest
        import requests
        import urllib3

        pytestmark = pytest.mark.smartflo_live


        @pytest.mark.parametrize("target", ["//v1/broadcast/lead/1", "https://example.com/v1/broadcast/lead/1"])
        def test_targets(smartflo, target):
            connection = http.client.HTTPConnection(urlsplit(smartflo.url).netloc, timeout=30)
            with pytest.raises(RuntimeError, match="was not sent"):
                connection.request("POST", target)


        def test_urls(smartflo):
            for send in (requests.request, urllib3.PoolManager().request):
                with pytest.raises(RuntimeError, match="was not sent"):
                    send("POST", smartflo.url + "//v1/broadcast/lead/1", timeout=30)
                with pytest.raises(RuntimeError, match="it starts or stops a broadcast"):
                    send("GET", smartflo.url + "//v1/broadcast/start/2", timeout=30)
            requests.get(smartflo.url + "//v1/broadcast/leads/8668", headers=smartflo.headers, timeout=30)
            assert [{"method": "GET", "path": "//v1/broadcast/leads/8668"}] == smartflo.requests


        def test_client(smartflo):
            smartflo.client.get("/v1/broadcast/leads/a%2Fb%3Fc?x=1")
            assert [{"method": "GET", "path": "/v1/broadcast/leads/a%2Fb%3Fc"}] == smartflo.requests
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=4)


def test_blocks_writes_of_fixtures(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """Fixtures that run before ``smartflo``, and live tests without it, cannot write either."""
    pytester.makepyfile(
        """
        import os

        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live
        URLS = [
            os.environ["SMARTFLO_BASE_URL"] + "v1/broadcast/lead/1",
            "https://api-smartflo.tatateleservices.com/v1/broadcast/lead/1",
        ]


        def send():
            for url in URLS:
                with pytest.raises(RuntimeError, match="was not sent"):
                    requests.delete(url, timeout=30)


        @pytest.fixture
        def earlier():
            send()
            yield
            send()


        def test_before(earlier, smartflo): ...


        def test_without():
            send()
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=2)

    assert ["POST /v1/auth/login"] == requests_received(api)


def test_failure_does_not_print_token(
    pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed test does not show the token, whichever part of it the assertion contains."""
    monkeypatch.setenv("SMARTFLO_TOKEN", "token-of-production")
    pytester.makepyfile(
        """
        import pytest
        import requests

        pytestmark = pytest.mark.smartflo_live


        def test_assertion(smartflo):
            url = f"{smartflo.url}/v1/broadcast/leads/8668"
            assert not requests.get(url, headers=smartflo.headers, timeout=30).ok


        def test_values(smartflo):
            assert (smartflo.headers, smartflo.token) == smartflo


        def test_connection(smartflo):
            requests.get("http://127.0.0.1:9/", headers=smartflo.headers, timeout=30)
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(failed=3)
    assert "token-of-production" not in result.stdout.str()
    assert api.app.test_client().get("/__admin/requests").get_json()["total"] == 1


def test_every_library_can_read(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """A request that reads is sent and recorded once, with each library."""
    pytester.makepyfile(
        """
        import asyncio

        import aiohttp
        import httpx
        import pytest
        import requests


        @pytest.mark.smartflo_live
        def test_it(smartflo):
            url, headers = f"{smartflo.url}/v1/broadcast/leads/8668", smartflo.headers

            async def read():
                async with httpx.AsyncClient() as client:
                    await client.get(url, headers=headers)
                async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
                    await response.read()

            requests.get(url, headers=headers, timeout=30)
            httpx.get(url, headers=headers)
            asyncio.run(read())
            smartflo.assert_called("GET", "/v1/broadcast/leads/8668", times=4)
            with pytest.raises(AssertionError) as caught:
                smartflo.assert_called("GET", "/v1/broadcast/lists")
            assert str(caught.value).splitlines() == [
                "expected GET /v1/broadcast/lists at least once, got 0; requests of this account:",
                *["  GET /v1/broadcast/leads/8668"] * 4,
            ]
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=1)

    assert ["GET /v1/broadcast/leads/8668"] * 4 == requests_received(api)[1:]


def test_rejects_members_that_need_fake(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """A member or a marker argument that needs the fake raises an error that names it."""
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.smartflo_live


        @pytest.mark.parametrize("name", ["add_list", "fail", "quirks", "clock", "lists", "reset", "admin", "email"])
        def test_names(smartflo, name):
            with pytest.raises(RuntimeError, match=f"smartflo.{name} needs the fake; this test is marked"):
                getattr(smartflo, name)


        @pytest.mark.parametrize("argument", ["json", "query"])
        def test_bodies_and_queries(smartflo, argument):
            with pytest.raises(RuntimeError, match=f"{argument}= needs the fake"):
                smartflo.assert_called("GET", "/v1/broadcast/lists", **{argument: {}})


        def test_repr(smartflo):
            assert f"<Smartflo at {smartflo.url}, the real API>" == repr(smartflo)
            assert not hasattr(smartflo, "_private")
            assert not hasattr(smartflo, "add_list")


        @pytest.mark.smartflo(leads=3)
        def test_marked(smartflo): ...
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(passed=11, errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.smartflo: `leads` needs the fake, but the test is marked *"])
    assert ["POST /v1/auth/login"] == requests_received(api)


def test_examples_of_hypothesis_read(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """Hypothesis looks at the fixture of a test, and does not take it for a mock."""
    pytester.makepyfile(
        """
        import pytest
        from hypothesis import HealthCheck, given, settings, strategies


        @pytest.mark.smartflo_live
        @settings(deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(is_sent=strategies.just(True))
        def test_it(smartflo, is_sent):
            assert smartflo.client.get("/v1/broadcast/leads/8668").status_code == 200
        """
    )
    run(pytester, "--smartflo-live", "-p", "_hypothesis_pytestplugin").assert_outcomes(passed=1)

    assert "GET /v1/broadcast/leads/8668" in requests_received(api)


def test_replaced_sleep_does_not_end_pauses(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """A test that replaces functions that sleep sees none of the pauses between requests, with any library."""
    pytester.makepyfile(
        """
        import asyncio

        import aiohttp
        import httpx
        import pytest
        import requests


        @pytest.mark.smartflo_live
        def test_it(smartflo, monkeypatch):
            url, headers, pauses = f"{smartflo.url}/v1/broadcast/leads/8668", smartflo.headers, []

            async def sleep(seconds, result=None):
                pauses.append(seconds)

            async def read():
                async with httpx.AsyncClient() as client:
                    await client.get(url, headers=headers)
                async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
                    await response.read()

            monkeypatch.setattr("time.sleep", pauses.append)
            monkeypatch.setattr("asyncio.sleep", sleep)
            requests.get(url, headers=headers, timeout=30)
            httpx.get(url, headers=headers)
            asyncio.run(read())
            assert pauses == []
        """
    )
    pytester.runpytest("--smartflo-live", "--smartflo-live-interval=0.02").assert_outcomes(passed=1)

    assert ["GET /v1/broadcast/leads/8668"] * 4 == requests_received(api)[1:]


def test_rejected_login_is_not_repeated(
    pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every live test fails with the reason after a single login: the API locks out repeated failures."""
    monkeypatch.setenv("SMARTFLO_PASSWORD", "wrong")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.smartflo_live
        @pytest.mark.parametrize("number", range(3))
        def test_it(smartflo, number): ...
        """
    )
    result = run(pytester, "--smartflo-live")

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["smartflo_live: *status 401*"])
    assert ["POST /v1/auth/login"] == requests_received(api)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "--smartflo-base-url=api.example.com",
            "expected an https URL such as https://api-smartflo*, got `api.example.com`",
        ),
        ("--smartflo-base-url=http://api.example.com", "expected an https URL *, got `http://api.example.com`"),
        ("--smartflo-live-interval=soon", "expected seconds, 0 or more, got `soon`"),
        ("--smartflo-live-interval=-1", "expected seconds, 0 or more, got `-1`"),
        ("--smartflo-live-interval=inf", "expected seconds, 0 or more, got `inf`"),
    ],
)
@pytest.mark.parametrize("live", [("--smartflo-live",), ()], ids=["live", "offline"])
def test_wrong_setting_is_usage_error(
    pytester: pytest.Pytester, api: FakeSmartflo, option: str, message: str, live: tuple[str, ...]
) -> None:
    """The run ends with one line that states what is expected; no request is sent. So does a run without live tests."""
    pytester.makepyfile(BOTH)
    result = run(pytester, *live, option)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {option.partition('=')[0]}: {message}"])
    assert [] == requests_received(api)


def test_offline_run_needs_no_base_url(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that only live tests read fails no other run, and neither does a valid interval."""
    monkeypatch.setenv("SMARTFLO_BASE_URL", "api.example.com")
    pytester.makepyfile("def test_it(smartflo): pass")

    run(pytester).assert_outcomes(passed=1)


def test_client_bypasses_proxy_for_loopback(
    pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login and the requests of ``smartflo.client`` send no secret to a proxy; nothing listens at this one."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.smartflo_live
        def test_it(smartflo):
            assert smartflo.client.get("/v1/broadcast/lists").get_json()
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=1)
    assert ["POST /v1/auth/login", "GET /v1/broadcast/lists"] == requests_received(api)


@pytest.mark.parametrize(("options", "outcome"), [([], {"skipped": 1}), (["--smartflo-live"], {"errors": 1})])
def test_marker_that_is_added_late_is_rejected(
    pytester: pytest.Pytester, api: FakeSmartflo, options: list[str], outcome: dict[str, int]
) -> None:
    """A test that becomes a live test while it runs was not guarded from its start."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def late(request):
            request.applymarker("smartflo_live")
            return request.getfixturevalue("smartflo")

        def test_it(late): ...
        """
    )
    run(pytester, *options).assert_outcomes(**outcome)
    assert [] == requests_received(api)


@pytest.mark.usefixtures("api")
def test_assertions_reject_what_no_request_could_match(pytester: pytest.Pytester) -> None:
    """An assertion on a wrong path, method or number fails as on the fake, and the same requests match."""
    pytester.makepyfile(
        """
        import pytest
        import requests


        @pytest.mark.parametrize("where", ["fake", pytest.param("live", marks=pytest.mark.smartflo_live)])
        def test_it(smartflo, where):
            url = f"{smartflo.url}/v1/broadcast/leads"
            requests.get(f"{url}/8668/?number=1", headers=smartflo.headers, timeout=30)
            requests.get(f"{url}/86%370", headers=smartflo.headers, timeout=30)
            smartflo.assert_called("get", "/v1/broadcast/leads/8668", times=1)
            smartflo.assert_called("GET", "/v1/broadcast/leads/8670", times=1)
            smartflo.assert_called("GET", "/v1/broadcast/leads/{list_id}/", times=2)
            smartflo.assert_not_called("HEAD", "/v1/broadcast/leads/{id}")
            smartflo.assert_not_called("GET", "/v1/broadcast/leads/8669")
            smartflo.assert_not_called("GET", "/v1/my_number")
            for method, path, message in [
                ("GET", "/v1/broadcast/leads/*", r"no route matches .* nearest route is GET /v1/broadcast/leads/{id}"),
                ("GET", "/v1/broadcast/leads/:id", "no route matches"),
                ("GET", "/v1/broadcast/leeds/8668", "nearest route is GET /v1/broadcast/leads/{id}"),
                ("GET", "/v1/broadcast/leeds/{id}", "Did you mean `GET /v1/broadcast/leads/{id}`"),
                ("GTE", "/v1/broadcast/leads/8668", "`GTE` is no method of HTTP"),
                ("PUT", "/v1/auth/login", "no route has PUT at /v1/auth/login"),
                ("GET", "/v1/broadcast/leads/8668?a=1", "contains a query"),
                ("GET", 8668, "expected a method and a path"),
            ]:
                for check in (smartflo.assert_called, smartflo.assert_not_called):
                    with pytest.raises(ValueError, match=message.replace("{", "[{]")):
                        check(method, path)
            for times in (-1, 1.5, True):
                with pytest.raises(ValueError, match="times: expected a number of requests"):
                    smartflo.assert_called("GET", "/v1/broadcast/leads/8668", times=times)
        """
    )
    run(pytester, "--smartflo-live").assert_outcomes(passed=2)
