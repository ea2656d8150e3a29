"""``FakeSmartflo``: start, stop, accounts and ports of a fake in a thread."""

import json
import os
import signal
import socket
import struct
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import requests

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo
from smartflo_contract.mock_server.errors import PortTaken, ServeError

from ..conftest import Send  # noqa: TID252 - test folders are no packages
from ..raw_http import address_of, exchange, raw_request  # noqa: TID252

LEADS = "/v1/broadcast/leads/8668"
CALLBACKS = "/v1/broadcast/leads/8669"


# Start and stop


def test_url_has_loopback_address_and_port(fake: FakeSmartflo) -> None:
    """The URL has no path, and the representation contains it."""
    assert f"http://127.0.0.1:{address_of(fake.url)[1]}" == fake.url
    assert f"<FakeSmartflo at {fake.url}>" == repr(fake)


def test_fakes_with_default_configuration_run_at_once(send: Send) -> None:
    """Each fake has its own port, because the configured port is for ``serve`` only."""
    with FakeSmartflo(Config()) as first, FakeSmartflo(Config()) as second:
        assert first.url != second.url
        assert send(LEADS, base_url=first.url).content == send(LEADS, base_url=second.url).content


def test_start_generates_no_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads are generated at the first request for them."""
    monkeypatch.setattr(LeadWriter, "chunks", None)
    monkeypatch.setattr(LeadWriter, "lead", None)

    with FakeSmartflo() as fake:
        assert fake.url


def test_stop_frees_port() -> None:
    """A stopped fake does not listen, and its port can be used again immediately."""
    with FakeSmartflo() as fake:
        address = address_of(fake.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=30)

    with FakeSmartflo(port=address[1]) as again:
        assert address == address_of(again.url)


def test_stop_of_stopped_fake_does_nothing() -> None:
    """A fake can be stopped before its first start and twice."""
    fake = FakeSmartflo()
    fake.stop()
    fake.start()
    fake.stop()
    fake.stop()

    assert repr(fake) == "<FakeSmartflo, stopped>"


def test_fake_can_be_restarted(send: Send) -> None:
    """A stopped fake can be started again."""
    fake = FakeSmartflo()
    for _ in range(2):
        with fake:
            assert send(LEADS, base_url=fake.url).status_code == 200


def test_rejects_second_start(fake: FakeSmartflo) -> None:
    """The error states where the fake runs."""
    with pytest.raises(RuntimeError, match=fake.url):
        fake.start()


def test_stopped_fake_has_neither_url_nor_tokens() -> None:
    """The error explains how to start the fake."""
    fake = FakeSmartflo()

    with pytest.raises(RuntimeError, match="is not running"):
        _ = fake.url
    with pytest.raises(RuntimeError, match="is not running"):
        fake.token("crm")


def test_taken_port_is_an_error(fake: FakeSmartflo) -> None:
    """The error names the port, and the fake can be stopped afterwards."""
    port = address_of(fake.url)[1]
    other = FakeSmartflo(port=port)

    with pytest.raises(PortTaken, match=rf"^port {port} on 127\.0\.0\.1 is in use by another program"):
        other.start()
    other.stop()
    assert "stopped" in repr(other)


def test_unknown_host_is_an_error() -> None:
    """An unknown host is an error at the start."""
    with pytest.raises(ServeError, match=r"cannot listen on host no\.such\.host\.invalid"):
        FakeSmartflo(Config(host="no.such.host.invalid")).start()


def test_deleted_overlay_is_a_configuration_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An overlay that is deleted after the configuration was created is an error at the start."""
    overlay = tmp_path_factory.mktemp("overlay") / "lead.json"
    overlay.write_text("{}", encoding="utf-8")
    fake = FakeSmartflo(Config(overlay=overlay))
    overlay.unlink()

    with pytest.raises(ConfigError, match="cannot be read"):
        fake.start()


def test_stop_ends_slow_downloads() -> None:
    """A download that nobody reads ends, and leaves no thread."""
    before = set(threading.enumerate())
    with FakeSmartflo() as fake:
        client = socket.create_connection(address_of(fake.url), timeout=30)
        client.sendall(b"GET /v1/broadcast/leads/911000000 HTTP/1.1\r\nAuthorization: x\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
    threads = [thread for thread in threading.enumerate() if thread not in before]
    for thread in threads:
        thread.join(30)
    client.close()

    assert not any(thread.is_alive() for thread in threads)


def test_prints_nothing(send: Send, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither valid requests, nor unknown routes, nor bytes that are not HTTP are printed."""
    with FakeSmartflo() as fake:
        send(LEADS, base_url=fake.url)
        send("/", base_url=fake.url)
        exchange(fake.url, [b"rubbish\r\n\r\n"])

    assert ("", "") == capfd.readouterr()


# Accounts


def test_token_selects_account_in_process_and_over_socket(fake: FakeSmartflo, send: Send) -> None:
    """The application is the running one, and a token is the same as from a login."""
    email = "in-process@example.com"
    headers = {"Authorization": f"Bearer {fake.token(email)}"}
    fake.app.test_client().post("/v1/broadcast/list", json={"name": "Mine"}, headers=headers)
    login = send("/v1/auth/login", "POST", data=f'{{"email": "{email}", "password": "any"}}').json()["access_token"]
    lists = [send("/v1/broadcast/lists", token=token).json() for token in (headers["Authorization"], login)]

    assert "Mine" in {entry["name"] for entry in lists[0]}
    assert lists[0] == lists[1]


def test_reset_restores_lists_and_deletes_requests(fake: FakeSmartflo) -> None:
    """An account that is reset has its original lists, and no requests."""
    headers = {"Authorization": fake.token("reset@example.com")}
    client = fake.app.test_client()
    before = client.get(CALLBACKS, headers=headers).data
    client.delete("/v1/broadcast/list/8669", headers=headers)
    fake.reset("reset@example.com")

    assert [] == client.get("/__admin/requests", headers=headers).get_json()["requests"]
    assert before == client.get(CALLBACKS, headers=headers).data


# A port for one account


def test_port_of_account_accepts_any_token(fake: FakeSmartflo, send: Send) -> None:
    """At its port, every token and login selects the account; a missing or expired token is still rejected."""
    email, other = "own-port@example.com", "other-port@example.com"
    own = fake.token(email)
    added = send("/v1/broadcast/lead/8669", "POST", token=own, data='{"field_0": "5550000042", "field_1": "Asha"}')
    with fake.listen_for(email) as url:

        def read(token: str, base_url: str = url) -> requests.Response:
            return send(CALLBACKS, base_url=base_url, token=token)

        body = f'{{"email": "{other}", "password": "any"}}'
        login = send("/v1/auth/login", "POST", base_url=url, data=body).json()["access_token"]

        assert added.ok
        assert "Asha" not in read("another", fake.url).text
        for token in ("another", "Bearer another", login, fake.token(other)):
            assert "Asha" in read(token).text
        assert 401 == read("").status_code
        assert send("/__admin/clock", "PATCH", token=own, data='{"advance": 3601}', Content_Type="application/json").ok
        assert 401 == read(f"Bearer {login}").status_code
        assert "Asha" in read("another").text


def test_port_of_account_without_authorization(send: Send) -> None:
    """With ``auth="off"``, a request without a token belongs to the account of the port."""
    with FakeSmartflo(Config(auth="off")) as fake, fake.listen_for("crm@example.com") as url:
        send("/v1/broadcast/list/8669", "DELETE", base_url=url, token=None)

        assert 404 == send(CALLBACKS, base_url=url, token=None).status_code
        assert send(CALLBACKS, base_url=fake.url, token=None).ok


def test_port_of_account_closes(fake: FakeSmartflo, send: Send) -> None:
    """Afterwards nothing listens there, and open connections are closed."""
    with fake.listen_for("closing@example.com") as url:
        assert 401 == send(LEADS, base_url=url, token=None).status_code
    with pytest.raises(requests.ConnectionError):
        send(LEADS, base_url=url)


def test_port_of_account_ends_waiting_connections(fake: FakeSmartflo) -> None:
    """A closing port ends connections that send nothing, or have not been accepted, and leaves no thread."""
    before = set(threading.enumerate())
    with fake.listen_for("closing@example.com") as url:
        connections = [socket.create_connection(address_of(url), timeout=30) for _ in range(20)]
    threads = [thread for thread in threading.enumerate() if thread not in before]
    for thread in threads:
        thread.join(30)
    received = []
    for connection in connections:
        with connection, suppress(ConnectionResetError):
            received.append(connection.recv(1))

    assert not any(received)
    assert not any(thread.is_alive() for thread in threads)


def test_answers_after_clients_that_give_up(fake: FakeSmartflo, send: Send) -> None:
    """Connections that are reset before they are accepted do not stop the fake."""
    for _ in range(50):
        with socket.create_connection(address_of(fake.url), timeout=30) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert send(LEADS, base_url=fake.url).ok


def test_returns_requests_after_an_id() -> None:
    """All accounts' requests are returned as the admin API returns them, oldest first."""
    with FakeSmartflo() as fake:
        client = fake.app.test_client()
        for token in ("a", "b", "a"):
            client.get(LEADS, headers={"Authorization": token})
        recorded = client.get("/__admin/requests").get_json()["requests"]

        assert recorded == list(fake.requests_after())
        assert recorded[2:] == list(fake.requests_after(recorded[1]["id"]))
    with pytest.raises(RuntimeError, match="not running"):
        fake.requests_after()


@pytest.mark.parametrize("year", [2024, 2030])
def test_token_outlives_a_frozen_time_until_its_first_request(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that freezes time after the token was issued can use it, for an hour of the frozen time."""
    with FakeSmartflo() as fake:
        token, client = fake.token("crm"), fake.app.test_client()
        frozen = datetime(year, 1, 14, tzinfo=UTC).timestamp()
        statuses = []
        for second in (0, 3_500, 3_700):
            monkeypatch.setattr(time, "time", lambda now=frozen + second: now)
            statuses.append(client.get("/v1/broadcast/lists", headers={"Authorization": token}).status_code)

    assert [200, 200, 401] == statuses


def test_logout_ends_token_of_a_frozen_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was logged out stays so until its hour ends, in the frozen time."""
    with FakeSmartflo() as fake:
        token, client = {"Authorization": fake.token("crm")}, fake.app.test_client()
        monkeypatch.setattr(time, "time", lambda: datetime(2030, 1, 14, tzinfo=UTC).timestamp())
        client.post("/v1/auth/logout", headers=token)
        other = {"Authorization": fake.token("crm")}
        client.post("/v1/auth/logout", headers=other)

        assert [401, 401] == [client.get("/v1/broadcast/lists", headers=each).status_code for each in (token, other)]


def exit_code_of_fork(run: Callable[[], object]) -> int:
    """Run a function in a forked process, and return its exit code; 0 if it raised nothing within a minute."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns that locks may be held, which is the subject
        child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            run()
        except BaseException:  # noqa: BLE001 - the child must end here
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_stop_in_forked_process_returns() -> None:
    """The thread of the fake runs in the parent only, which goes on to answer."""
    with FakeSmartflo() as fake:
        code = exit_code_of_fork(fake.stop)
        status = requests.get(f"{fake.url}{LEADS}", headers={"Authorization": "any-text"}, timeout=30).status_code

    assert (0, 200) == (code, status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forked_process_can_use_the_fake_while_locks_are_held() -> None:
    """Locks that threads of the parent held are free in the child."""
    with FakeSmartflo() as fake:
        client = fake.app.test_client()
        state = fake.app.extensions["smartflo_contract"]
        headers = {"Authorization": "any-text"}
        with state.accounts.edit("anything"), state.accounts._lock, state.journal._changed:  # noqa: SLF001 - as a thread
            code = exit_code_of_fork(lambda: client.post("/v1/broadcast/list", json={"name": "x"}, headers=headers))

    assert 0 == code


@pytest.mark.fast_only(server="fake")
@pytest.mark.parametrize("server", ["fake", "serve_process"])
def test_streams_to_http_1_0_without_chunks(server: str, request: pytest.FixtureRequest) -> None:
    """A client of HTTP/1.0 does not understand chunks: the body of a large list ends with the connection."""
    url = request.getfixturevalue(server).url
    response = exchange(url, [b"GET /v1/broadcast/leads/910015000 HTTP/1.0\r\nAuthorization: any-text\r\n\r\n"])
    head, _, body = response.partition(b"\r\n\r\n")

    assert b"HTTP/1.0 200" == head[:12]
    assert b"chunked" not in head.lower()
    assert 15_000 == len(json.loads(body))


@pytest.mark.parametrize(("version", "interim"), [("1.1", 1), ("1.0", 0)])
def test_continues_once(version: str, interim: int, fake: FakeSmartflo) -> None:
    """A client that waits for 100 Continue gets it once before the response; HTTP/1.0 has no interim responses."""
    body = b'{"field_0": "5550000042"}'
    head = raw_request("POST /v1/broadcast/lead/8669", length=len(body))
    head = head.replace(b"HTTP/1.1", f"HTTP/{version}".encode()).replace(b"Host", b"Expect: 100-continue\r\nHost")
    response = exchange(fake.url, (head, body))

    assert interim == response.count(b"100 Continue")
    assert b" 200 OK" in response.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n")[0]
