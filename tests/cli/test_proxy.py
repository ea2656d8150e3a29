"""The command ``proxy``."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo

from .conftest import Run, without_variables

LEADS = "/v1/broadcast/leads/8668"


def test_proxies_until_signal(tmp_path: Path) -> None:
    """The only line is the URL; a write is refused, and one that is allowed passes; SIGTERM exits with 0."""
    with FakeSmartflo() as fake:
        settings = {"SMARTFLO_UPSTREAM": fake.url, "SMARTFLO_ALLOW_WRITES": "POST /v1/broadcast/lead/{id}\n"}
        command = [sys.executable, "-m", "smartflo_contract", "proxy", "--port", "0", "--record", "recorded"]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=without_variables(**settings),
        ) as process:
            assert process.stdout is not None
            url, headers = process.stdout.readline().strip(), {"Authorization": "me"}
            read = requests.get(url + LEADS, headers=headers, timeout=30)
            refused = requests.delete(url + LEADS, headers=headers, timeout=30)
            added = requests.post(
                f"{url}/v1/broadcast/lead/8668", json={"field_0": "5550000042"}, headers=headers, timeout=30
            )
            process.send_signal(signal.SIGTERM)
            rest, stderr = process.communicate(timeout=30)

    assert [200, 403, 200] == [response.status_code for response in (read, refused, added)]
    assert (0, "") == (process.returncode, rest)
    assert stderr == f"DELETE {LEADS} 403 ({refused.json()['detail']})\n"
    assert (tmp_path / "recorded" / "leads-8668.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--upstream'"),
        (("--upstream", "http://example.com"), "upstream: expected an https URL"),
        (("--upstream", "https://example.com", "--allow-writes", "x"), "allow-writes: expected method and path"),
    ],
)
def test_rejects_setting_before_start(arguments: tuple[str, ...], message: str, run: Run) -> None:
    """The error is one line, and nothing was sent."""
    result = run("proxy", *arguments)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert message in result.stderr


def test_rejects_port_that_is_taken(run: Run) -> None:
    """The error names the port."""
    with FakeSmartflo() as fake:
        port = fake.url.rpartition(":")[2]
        result = run("proxy", "--upstream", "https://example.com", "--port", port)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert port in result.stderr
