"""Processes that end by SIGKILL while they write or send a response: a shared store has all of a write or nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from typing import Any

import psutil
import pytest
import requests

from ..raw_http import TIMEOUT_SECONDS  # noqa: TID252 - test folders are no packages
from ..serve_process import ServeProcess  # noqa: TID252
from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8669"
LEAD = "/v1/broadcast/lead/8669"
MILLION = "/v1/broadcast/leads/911000000"
PROGRAM = """
import os, signal, sys, threading
from sqlalchemy.engine.default import DefaultDialect
from smartflo_contract.mock_server import Config, create_app

url, moment = sys.argv[1:]
me = {"Authorization": "Bearer me"}
client = create_app(Config(store=url)).test_client()
assert client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000001"}, headers=me).status_code == 200
commit = DefaultDialect.do_commit

def end(dialect, connection):
    is_edit = threading.current_thread() is threading.main_thread()  # another thread writes the journal
    if moment == "after commit" or not is_edit:
        commit(dialect, connection)
    if is_edit:
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


@pytest.fixture(name="server")
def _server(shared_url: str) -> Iterator[ServeProcess]:
    server = ServeProcess(store=shared_url, workers=2)
    yield server
    server.close()


def send(server: ServeProcess, method: str, path: str, **options: Any) -> requests.Response:
    """Send a request over a new connection until a worker answers it: one that was killed may still get it."""
    while True:
        try:
            return requests.request(method, server.url + path, headers=ME, timeout=TIMEOUT_SECONDS, **options)
        except requests.ConnectionError:
            assert server.process.poll() is None


@pytest.mark.slow
def test_workers_killed_in_mid_stream(server: ServeProcess) -> None:
    """A client sees that its response is incomplete; the worker is replaced, again and again, and nothing is lost."""
    assert server.url
    for number in range(1, 4):
        response = send(server, "POST", LEAD, json={"field_0": f"555000000{number}", "duplicate_option": "clone"})
        assert 200 == response.status_code
        workers = server.workers
        connection = HTTPConnection(*server.address, timeout=TIMEOUT_SECONDS)
        connection.request("GET", MILLION, headers=ME)
        stream = connection.getresponse()
        assert stream.read(100_000)
        for worker in workers:
            worker.kill()
        with pytest.raises((HTTPException, OSError)):
            stream.read()
        connection.close()
        psutil.wait_procs(workers, TIMEOUT_SECONDS)
        leads = send(server, "GET", LEADS).json()
        assert list("123")[:number] == phones(leads)

    server.process.terminate()
    code, output, errors = server.wait()
    assert (0, "") == (code, output)
    assert "Traceback" not in errors
