"""Requests to the admin API about one account, in process."""

from typing import Any, Final

from smartflo_contract.mock_server import FakeSmartflo

_PREFIX: Final = "/__admin"
_MIN_ERROR_STATUS: Final = 400


class AdminClient:
    """A client of the admin API that adds the account to each request.

    Args:
        fake: the fake.
        login: login id of the account.
    """

    def __init__(self, fake: FakeSmartflo, login: str) -> None:
        """Create a client without connections."""
        self._json = fake.app.json
        self._client = fake.app.test_client()
        self._login = login

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return the decoded JSON of the response.

        Args:
            method: HTTP method.
            path: path below ``/__admin``, with or without a query.
            body: JSON value to send; ``None`` for no body.

        Raises:
            ValueError: the admin API rejects the request; the message is its reason.
        """
        __tracebackhide__ = True
        url = f"{_PREFIX}{path}{'&' if '?' in path else '?'}login={self._login}"
        data = None if body is None else self._json.dumps(body, sort_keys=False)  # leads keep their order of keys
        response = self._client.open(url, method=method, data=data, content_type="application/json")
        content = response.get_json()
        if response.status_code >= _MIN_ERROR_STATUS:
            raise ValueError(content["detail"])
        return content
