"""Which requests reach the upstream: known reads, the login, and what the user allows."""

import pytest

from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.proxy import ProxyError
from smartflo_contract.proxy.route_policy import RoutePolicy

ACTIONS = {f"GET /v1/broadcast/{action}/{{id}}" for action in ("start", "pause", "resume", "end")}
"""Routes of the vendor that change something although their method is GET."""


def test_passes_documented_reads_and_login_only() -> None:
    """Every GET of the vendor is passed on, except the four that start and stop broadcasts; and the login."""
    policy = RoutePolicy()
    names = {f"{route.method} {route.path}" for route in documented_routes()}
    passed = {name for name in names if not policy.decide(*name.replace("{id}", "8668").split(" ")).refusal}

    assert {name for name in names if name.startswith("GET ")} - ACTIONS | {"POST /v1/auth/login"} == passed


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("HEAD", "/v1/broadcast/leads/8668/", "GET /v1/broadcast/leads/{id}"),
        ("GET", "/v1/broadcast/leads/5f1e0e0c0000000000000000", "GET /v1/broadcast/leads/{id}"),
        ("GET", "/v1/call/notes/+915550000042", "GET /v1/call/notes/{id}"),
        ("GET", "/v1/broadcast/lists", "GET /v1/broadcast/lists"),
    ],
)
def test_names_route_of_read(method: str, path: str, route: str) -> None:
    """HEAD is GET without a body, and a slash at the end is ignored."""
    assert (route, "") == RoutePolicy().decide(method, path)


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        (
            "POST",
            "/v1/broadcast/lead/8668",
            "it may change something, or let a phone ring; --allow-writes 'POST /v1/broadcast/lead/{id}' allows it",
        ),
        (
            "GET",
            "/v1/broadcast/START/5",
            "it starts or stops a broadcast, and phones may ring; --allow-writes 'GET /v1/broadcast/START/{id}' allows",
        ),
        ("HEAD", "/v1/broadcast/end/5", "it starts or stops a broadcast"),
        ("GET", "/v1/broadcast/start", "it starts or stops a broadcast"),
        ("GET", "/v1/dialer/dial/5", "the vendor documents no such read"),
        ("GET", "/v1/broadcast/dial", "the vendor documents no such read"),
        ("OPTIONS", "/v1/broadcast/lists", "its method is none of GET, POST, PUT, PATCH, DELETE and HEAD"),
        ("GET", "/v1/broadcast/%73tart/5", "its path has characters that no path of the vendor has"),
        ("GET", "/v1/user/../broadcast/start/5", "its path has characters"),
        ("GET", "/v1/broadcast/lists;/start/5", "its path has characters"),
        ("GET", "/v1//broadcast/lists", "its path has characters"),
        ("GET", "/", "the vendor has no route at /; a browser sees the page of the proxy there"),
    ],
)
def test_refuses_what_may_change_something(method: str, path: str, refusal: str) -> None:
    """The reason names the option that allows the request, unless its path could be read in two ways."""
    decision = RoutePolicy().decide(method, path)

    assert decision.route is None
    assert decision.refusal.startswith(refusal)


@pytest.mark.parametrize(
    ("method", "is_allowable"),
    [("GET", True), ("HEAD", True), ("PATCH", True), ("OPTIONS", False), ("TRACE", False), ("STEAL", False)],
)
def test_names_only_options_that_are_accepted(method: str, is_allowable: bool) -> None:  # noqa: FBT001
    """A user who follows the reason has a proxy that starts and passes the request on."""
    path = "/v1/dialer/dial/5"
    _, hint, rest = RoutePolicy().decide(method, path).refusal.partition("--allow-writes '")

    allowed = [rest.removesuffix("' allows it")] if hint else []
    assert (is_allowable, is_allowable) == (bool(hint), not RoutePolicy(allowed).decide(method, path).refusal)


def test_passes_allowed_writes() -> None:
    """A route is allowed by its method and path; its parameters match any segment, and HEAD goes with GET."""
    policy = RoutePolicy(["post /v1/broadcast/lead/{list_id}/", "GET /v1/broadcast/start/{id}"])

    assert ("POST /v1/broadcast/lead/{id}", "") == policy.decide("POST", "/v1/broadcast/lead/8668")
    assert ("GET /v1/broadcast/start/{id}", "") == policy.decide("HEAD", "/v1/broadcast/start/5")
    assert policy.decide("PUT", "/v1/broadcast/lead/8668").refusal
    assert policy.decide("POST", "/v1/broadcast/lead/8668/x").refusal


@pytest.mark.parametrize("name", ["", "POST", "/v1/x", "POST v1/x", "STEAL /v1/x", "POST /v1/x y", "POST /v1/../x"])
def test_rejects_what_is_no_route(name: str) -> None:
    """The error shows the expected form."""
    with pytest.raises(ProxyError, match=r"allow-writes: expected method and path, such as POST /v1/"):
        RoutePolicy([name])
