"""The console of a fake in a real browser."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.cli.body_check import check_body
from smartflo_contract.coverage import Recorder
from smartflo_contract.mock_server import FakeSmartflo

from ...browser import Tab  # noqa: TID252 - test folders are no packages

MAX_SECONDS: Final = 600
PICTURE_QUALITY: Final = 60
HELPERS: Final = """
var until = async (test, end = Date.now() + 20000) => {
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw Error(`never true: ${test}\\n${document.body.innerText.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
var text = (selector) => [...document.querySelectorAll(selector)].map((node) => node.innerText).join("\\n");
var shows = (part, selector = "body") => until(() => text(selector).includes(part));
var control = (label) => [...document.querySelectorAll("label, button, a, [role=tab]")].filter((node) =>
  (node.innerText || node.textContent).trim().startsWith(label)).map((node) => node.control ?? node)[0];
var click = (label, name = "") => until(() => name
  ? document.querySelector(`[aria-label^="${CSS.escape(label)}"][aria-label*="${CSS.escape(name)}"]`) : control(label))
  .then((node) => node.click());
var set = async (label, value) => {
  const node = await until(() => control(label));
  if (node.type === "checkbox") return node.click();
  node.value = value;
  node.dispatchEvent(new Event("input", {bubbles: true}));
  node.dispatchEvent(new Event("change", {bubbles: true}));
};
var settled = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
"""
"""What a person does on a page, and waits for."""


class Console:
    """The console of a fake, opened in a tab.

    Args:
        tab: the tab.
        fake: the fake.
        login: login id of the account that the test uses.
    """

    def __init__(self, tab: Tab, fake: FakeSmartflo, login: str) -> None:
        """Send requests as the account; open nothing yet."""
        self.tab, self.fake = tab, fake
        self.headers = {"Authorization": f"Bearer {fake.token(login)}"}
        self._client = fake.app.test_client()
        self.account = self.send("GET", "/__admin/accounts")[0]["id"]

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request of the account to the fake, in process, and return its JSON."""
        return self._client.open(path, method=method, headers=self.headers, **options).get_json(silent=True)

    def open(self, fragment: str = "", url: str | None = None) -> None:
        """Open a page of the console."""
        self.tab.open("about:blank")
        self.tab.open(f"{url or self.fake.url}/{fragment}")
        self.tab.run(HELPERS)

    def run(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        return self.tab.run(script)

    def submit(self) -> None:
        """Send the form of the dialog that is open."""
        self.run("until(() => document.querySelector('dialog .primary')).then((node) => node.click())")

    def select_file(self, path: Path) -> None:
        """Select a file in the field for files."""
        field = self.tab.call("Runtime.evaluate", expression="document.querySelector('input[type=file]')")
        self.tab.call("DOM.setFileInputFiles", files=[str(path)], objectId=field["result"]["objectId"])

    def texts(self, selector: str) -> list[str]:
        """Return the text of each element."""
        return list(self.run(f"[...document.querySelectorAll({selector!r})].map((node) => node.innerText)"))

    def shows(self, part: str, selector: str = "body") -> bool:
        """Wait until an element shows a text."""
        return bool(self.run(f"shows({part!r}, {selector!r})"))

    def size(self, width: int, height: int, *, is_dark: bool = False) -> None:
        """Set the size of the window, and the color scheme."""
        self.tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.tab.call("Emulation.setEmulatedMedia", features=[scheme])
        self.run("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))")

    def picture(self, image_format: str = "png") -> bytes:
        """Return a picture of the window."""
        quality = {} if image_format == "png" else {"quality": PICTURE_QUALITY}
        return b64decode(self.tab.call("Page.captureScreenshot", format=image_format, **quality)["data"])

    def press(self, key: str, code: int) -> None:
        """Press a key."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.tab.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)
        self.run("settled()")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Errors of scripts, messages in the console, violations of the policy, and dialogs."""
        return self.tab.named(
            "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"
        )

    @property
    def hosts(self) -> set[str]:
        """Hosts that the page has sent requests to."""
        urls = [params["request"]["url"] for params in self.tab.named("Network.requestWillBeSent")]
        return {url.split("/")[2] for url in urls if not url.startswith("about:")}


@pytest.fixture(name="tab", scope="session")
def _tab(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Yield a tab of a browser that all tests of a process share: its start takes seconds."""
    tab = Tab(browser, tmp_path_factory.mktemp("browser"), MAX_SECONDS)
    tab.call("Emulation.setFocusEmulationEnabled", enabled=True)  # a page that is opened later has no focus otherwise
    yield tab
    tab.close()


@pytest.fixture(name="recording_fake", scope="session")
def _recording_fake() -> Iterator[FakeSmartflo]:
    """Yield a fake that records value coverage."""
    with FakeSmartflo(observer=Recorder(), check_body=check_body) as fake:
        yield fake


@pytest.fixture(name="console")
def _console(tab: Tab, recording_fake: FakeSmartflo, tmp_path: Path) -> Iterator[Console]:
    """Yield the console of a fake in its initial state."""
    recording_fake.app.test_client().post("/__admin/reset")
    console = Console(tab, recording_fake, tmp_path.name)
    yield console
    tab.open("about:blank")
