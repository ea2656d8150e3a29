"""The quirks and the response headers that the journal keeps of a request."""

import pytest

from smartflo_contract.mock_server import Config, create_app

ME = {"Authorization": "me"}
OTHER = {"Authorization": "other"}


def test_keeps_the_quirks_that_decided() -> None:
    """A request has the changed quirks that it depended on, also the first request after the change."""
    client = create_app(Config()).test_client()
    client.get("/v1/broadcast/leads/8668", headers=ME)
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "header_offset": "shifted"}, headers=ME)
    for path, headers in (("4711", ME), ("8668", ME), ("8668", ME), ("8668", OTHER), ("4711", OTHER)):
        client.get(f"/v1/broadcast/leads/{path}", headers=headers)
    requests = client.get("/__admin/requests").get_json()["requests"]

    assert [
        {},
        {"unknown_list": "empty"},
        {"header_offset": "shifted"},
        {"header_offset": "shifted"},
        {},
        {},
    ] == [request["response"]["quirks"] for request in requests]


def test_keeps_the_quirk_that_rejected_a_login() -> None:
    """A login is rejected before its account is known to the request; its quirk is kept, too."""
    client = create_app(Config(quirks={"login_failure": "plain"})).test_client()
    client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    (request,) = client.get("/__admin/requests").get_json()["requests"]

    assert "plain" == request["response"]["quirks"]["login_failure"]


@pytest.mark.parametrize(("name", "kept"), [("X-Api-Key", "[masked]"), ("X-Version", "7")])
def test_masks_secrets_in_response_headers(name: str, kept: str) -> None:
    """Routes that users add can set any header; one with a secret name is masked."""
    client = create_app(Config()).test_client()
    route = {"method": "GET", "path": "/v1/own", "headers": {name: "7"}, "json": {}}
    client.post("/__admin/routes", json=route, headers=ME)
    client.get("/v1/own", headers=ME)
    (request,) = client.get("/__admin/requests").get_json()["requests"]

    assert kept == request["response"]["headers"][name]
