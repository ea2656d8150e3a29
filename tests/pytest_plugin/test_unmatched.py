"""Unmatched requests that the teardown of a test finds."""

from collections.abc import Iterator

import pytest

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer


@pytest.fixture(name="server")
def _server() -> Iterator[SmartfloServer]:
    config = Config()
    with SmartfloServer(FakeSmartflo(config), config) as server:
        yield server


def _paths(server: SmartfloServer, account: Smartflo) -> list[str]:
    return [request["path"] for request in server.unmatched_requests(account)]


def test_finds_all_unmatched_requests_of_an_account(server: SmartfloServer) -> None:
    """Those of an account are found each time, also if another account looked in between; matched ones are not."""
    with server.account() as account, server.account() as other:
        account.client.get("/v1/first")
        account.client.get("/v1/broadcast/lists")

        assert [] == _paths(server, other)
        account.client.get("/v1/second")
        assert ["/v1/first", "/v1/second"] == _paths(server, account) == _paths(server, account)
        assert [] == _paths(server, other)


def test_finds_requests_without_a_token_of_a_test_once(server: SmartfloServer) -> None:
    """They are found by the first test that ends after them."""
    with server.account() as account, server.account() as other:
        account.client.get("/v1/stray", headers={"Authorization": "hard-coded"})
        account.client.get("/v1/none", headers={"Authorization": ""})

        assert ["/v1/stray", "/v1/none"] == _paths(server, account)
        assert [] == _paths(server, other)


def test_ignores_late_requests_of_a_test_that_has_ended(server: SmartfloServer) -> None:
    """A thread that outlives its test fails no other test."""
    with server.account() as account:
        late = account.client
    late.get("/v1/late")
    with server.account() as other:
        assert [] == _paths(server, other)


def test_finds_requests_after_a_reset(server: SmartfloServer) -> None:
    """A reset of the account, or of the whole fake, deletes requests; later ones are found."""
    with server.account() as account:
        for path in ("/v1/before", "/v1/between", "/v1/after"):
            account.client.get(path)
            if path == "/v1/before":
                account.reset()
            if path == "/v1/between":
                account.client.post("/__admin/reset")

        assert ["/v1/after"] == _paths(server, account)


def test_reads_no_request_twice(server: SmartfloServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a test takes the same time however many requests the journal has."""
    fake = server._fake  # noqa: SLF001 - there is no public name
    read: list[int] = []

    def requests_after(last_id: int) -> Iterator[dict[str, object]]:
        for request in FakeSmartflo.requests_after(fake, last_id):
            read.append(request["id"])
            yield request

    monkeypatch.setattr(fake, "requests_after", requests_after)
    for _ in range(3):
        with server.account() as account:
            for _ in range(5):
                account.client.get("/v1/broadcast/lists", headers={"Authorization": "hard-coded"})
            server.unmatched_requests(account)

    assert list(range(1, 16)) == read
