"""What is not here says so, and what is meant."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import unquote

import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo, create_app
from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.mock_server.api.routes import ROUTES, Route, served_routes
from smartflo_contract.mock_server.http.responses import percent_encode
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi

Send = Callable[..., requests.Response]
Reason = Callable[[requests.Response], str]
EVIDENCE = {"documented", "sample", "observed", "assumed"}
LEADS = "/v1/broadcast/leads/8668"
ALLOW = "DELETE, GET, HEAD, OPTIONS, PATCH, POST"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/v1/broadcast/lead_list", "/v1/broadcast/list"),
        ("/v1/broadcast/leadz/8668", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
        ("/broadcast/leads/8668", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
        ("/v1/broadcast/leads/8668/9", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
        ("/v1/campaign", "GET /v1/dialer/campaign (not simulated by this fake)"),
        ("/", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
        ("/favicon.ico", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
        ("/v1/login", "POST /v1/auth/login (answered by this fake)"),
        ("/v1/auth/logins", "POST /v1/auth/login (answered by this fake)"),
        ("/v1/broadcast/leed/77", "GET /v1/broadcast/leads/{id} (answered by this fake)"),
    ],
)
def test_unknown_route(path: str, nearest: str, send: Send, reason: Reason) -> None:
    """An unknown route is 404 and names the nearest that the vendor documents, and whether it is here."""
    answer = send(path)

    assert (404, "assumed") == (answer.status_code, answer.headers["X-Smartflo-Fake-Evidence"])
    assert answer.json() == {"success": False, "message": "Not found."}
    assert reason(answer).startswith(f"the vendor documents no GET {path}; ")
    assert nearest in reason(answer)


@pytest.mark.parametrize("route", [one for one in documented_routes() if (one.method, one.path) not in served_routes()])
def test_documented_routes_that_are_not_here(route: tuple[str, str, str, str], send: Send, reason: Reason) -> None:
    """Every other route of the vendor's says that it is known, and not simulated."""
    method, path, *_ = route
    answer = send(path.replace("{id}", "6054635a16a4a70b3041ea09"), method)

    assert answer.status_code in {404, 405}
    assert reason(answer).startswith(f"the vendor has {method} {path}, but this fake does not simulate it")


@pytest.mark.parametrize("path", ["/", "//", "/favicon.ico", "/%00", "/%FF", "/" + "x/" * 5_000, "/é", "/%3Cb%3E"])
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_any_path(path: str, method: str, send: Send) -> None:
    """Any method at any path gets JSON with a short reason, never a page."""
    answer = send(path, method)

    assert (404, "application/json") == (answer.status_code, answer.headers["Content-Type"])
    assert len(answer.headers["X-Smartflo-Fake-Reason"]) <= 500


@pytest.mark.parametrize("method", ["PUT", "TRACE", "BREW"])
def test_methods_that_nobody_has(method: str, send: Send, reason: Reason) -> None:
    """Another method is 405 and says what is answered."""
    answer = send(LEADS, method)

    assert answer.status_code == 405
    assert reason(answer) == f"the vendor documents no {method} here; this fake answers {ALLOW}"


@pytest.mark.parametrize("route", [one for one in ROUTES if one.path != "/v1/auth/login"])
def test_every_route_but_login_needs_a_token(route: Route, send: Send) -> None:
    """Without a token each route is 401, whatever else is wrong with the request."""
    answer = send(re.sub(r"\{[^}]*\}", "8668", route.path), route.method, token=None, data="{")

    assert (401, "assumed") == (answer.status_code, answer.headers["X-Smartflo-Fake-Evidence"])


@pytest.mark.parametrize(("path", "allow"), [(LEADS, ALLOW), ("/v1/auth/login", "OPTIONS, POST")])
def test_options(path: str, allow: str, send: Send) -> None:
    """OPTIONS tells the methods, needs no token, and grants browsers nothing."""
    answer = send(path, "OPTIONS", token=None)

    assert (204, b"", allow) == (answer.status_code, answer.content, answer.headers["Allow"])
    assert not [name for name in answer.headers if name.startswith("Access-")]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", LEADS), ("HEAD", LEADS), ("GET", "/"), ("PUT", LEADS), ("OPTIONS", LEADS), ("POST", "/v1/auth/login")],
)
def test_every_answer_has_evidence(method: str, path: str, send: Send) -> None:
    """Whatever is asked, the answer says how well it is known, and is no page."""
    answer = send(path, method)

    assert answer.headers["X-Smartflo-Fake-Evidence"] in EVIDENCE
    assert answer.headers["Content-Type"] == "application/json"


def test_what_is_no_http(fake: FakeSmartflo, send: Send) -> None:
    """A request that the server cannot read gets JSON as well."""
    answer = send("/", base_url=fake.url, X="y" * 70_000)

    assert (431, "application/json", False) == (
        answer.status_code,
        answer.headers["Content-Type"],
        answer.json()["success"],
    )


def test_table_is_what_is_served() -> None:
    """The application answers the table's routes, OPTIONS of them, and nothing else."""
    rules = {
        (method, re.sub("<[^>]*>", "{id}", rule.rule))
        for rule in create_app().url_map.iter_rules()
        if not rule.rule.startswith("/__admin/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert rules == served_routes()


def test_what_is_served_is_documented() -> None:
    """Every served route is one that the vendor is known to have, with the same evidence."""
    known = {(one.method, one.path): one.evidence for one in documented_routes()}

    assert [known[(route.method, re.sub(r"\{[^}]*\}", "{id}", route.path))] for route in ROUTES] == [
        route.evidence for route in ROUTES
    ]


def test_what_is_served_is_described() -> None:
    """The OpenAPI document describes the served routes, and no other."""
    described = {
        (method.upper(), path) for path, methods in openapi(load_contract())["paths"].items() for method in methods
    }

    assert described == served_routes()


def test_path_that_no_page_has_is_observed() -> None:
    """Clients start a broadcast at a path that the portal writes with /api before it."""
    (start,) = (one for one in documented_routes() if one.path == "/v1/broadcast/start/{id}")

    assert "observed" == start.evidence


def test_documented_routes_are_clean() -> None:
    """The vendor's routes are listed once each, with evidence and source."""
    routes = documented_routes()

    assert len(routes) == len({(one.method, one.path) for one in routes})
    assert {one.evidence for one in routes} <= EVIDENCE
    assert all(one.source and one.path.startswith("/v") for one in routes)


@pytest.mark.parametrize("text", ["plain `text`, with {all} of \"ASCII\" and 'quotes'", "<b>", "a\tb"[:1]])
def test_plain_reason_is_readable(text: str) -> None:
    """Printable ASCII stands in a header as it is."""
    assert text == percent_encode(text)


@pytest.mark.parametrize(("text", "header"), [("100 %", "100 %25"), ("é", "%C3%A9"), ("a\r\nb: c", "a%0D%0Ab: c")])
def test_other_reason_is_encoded(text: str, header: str) -> None:
    """What a header cannot hold, and the percent sign, are percent-encoded."""
    assert header == percent_encode(text)


@pytest.mark.parametrize("text", ["x" * 501, "%" * 200, "क" * 60, "x" + "क" * 60, "xx" + "क" * 60, "\ud800" * 600])
def test_long_reason_is_cut_between_characters(text: str) -> None:
    """A long reason ends in dots within 500 bytes, and never within a character."""
    header = percent_encode(text)
    whole = unquote(header.removesuffix("..."), errors="strict")

    assert len(header) <= 500
    assert header.endswith("...")
    assert text.encode(errors="replace").decode().startswith(whole)


def test_reason_of_500_bytes_is_whole() -> None:
    """What fits is not cut."""
    assert "x" * 500 == percent_encode("x" * 500)


def test_no_answer_echoes_markup(send: Send) -> None:
    """A path with markup is told back in a header only."""
    markup = "<script>"

    assert markup not in send(f"/{markup}").text
    assert escape(markup) not in send(f"/{markup}").text
