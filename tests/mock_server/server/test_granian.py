"""``serve`` runs the fake in processes of its own, and ends them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from smartflo_contract.factories import GenerationError
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo
from smartflo_contract.mock_server.errors import PortTaken, ServeError
from smartflo_contract.mock_server.server import granian as module

Ask = Callable[..., requests.Response]
VENDORS = "/v1/broadcast/leads/8668"
MILLION = "/v1/broadcast/leads/911000000"
SECONDS = 60
PROGRAM = """
import json, sys
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.server.granian import serve

def announce(url):
    print(url, flush=True)
    if len(sys.argv) > 2:
        raise RuntimeError(sys.argv[2])

if __name__ == "__main__":
    serve(Config(**json.loads(sys.argv[1])), announce)
"""

posix = pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX's")


class Server:
    """A ``serve`` in a process of its own, in a process group of its own.

    Attributes:
        process: the parent.
        url: what it announced.
    """

    def __init__(self, *arguments: str, **settings: Any) -> None:
        """Start, and wait for the announcement."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps({"port": 0} | settings), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        readable, _, _ = select([self.process.stdout], [], [], SECONDS)
        self.url = self.process.stdout.readline().strip() if readable else ""

    @property
    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        return psutil.Process(self.process.pid).children(recursive=True)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return exit code and what was printed after the announcement."""
        output, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, output, errors

    def close(self) -> None:
        """End it and what belongs to it, come what may."""
        if self.process.poll() is None:
            self.process.terminate()
            self.end()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


Start = Callable[..., Server]


@pytest.fixture(name="start")
def _start() -> Iterator[Start]:
    """Return the function that starts a server; it is ended after the test."""
    with ExitStack() as stack:

        def start(*arguments: str, **settings: Any) -> Server:
            server = Server(*arguments, **settings)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    """A server with one worker, for tests that only ask."""
    server = Server()
    yield server
    server.close()


def test_announced_url_answers(server: Server, ask: Ask) -> None:
    """Port 0 is announced as the real port, and what is announced answers at once, as the fake in a thread does."""
    answer = ask(VENDORS, at=server.url)

    assert (200, ask(VENDORS).content) == (answer.status_code, answer.content)
    assert server.address[1] > 0


def test_head(server: Server, ask: Ask) -> None:
    """HEAD of a list that is not remembered has no length, least of all 0; one that is has the right one."""
    path = "/v1/broadcast/leads/910000123"
    head = ask(path, "HEAD", at=server.url)
    length = len(ask(path, at=server.url).content)
    again = ask(path, "HEAD", at=server.url)

    assert (200, None, str(length)) == (
        head.status_code,
        head.headers.get("Content-Length"),
        again.headers["Content-Length"],
    )


def test_unchanged(server: Server, ask: Ask) -> None:
    """304 has no body, also of a list of a million."""
    etag = ask(MILLION, "HEAD", at=server.url).headers["ETag"]
    answer = ask(MILLION, at=server.url, If_None_Match=etag)

    assert (304, b"") == (answer.status_code, answer.content)


@pytest.mark.parametrize("list_id", ["id", "a%2Fb", "%E0%A4%95", "%FF%00", "9" * 10_000, "x" * 10_000])
def test_odd_ids(list_id: str, server: Server, ask: Ask) -> None:
    """Odd ids have the same answer as from the fake in a thread."""
    path = f"/v1/broadcast/leads/{list_id}"
    there, here = ask(path, at=server.url), ask(path)

    assert (404, here.content, here.headers["X-Smartflo-Fake-Reason"]) == (
        there.status_code,
        there.content,
        there.headers["X-Smartflo-Fake-Reason"],
    )


def test_large_login(server: Server, ask: Ask) -> None:
    """A login of 10 MB is refused before it is sent, and the server goes on."""
    with socket.create_connection(server.address, timeout=SECONDS) as client:
        client.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n{")
        status = client.recv(12)

    assert (b"HTTP/1.1 413", 200) == (status, ask(VENDORS, at=server.url).status_code)


def test_large_login_of_unknown_length(server: Server, ask: Ask) -> None:
    """A long body in pieces is refused as well."""
    pieces = (b" " * 10_000 for _ in range(100))

    assert ask("/v1/auth/login", "POST", at=server.url, data=pieces).status_code == 413


def test_million_leads_in_constant_memory(start: Start, ask: Ask) -> None:
    """A list of a million leads (1.3 GB) that is read slowly costs no memory that grows."""
    server = start()
    ask("/v1/broadcast/leads/910001000", at=server.url)  # what every list needs is there: names, a template
    (worker,) = server.workers
    usual = worker.memory_info().rss
    with socket.create_connection(server.address, timeout=SECONDS) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        settle(worker)
        got = 0
        while got < 8_000_000:
            got += len(client.recv(65_536))
        settle(worker)
        used = worker.memory_info().rss

    assert used < 1.2 * usual


def settle(worker: psutil.Process) -> None:
    """Wait until a worker has nothing to do: it waits for its reader, or it would still make leads."""
    deadline = time.monotonic() + SECONDS
    while worker.cpu_percent(0.1) > 5:
        assert time.monotonic() < deadline, "the worker goes on though nobody reads"


@posix
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("everyone", [False, True], ids=["parent", "group"])
def test_signals(stop: signal.Signals, everyone: bool, start: Start) -> None:  # noqa: FBT001 - a parameter
    """SIGTERM and Ctrl-C, which reaches the whole group, end it as wished: code 0, no word, no worker left."""
    server = start(workers=2, read_only=True)
    workers = server.workers
    (os.killpg if everyone else os.kill)(server.process.pid, stop)

    assert (0, "", "") == server.end()
    assert len(workers) == 2
    assert psutil.wait_procs(workers, SECONDS)[1] == []


@posix
def test_end_with_an_open_download(start: Start) -> None:
    """A reader who never finishes does not keep it from ending."""
    server = start()
    with socket.create_connection(server.address, timeout=SECONDS) as client:
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        server.process.terminate()

        assert server.end()[:2] == (0, "")


@posix
def test_workers_follow_a_killed_parent(start: Start) -> None:
    """Workers whose parent was killed end as well, and free the port."""
    server = start(workers=2, read_only=True)
    workers = server.workers
    server.process.kill()

    assert psutil.wait_procs(workers, SECONDS)[1] == []


def test_two_workers_answer_alike(start: Start, ask: Ask) -> None:
    """All workers answer with the same bytes: those of a server with one, too."""
    server = start(workers=2, read_only=True)
    answers = [ask(VENDORS, at=server.url, Connection="close") for _ in range(16)]

    assert len(server.workers) == 2
    assert {ask(VENDORS).content} == {answer.content for answer in answers}
    assert len({answer.headers["ETag"] for answer in answers}) == 1


def test_token_of_one_worker_is_known_to_another(start: Start, ask: Ask) -> None:
    """Workers share the signing key: an expired token is expired for all of them."""
    from smartflo_contract.mock_server.accounts.tokens import Tokens  # noqa: PLC0415 - only here

    server = start(workers=2, seed=5, read_only=True)
    token = Tokens(5).issue("000000000001", 0)

    assert {401} == {ask(VENDORS, at=server.url, token=token, Connection="close").status_code for _ in range(16)}


def test_fixed_port(start: Start, ask: Ask) -> None:
    """A port that has just become free can be asked for by its number."""
    with FakeSmartflo() as fake:
        port = urlsplit(fake.url).port
        ask(VENDORS, at=fake.url)
    server = start(port=port)

    assert (f"http://127.0.0.1:{port}", 200) == (server.url, ask(VENDORS, at=server.url).status_code)


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0", "::1"])  # noqa: S104 - reached by nobody else
def test_hosts(host: str, start: Start, ask: Ask) -> None:
    """Names, all addresses, and IPv6 can be listened at."""
    if ":" in host:
        try:
            socket.create_server((host, 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no IPv6")
    server = start(host=host)

    assert ask(VENDORS, at=server.url).status_code == 200


def announced(url: str) -> None:
    """Fail: it should not have come so far."""
    pytest.fail(f"announced {url}")


def test_port_of_a_second_fake(server: Server) -> None:
    """A port at which another fake serves, which would share it, is taken."""
    with pytest.raises(PortTaken, match=f"^port {server.address[1]} on 127.0.0.1 is in use"):
        module.serve(Config(port=server.address[1]), announced)


def test_port_of_another_program(fake: FakeSmartflo) -> None:
    """A port at which another program listens is taken."""
    with pytest.raises(PortTaken):
        module.serve(Config(port=urlsplit(fake.url).port or 0), announced)


def test_host_that_is_none() -> None:
    """A host that is none is told before a worker starts."""
    with pytest.raises(ServeError, match="cannot listen on host"):
        module.serve(Config(host="no.such.host.invalid"), announced)


def test_overlay_that_has_gone(tmp_path: Path) -> None:
    """An overlay that cannot be read any more is told before a worker starts."""
    overlay = tmp_path / "lead.json"
    overlay.write_text("{}", encoding="utf-8")
    config = Config(overlay=overlay)
    overlay.unlink()

    with pytest.raises(ConfigError, match="cannot be read"):
        module.serve(config, announced)


def test_overlay_that_no_value_fits() -> None:
    """An overlay for which no lead can be made is told before a worker starts."""
    overlay = {"properties": {"n": {"type": "string", "pattern": "^[0-9]{3}$", "minLength": 5}}}

    with pytest.raises(GenerationError, match="no value found for `n`"):
        module.serve(Config(overlay=overlay), announced)


def test_overlay_is_served(start: Start, ask: Ask) -> None:
    """Workers make the application from the configuration, the overlay included."""
    server = start(overlay={"properties": {"vip": {"const": 1}}, "required": ["vip"]})

    assert {1} == {lead["vip"] for lead in ask(VENDORS, at=server.url).json()}


@posix
def test_worker_leaves_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker leaves the terminal's process group, so that Ctrl-C reaches its parent alone."""
    left: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "setpgid", lambda *group: left.append(group))

    assert (200, [(0, 0)]) == (
        module._load_app(Config(auth="off")).test_client().get(VENDORS).status_code,  # noqa: SLF001 - what workers run
        left,
    )


def test_announcement_that_fails(start: Start) -> None:
    """Where the announcement fails, as with a closed pipe, the server ends and the error is the caller's."""
    server = start("no ears")
    code, _, errors = server.end()

    assert code == 1
    assert errors.endswith("RuntimeError: no ears\n")
