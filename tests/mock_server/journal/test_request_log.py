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


@pytest.mark.parametrize(
    ("route", "body", "example"),
    [
        (f"GET {LEADS}", None, "for example: curl --header 'Authorization: Bearer any-text')\n"),
        ("POST /v1/auth/login", "{}", 'for example {"email": "you@example.com", "password": "any"})\n'),
        ("POST /v1/auth/login", "[", 'for example {"email": "you@example.com", "password": "any"})\n'),
    ],
)
def test_prints_own_examples(capsys: pytest.CaptureFixture[str], route: str, body: str | None, example: str) -> None:
    """The example in a reason shows how to send a token or a password; it is no secret of the client."""
    method, path = route.split(" ")
    create_app(Config(verbose=True)).test_client().open(path, method=method, data=body)

    assert capsys.readouterr().err.endswith(example)


@pytest.mark.parametrize("secret", [JWT, "Bearer%20s3same-s3same", "password=s3same", "token:%20s3same"])
@pytest.mark.parametrize("path", ["/v1/%s", "/v1/broadcast/leads/%s", "/v1/for%%20example/%s"])
def test_prints_no_secret_of_a_path(capsys: pytest.CaptureFixture[str], secret: str, path: str) -> None:
    """A secret is masked in the path, and in a reason that quotes the path."""
    for headers in (TOKEN, {}):
        create_app(Config(verbose=True)).test_client().get(path % secret, headers=headers)

    shown = capsys.readouterr().err
    assert "[masked]" in shown
    assert not any(part in shown for part in ("s3same", JWT))


def test_prints_no_secret_of_an_unknown_key(capsys: pytest.CaptureFixture[str]) -> None:
    """A reason that names an ignored key of the client masks a secret in it."""
    lead = {"field_0": "5550000042", "password=s3same": "a", f"Bearer {JWT}": "b"}
    create_app(Config(verbose=True)).test_client().post("/v1/broadcast/lead/8668", json=lead, headers=TOKEN)

    shown = capsys.readouterr().err
    assert "[masked]" in shown
    assert not any(part in shown for part in ("s3same", JWT))


def test_prints_neither_probes_nor_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Probes of the server are no requests of a client, and the log is off by default."""
    create_app(Config(verbose=True)).test_client().get("/__admin/health")
    create_app().test_client().get(LEADS, headers=TOKEN)

    assert ("", "") == capsys.readouterr()
