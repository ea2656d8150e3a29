"""The command ``ready``: a probe for containers."""

import pytest

from smartflo_contract.mock_server import FakeSmartflo

from ..scripted_server import Server  # noqa: TID252 - test folders are no packages
from .conftest import Run

UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def test_succeeds_if_fake_answers(run: Run) -> None:
    """A URL or the variables of serve lead to the fake; the wildcard address leads to this machine."""
    with FakeSmartflo() as fake:
        port = fake.url.rpartition(":")[2]
        results = [
            run("ready", fake.url),
            run("ready", f"{fake.url}/"),
            run("ready", "--port", port),
            run("ready", SMARTFLO_HOST="0.0.0.0", SMARTFLO_PORT=port),  # noqa: S104 - nothing is bound
        ]

    assert [(0, "", "")] * 4 == results


def test_reports_why_fake_is_not_ready(run: Run) -> None:
    """Nothing listens, something else does, or the store of the fake does not answer: exit code 1 and one line."""
    with Server(b"SSH-2.0-OpenSSH\r\n") as other, Server(UNAVAILABLE) as unavailable, FakeSmartflo() as fake:
        expected = {
            f"{fake.url}/sub": "GET /__admin/ready returns status 404; no fake listens there",
            other.url: "the answer is not HTTP",
            unavailable.url: "GET /__admin/ready returns status 503; its store does not answer",
        }
        for url, reason in expected.items():
            assert (1, "", f"smartflo-contract: {url} is not ready: {reason}\n") == run("ready", url)
        stopped = fake.url

    assert (1, "", f"smartflo-contract: {stopped} is not ready: Connection refused\n") == run("ready", stopped)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://fake", "http://fake?x", "http://[", "http://u:p@fake"])
def test_rejects_what_is_no_root_url(run: Run, url: str) -> None:
    """The error shows a URL that is."""
    result = run("ready", url)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert "expected the root URL of a fake, such as http://127.0.0.1:8080" in result.stderr
