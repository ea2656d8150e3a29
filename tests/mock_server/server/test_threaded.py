"""``FakeSmartflo`` runs in a thread, starts and stops."""

import socket
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo
from smartflo_contract.mock_server.errors import PortTaken, ServeError

Send = Callable[..., requests.Response]
VENDORS = "/v1/broadcast/leads/8668"


def port_of(fake: FakeSmartflo) -> int:
    """Return the port that a fake listens at."""
    port = urlsplit(fake.url).port
    assert port
    return port


def test_url(fake: FakeSmartflo) -> None:
    """The URL is that of the loopback address with the real port, without a path."""
    assert f"http://127.0.0.1:{port_of(fake)}" == fake.url


def test_fakes_beside_each_other(send: Send) -> None:
    """Several fakes run at once, each at its own port."""
    with FakeSmartflo() as one, FakeSmartflo() as other:
        assert one.url != other.url
        assert send(VENDORS, base_url=one.url).content == send(VENDORS, base_url=other.url).content


def test_port_of_the_configuration_is_for_the_command(send: Send) -> None:
    """A configuration that is made for its lists does not bind its default port."""
    with FakeSmartflo(Config()) as one, FakeSmartflo(Config()) as other:
        assert one.url != other.url
        assert send(VENDORS, base_url=one.url).status_code == 200


def test_start_makes_no_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting is cheap: leads, and the names they are made of, wait for the first request."""
    monkeypatch.setattr(LeadWriter, "chunks", None)
    monkeypatch.setattr(LeadWriter, "lead", None)

    with FakeSmartflo() as fake:
        assert fake.url


def test_stop_frees_the_port() -> None:
    """What was stopped does not listen, and its port can be taken again at once."""
    with FakeSmartflo() as fake:
        port = port_of(fake)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)

    with FakeSmartflo(port=port) as again:
        assert port == port_of(again)


def test_stop_twice() -> None:
    """Stopping what is stopped, or never ran, does nothing."""
    fake = FakeSmartflo()
    fake.stop()
    fake.start()
    fake.stop()
    fake.stop()

    assert repr(fake) == "<FakeSmartflo, stopped>"


def test_start_again(send: Send) -> None:
    """A fake that was stopped can be started again."""
    fake = FakeSmartflo()
    for _ in range(2):
        with fake:
            assert send(VENDORS, base_url=fake.url).status_code == 200


def test_start_twice(fake: FakeSmartflo) -> None:
    """Starting what runs is a mistake, and says where it runs."""
    with pytest.raises(RuntimeError, match=fake.url):
        fake.start()


def test_url_of_what_does_not_run() -> None:
    """Without running there is no URL."""
    with pytest.raises(RuntimeError, match="is not running"):
        _ = FakeSmartflo().url


def test_repr(fake: FakeSmartflo) -> None:
    """The repr tells where it listens."""
    assert f"<FakeSmartflo at {fake.url}>" == repr(fake)


def test_taken_port(fake: FakeSmartflo) -> None:
    """A port that is taken is told in one line."""
    with pytest.raises(PortTaken, match=rf"^port {port_of(fake)} on 127\.0\.0\.1 is in use by another program"):
        FakeSmartflo(port=port_of(fake)).start()


def test_failed_start_can_be_stopped(fake: FakeSmartflo) -> None:
    """What could not start is stopped."""
    other = FakeSmartflo(port=port_of(fake))
    with pytest.raises(ServeError):
        other.start()
    other.stop()

    assert "stopped" in repr(other)


def test_host_that_is_none() -> None:
    """A host that is none is told before anything runs."""
    with pytest.raises(ServeError, match=r"cannot listen on host no\.such\.host\.invalid"):
        FakeSmartflo(Config(host="no.such.host.invalid")).start()


def test_overlay_that_has_gone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An overlay that is deleted before the start is told as a configuration error."""
    overlay = tmp_path_factory.mktemp("overlay") / "lead.json"
    overlay.write_text("{}", encoding="utf-8")
    fake = FakeSmartflo(Config(overlay=overlay))
    overlay.unlink()

    with pytest.raises(ConfigError, match="cannot be read"):
        fake.start()


def test_stop_ends_slow_readers() -> None:
    """Stopping ends a download that nobody reads, and leaves no thread behind."""
    before = set(threading.enumerate())
    with FakeSmartflo() as fake:
        client = socket.create_connection(("127.0.0.1", port_of(fake)), timeout=30)
        client.sendall(b"GET /v1/broadcast/leads/911000000 HTTP/1.1\r\nAuthorization: x\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(30)
    client.close()

    assert not any(thread.is_alive() for thread in left)


def test_nothing_is_printed(send: Send, capfd: pytest.CaptureFixture[str]) -> None:
    """A fake that works prints nothing, nor does one that is sent rubbish."""
    with FakeSmartflo() as fake:
        send(VENDORS, base_url=fake.url)
        send("/", base_url=fake.url)
        with socket.create_connection(("127.0.0.1", port_of(fake)), timeout=30) as client:
            client.sendall(b"rubbish\r\n\r\n")
            while client.recv(1_000):
                pass

    assert ("", "") == capfd.readouterr()


def test_in_process_and_over_the_socket() -> None:
    """The application that runs is the one to send in process, and a token is to be had without a login."""
    with FakeSmartflo() as fake:
        token = {"Authorization": f"Bearer {fake.token('crm')}"}
        fake.app.test_client().post("/v1/broadcast/list", json={"name": "Mine"}, headers=token)
        lists = requests.get(f"{fake.url}/v1/broadcast/lists", headers=token, timeout=30).json()
        body = {"email": "crm", "password": "any"}
        login = requests.post(f"{fake.url}/v1/auth/login", json=body, timeout=30).json()["access_token"]
        again = requests.get(f"{fake.url}/v1/broadcast/lists", headers={"Authorization": login}, timeout=30).json()

    assert "Mine" in {one["name"] for one in lists}
    assert lists == again
    with pytest.raises(RuntimeError, match="is not running"):
        fake.token("crm")


def test_listening_for_one_account() -> None:
    """At an account's own port every token and every login is its; what has no token, or an expired one, is refused."""
    with FakeSmartflo() as fake, fake.listen_for("crm@example.com") as url:
        own = {"Authorization": fake.token("crm@example.com")}
        added = {"field_0": "5550000042", "field_1": "Asha"}
        assert requests.post(f"{fake.url}/v1/broadcast/lead/8669", headers=own, json=added, timeout=30).ok

        def read(at: str, token: str) -> requests.Response:
            return requests.get(f"{at}/v1/broadcast/leads/8669", headers={"Authorization": token}, timeout=30)

        credentials = {"email": "someone@example.org", "password": "any"}
        login = requests.post(f"{url}/v1/auth/login", json=credentials, timeout=30).json()["access_token"]
        assert "Asha" not in read(fake.url, "another").text
        for token in ("another", "Bearer another", login, fake.token("someone@example.org")):
            assert "Asha" in read(url, token).text
        assert 401 == read(url, "").status_code
        advanced = requests.patch(f"{fake.url}/__admin/clock", headers=own, json={"advance": 3601}, timeout=30)
        assert advanced.ok
        assert 401 == read(url, f"Bearer {login}").status_code
        assert "Asha" in read(url, "another").text


def test_listening_for_one_account_without_authorization() -> None:
    """Where no token is needed, a request without one is the account's as well."""
    with FakeSmartflo(Config(auth="off")) as fake, fake.listen_for("crm@example.com") as url:
        requests.delete(f"{url}/v1/broadcast/list/8669", timeout=30)
        assert 404 == requests.get(f"{url}/v1/broadcast/leads/8669", timeout=30).status_code
        assert requests.get(f"{fake.url}/v1/broadcast/leads/8669", timeout=30).ok


def test_a_port_for_one_account_closes() -> None:
    """Nothing listens there afterwards, and connections that were kept are ended."""
    with FakeSmartflo() as fake, requests.Session() as session:
        with fake.listen_for("crm@example.com") as url:
            assert 401 == session.get(f"{url}{VENDORS}", timeout=30).status_code
        with pytest.raises(requests.ConnectionError):
            session.get(f"{url}{VENDORS}", timeout=30)


def test_reset(fake: FakeSmartflo) -> None:
    """An account that is reset has its lists as they were, and no requests."""
    own = {"Authorization": fake.token("crm@example.com")}
    client = fake.app.test_client()
    before = client.get("/v1/broadcast/leads/8669", headers=own).data
    client.delete("/v1/broadcast/list/8669", headers=own)
    fake.reset("crm@example.com")
    assert [] == client.get("/__admin/requests", headers=own).get_json()["requests"]
    assert before == client.get("/v1/broadcast/leads/8669", headers=own).data
