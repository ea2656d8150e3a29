"""The command of the soak test, and its clients with a fake that is right and one that is not."""

import socket

import pytest
import requests

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mock_server.lists.edited_list import EditedList

from . import soak
from .checker import Checker, Violation
from .client import Client, Shared
from .servers import FakeError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Run the command and return its exit code."""
    monkeypatch.setattr("sys.argv", ["soak.py", *arguments])
    with pytest.raises(SystemExit) as caught:
        soak.main()
    return caught.value.code


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--minutes", "0", "expected a number above 0, got 0"),
        ("--minutes", "nan", "expected a number above 0, got nan"),
        ("--minutes", "two", "expected a number above 0, got two"),
        ("--clients", "-1", "expected an integer from 1 on, got -1"),
        ("--store", "mysql://x", "expected sqlite, postgresql, memory, or a URL such as sqlite:////tmp/soak.db"),
    ],
)
def test_rejects_invalid_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, value: str, expected: str
) -> None:
    """The last line names the option, the value and what is expected."""
    assert 2 == run(monkeypatch, f"{option}={value}")
    assert f"argument {option}: {expected}" in capsys.readouterr().err.splitlines()[-1]


def test_exits_with_3_if_a_fake_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message is that of the fake."""

    def fail(_: soak.Settings) -> list[Violation]:
        message = "smartflo-contract: no such store"
        raise FakeError(message)

    monkeypatch.setattr(soak, "soak", fail)

    assert 3 == run(monkeypatch)
    assert ("", "soak.py: smartflo-contract: no such store\n") == capsys.readouterr()


def test_prints_violations_with_history(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each default store gets half of the time, and the exit code is 1."""
    runs: list[soak.Settings] = []

    def find(settings: soak.Settings) -> list[Violation]:
        runs.append(settings)
        return [Violation("lost write", f"a is lost in {settings.store}", ("1.000 written", "2.000 read"))]

    monkeypatch.setattr(soak, "soak", find)

    assert 1 == run(monkeypatch, "--minutes=2", "--seed=7")
    assert [soak.Settings("sqlite", 60.0, 16, 7), soak.Settings("postgresql", 60.0, 16, 7)] == runs
    assert [
        "violations: 2 lost write",
        "lost write: a is lost in sqlite",
        "    1.000 written",
        "    2.000 read",
        "lost write: a is lost in postgresql",
        "    1.000 written",
        "    2.000 read",
    ] == capsys.readouterr().out.splitlines()


def run_clients(operations: int, faults: list[str] | None = None) -> Shared:
    """Let two clients in turn send random requests to a fake in memory, then read everything."""
    with FakeSmartflo() as fake:
        admin = f"{fake.url}/__admin"
        requests.patch(f"{admin}/quirks", json={"add_lead_answer": "lead_id"}, timeout=30).raise_for_status()
        if faults:
            rules = {"rules": [{"steps": faults, "route": "any", "repeat": True}]}
            requests.put(f"{admin}/faults", json=rules, timeout=30).raise_for_status()
        shared = Shared(Checker(), (fake.url,), 1)
        clients = [Client(number, 1, shared) for number in range(2)]
        for number in range(operations):
            clients[number % 2].run_one()
        requests.delete(f"{admin}/faults", timeout=30).raise_for_status()
        assert clients[0].read_everything()
        for client in clients:
            client.close()
    return shared


@pytest.mark.slow
def test_clients_send_all_operations() -> None:
    """Operations that a fake executes correctly violate nothing, and none is rejected."""
    shared = run_clients(200)

    assert [] == shared.checker.violations
    assert shared.counts["write, acknowledged"] > 60
    assert not {"write, rejected", "write, unknown outcome", "response lost"} & shared.counts.keys()
    assert {"read, 200", "read, 304", "read, 404"} <= shared.counts.keys()


def test_finds_fake_that_does_not_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that acknowledges deletions and keeps the leads is found."""
    monkeypatch.setattr(EditedList, "remove", lambda *_: None)

    assert {"stale read"} == {violation.kind for violation in run_clients(100).checker.violations}


def test_lost_connection_is_an_unknown_outcome() -> None:
    """A write whose connection was lost may have been applied: neither its presence nor its absence is an error."""
    shared = run_clients(150, ["reset", "ok", "reset_after", "503", "ok"])

    assert [] == shared.checker.violations
    assert shared.counts["write, unknown outcome"] > 20
    assert shared.counts["write, acknowledged"] > 20


def test_stops_after_its_time() -> None:
    """Without a fake, a client tries to connect until its time is over."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # a port on which nothing listens, and nothing else can
        shared = Shared(Checker(), (f"http://127.0.0.1:{closed.getsockname()[1]}",), 1)
        Client(0, 1, shared).run(shared.now() + 0.2)

    assert {"connection refused"} == {*shared.counts}
