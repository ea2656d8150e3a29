"""What webhooks send: templates, variables, the oddities of the vendor, and what the log keeps."""

from typing import Any

import orjson
import pytest

from smartflo_contract.mock_server import Config, ConfigError, Webhook, webhook_service
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.config.quirks import resolve_quirks
from smartflo_contract.mock_server.config.webhook_tables import TRIGGERS, VARIABLES
from smartflo_contract.mock_server.webhooks import event as events
from smartflo_contract.mock_server.webhooks import queue
from smartflo_contract.mock_server.webhooks.event import CallEvent
from smartflo_contract.mock_server.webhooks.message import Message, messages_of
from smartflo_contract.mock_server.webhooks.queue import Attempt, ReceiverQueue
from smartflo_contract.pytest_plugin import Smartflo, WebhookReceiver

from .conftest import App, make_calls

URL = "http://127.0.0.1:5000/"
NOON = 1_700_000_000_000
CALL = CallRecord(
    call_id="1700000000.1",
    uuid="u",
    ref_id="",
    direction="broadcast",
    service="broadcast",
    number="+915550000042",
    caller_id="+915550000099",
    start_ms=NOON,
    answered_ms=NOON + 5_000,
    end_ms=NOON + 65_000,
    hangup_cause="NORMAL_CLEARING",
    agent="50201",
    dtmf="1",
    disposition_id=7,
    disposition_name="Interested",
    campaign_id="77",
    campaign_name="March",
    list_id=8669,
    list_name="Leads",
    lead_id="0" * 24,
)
LEAD = {"Phone Number": "+915550000042", "Date of Birth": "1990-01-01"}


def event_of(kind: str = "disposition", **changes: Any) -> CallEvent:
    """Return an event of a call of a broadcast."""
    return CallEvent(NOON + 65_000, kind, CALL._replace(**changes), lambda: LEAD)


def body_of(template: Any, event: CallEvent | None = None, **quirks: str) -> Any:
    """Return the body that a webhook sends about an event."""
    event = event or event_of()
    trigger = next(name for name, (kind, _) in events.TRIGGERS.items() if kind == event.kind)
    (message,) = messages_of([event], [Webhook(URL, trigger, template)], resolve_quirks(quirks))
    return message.body if isinstance(template, str) else orjson.loads(message.body)


def test_variables_have_the_values_of_the_call() -> None:
    """Numbers and times are strings; times are in India."""
    template = {name: f"${name}" for name in ("call_id", "duration", "list_id", "end_stamp", "disposition")}

    assert {
        "call_id": "1700000000.1",
        "duration": "65",
        "list_id": "8669",
        "end_stamp": "2023-11-15 03:44:25",
        "disposition": "Interested",
    } == body_of(template)


def test_template_is_rendered_at_any_depth() -> None:
    """Keys, nested values and items of arrays have variables; what is no string stays."""
    template = {"a": [{"$call_status": "<$uuid>"}, 1, None, True], "b": "$ 5 $$uuid"}

    assert {"a": [{"answered": "<u>"}, 1, None, True], "b": "$ 5 $u"} == body_of(template)


def test_text_is_sent_as_it_is() -> None:
    """A template may be text; an object in it is JSON."""
    assert "<call id='u'>{\"Phone_Number\":" == body_of("<call id='$uuid'>$broadcast_lead_fields")[:29]


def test_lead_fields_are_an_object() -> None:
    """The fields of the lead are an object by column name with underscores, or an empty string."""
    template = {"fields": "$broadcast_lead_fields"}
    of_no_lead = CallEvent(NOON, "hangup", CALL)

    assert {"Phone_Number": "+915550000042", "Date_of_Birth": "1990-01-01"} == body_of(template)["fields"]
    assert LEAD == body_of(template, webhook_lead_fields="names")["fields"]
    assert "" == body_of(template, of_no_lead)["fields"]


def test_unresolved_placeholder_arrives_as_value() -> None:
    """A variable without a value arrives as its name; the quirk makes it empty."""
    template = {"cause": "$hangupcause_key", "end": "at $end_stamp"}
    answered = event_of("answered")

    assert {"cause": "$hangupcause_key", "end": "at $end_stamp"} == body_of(template, answered)
    assert {"cause": "", "end": "at "} == body_of(template, answered, webhook_unresolved="empty")


def test_default_body_has_the_observed_oddities() -> None:
    """Without a template, the key of the customer's number ends in a blank; the quirks remove the oddities."""
    body = body_of(None)

    assert "+915550000042" == body["customer_no_with_prefix "] == body["call_to_number"]
    assert "+915550000042" == body_of(None, webhook_customer_key="plain")["customer_no_with_prefix"]
    assert "" == body_of(None, webhook_call_to_number="empty")["call_to_number"]


@pytest.mark.parametrize(
    ("kind", "changes", "triggers"),
    [
        ("call_started", {}, set()),
        ("answered", {}, {"answered_by_customer", "answered_by_agent", "connected_to_agent"}),
        ("answered", {"agent": ""}, {"answered_by_customer"}),
        ("missed", {"answered_ms": None}, {"missed_by_customer"}),
        ("missed", {}, {"missed_by_agent"}),
        ("dtmf", {}, {"dtmf"}),
        ("hangup", {}, {"hangup"}),
        ("disposition", {}, {"disposition"}),
    ],
)
def test_triggers_select_events(kind: str, changes: dict[str, Any], triggers: set[str]) -> None:
    """Each trigger is about one kind of event, and some about certain calls only."""
    webhooks = [Webhook(URL, trigger) for trigger in TRIGGERS]
    by_id = {webhook.id: webhook.trigger for webhook in webhooks}
    messages = messages_of([event_of(kind, **changes)], webhooks, resolve_quirks({}))

    assert triggers == {by_id[message.webhook_id] for message in messages}


def test_tables_and_code_agree() -> None:
    """Each trigger and each variable has evidence, and each trigger selects events."""
    assert set(TRIGGERS) == set(events.TRIGGERS)
    for entry in (*TRIGGERS.values(), *VARIABLES.values()):
        assert entry.description.endswith(".")
        assert {"documented", "observed", "assumed"} & set(entry.evidence)
    resolved = {name for name in VARIABLES if body_of({"x": f"${name}"})["x"] != f"${name}"}
    assert {"hangupcause_key", "reason_key", "sub_disposition"} <= set(VARIABLES) - resolved
    assert {"disposition", "duration", "lead_id", "agent_number", "dtmf_input"} <= resolved


@pytest.mark.parametrize(
    ("webhook", "message"),
    [
        (Webhook(URL, template="$dispositon"), "template: unknown variable `$dispositon`. Did you mean `disposition`?"),
        (Webhook(URL, template={"a": [{"$nope": 1}]}), 'set unresolved to ["nope"]'),
        (Webhook(URL, template={}), "template: expected an object, or text, of at most 65,536 bytes"),
        (Webhook(URL, template={"x": "y" * 70_000}), "template: expected an object, or text, of at most 65,536 bytes"),
        (Webhook(URL, template={"x": object()}), "x: JSON cannot express the object"),
        (Webhook(URL, template="$uuid", method="GET"), "template: expected an object, whose keys are the query"),
        (Webhook(URL, method="PUT"), 'method: expected "POST" or "GET"; got'),
        (Webhook(URL, trigger="dispo"), "trigger: unknown trigger `dispo`; choose from answered_by_customer"),
        (Webhook(URL, trigger=7), "trigger: expected"),  # type: ignore[arg-type]
        (Webhook(URL, headers={"Host": "x"}), "headers: expected header names and values as strings"),
        (Webhook(URL, headers={"X": "a\r\nY: b"}), "headers: expected header names and values as strings"),
        (Webhook(URL, unresolved=("$x",)), "unresolved: expected a list of names of variables, without $"),
        (Webhook(URL, lost=1.5), "lost: expected a number from 0 to 1; got 1.5"),
        (Webhook(URL, late=True), "late: expected a number from 0 to 1; got true"),
        (Webhook(URL, timeout=0), "timeout: expected a number from 0.1 to 60"),
        (Webhook(URL, late_seconds=float("nan")), "late_seconds: expected a number from 0 to 604800"),
    ],
)
def test_rejects_invalid_webhooks(webhook: Webhook, message: str) -> None:
    """Each mistake is one line that names the setting and states what to do."""
    with pytest.raises(ConfigError, match=r"^webhooks\[1\]\.") as error:
        Config(webhooks=[Webhook(URL), webhook])

    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_rejects_too_many_webhooks_and_equal_ones() -> None:
    """An account has at most 100 webhooks, each once."""
    with pytest.raises(ConfigError, match=r"^webhooks\[1\]: the same webhook is defined twice; .* duplicate = 1$"):
        Config(webhooks=[Webhook(URL), Webhook(URL, lost=1)])
    with pytest.raises(ConfigError, match=r"^webhooks: expected at most 100, got 101$"):
        Config(webhooks=[Webhook(f"{URL}{number}") for number in range(101)])


def test_unknown_variable_can_be_allowed() -> None:
    """A name in ``unresolved`` arrives as it is."""
    webhook = Webhook(URL, template={"x": "$ours"}, unresolved=["ours"])
    Config(webhooks=[webhook])
    (message,) = messages_of([event_of()], [webhook], resolve_quirks({}))

    assert '{"x":"$ours"}' == message.body


def test_log_masks_secrets(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """Secrets in URL, headers and bodies are sent, and masked wherever they are shown."""
    smartflo.webhook(
        f"{receiver.url}?api_key=hidden1",
        trigger="hangup",
        template={"password": "hidden2", "call": "$uuid"},
        headers={"Authorization": "hidden3", "X-Team": "crm"},
    )
    make_calls(smartflo)
    smartflo.clock.advance(hours=1)
    (received,) = receiver.received
    (delivery,) = smartflo.webhooks
    shown = f"{delivery} {smartflo.admin('GET', '/webhooks')}"

    assert ("hidden1", "hidden2", "hidden3") == (
        received.query["api_key"],
        received.json["password"],
        received.headers["authorization"],
    )
    assert "hidden" not in shown
    assert "crm" == delivery["headers"]["X-Team"]


def test_own_headers_replace_those_of_the_fake(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """A header is sent once."""
    smartflo.webhook(receiver.url, trigger="hangup", template="a=$uuid", headers={"content-type": "text/x", "A": "b"})
    make_calls(smartflo)
    smartflo.clock.advance(hours=1)
    headers = receiver.received[0].headers

    assert ("text/x", "b", "hangup") == (headers["content-type"], headers["a"], headers["x-smartflo-fake-trigger"])


def test_queue_sends_late_messages_and_retries_between_events() -> None:
    """Everything is sent in the order of its instant."""
    webhook = Webhook(URL, template="$uuid")
    sent: list[tuple[int, str]] = []

    def send(message: Message, _: Webhook) -> Attempt:
        sent.append((message.due_ms, message.key))
        return Attempt("failed" if message.key == "a" and message.attempt == 1 else "delivered")

    messages = [Message(at, at, webhook.id, key, "") for at, key in ((0, "a"), (20_000, "b"), (40_000, "c"))]
    pending = [Message(10_000, 0, webhook.id, "late", "", attempt=2), Message(90_000, 0, webhook.id, "later", "")]
    later = ReceiverQueue({webhook.id: webhook}, 0, send, lambda *_: None).run(messages, pending, 60_000)

    assert [(0, "a"), (10_000, "late"), (20_000, "b"), (30_000, "a"), (40_000, "c")] == sent
    assert ["later"] == [message.key for message in later]


def test_waiting_messages_are_bounded(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a maximum of late messages, the fault loses further ones, and states it; retries are given up."""
    for module in (queue, webhook_service):
        monkeypatch.setattr(module, "MAX_WAITING", 3)
    smartflo.webhook("/late", app=App(), trigger="hangup", late=1, late_seconds=86_400)
    smartflo.webhook("/failing", app=App(*[500] * 5), trigger="hangup", template="$uuid")
    make_calls(smartflo, 5)
    summary = smartflo.clock.advance(hours=1)
    reasons = {each["reason"] for each in smartflo.webhooks if each["outcome"] == "lost"}

    assert (3, {queue.LOST_BEYOND}) == (summary.pending, reasons)
    assert 10 == summary.delivered + summary.failed + summary.lost + summary.pending


def test_failures_of_one_advance_are_bounded(smartflo: Smartflo) -> None:
    """The result lists 100 failures, and counts all."""
    app = App(*[500] * 400)
    smartflo.webhook(app=app, trigger="hangup")
    make_calls(smartflo, 101)
    summary = smartflo.clock.advance(hours=1)

    assert (101, 100) == (summary.failed, len(summary.failures))
