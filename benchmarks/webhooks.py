"""Measure how long 10,000 webhooks to a receiver on this machine take, beside a loop that only sends them.

python benchmarks/webhooks.py [--rounds 5]
"""

import argparse
import subprocess
import sys
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin import SmartfloServer
from smartflo_contract.pytest_plugin._account import Smartflo

CALLS = 1_000
WEBHOOKS = 10
"""Number of webhooks with the same trigger; each is sent for each call."""
CALL = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
_RECEIVER = """
from threading import Event
from smartflo_contract.pytest_plugin import WebhookReceiver

with WebhookReceiver() as receiver:
    print(receiver.url, flush=True)
    Event().wait()
"""


def prepare(smartflo: Smartflo, url: str) -> None:
    """Add the webhooks, and make the calls that they are about."""
    for number in range(WEBHOOKS):
        smartflo.webhook(f"{url}{number}", trigger="hangup")
    for _ in range(CALLS):
        smartflo.client.post("/v1/click_to_call", json=CALL)


def advance(server: SmartfloServer, url: str) -> tuple[float, float, list[str]]:
    """Return the seconds of an advance that sends everything, of one that sends nothing, and the bodies."""
    with server.account() as smartflo:
        prepare(smartflo, url)
        started = perf_counter()
        summary = smartflo.clock.advance(hours=1)
        seconds = perf_counter() - started
        assert summary.delivered == CALLS * WEBHOOKS, summary
        smartflo.admin("DELETE", "/webhooks")
        started = perf_counter()
        smartflo.clock.advance(hours=1)
        return seconds, perf_counter() - started, [str(each["body"]) for each in smartflo.webhooks[:100]]


def send(url: str, bodies: list[str]) -> float:
    """Return the seconds in which a loop of ``http.client`` sends as many bodies over one connection."""
    connection = HTTPConnection(urlsplit(url).netloc)
    started = perf_counter()
    for number in range(CALLS * WEBHOOKS):
        connection.request("POST", "/", bodies[number % len(bodies)].encode(), {"Content-Type": "application/json"})
        connection.getresponse().read()
    seconds = perf_counter() - started
    connection.close()
    return seconds


def main() -> None:
    """Print the median of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    receiver = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
    assert receiver.stdout is not None
    url = receiver.stdout.readline().strip()
    config = Config()
    times: list[tuple[float, float, float]] = []
    try:
        with SmartfloServer(FakeSmartflo(config), config) as server:
            for _ in range(rounds):
                seconds, without, bodies = advance(server, url)
                times.append((seconds, send(url, bodies), without))
    finally:
        receiver.terminate()
        receiver.wait()
    fake, peer, without = (median(column) for column in zip(*times, strict=True))
    print(f"{CALLS * WEBHOOKS:,} webhooks: {fake:.1f} s, http.client {peer:.1f} s, ratio {fake / peer:.2f}")
    print(f"an advance without a webhook: {without * 1_000:.2f} ms")


if __name__ == "__main__":
    main()
