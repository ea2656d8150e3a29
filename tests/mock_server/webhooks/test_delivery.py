"""Webhooks are sent when the clock passes their events: in order, with retries and faults."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.pytest_plugin import Smartflo, WebhookReceiver

from .conftest import TEMPLATE, App, make_calls, outcomes


def test_advance_sends_what_became_due(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """Nothing is sent before the clock passes an event, and each event once."""
    smartflo.webhook(receiver.url, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo, 3)

    assert [] == receiver.received
    assert 3 == smartflo.clock.advance(hours=1).delivered
    assert 0 == smartflo.clock.advance(minutes=1).delivered
    receiver.assert_received("hangup", times=3)
    assert {"POST"} == {each.method for each in receiver.received}
    assert {"application/json"} == {each.headers["content-type"] for each in receiver.received}
    smartflo.assert_webhook_sent("hangup", times=3)


def test_setting_the_time_sends_nothing(smartflo: Smartflo) -> None:
    """Only an advance moves dial time."""
    app = App()
    smartflo.webhook(app=app, trigger="hangup")
    make_calls(smartflo)
    smartflo.clock.set("2027-01-01")

    assert [] == app.bodies


def test_each_receiver_gets_events_in_order(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """The order is that of the instants, whatever the trigger; several receivers get theirs at a time."""
    app = App()
    for trigger in ("hangup", "answered_by_customer", "missed_by_customer"):
        smartflo.webhook(f"{receiver.url}{trigger}", trigger=trigger, template=TEMPLATE)
        smartflo.webhook(app=app, trigger=trigger, template=TEMPLATE)
    make_calls(smartflo, 8)
    smartflo.clock.advance(hours=1)
    for prefix in ("http", "app"):
        instants = [each["event_ms"] for each in smartflo.webhooks if each["url"].startswith(prefix)]
        assert sorted(instants) == instants
        assert 16 == len(instants)


def test_get_has_query_parameters(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """With GET, the keys of the template are parameters, after those of the URL."""
    template = {"id": "$call_id", "fields": "$broadcast_lead_fields", "text": "a&b $call_status"}
    smartflo.webhook(f"{receiver.url}hook?key=1", trigger="hangup", method="get", template=template)
    make_calls(smartflo)
    smartflo.clock.advance(hours=1)
    (received,) = receiver.received

    assert ("GET", "/hook", "") == (received.method, received.path, received.text)
    assert {"key": "1", "fields": ""}.items() <= received.query.items()
    assert received.query["text"] in {"a&b answered", "a&b missed"}


def test_failed_delivery_is_retried_after_30_and_10_seconds(smartflo: Smartflo) -> None:
    """A receiver that fails twice gets the message three times, at the documented instants."""
    app = App(500, 302, 200)
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo)
    summary = smartflo.clock.advance(hours=1)

    assert [("failed", 1, 0), ("failed", 2, 30), ("delivered", 3, 40)] == outcomes(smartflo.webhooks)
    assert (1, 0) == (summary.delivered, summary.failed)
    assert 1 == len(set(app.bodies))
    assert ["1", "2", "3"] == [environ["HTTP_X_SMARTFLO_FAKE_ATTEMPT"] for environ in app.environs]


def test_gives_up_after_two_retries(smartflo: Smartflo) -> None:
    """The result of the advance states attempts and reason; the receiver gets no fourth attempt."""
    app = App(500, 500, 503)
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo)
    summary = smartflo.clock.advance(hours=1)
    (failure,) = summary.failures

    assert (0, 1, 0) == (summary.delivered, summary.failed, summary.pending)
    assert (3, 503, "status 503", None) == tuple(failure[key] for key in ("attempts", "status", "reason", "retry_ms"))
    assert 0 == smartflo.clock.advance(hours=1).delivered
    with pytest.raises(AssertionError, match=r"3 attempts to send webhooks failed:\n  hangup to app://"):
        smartflo.assert_no_failed_webhooks()


def test_retry_waits_for_its_instant(smartflo: Smartflo) -> None:
    """A retry that is due later is stored, and sent by a later advance."""
    app = App(500)
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo)
    pending = 0
    while not pending:
        pending = smartflo.clock.advance(seconds=10).pending

    assert 1 == len(app.bodies)
    assert 1 == smartflo.clock.advance(seconds=30).delivered
    assert [("failed", 1, 0), ("delivered", 2, 30)] == outcomes(smartflo.webhooks)


def test_lost_deliveries_are_not_sent(smartflo: Smartflo) -> None:
    """The fault ``lost`` is recorded, and nothing is retried."""
    app = App()
    smartflo.webhook(app=app, trigger="hangup", lost=1)
    make_calls(smartflo, 2)

    assert (0, 0, 2, 0) == smartflo.clock.advance(hours=1)[:4]
    assert ([], ["lost", "lost"]) == (app.bodies, [each["outcome"] for each in smartflo.webhooks])


def test_late_deliveries_come_after_later_events(smartflo: Smartflo) -> None:
    """The fault ``late`` delays a message on the account's clock."""
    app = App()
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE, late=1, late_seconds=7200)
    make_calls(smartflo)

    assert (0, 0, 0, 1) == smartflo.clock.advance(hours=1)[:4]
    smartflo.renew_token()
    assert 1 == smartflo.clock.advance(hours=2).delivered
    assert [("delivered", 1, 7200)] == outcomes(smartflo.webhooks)


def test_duplicates_have_the_same_body(smartflo: Smartflo) -> None:
    """The fault ``duplicate`` sends a message twice, one after the other."""
    app = App()
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE, duplicate=1)
    make_calls(smartflo, 2)
    smartflo.clock.advance(hours=1)

    assert app.bodies[0::2] == app.bodies[1::2]
    assert [False, True, False, True] == [each["duplicate"] for each in smartflo.webhooks]


def test_reordered_deliveries_change_places(smartflo: Smartflo) -> None:
    """The fault ``reordered`` sends a message after the next one."""
    app, plain = App(), App()
    smartflo.webhook(app=app, trigger="hangup", template=TEMPLATE, reordered=1)
    smartflo.webhook(app=plain, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo, 4)
    smartflo.clock.advance(hours=1)

    assert [plain.bodies[index] for index in (1, 0, 3, 2)] == app.bodies


def test_faults_follow_from_the_seed(server: Any) -> None:
    """A share of the deliveries is hit, the same in every account with the same calls."""
    bodies: list[list[str]] = []
    for _ in range(2):
        with server.account() as smartflo:
            app = App()
            smartflo.webhook("/x", app=app, trigger="hangup", template="$uuid", lost=0.5)
            make_calls(smartflo, 16)
            smartflo.clock.advance(hours=1)
            bodies.append(app.bodies)

    assert 0 < len(bodies[0]) < 16
    assert bodies[0] == bodies[1]


def test_receiver_can_use_the_fake(smartflo: Smartflo) -> None:
    """No lock is held while a receiver is called: it can write, and advance the clock again."""
    seen: list[int] = []

    def app(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        lead = smartflo.client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000043"})
        seen.append(lead.status_code)
        smartflo.clock.advance(seconds=1)
        start_response("204 No Content", [])
        return []

    smartflo.webhook(app=app, trigger="hangup")
    make_calls(smartflo)
    smartflo.clock.advance(minutes=20)

    assert [200] == seen


def test_asgi_application_is_called(smartflo: Smartflo) -> None:
    """An ASGI application receives the request, also while the test's own loop runs."""
    bodies: list[bytes] = []

    async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        bodies.append((await receive())["body"])
        assert ("http", "POST", "/hook") == (scope["type"], scope["method"], scope["path"])
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
        assert {"type": "http.disconnect"} == await receive()

    async def advance() -> int:
        return smartflo.clock.advance(hours=1).delivered

    smartflo.webhook("hook", app=app, trigger="hangup", template=TEMPLATE)
    make_calls(smartflo)
    assert 1 == smartflo.clock.advance(hours=1).delivered
    smartflo.renew_token()
    make_calls(smartflo)
    assert 1 == asyncio.run(advance())
    assert [b"call", b"call"] == [body[2:6] for body in bodies]


def test_slow_asgi_application_fails(smartflo: Smartflo) -> None:
    """An ASGI application has the time limit of a receiver."""

    async def app(_scope: object, _receive: object, _send: object) -> None:
        await asyncio.Event().wait()

    smartflo.webhook(app=app, trigger="hangup", timeout=0.1)
    make_calls(smartflo)

    assert "no answer within 0.1 s" == smartflo.clock.advance(hours=1).failures[0]["reason"]


def test_error_of_an_application_is_the_reason(smartflo: Smartflo) -> None:
    """An exception of the application is a failed delivery that names it."""

    def app(_environ: object, _start_response: object) -> list[bytes]:
        message = "no table `calls`"
        raise LookupError(message)

    smartflo.webhook(app=app, trigger="hangup")
    make_calls(smartflo)
    summary = smartflo.clock.advance(hours=1)

    assert "the application raised LookupError: no table `calls`" == summary.failures[0]["reason"]


def test_fake_sends_for_all_accounts() -> None:
    """``FakeSmartflo.webhook`` adds a webhook for all accounts, or for the one of a login id."""
    app, own = App(), App()
    with FakeSmartflo() as fake:
        fake.webhook(app=app, trigger="hangup", template={"login": "all"})
        fake.webhook("/own", app=own, login="crm", trigger="hangup", template={"login": "crm"})
        for login in ("crm", "other"):
            client = fake.app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = fake.token(login)
            client.post("/v1/click_to_call", json={"agent_number": "1", "destination_number": "5550000042"})
            client.patch("/__admin/clock", json={"advance": 3600})
        with pytest.raises(TypeError, match="app: expected a WSGI or ASGI application, got str"):
            fake.url_of_app("app")  # type: ignore[arg-type]

    assert ([{"login": "all"}] * 2, [{"login": "crm"}]) == (
        list(map(orjson.loads, app.bodies)),
        list(map(orjson.loads, own.bodies)),
    )
