"""Processes that end by SIGKILL while they write: a shared store has all of a write or nothing."""

import signal
import subprocess
import sys
from typing import Any

import pytest

from ..raw_http import TIMEOUT_SECONDS  # noqa: TID252 - test folders are no packages
from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8669"
LEAD = "/v1/broadcast/lead/8669"
PROGRAM = """
import os, signal, sys
from sqlalchemy.engine.default import DefaultDialect
from smartflo_contract.mock_server import Config, create_app

url, moment = sys.argv[1:]
me = {"Authorization": "Bearer me"}
client = create_app(Config(store=url)).test_client()
assert client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000001"}, headers=me).status_code == 200
commit = DefaultDialect.do_commit

def end(dialect, connection):
    if moment == "after commit":
        commit(dialect, connection)
    os.kill(os.getpid(), signal.SIGKILL)

DefaultDialect.do_commit = end
data = [{"field_0": "5550000002"}, {"field_0": "5550000003"}]
client.post("/v1/broadcast/leads/8669", json={"data": data}, headers=me)
"""
"""Adds a lead, then ends by SIGKILL just before or after it commits the addition of two others."""


def phones(leads: list[dict[str, Any]]) -> list[str]:
    """Return the last digit of the phone number of each lead that was added."""
    return [lead["field_0"][-1] for lead in leads if lead["field_0"].startswith("+91555000000")]


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "expected"), [("before commit", ["1"]), ("after commit", ["1", "2", "3"])])
def test_process_killed_in_mid_write(client_of: ClientOf, shared_url: str, moment: str, expected: list[str]) -> None:
    """A bulk write is there as a whole or not at all, and its lock is free: the next write succeeds at once."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM, shared_url, moment], check=False, timeout=TIMEOUT_SECONDS)
    assert -signal.SIGKILL == ended.returncode
    client = client_of(shared_url)

    assert expected == phones(client.get(LEADS, headers=ME).get_json())
    assert 200 == client.post(LEAD, json={"field_0": "5550000009"}, headers=ME).status_code
    assert [*expected, "9"] == phones(client.get(LEADS, headers=ME).get_json())
