"""A tab of a headless browser, controlled with the DevTools protocol."""

import json
import os
import subprocess
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from threading import Timer
from typing import Any, Final

OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "--host-resolver-rules=MAP *.example 127.0.0.1",  # names that somebody else points to this machine
)
MIN_DESCRIPTOR: Final = 10
"""The browser uses 3 and 4."""
MAX_SECONDS: Final = 60


class Tab:
    """A tab of a headless browser, controlled with the DevTools protocol over pipes.

    Args:
        browser: path of the browser.
        folder: an empty folder for its profile.
        max_seconds: the browser is killed after this time.

    Attributes:
        events: what the browser has reported.
    """

    def __init__(self, browser: str, folder: Path, max_seconds: float = MAX_SECONDS) -> None:
        """Start the browser, which reads from descriptor 3 and writes to 4."""
        ends = [*os.pipe(), *os.pipe()]
        reader, self._writer, self._reader, writer = (fcntl(end, F_DUPFD, MIN_DESCRIPTOR) for end in ends)
        script = f'exec "$0" "$@" 3<&{reader} 4>&{writer}'
        command = ["bash", "-c", script, browser, *OPTIONS, f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(command, pass_fds=(reader, writer), stderr=subprocess.DEVNULL)
        for descriptor in (*ends, reader, writer):
            os.close(descriptor)
        self._timer = Timer(max_seconds, self._process.kill)
        self._timer.start()
        self._unread = b""
        self._calls = 0
        self._session: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Stop the browser."""
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        os.close(self._reader)
        os.close(self._writer)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters, **self._session}
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._calls:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Open a page and wait until it is loaded. The events are those since then."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self._wait_until_loaded()

    def run(self, script: str) -> Any:
        """Run a script in the page, as a debugger: the policy of the page does not apply. Return its value."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def run_and_load(self, script: str) -> None:
        """Run a script that loads a page, whose result nobody waits for, and wait until the page is loaded."""
        self.events.clear()
        self.call("Runtime.evaluate", expression=script)
        self._wait_until_loaded()

    def named(self, *names: str) -> list[dict[str, Any]]:
        """Return the parameters of the events with some names."""
        return [event["params"] for event in self.events if event["method"] in names]

    def _wait_until_loaded(self) -> None:
        while not self.named("Page.loadEventFired"):
            self.events.append(self._read())

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            piece = os.read(self._reader, 1 << 20)
            assert piece, "the browser has ended"
            self._unread += piece
        message, _, self._unread = self._unread.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded
