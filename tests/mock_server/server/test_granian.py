"""The server of ``serve``: worker processes, signals, ports and memory."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask
from granian.server import MPServer, mp

from smartflo_contract.coverage import read_recording
from smartflo_contract.coverage.file_recorder import FileObservers
from smartflo_contract.factories import GenerationError
from smartflo_contract.live.errors import OutputError
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, create_app
from smartflo_contract.mock_server.accounts.tokens import Tokens
from smartflo_contract.mock_server.errors import PortTaken, ServeError
from smartflo_contract.mock_server.server import leader_followers
from smartflo_contract.mock_server.server.granian import serve

from ..conftest import Send  # noqa: TID252 - test folders are no packages
from ..raw_http import TIMEOUT_SECONDS, address_of, exchange, raw_request, status_of  # noqa: TID252
from ..serve_process import ServeProcess  # noqa: TID252

LEADS = "/v1/broadcast/leads/8668"
MILLION = "/v1/broadcast/leads/911000000"
CHECKED_BYTES = 8_000_000
SHARED: dict[str, Any] = {
    "seed": 5,
    "read_only": True,
    "overlay": {"properties": {"vip": {"const": 1}}, "required": ["vip"]},
}
"""Settings of the fake whose workers are compared."""

Start = Callable[..., ServeProcess]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX's")


@pytest.fixture(name="start")
def _start() -> Iterator[Start]:
    """Yield a function that starts a server, which ends after the test."""
    with ExitStack() as stack:

        def start(
            error: str | None = None, coverage: Path | None = None, state: Path | None = None, **settings: Any
        ) -> ServeProcess:
            server = ServeProcess(error, coverage=coverage, state=state, **settings)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture(name="two_workers", scope="module")
def _two_workers() -> Iterator[ServeProcess]:
    server = ServeProcess(workers=2, **SHARED)
    yield server
    server.close()


# Requests


def test_announces_url_that_answers(serve_process: ServeProcess, send: Send) -> None:
    """Port 0 is announced as the real port, which answers immediately like the threaded server."""
    response = send(LEADS, base_url=serve_process.url)

    assert (200, send(LEADS).content) == (response.status_code, response.content)
    assert serve_process.address[1] > 0


def test_head_has_length_of_cached_body_only(serve_process: ServeProcess, send: Send) -> None:
    """HEAD of a list of more than 128 leads has no Content-Length until the body is cached, and never 0."""
    path = "/v1/broadcast/leads/910000223"
    head = send(path, "HEAD", base_url=serve_process.url)
    length = len(send(path, base_url=serve_process.url).content)
    cached = send(path, "HEAD", base_url=serve_process.url)

    assert (200, None) == (head.status_code, head.headers.get("Content-Length"))
    assert str(length) == cached.headers["Content-Length"]


def test_unchanged_list_has_no_body(serve_process: ServeProcess, send: Send) -> None:
    """304 has no body, even for a list of a million leads."""
    etag = send(MILLION, "HEAD", base_url=serve_process.url).headers["ETag"]
    response = send(MILLION, base_url=serve_process.url, If_None_Match=etag)

    assert (304, b"") == (response.status_code, response.content)


LOGIN_BODY = b'{"email": "crm", "password": "any"}'
LOGIN_HEAD = "POST /v1/auth/login HTTP/%s\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n"


@pytest.mark.parametrize(("version", "status"), [("1.0", 400), ("1.1", 200)])
def test_rejects_chunks_of_http_1_0(version: str, status: int, serve_process: ServeProcess, fake: FakeSmartflo) -> None:
    """HTTP/1.0 has no chunks: Granian answers 400, the threaded server reads them; HTTP/1.1 has them in both."""
    head = (LOGIN_HEAD % (version, "Transfer-Encoding: chunked")).encode()
    request = b"%b%x\r\n%b\r\n0\r\n\r\n" % (head, len(LOGIN_BODY), LOGIN_BODY)

    assert (status, 200) == tuple(status_of(exchange(server.url, [request])) for server in (serve_process, fake))


@pytest.mark.parametrize(
    "request_bytes",
    [
        raw_request(f"GET {LEADS}"),
        (LOGIN_HEAD % ("1.1", f"Content-Length: {len(LOGIN_BODY)}")).encode() + LOGIN_BODY,
    ],
)
def test_half_closed_connection_may_get_no_response(
    request_bytes: bytes, serve_process: ServeProcess, fake: FakeSmartflo
) -> None:
    """Granian drops a response that is not ready when the client closes its sending side; the other server does not."""
    assert exchange(serve_process.url, [request_bytes], end=True)[9:12] in {b"", b"200"}
    assert 200 == status_of(exchange(fake.url, [request_bytes], end=True))


@pytest.mark.parametrize("list_id", ["id", "a%2Fb", "%E0%A4%95", "%FF%00", "9" * 10_000, "x" * 10_000])
def test_answers_unusual_ids_like_threaded_server(list_id: str, serve_process: ServeProcess, send: Send) -> None:
    """Both servers decode paths in the same way."""
    path = f"/v1/broadcast/leads/{list_id}"
    granian, threaded = send(path, base_url=serve_process.url), send(path)

    assert (404, threaded.content) == (granian.status_code, granian.content)
    assert threaded.headers["X-Smartflo-Fake-Reason"] == granian.headers["X-Smartflo-Fake-Reason"]


def test_streams_million_leads_in_constant_memory(serve_process: ServeProcess, send: Send) -> None:
    """A slow reader of 1.3 GB does not make a worker's memory grow."""
    send("/v1/broadcast/leads/910001000", base_url=serve_process.url)  # fills the caches that every list needs
    (worker,) = serve_process.workers
    initial_bytes = worker.memory_info().rss
    with socket.create_connection(serve_process.address, timeout=TIMEOUT_SECONDS) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        wait_until_idle(worker)
        received = 0
        while received < CHECKED_BYTES:
            received += len(client.recv(65_536))
        wait_until_idle(worker)
        used_bytes = worker.memory_info().rss

    assert used_bytes < 1.2 * initial_bytes


def wait_until_idle(worker: psutil.Process) -> None:
    """Wait until a worker does nothing but wait for its reader."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while worker.cpu_percent(0.1) > 5:
        assert time.monotonic() < deadline, "the worker continues although its client reads nothing"


# Workers


def test_all_workers_return_same_bytes(two_workers: ServeProcess, send: Send) -> None:
    """Every worker returns what the application returns in this process, overlay included."""
    expected = create_app(Config(**SHARED)).test_client().get(LEADS, headers={"Authorization": "x"})
    responses = [send(LEADS, base_url=two_workers.url, Connection="close") for _ in range(16)]

    assert len(two_workers.workers) == 2
    assert {1} == {lead["vip"] for lead in responses[0].json()}
    assert {expected.data} == {response.content for response in responses}
    assert {expected.headers["ETag"]} == {response.headers["ETag"] for response in responses}


def test_workers_share_signing_key(two_workers: ServeProcess, send: Send) -> None:
    """A token that has expired is expired for every worker."""
    token = Tokens(SHARED["seed"]).issue("000000000001", 0)
    responses = [send(LEADS, base_url=two_workers.url, token=token, Connection="close") for _ in range(16)]

    assert {401} == {response.status_code for response in responses}


@posix
def test_workers_leave_process_group(two_workers: ServeProcess) -> None:
    """Ctrl-C in a terminal reaches the parent only: a worker that ends first looks crashed."""
    assert all(os.getpgid(worker.pid) != os.getpgid(two_workers.process.pid) for worker in two_workers.workers)


@posix
def test_worker_loads_configured_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker leaves the process group of its parent, and then serves the application of the configuration."""
    groups: list[tuple[int, int]] = []
    applications: list[Flask] = []

    def serve_in_this_process(_server: MPServer, target_loader: Callable[[], Flask], **_options: object) -> None:
        applications.append(target_loader())

    monkeypatch.setattr(os, "setpgid", lambda *group: groups.append(group))
    monkeypatch.setattr(MPServer, "serve", serve_in_this_process)
    make_callback = mp._wsgi_call_wrap  # type: ignore[attr-defined]  # noqa: SLF001 - Granian's, which is replaced
    monkeypatch.setattr(mp, "_wsgi_call_wrap", make_callback)
    serve(Config(port=0, auth="off"), announce_nothing)

    assert [(0, 0)] == groups
    assert [200] == [application.test_client().get(LEADS).status_code for application in applications]
    assert make_callback is not mp._wsgi_call_wrap  # type: ignore[attr-defined]  # noqa: SLF001 - threads lead in turns


@pytest.mark.slow
def test_worker_serves_with_granian_of_other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Granian has no function to replace, its threads handle requests of all kinds."""
    monkeypatch.delattr(mp, "_wsgi_call_wrap")
    leader_followers.install(lambda _environ: None)

    assert not hasattr(mp, "_wsgi_call_wrap")


# Shutdown


@pytest.mark.slow
@posix
def test_ends_during_download(start: Start) -> None:
    """SIGTERM exits with 0 and leaves no worker, even if a reader never finishes."""
    server = start(workers=2, read_only=True)
    workers = server.workers
    with socket.create_connection(server.address, timeout=TIMEOUT_SECONDS) as client:
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        server.process.terminate()

        assert server.wait()[:2] == (0, "")
    assert len(workers) == 2
    assert psutil.wait_procs(workers, TIMEOUT_SECONDS)[1] == []


@pytest.mark.slow
@posix
@pytest.mark.parametrize("stop", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("to_group", [False, True], ids=["parent", "group"])
def test_signal_ends_parent_and_workers(stop: str, to_group: bool, start: Start) -> None:  # noqa: FBT001
    """SIGTERM, SIGHUP and Ctrl-C, which reaches the whole group, exit with 0 without output and leave no worker."""
    server = start(workers=2, read_only=True)
    workers = server.workers
    (os.killpg if to_group else os.kill)(server.process.pid, signal.Signals[stop])

    assert (0, "", "") == server.wait()
    assert len(workers) == 2
    assert psutil.wait_procs(workers, TIMEOUT_SECONDS)[1] == []


@pytest.mark.slow
@posix
def test_closed_terminal_ends_fake(start: Start) -> None:
    """SIGHUP stops the fake: new workers would answer without the lists that clients have written."""
    server = start()
    workers = server.workers
    server.process.send_signal(signal.SIGHUP)

    assert (0, "", "") == server.wait()
    assert psutil.wait_procs(workers, TIMEOUT_SECONDS)[1] == []


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    ("settings", "lost"),
    [
        ({}, "the lists, tokens, faults and journals in its memory are lost"),
        pytest.param({"read_only": True}, "no state was lost, because the fake is read-only", marks=pytest.mark.slow),
    ],
)
def test_reports_killed_worker_in_one_line(settings: dict[str, Any], lost: str, start: Start) -> None:
    """The error states what was lost."""
    server = start(**settings)
    server.workers[0].kill()
    _, _, errors = server.wait()

    line = f"WorkerError: a worker process was killed by SIGKILL; {lost}; start the fake again\n"
    assert errors.endswith(line)
    assert "Unexpected exit" not in errors


@posix
def test_workers_end_after_killed_parent(start: Start) -> None:
    """Workers whose parent was killed end and free the port."""
    server = start(workers=2, read_only=True)
    workers = server.workers
    server.process.kill()

    assert psutil.wait_procs(workers, TIMEOUT_SECONDS)[1] == []


@pytest.mark.slow
def test_end_names_faults_that_no_request_met(start: Start, send: Send) -> None:
    """Each unmet fault is one line at the end; those with a probability are left out."""
    rules = [{"steps": ["503"], "at": 3}, {"steps": ["429"]}, {"steps": ["cut"], "probability": 0.1}]
    server = start(faults=rules)
    send(LEADS, base_url=server.url)
    server.process.terminate()

    assert (0, "", "no request met the fault 503; at=3\n") == server.wait()


@pytest.mark.slow
def test_end_names_no_faults_that_were_replaced(start: Start, send: Send) -> None:
    """Rules that are no longer in force are not named."""
    server = start(faults=[{"steps": ["503"]}])
    send("/__admin/faults", "PUT", base_url=server.url, token=None, data='{"rules": []}')
    server.process.terminate()

    assert (0, "", "") == server.wait()


@pytest.mark.slow
def test_reraises_error_of_announcement(start: Start) -> None:
    """If the announcement fails, for example at a closed pipe, the server ends and the caller gets the error."""
    code, _, errors = start("broken pipe").wait()

    assert code == 1
    assert errors.endswith("RuntimeError: broken pipe\n")


# Stores


@posix
def test_workers_share_a_store(start: Start, send: Send, tmp_path: Path) -> None:
    """Two workers are one fake: each sees what the other acknowledged, and counts requests for faults with it.

    A fault that no request has met is named once, whichever worker would have had to meet it. The fake that is started
    again still has what was written.
    """
    store = f"sqlite:///{tmp_path}/fake.db"
    faults = [{"steps": ["503", "ok", "503"]}, {"steps": ["429"], "list_id": 4711}]
    server = start(store=store, workers=2, faults=faults)
    statuses = [send(LEADS, base_url=server.url, Connection="close").status_code for _ in range(8)]
    assert [503, 200, 503, *[200] * 5] == statuses
    for number in range(8):
        add_lead(send, server.url, f"+91555000010{number}")
        responses = [send("/v1/broadcast/leads/8669", base_url=server.url, Connection="close") for _ in range(2)]
        assert [6 + number] * 2 == [len(response.json()) for response in responses]
        assert responses[0].headers["ETag"] == responses[1].headers["ETag"]
    server.process.terminate()
    assert (0, "", "no request met the fault 429; list_id=4711\n") == server.wait()
    again = start(store=store)

    assert 13 == len(send("/v1/broadcast/leads/8669", base_url=again.url).json())


def test_store_and_state_file_exclude_each_other(tmp_path: Path) -> None:
    """The message names both options."""
    config = Config(port=0, store=f"sqlite:///{tmp_path}/fake.db")
    with pytest.raises(ConfigError, match="remove --state or --store"):
        serve(config, announce_nothing, None, tmp_path / "state.json")


# Value coverage


def wait_for_contexts(path: Path, names: set[str]) -> None:
    """Return when a file of value coverage has contexts, which a fake writes while it runs."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not names <= {*read_recording(path).contexts()}:
        assert time.monotonic() < deadline, "the file is not written while the fake runs"
        time.sleep(0.01)


@posix
def test_workers_record_in_one_file(start: Start, send: Send, tmp_path: Path) -> None:
    """After the end, the file has what each worker has served, even if a reader never finishes."""
    server = start(coverage=tmp_path / "data", workers=2, read_only=True)
    with socket.create_connection(server.address, timeout=TIMEOUT_SECONDS) as client:
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        names = [f"test {number}" for number in range(16)]
        for name in names:
            send(LEADS, base_url=server.url, Connection="close", X_Smartflo_Fake_Context=name)
        # The worker that still sends is killed after a second, so it ends with what it has written meanwhile.
        wait_for_contexts(tmp_path / "data", {*names})
        server.process.terminate()

        assert (0, "", "") == server.wait()
    assert {*names} <= {*read_recording(tmp_path / "data").contexts()}


@posix
@pytest.mark.slow
@pytest.mark.parametrize("killed", ["worker", "parent"])
def test_killed_process_keeps_what_was_written(killed: str, start: Start, send: Send, tmp_path: Path) -> None:
    """The file is written while the fake runs, and never half."""
    server = start(coverage=tmp_path / "data")
    (worker,) = server.workers
    send(LEADS, base_url=server.url, X_Smartflo_Fake_Context="one")
    wait_for_contexts(tmp_path / "data", {"one"})
    (worker if killed == "worker" else server.process).kill()
    server.wait()

    assert psutil.wait_procs([worker], TIMEOUT_SECONDS)[1] == []
    assert ["one"] == read_recording(tmp_path / "data").contexts()


def test_rejects_unwritable_coverage_before_start(tmp_path: Path) -> None:
    """A file that cannot be written is an error before a worker starts."""
    with pytest.raises(OutputError, match="No such file or directory"):
        serve(Config(port=0), announce_nothing, FileObservers(tmp_path / "missing" / "data"))


def test_taken_port_keeps_coverage_of_an_earlier_run(fake: FakeSmartflo, tmp_path: Path) -> None:
    """A fake that does not start replaces nothing."""
    (tmp_path / "data").write_bytes(b"as it was")

    with pytest.raises(PortTaken):
        serve(Config(port=address_of(fake.url)[1]), announce_nothing, FileObservers(tmp_path / "data"))
    assert b"as it was" == (tmp_path / "data").read_bytes()


# State file


def add_lead(send: Send, base_url: str, number: str) -> None:
    """Add a lead to a list."""
    body = f'{{"field_0": "{number}"}}'
    assert send("/v1/broadcast/lead/8669", "POST", base_url=base_url, data=body).status_code == 200


@posix
@pytest.mark.slow
def test_saves_state_although_worker_is_slow(start: Start, send: Send, tmp_path: Path) -> None:
    """Neither a reader that never finishes nor a long save makes the parent kill the worker before it has saved."""
    server = start(state=tmp_path / "state.json")
    (worker,) = server.workers
    add_lead(send, server.url, "+915550000042")
    with socket.create_connection(server.address, timeout=TIMEOUT_SECONDS) as client:
        client.sendall(f"GET {MILLION} HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"
        worker.suspend()
        server.process.terminate()
        with pytest.raises(psutil.TimeoutExpired):
            psutil.Process(server.process.pid).wait(3)  # longer than a worker may take to end
        worker.resume()

        assert (0, "", "") == server.wait()
    restored = start(state=tmp_path / "state.json")
    assert "+915550000042" in send("/v1/broadcast/leads/8669", base_url=restored.url).text


@pytest.mark.slow
@posix
def test_worker_saves_state_of_killed_parent(start: Start, send: Send, tmp_path: Path) -> None:
    """Even SIGKILL of the parent loses nothing: the worker saves before it ends."""
    server = start(state=tmp_path / "state.json")
    workers = server.workers
    add_lead(send, server.url, "+915550000043")
    server.process.kill()

    assert psutil.wait_procs(workers, TIMEOUT_SECONDS)[1] == []
    assert "+915550000043" in (tmp_path / "state.json").read_text()


@posix
@pytest.mark.slow
def test_reports_state_that_cannot_be_saved(start: Start, send: Send, tmp_path: Path) -> None:
    """If the folder of the file is gone at the end, the error is one line; a killed worker names the file."""
    folder = tmp_path / "folder"
    folder.mkdir()
    server, killed = start(state=folder / "state.json"), start(state=tmp_path / "state.json")
    add_lead(send, server.url, "+915550000044")
    folder.rmdir()
    server.process.terminate()
    killed.workers[0].kill()

    error = f"state {folder / 'state.json'}: cannot save the state: No such file or directory; it is lost"
    assert server.wait()[2].endswith(f"StateError: {error}, and the file is unchanged\n")
    assert f"what changed since the start is lost; {tmp_path / 'state.json'} has the state before" in killed.wait()[2]


# Addresses


@pytest.mark.slow  # test_sockets binds the same addresses in this process
@pytest.mark.parametrize("host", ["localhost", "0.0.0.0", "::1"])  # noqa: S104 - no other machine connects
def test_listens_on_host_and_freed_port(host: str, start: Start, send: Send) -> None:
    """A host is a name, all addresses or IPv6; a port that has just been freed can be used again."""
    if ":" in host:
        try:
            socket.create_server((host, 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no IPv6")
    with FakeSmartflo(Config(host=host)) as fake:
        send(LEADS, base_url=fake.url)
        port = address_of(fake.url)[1]
    server = start(host=host, port=port)

    assert (port, 200) == (server.address[1], send(LEADS, base_url=server.url).status_code)


def announce_nothing(url: str) -> None:
    """Fail, because the server must not start."""
    pytest.fail(f"announced {url}")


def test_rejects_port_of_another_server_process(serve_process: ServeProcess) -> None:
    """The port of another fake is taken, although its workers would share it."""
    port = serve_process.address[1]

    with pytest.raises(PortTaken, match=f"^port {port} on 127.0.0.1 is in use"):
        serve(Config(port=port), announce_nothing)


def test_rejects_port_of_another_program(fake: FakeSmartflo) -> None:
    """A port on which another program listens is taken."""
    with pytest.raises(PortTaken):
        serve(Config(port=address_of(fake.url)[1]), announce_nothing)


def test_rejects_unknown_host_before_start() -> None:
    """An unknown host is an error before a worker starts."""
    with pytest.raises(ServeError, match="cannot listen on host"):
        serve(Config(host="no.such.host.invalid"), announce_nothing)


def test_rejects_deleted_overlay_before_start(tmp_path: Path) -> None:
    """An overlay that can no longer be read is an error before a worker starts."""
    overlay = tmp_path / "lead.json"
    overlay.write_text("{}", encoding="utf-8")
    config = Config(overlay=overlay)
    overlay.unlink()

    with pytest.raises(ConfigError, match="cannot be read"):
        serve(config, announce_nothing)


def test_rejects_overlay_without_valid_value_before_start() -> None:
    """An overlay for which no lead can be generated is an error before a worker starts."""
    overlay = {"properties": {"n": {"type": "string", "pattern": "^[0-9]{3}$", "minLength": 5}}}

    with pytest.raises(GenerationError, match="no value found for `n`"):
        serve(Config(overlay=overlay), announce_nothing)
