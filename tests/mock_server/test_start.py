"""What a fake loads before its first response, and what it leaves for later."""

import subprocess
import sys

import flask
import pytest

from smartflo_contract.mock_server import create_app

LATER = ("hypothesis", "jsonschema", "jwt", "msgspec", "pytest", "requests", "smartflo_contract.schemas.response_check")
"""Modules that take time to load and that most fakes never need."""


@pytest.mark.slow
def test_first_response_loads_nothing_that_it_does_not_need() -> None:
    """The server starts and returns leads without the modules for checks, tokens and tests."""
    code = (
        "import sys, smartflo_contract.mock_server.server.granian;"
        "from smartflo_contract.mock_server import Config, create_app;"
        "get = create_app(Config(auth='off')).test_client().get;"
        "print(get('/v1/broadcast/leads/8668').status_code, sorted({*sys.argv[1:]} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code, *LATER], check=True, capture_output=True, text=True)

    assert "200 []" == done.stdout.strip()


def test_builds_urls_of_routes() -> None:
    """The functions that build URLs are compiled at their first use, for code that extends the application."""
    app = create_app()
    with app.test_request_context():
        url = flask.url_for("/v1/broadcast/leads/{id}", id="8668", number="5550000001")

    assert "/v1/broadcast/leads/8668?number=5550000001" == url
