"""Where webhooks come from, and where they are kept: files, the admin API, snapshots, stores."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from smartflo_contract.mock_server import Config, Webhook, create_app
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.pytest_plugin import Smartflo, WebhookReceiver

from .conftest import CALL, App, make_calls

ME = {"Authorization": "Bearer me"}
URL = "http://127.0.0.1:5000/"


def test_file_has_a_table_for_each_webhook(tmp_path: Path) -> None:
    """A file has URL, trigger, template and faults of each webhook, and the permitted hosts."""
    file = tmp_path / "fake.toml"
    file.write_text(
        'webhook_hosts = ["crm.example.com"]\n'
        '[[webhooks]]\nurl = "https://crm.example.com/hook"\ntrigger = "hangup"\nlost = 0.1\nunresolved = ["x"]\n'
        '[webhooks.template]\nid = "$call_id $x"\n'
    )
    expected = Webhook("https://crm.example.com/hook", "hangup", {"id": "$call_id $x"}, lost=0.1, unresolved=("x",))

    assert (expected,) == Config.from_file(file).webhooks


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[[webhooks]]\ntrigger = "hangup"', r"webhooks\[0\]\.url: missing; every webhook needs one"),
        (f'[[webhooks]]\nurl = "{URL}"\ntriger = "x"', r"triger: unknown setting. Did you mean `trigger`\?"),
        (f'[webhooks]\nurl = "{URL}"', r"webhooks: expected a list; in a file write \[\[webhooks\]\]"),
        ("webhooks = 7", r"webhooks: expected a list whose items are \[\[webhooks\]\] tables or Webhook objects"),
        (f'read_only = true\n[[webhooks]]\nurl = "{URL}"', r"webhooks: a read-only fake cannot advance its clocks"),
        ('webhook_hosts = "x"', r"webhook_hosts: expected a list of host names"),
    ],
)
def test_file_with_a_mistake_is_rejected(tmp_path: Path, table: str, message: str) -> None:
    """A mistake in a table is one line that names the setting."""
    file = tmp_path / "fake.toml"
    file.write_text(table)

    with pytest.raises(ValueError, match=message):
        Config.from_file(file)


def test_accounts_have_webhooks_of_their_own() -> None:
    """An account starts with the webhooks of all; adding one, deleting one and deleting all affect it only."""
    client = create_app(Config(webhooks=[Webhook(URL, "dtmf")])).test_client()

    def urls(headers: dict[str, str] | None = None) -> list[str]:
        return [each["url"] for each in client.get("/__admin/webhooks", headers=headers).get_json()["webhooks"]]

    added = client.post("/__admin/webhooks", json={"url": f"{URL}own"}, headers=ME).get_json()
    client.post("/__admin/webhooks", json={"url": f"{URL}own", "lost": 1}, headers=ME)
    assert ([URL, f"{URL}own"], [URL], [URL]) == (urls(ME), urls(), urls({"Authorization": "other"}))
    client.delete(f"/__admin/webhooks/{added['id']}", headers=ME)
    assert [URL] == urls(ME)
    missing = client.delete("/__admin/webhooks/nope", headers=ME)
    assert (404, "there is no webhook nope; GET /__admin/webhooks returns all") == (
        missing.status_code,
        missing.get_json()["detail"],
    )
    client.post("/__admin/webhooks", json={"url": f"{URL}all"})
    client.delete("/__admin/webhooks", headers=ME)
    assert [URL, f"{URL}all"] == urls(ME) == urls()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"url": "http://example.com/"}, "serve --webhook-host example.com"),
        ({"url": URL, "template": {"x": "$nope"}}, "template: unknown variable `$nope`"),
        ({"url": URL, "late_seconds": 5}, "late_seconds: has no effect, because late is 0; set late to the share"),
        ({"url": URL, "triger": "x"}, "Did you mean `trigger`?"),
        ({"url": "app://app-0/"}, "url: no application has this URL"),
        ({}, "'url'"),
    ],
)
def test_rejects_invalid_webhooks(body: dict[str, Any], detail: str) -> None:
    """The admin API rejects what a file may not have, in one line, and stores nothing."""
    client = create_app().test_client()
    response = client.post("/__admin/webhooks", json=body, headers=ME)

    assert 422 == response.status_code
    assert detail in response.get_json()["detail"].replace('"url"', "'url'")
    assert [] == client.get("/__admin/webhooks", headers=ME).get_json()["webhooks"]


def test_deliveries_come_in_pages(smartflo: Smartflo) -> None:
    """Deliveries are listed from either end, and after an id; a reset deletes those of the account."""
    smartflo.webhook(app=App(), trigger="hangup")
    make_calls(smartflo, 3)
    smartflo.clock.advance(hours=1)
    first = smartflo.admin("GET", "/webhooks/deliveries?limit=1")
    newest = smartflo.admin("GET", "/webhooks/deliveries?limit=1&order=newest")
    (one,), (last,) = first["deliveries"], newest["deliveries"]
    rest = smartflo.admin("GET", f"/webhooks/deliveries?after={one['id']}")

    assert (3, 2, last) == (first["total"], rest["total"], rest["deliveries"][-1])
    with pytest.raises(ValueError, match="order: expected oldest or newest, got up"):
        smartflo.admin("GET", "/webhooks/deliveries?order=up")
    smartflo.reset()
    assert [] == smartflo.webhooks


def test_log_is_bounded(account_of: Callable[..., Smartflo]) -> None:
    """The oldest deliveries are dropped, and a list of all is an error then."""
    smartflo = account_of(journal_requests=5)
    smartflo.webhook(app=App(), trigger="hangup")
    make_calls(smartflo, 6)
    smartflo.clock.advance(hours=1)

    with pytest.raises(ValueError, match="raise journal_requests"):
        _ = smartflo.webhooks
    assert 5 == smartflo.admin("GET", "/webhooks/deliveries")["total"]


def test_fake_without_journal_keeps_no_deliveries() -> None:
    """Without a journal, webhooks are sent, and not kept."""
    app, receiver = create_app(Config(journal_requests=0)), App()
    app.extensions[EXTENSION].webhook_apps["app-9"] = receiver
    client = app.test_client()
    client.post("/__admin/webhooks", json={"url": "app://app-9/", "trigger": "hangup"}, headers=ME)
    client.post("/v1/click_to_call", json=CALL, headers=ME)
    clock = client.patch("/__admin/clock", json={"advance": 3600}, headers=ME).get_json()

    assert (1, 1) == (clock["webhooks"]["delivered"], len(receiver.bodies))
    assert 409 == client.get("/__admin/webhooks/deliveries", headers=ME).status_code


def test_snapshot_has_webhooks_and_what_is_pending(receiver: WebhookReceiver) -> None:
    """Another fake restores the webhooks and sends what is due later; one that does not allow the host refuses it."""
    first, second = (create_app().test_client() for _ in range(2))
    late = {"url": receiver.url, "trigger": "hangup", "late": 1, "late_seconds": 7200, "template": {"id": "$uuid"}}
    first.post("/__admin/webhooks", json=late, headers=ME)
    first.post("/v1/click_to_call", json=CALL, headers=ME)
    assert 1 == first.patch("/__admin/clock", json={"advance": 3600}, headers=ME).get_json()["webhooks"]["pending"]
    state = first.get("/__admin/snapshot", headers=ME).get_json()
    assert 200 == second.post("/__admin/restore", json=state, headers=ME).status_code
    clock = second.patch("/__admin/clock", json={"advance": 7200}, headers=ME).get_json()

    assert 1 == clock["webhooks"]["delivered"]
    receiver.assert_received("hangup", times=1)
    (account,) = state["accounts"].values()
    account["settings"]["webhooks"][0]["url"] = "http://example.com/"
    refused = second.post("/__admin/restore", json=state, headers=ME)
    assert (422, True) == (refused.status_code, "--webhook-host example.com" in refused.get_json()["detail"])


def test_advance_without_webhooks_sends_nothing(smartflo: Smartflo) -> None:
    """Without a webhook, the response to an advance is that of before, and events that pass are not sent later."""
    make_calls(smartflo)
    clock = smartflo.admin("PATCH", "/clock", {"advance": 3600})
    smartflo.webhook(app=App(), trigger="hangup")

    assert {"now", "time", "frozen"} == set(clock)
    assert 0 == smartflo.clock.advance(hours=1).delivered


def test_id_depends_on_what_is_sent_and_where() -> None:
    """Faults do not change the id of a webhook; URL, method, trigger and template do."""
    ids = {
        webhook.id
        for webhook in (
            Webhook(URL),
            Webhook(URL, lost=1),
            Webhook(f"{URL}x"),
            Webhook(URL, "dtmf"),
            Webhook(URL, method="get"),
            Webhook(URL, template="x"),
        )
    }

    assert 5 == len(ids)
    assert orjson.dumps(sorted(ids))
