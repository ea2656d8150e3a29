"""Webhooks in tests: the receiver fixture, what was sent, and messages of failed assertions."""

import math
from http import HTTPStatus
from threading import Thread
from typing import Any

import pytest
import requests

from smartflo_contract.pytest_plugin import Smartflo, WebhookReceiver

CALL = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}


def hang_up(smartflo: Smartflo, receiver: WebhookReceiver, number: int = 1) -> None:
    """Make calls, and let them end."""
    smartflo.webhook(receiver.url, trigger="hangup", template={"status": "$call_status", "n": {"x": "$direction"}})
    for _ in range(number):
        smartflo.client.post("/v1/click_to_call", json=CALL)
    smartflo.clock.advance(hours=1)


def test_receiver_records_and_asserts(smartflo: Smartflo, smartflo_webhook_server: WebhookReceiver) -> None:
    """The fixture has the requests, and asserts on trigger, number and a part of the body."""
    hang_up(smartflo, smartflo_webhook_server, 2)

    smartflo_webhook_server.assert_received()
    smartflo_webhook_server.assert_received("hangup", times=2, json={"n": {"x": "outbound"}})
    smartflo_webhook_server.assert_received("dtmf", times=0)
    smartflo.assert_webhook_sent("hangup", times=2, json={"n": {}})
    smartflo.assert_no_failed_webhooks()
    assert ["hangup", "hangup"] == [each.trigger for each in smartflo_webhook_server.received]


def test_message_shows_what_was_received(smartflo: Smartflo, smartflo_webhook_server: WebhookReceiver) -> None:
    """A failed assertion states expectation, number and the newest requests."""
    hang_up(smartflo, smartflo_webhook_server, 11)

    with pytest.raises(AssertionError) as error:
        smartflo_webhook_server.assert_received("hangup", times=12, json={"n": {}}, timeout=0)
    first, second, *rest = str(error.value).splitlines()
    assert "expected webhook hangup with {'n': {}} 12 times, got 11; requests to this receiver:" == first
    assert "  ... 1 earlier request" == second
    assert 10 == len(rest)
    assert rest[0].startswith('  hangup: POST /, {"status":"')


def test_message_shows_what_was_sent(smartflo: Smartflo, smartflo_webhook_server: WebhookReceiver) -> None:
    """A failed assertion on what was sent shows outcome, attempt and reason of each."""
    with pytest.raises(AssertionError, match="got 0; attempts of this account:\n  none; advance the clock past"):
        smartflo.assert_webhook_sent("hangup")
    smartflo_webhook_server.respond(503)
    hang_up(smartflo, smartflo_webhook_server)

    with pytest.raises(AssertionError) as error:
        smartflo.assert_webhook_sent("hangup", times=0)
    first, failed, delivered = str(error.value).splitlines()
    assert "expected webhook hangup never delivered, got 1; attempts of this account:" == first
    assert failed.startswith(f"  hangup to {smartflo_webhook_server.url} -> failed: status 503; {{'status': '")
    assert " -> delivered, attempt 2; {" in delivered


def test_receiver_waits_for_requests(smartflo_webhook_server: WebhookReceiver) -> None:
    """A request of another thread is waited for; one without a trigger is recorded as well."""
    sender = Thread(target=requests.post, args=(smartflo_webhook_server.url,), kwargs={"data": "text", "timeout": 5})
    sender.start()
    smartflo_webhook_server.assert_received(times=1)
    sender.join()
    (received,) = smartflo_webhook_server.received

    assert ("", 1, "text", None) == (received.trigger, received.attempt, received.text, received.json)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        (
            ("hangap",),
            {},
            "trigger: unknown trigger `hangap`; choose from .*Did you mean `hangup`",
        ),
        (("hangup",), {"times": -1}, "times: expected a number of requests from 0, got -1"),
    ],
)
def test_assertions_reject_what_cannot_match(
    smartflo: Smartflo,
    smartflo_webhook_server: WebhookReceiver,
    arguments: tuple[str],
    settings: dict[str, int],
    message: str,
) -> None:
    """A misspelled trigger would make an assertion about no webhook pass."""
    with pytest.raises(ValueError, match=message):
        smartflo_webhook_server.assert_received(*arguments, **settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        smartflo.assert_webhook_sent(*arguments, **settings)  # type: ignore[arg-type]


def test_rejects_bodies_that_no_webhook_has(smartflo: Smartflo, smartflo_webhook_server: WebhookReceiver) -> None:
    """An assertion about no webhook would pass."""
    with pytest.raises(ValueError, match="json: JSON cannot express the bytes"):
        smartflo.assert_webhook_sent("hangup", times=0, json=b"{}")
    with pytest.raises(ValueError, match="json: JSON cannot express the bytes"):
        smartflo_webhook_server.assert_received("hangup", times=0, json=b"{}")


@pytest.mark.parametrize("status", [100, 600, "503", True])
def test_receiver_rejects_invalid_statuses(smartflo_webhook_server: WebhookReceiver, status: int) -> None:
    """A response has a final HTTP status."""
    with pytest.raises(ValueError, match="respond: expected HTTP statuses from 200 to 599, such as 503, got"):
        smartflo_webhook_server.respond(status)


@pytest.mark.parametrize("timeout", [None, "1", -1, math.nan, math.inf])
def test_receiver_rejects_invalid_timeouts(smartflo_webhook_server: WebhookReceiver, timeout: Any) -> None:
    """``None`` would wait for a webhook forever."""
    with pytest.raises(ValueError, match="timeout: expected a number of seconds from 0, got"):
        smartflo_webhook_server.assert_received("hangup", timeout=timeout)


def test_receiver_responds_with_members_of_http_status(smartflo_webhook_server: WebhookReceiver) -> None:
    """``HTTPStatus`` is accepted, as in ``smartflo.fail()``."""
    smartflo_webhook_server.respond(HTTPStatus.SERVICE_UNAVAILABLE)

    assert 503 == requests.post(smartflo_webhook_server.url, json={}, timeout=30).status_code


def test_receiver_that_is_stopped_has_no_url() -> None:
    """Outside of its context, a receiver has no URL, and the error shows how to use it."""
    receiver = WebhookReceiver()

    assert "<WebhookReceiver, stopped>" == repr(receiver)
    with pytest.raises(RuntimeError, match="use `with WebhookReceiver"):
        _ = receiver.url
    with receiver:
        assert f"<WebhookReceiver at {receiver.url}>" == repr(receiver)


def test_applications_are_forgotten_with_the_account(smartflo: Smartflo) -> None:
    """The fake does not keep the applications of tests that have ended."""
    smartflo.webhook(app=lambda *_: [], trigger="hangup")
    (webhook,) = smartflo.admin("GET", "/webhooks")["webhooks"]
    smartflo.forget_apps()

    with pytest.raises(ValueError, match="no application has this URL"):
        smartflo.admin("POST", "/webhooks", {"url": webhook["url"]})
