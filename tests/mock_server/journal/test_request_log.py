"""The request log on standard error: one line for each request, without secrets."""

import pytest

from smartflo_contract.mock_server import Config, create_app

TOKEN = {"Authorization": "Bearer any-text"}
LEADS = "/v1/broadcast/leads/8668"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjcm0ifQ.c2lnbmF0dXJlLXNlY3JldA"


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("GET", LEADS, f"GET {LEADS} 200 sample"),
        ("GET", f"{LEADS}?number=5550000042", f"GET {LEADS} 200 "),
        ("GET", "/v1/campaign", "GET /v1/campaign 404 assumed (the vendor documents no GET /v1/campaign;"),
        ("GET", "/v1/a%0Ab%1B[2J", "GET /v1/a\\nb\\x1b[2J 404 assumed ("),
        ("GET", f"/v1/{JWT}", "GET /v1/[masked] 404 assumed ("),
        ("GET", "/__admin/version", "GET /__admin/version 200"),
    ],
)
def test_prints_request(capsys: pytest.CaptureFixture[str], method: str, path: str, line: str) -> None:
    """A line has method, path, status, evidence and reason; no query, token or line break of the client."""
    create_app(Config(verbose=True)).test_client().open(path, method=method, headers=TOKEN)
    output = capsys.readouterr()

    assert ("", 1) == (output.out, output.err.count("\n"))
    assert output.err.startswith(line)
    assert not any(secret in output.err for secret in ("any-text", "5550000042", JWT))


def test_prints_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """A line names the fault."""
    app = create_app(Config(verbose=True, faults=[{"steps": ["html"]}]))  # type: ignore[list-item]
    app.test_client().get(LEADS, headers=TOKEN)

    assert f"GET {LEADS} 200 assumed fault html" in capsys.readouterr().err


def test_prints_no_password(capsys: pytest.CaptureFixture[str]) -> None:
    """A login is printed without its password, login id and token."""
    client = create_app(Config(verbose=True)).test_client()
    body = client.post("/v1/auth/login", json={"email": "crm@example.com", "password": "s3same"}).get_json()
    shown = capsys.readouterr().err

    assert shown.startswith("POST /v1/auth/login 200 ")
    assert not any(secret in shown for secret in ("crm@", "s3same", body["access_token"]))


def test_prints_neither_probes_nor_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Probes of the server are no requests of a client, and the log is off by default."""
    create_app(Config(verbose=True)).test_client().get("/__admin/health")
    create_app().test_client().get(LEADS, headers=TOKEN)

    assert ("", "") == capsys.readouterr()
