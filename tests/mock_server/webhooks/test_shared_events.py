"""Events for several receivers are computed once."""

from collections.abc import Iterator
from itertools import islice

import pytest

from smartflo_contract.mock_server.config.quirks import resolve_quirks
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.webhooks import shared_events
from smartflo_contract.mock_server.webhooks.delivery import Deliverer, Order
from smartflo_contract.mock_server.webhooks.event import CallEvent
from smartflo_contract.mock_server.webhooks.shared_events import SharedEvents

from .conftest import App
from .test_messages import event_of


class Source:
    """Ten events, which counts how many were computed."""

    def __init__(self) -> None:
        """Start to count."""
        self.computed = 0

    def __call__(self) -> Iterator[CallEvent]:
        """Yield the events."""
        for number in range(10):
            self.computed += 1
            yield event_of("hangup", uuid=str(number))


def test_three_receivers_compute_the_events_once() -> None:
    """Each receiver gets all events, in order, and no event is computed for a second one."""
    source, apps = Source(), {f"app{number}": App() for number in range(3)}
    webhooks = [Webhook(f"app://{name}/", "hangup", "$uuid") for name in apps]
    order = Order(source, webhooks, resolve_quirks({}), (), 2**60, 0)
    later = Deliverer((), apps).deliver(order, lambda *_: None)

    assert ([], 10) == (later, source.computed)
    assert [list(map(str, range(10)))] * 3 == [app.bodies for app in apps.values()]


def test_kept_events_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events beyond the limit are computed by each receiver; a fast one waits for nobody."""
    monkeypatch.setattr(shared_events, "MAX_KEPT", 4)
    source = Source()
    shared = SharedEvents(source)
    slow = iter(shared)
    first = list(islice(slow, 2))
    fast = list(shared)

    assert [event.call.uuid for event in fast] == list(map(str, range(10)))
    assert [event[:3] for event in fast] == [event[:3] for event in (*first, *slow)]
    assert 4 + 10 + 10 == source.computed
