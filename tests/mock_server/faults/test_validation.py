"""Fault rules that the fake rejects, and a new fault that it accepts everywhere."""

from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Response

from smartflo_contract.cli import cli
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo, Fault
from smartflo_contract.mock_server.faults.injectors import INJECTORS, FaultContext, Injector
from smartflo_contract.mock_server.faults.parsing import parse_fault

from .conftest import VENDORS

ARRAY_FAULTS = [name for name, injector in INJECTORS.items() if injector.arrays_only]


def rejection(rule: str) -> str:
    """Return the message with which the configuration rejects a rule."""
    with pytest.raises(ConfigError) as error:
        Config(faults=(parse_fault(rule),))
    return str(error.value)


@pytest.mark.parametrize("step", ["rest", "", "200", "600"])
def test_rejects_unknown_fault(step: str) -> None:
    """The message lists all faults; statuses below 400 and above 599 are none."""
    known = ", ".join(["ok", *INJECTORS, "a status from 400 to 599"])

    assert rejection(step).startswith(f"faults[0].steps: there is no fault `{step}`; choose from {known}.")


def test_suggests_similar_fault() -> None:
    """A misspelled fault is recognized."""
    assert rejection("rest").endswith("Did you mean `reset`?")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("503;at=0", "at: expected an integer from 1 to 2147483648, got 0"),
        ("503;list_id=0", "list_id: expected an integer from 1 to"),
        ("503;retry_after=86401", "retry_after: expected an integer from 0 to 86400"),
        ("503;probability=2", "probability: expected a number from 0 to 1, got 2.0"),
        ("503;probability=nan", "probability: expected a number"),
        ("delay;seconds=601", "seconds: expected a number from 0 to 600"),
    ],
)
def test_rejects_number_out_of_bounds(rule: str, message: str) -> None:
    """The message states the bounds."""
    assert rejection(rule).startswith(f"faults[0].{message}")


@pytest.mark.parametrize(
    ("route", "hint"),
    [
        ("GET /v1/broadcast/list", "Did you mean `GET /v1/broadcast/lists`?"),
        ("GET /v1/broadcast/leads", "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("GET /v1/broadcast/leads/<list_id>", "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("DELETE /v1/broadcast/lead/8668", "Did you mean `DELETE /v1/broadcast/lead/{id}`?"),
        ("get_leads", "Use `any` for all routes; `smartflo-contract openapi` lists them."),
        ("", "Use `any` for all routes; `smartflo-contract openapi` lists them."),
    ],
)
def test_rejects_unknown_route(route: str, hint: str) -> None:
    """The message suggests the route that is meant, however the id in it is written."""
    assert rejection(f"503;route={route}") == f"faults[0].route: this fake has no route `{route}`. {hint}"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("503,ok;at=2", "at: only one request gets a fault, so set only one step"),
        ("503;at=2;repeat=true", "repeat: has no effect together with `at`"),
        ("503;at=2;probability=0.5", "probability: has no effect together with `at`"),
        ("503;seconds=2", "seconds: has no effect, because no step is delay"),
        ("cut;jitter=1", "jitter: has no effect, because no step is delay"),
        ("lockout,ok;retry_after=3", "retry_after: has no effect, because no step is a status"),
        ("dangling_comma,ok;lead=3", "lead: has no effect, because no step is cut or cut_clean"),
        ("503;list_id=8668;route=POST /v1/auth/login", "list_id: has no effect, because `POST /v1/auth/login`"),
        *((f"ok,{name};route=GET /v1/broadcast/dnd/leads", f"route: `{name}` needs an array") for name in ARRAY_FAULTS),
    ],
)
def test_rejects_setting_without_effect(rule: str, message: str) -> None:
    """The message states why the setting has no effect."""
    assert rejection(rule).startswith(f"faults[0].{message}")


@pytest.mark.parametrize(
    "rule",
    [
        "503;at=2;repeat=false;probability=1;seconds=1;jitter=0;lead=1",
        "cut;route=POST /v1/auth/login",
        "503,delay;seconds=2",
        *(f"{name};route=any" for name in ARRAY_FAULTS),
        "cut_clean;route=GET /v1/broadcast/lists",
        "503;list_id=8668;route=POST /v1/broadcast/lead/{id}",
    ],
)
def test_accepts_default_values_and_settings_of_one_step(rule: str) -> None:
    """A setting may have its default value, and may be for one step of several."""
    assert Config(faults=(parse_fault(rule),))


@pytest.mark.parametrize(
    "settings", [{"steps": ()}, {"route": []}, {"repeat": 1}, {"at": True}, {"seconds": "1"}, {"lead": 1.5}]
)
def test_rejects_setting_of_wrong_type(settings: dict[str, Any]) -> None:
    """The message names the setting."""
    with pytest.raises(ConfigError, match=next(iter(settings))):
        Config(faults=(Fault(**{"steps": ("503",)} | settings),))


@pytest.mark.parametrize("step", [True, 1.5, [503], None])
def test_rejects_step_of_wrong_type(step: Any) -> None:
    """A step is a string or a whole number."""
    with pytest.raises(ConfigError, match=r"faults\[0\]\.steps: there is no fault"):
        Config(faults=[Fault([step])])


def test_rejects_faults_of_read_only_fake() -> None:
    """A read-only fake cannot count requests."""
    with pytest.raises(ConfigError, match="faults: a read-only fake does not count requests"):
        Config(faults=(Fault(("503",)),), read_only=True)


def test_one_table_entry_adds_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, responses, the journal, the admin API and the command know a fault from its entry alone."""
    assert "there is no fault `teapot`" in rejection("teapot")

    def teapot(context: FaultContext) -> Response:
        return Response(f"{context.rule.lead} cups", 418)

    monkeypatch.setitem(INJECTORS, "teapot", Injector(teapot, "assumed", "tea", False, settings=("lead",)))  # noqa: FBT003
    account = {"Authorization": "x"}
    with FakeSmartflo(Config(faults=(parse_fault("teapot;lead=3"),))) as fake:
        answer = requests.get(fake.url + VENDORS, headers=account, timeout=30)
        search = requests.post(
            f"{fake.url}/__admin/requests/find", json={"fault": "teapot"}, headers=account, timeout=30
        )
        faults = requests.get(f"{fake.url}/__admin/faults", headers=account, timeout=30).json()
    table = CliRunner().invoke(cli, ["faults"]).output.splitlines()

    assert (418, "3 cups") == (answer.status_code, answer.text)
    assert ("teapot", "assumed", "the fault teapot: tea") == tuple(
        answer.headers[f"X-Smartflo-Fake-{name}"] for name in ("Fault", "Evidence", "Reason")
    )
    assert 1 == search.json()["total"]
    assert {"name": "teapot", "evidence": "assumed", "why": "tea"} in faults["kinds"]
    assert "teapot\tassumed\tnot handled\ttea" in table
    assert any(line.startswith("lead\tcut, cut_clean, teapot\t") for line in table)
    assert "no step is cut or cut_clean or teapot" in rejection("503;lead=3")
