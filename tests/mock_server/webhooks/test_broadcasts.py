"""Webhooks about the calls of broadcasts."""

from collections.abc import Callable

from smartflo_contract.pytest_plugin import Smartflo

from .conftest import App

TEMPLATE = {
    "lead": "$lead_id",
    "status": "$call_status",
    "broadcast": "$campaign_id",
    "disposition": "$disposition",
    "fields": "$broadcast_lead_fields",
    "end": "$end_stamp",
}


def start(smartflo: Smartflo, **settings: object) -> int:
    """Create and start a broadcast of a list of 1,000 leads, and return its id."""
    body = {"name": "March", "phone_number_list": 8671, "dialstatus": [1, 4], "concurrent_limit": 100} | settings
    broadcast_id = smartflo.client.post("/v1/broadcast", json=body).get_json()["broadcast_id"]
    assert smartflo.client.get(f"/v1/broadcast/start/{broadcast_id}").status_code == 200
    return int(broadcast_id)


def test_advance_sends_dispositions(smartflo: Smartflo) -> None:
    """A day sends one webhook for each lead that is disposed, with its fields, in the order of time."""
    app = App()
    broadcast_id = start(smartflo)
    smartflo.webhook(app=app, trigger="disposition", template=TEMPLATE)
    smartflo.clock.advance(days=1)
    smartflo.renew_token()
    leads = {lead["lead_id"]: lead for lead in smartflo.client.get("/v1/broadcast/leads/8671").get_json()}
    sent = smartflo.webhooks
    bodies = [each["body"] for each in sent]

    assert {str(broadcast_id)} == {body["broadcast"] for body in bodies}
    assert [each["event_ms"] for each in sent] == sorted(each["event_ms"] for each in sent)
    assert len(bodies) == len({body["lead"] for body in bodies}) > 50
    for body in bodies:
        lead = leads[body["lead"]]
        assert body["fields"]["First_Name"] == lead["field_1"]
        assert lead["dialer_dial_status"] > 0 or body["disposition"] == "Call Drop"


def test_two_advances_send_what_one_does(account_of: Callable[..., Smartflo]) -> None:
    """What is sent does not depend on how often the clock is advanced, and nothing is sent twice."""
    bodies = []
    for steps in (1, 7):
        smartflo, app = account_of(), App()
        start(smartflo, number_of_retry=1)
        smartflo.webhook(app=app, trigger="hangup", template={"lead": "$lead_id", "end": "$end_stamp"})
        for _ in range(steps):
            smartflo.clock.advance(hours=14 / steps)
        bodies.append(app.bodies)

    assert bodies[0] == bodies[1]
    assert len(bodies[0]) > 300
