"""What pytest loads in every run: options, the marker, and fixtures. Imports nothing but pytest until one is used."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shlex
import zlib
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from smartflo_contract.pytest_plugin._markers import LINES, marked, wrong_marker
from smartflo_contract.schemas.profile_names import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping
    from contextlib import AbstractContextManager

    from smartflo_contract.factories import Lead
    from smartflo_contract.mock_server import Config
    from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer
    from smartflo_contract.pytest_plugin._live_account import Live

_OPTIONS: Final = {
    "seed": "same seed, same leads; a whole number (default: 0), or random for another one in each run",
    "profile": "reading of the vendor's documentation: sample (default), documented or lenient",
    "overlay": "a JSON file with a partial lead schema; a relative path starts from pytest's root folder",
    "base-url": "scheme and host of the real API, for tests that are marked smartflo_live (or SMARTFLO_BASE_URL)",
    "live-interval": "seconds from one request to the real API to the next, which people dial by (default: 1)",
}
"""Options and ini keys, by name."""
_TOO_LATE: Final = (
    "smartflo_config is overridden for this test, and the fake that runs for all tests is made of another one: "
    "override it in the conftest.py at the top of the tests, or use smartflo.add_list(), quirks() and fail() here"
)
_USES_A_FAKE: Final = frozenset({"smartflo", "smartflo_intercept", "smartflo_server"})
_FAKE: Final = pytest.StashKey["tuple[SmartfloServer, Smartflo]"]()
_FAILED: Final = pytest.StashKey[bool]()
_LIVE: Final = pytest.StashKey["Live"]()
_SENT: Final = pytest.StashKey[list[dict[str, Any]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with an ini key of the same name."""
    group = parser.getgroup("smartflo", "Smartflo: fixtures of a fake Smartflo (docs/pytest.md)")
    for name, text in _OPTIONS.items():
        group.addoption(f"--smartflo-{name}", metavar=name.upper(), help=text)
        parser.addini(f"smartflo_{name.replace('-', '_')}", f"{text}; the option wins")
    text = (
        "run tests that are marked smartflo_live against the real API; it needs SMARTFLO_TOKEN, or SMARTFLO_EMAIL and"
    )
    group.addoption("--smartflo-live", action="store_true", help=f"{text} SMARTFLO_PASSWORD")


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the markers, and refuse settings that cannot be.

    Raises:
        UsageError: one cannot.
    """
    for line in LINES:
        config.addinivalue_line("markers", line)
    seed, profile, overlay = (_given(config, name) for name in ("seed", "profile", "overlay"))
    if seed == "random":
        config.option.smartflo_seed = _of_all(config, "smartflo_seed") or str(random.randrange(2**32))  # noqa: S311 - no secret
    elif seed and not re.fullmatch(r"[+-]?[0-9]{1,18}", seed):
        message = f"--smartflo-seed: expected a whole number of at most 18 digits, or random, got `{seed[:50]}`"
        raise pytest.UsageError(message)
    if profile and profile not in PROFILES:
        message = f"--smartflo-profile: expected one of {', '.join(PROFILES)}, got `{profile}`"
        raise pytest.UsageError(message)
    if overlay and not (config.rootpath / overlay).is_file():
        message = f"--smartflo-overlay: there is no file {config.rootpath / overlay}"
        raise pytest.UsageError(message)
    if config.getoption("--smartflo-live"):
        _configure_live(config)


def _configure_live(config: pytest.Config) -> None:
    """Have what all live tests of this process share.

    Raises:
        UsageError: a setting of it cannot be.
    """
    from smartflo_contract.live import LiveError  # noqa: PLC0415 - quick to load without
    from smartflo_contract.pytest_plugin._live_account import Live  # noqa: PLC0415 - quick to load without

    process = int((_of_all(config, "workerid") or "gw0").removeprefix("gw"))
    processes = int(_of_all(config, "workercount") or 1)
    try:
        live = Live(_given(config, "base-url"), _given(config, "live-interval"), process, processes)
    except LiveError as error:
        raise pytest.UsageError(str(error)) from None
    told = _of_all(config, "smartflo_live")
    if told:
        live.tell(told)
    config.stash[_LIVE] = live


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of xdist's what is one for all: the seed, which may be random, and the login at the real API."""
    node.workerinput["smartflo_seed"] = _given(node.config, "seed")
    if _LIVE in node.config.stash and _not_live(node.config) is None:
        node.workerinput["smartflo_live"] = node.config.stash[_LIVE].told()


def _of_all(config: pytest.Config, name: str) -> Any:
    """Return what xdist has told this process, ``None`` for nothing."""
    return getattr(config, "workerinput", {}).get(name)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell a seed that is not the usual one."""
    seed = _given(config, "seed")
    return f"smartflo: seed {seed}" if seed else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse markers that say what there is not, and skip live tests unless they are asked for and can be run.

    Raises:
        UsageError: a marker does.
    """
    for item in items:
        if item.get_closest_marker("smartflo_live"):
            reason = _not_live(config)
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))
        wrong = wrong_marker(item)
        if wrong and not hasattr(config, "workerinput"):  # xdist would drown it in an error of its own
            message = f"{item.nodeid}: {wrong}"
            raise pytest.UsageError(message)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse wrong markers, where they were not refused when the tests were collected."""
    wrong = wrong_marker(item)
    if wrong:
        pytest.fail(wrong, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Guard what goes to the vendor's hosts while a test runs, fixtures included."""
    with _guarded(item):
        return (yield)


def _guarded(item: pytest.Item) -> AbstractContextManager[None]:
    if item.get_closest_marker("smartflo_live") and _not_live(item.config) is None:
        live: Live = item.config.stash[_LIVE]
        return live.guarded(item.stash.setdefault(_SENT, []))
    if _USES_A_FAKE.isdisjoint(getattr(item, "fixturenames", ())):
        return contextlib.nullcontext()
    from smartflo_contract.pytest_plugin._interception import refused  # noqa: PLC0415 - quick to load without

    return refused()


@pytest.fixture(scope="session")
def smartflo_config(request: pytest.FixtureRequest) -> Config:
    """What the fake of the tests is made of; override it to return another ``smartflo_contract.mock_server.Config``."""
    from smartflo_contract.mock_server import Config, ConfigError  # noqa: PLC0415 - quick to load without

    seed, profile, overlay = (_given(request.config, name) for name in ("seed", "profile", "overlay"))
    path = request.config.rootpath / overlay if overlay else None
    try:
        return Config(seed=int(seed or 0), profile=profile or "sample", overlay=path)
    except ConfigError as error:
        _fail("smartflo", error)


@pytest.fixture(scope="session")
def smartflo_server(smartflo_config: Config) -> Iterator[SmartfloServer]:
    """The fake Smartflo of all tests of this process, at a free port; ``account()`` gives an account of one's own."""
    from smartflo_contract.mock_server import FakeSmartflo  # noqa: PLC0415 - quick to load without
    from smartflo_contract.pytest_plugin import SmartfloServer  # noqa: PLC0415 - quick to load without

    try:
        server = SmartfloServer(FakeSmartflo(smartflo_config), smartflo_config)
    except ValueError as error:
        _fail("smartflo_config", error)
    with server:
        yield server


@pytest.fixture
def smartflo(request: pytest.FixtureRequest) -> Iterator[Smartflo]:
    """The test's own account on the fake Smartflo: ``url``, ``headers``, ``client``, ``add_list()``, ``fail()``..."""
    said = marked(request.node)
    if "smartflo_every_reading" in request.fixturenames:  # before the lists of the marker are made
        said |= _reading(request.node.callspec.params["smartflo_every_reading"], said)
    if request.node.get_closest_marker("smartflo_live"):
        yield from _read_only(request, said)
        return
    server: SmartfloServer = request.getfixturevalue("smartflo_server")
    if request.getfixturevalue("smartflo_config") != server.config:
        pytest.fail(_TOO_LATE, pytrace=False)
    with server.account(seed=_seed(request.node, said, server.config.seed)) as account:
        request.node.stash[_FAKE] = server, account
        request.node.stash[_FAILED] = False  # the test may run again
        _prepare(account, said)
        yield account
        lost = _unmatched(server, account)
        if lost and not said.get("allow_unmatched") and not request.node.stash[_FAILED]:
            pytest.fail(lost, pytrace=False)


def _read_only(request: pytest.FixtureRequest, said: Mapping[str, Any]) -> Iterator[Any]:
    """Give the real API to a test, for reading."""
    from smartflo_contract.pytest_plugin._live_account import LiveSmartflo  # noqa: PLC0415 - quick to load without

    needing = [name for name in said if name not in {"allow_unmatched", "seed"}]
    if needing:
        told = f"@pytest.mark.smartflo: `{needing[0]}` needs the fake, and the test is marked smartflo_live"
        pytest.fail(told, pytrace=False)
    live, sent = request.config.stash[_LIVE], request.node.stash[_SENT]
    token, refused = live.told()
    if token is None:
        pytest.fail(f"smartflo_live: {refused}", pytrace=False)
    config: Config = request.getfixturevalue("smartflo_config")
    sent.clear()  # the login is nothing that the test has asked for
    yield LiveSmartflo(live.url, token, config.overlay, sent)


@pytest.fixture(scope="session")
def smartflo_hosts() -> Collection[str]:
    """The hosts that ``smartflo_intercept`` answers for: the vendor's two; override it to name others."""
    from smartflo_contract.live.client.credentials import VENDOR_HOSTS  # noqa: PLC0415 - quick to load without

    return VENDOR_HOSTS


@pytest.fixture
def smartflo_intercept(smartflo: Smartflo, smartflo_hosts: Collection[str]) -> Iterator[Smartflo]:
    """The test's account, reached by every request to the vendor's hosts, whatever token or login it has."""
    try:
        intercepted = smartflo.intercept(smartflo_hosts)
    except ValueError as error:
        _fail("smartflo_hosts", error)
    with intercepted:
        yield smartflo


@pytest.fixture
def smartflo_make_lead(request: pytest.FixtureRequest, smartflo_config: Config) -> Callable[..., Lead]:
    """Make one lead after another, realistic and valid under the contract, with the keys that are given."""
    from smartflo_contract.factories import lead  # noqa: PLC0415 - quick to load without

    said, made = marked(request.node), iter(range(2**31))
    seed = _seed(request.node, said, smartflo_config.seed)

    def make(**overrides: Any) -> Lead:
        whole = lead(
            seed,
            8668,
            next(made),
            profile=said.get("profile", smartflo_config.profile),
            overlay=smartflo_config.overlay,
        )
        return {**whole, **overrides}  # type: ignore[typeddict-item]  # any key may be given, and hold anything

    return make


@pytest.fixture
def smartflo_lead(smartflo_make_lead: Callable[..., Lead]) -> Lead:
    """One lead, realistic and valid under the contract."""
    return smartflo_make_lead()


@pytest.fixture
def smartflo_leads(smartflo_make_lead: Callable[..., Lead]) -> list[Lead]:
    """Ten leads, realistic and valid under the contract."""
    return [smartflo_make_lead() for _ in range(10)]


@pytest.fixture
def smartflo_dial_status(request: pytest.FixtureRequest) -> int:
    """Each dial status that the contract knows, one test each."""
    return int(request.param)


@pytest.fixture
def smartflo_disposition(request: pytest.FixtureRequest) -> int:
    """Each disposition (``dialer_dial_status``) that the contract knows, one test each."""
    return int(request.param)


@pytest.fixture
def smartflo_edge_lead(request: pytest.FixtureRequest) -> Lead:
    """Each lead at which clients break, one test each, named as in ``EDGE_CASES``; some break the contract."""
    from copy import deepcopy  # noqa: PLC0415 - quick to load without

    lead: Lead = deepcopy(request.param)
    return lead


@pytest.fixture
def smartflo_every_reading(request: pytest.FixtureRequest, smartflo: Smartflo) -> Mapping[str, str]:  # noqa: ARG001
    """Each profile, and each value of each quirk, one test each: set for the test's account, and told."""
    reading: Mapping[str, str] = request.param
    return reading


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have a test run once for each value of a parametrised fixture."""
    for name in ("smartflo_dial_status", "smartflo_disposition", "smartflo_edge_lead", "smartflo_every_reading"):
        if name in metafunc.fixturenames:
            from smartflo_contract.pytest_plugin import _parametrization as _values  # noqa: PLC0415 - quick to load without

            values = _values.TABLES[name]()
            metafunc.parametrize(name, list(values.values()), ids=list(values), indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a test that failed which requests no route took, and how to have the same leads again."""
    report = yield
    if call.excinfo is not None and call.when != "teardown":
        item.stash[_FAILED] = True
    if report.failed and any(name.startswith("smartflo") for name in getattr(item, "fixturenames", ())):
        told = [_again(item)]
        fake = item.stash.get(_FAKE, None)
        if fake is not None and call.when == "call":
            told.insert(0, _unmatched(*fake))
        report.sections.append(("smartflo", "\n".join(filter(None, told))))
    return report


def _again(item: pytest.Item) -> str:
    """Return the command that runs a test again with the same leads."""
    options = {name: item.config.getoption(f"--smartflo-{name}") for name in _OPTIONS}
    given = [f"--smartflo-{name}={value}" for name, value in options.items() if value]
    live = ["--smartflo-live"] if item.config.getoption("--smartflo-live") else []
    _, colons, name = item.nodeid.partition("::")
    node = os.path.relpath(item.path, item.config.invocation_params.dir) + colons + name
    return f"the same leads again: {shlex.join(['pytest', node, *given, *live])}"


def _seed(node: Any, said: Mapping[str, Any], seed: int) -> int:
    """Return the seed of a test's own leads: that of its marker, or one that follows from its node id."""
    return int(said.get("seed", zlib.crc32(f"{seed}/{node.nodeid}".encode())))


def _not_live(config: pytest.Config) -> str | None:
    """Return why live tests do not run, ``None`` where they do."""
    if not config.getoption("--smartflo-live"):
        return "reads the real API: run with --smartflo-live"
    token, email, password = (os.environ.get(f"SMARTFLO_{name}", "") for name in ("TOKEN", "EMAIL", "PASSWORD"))
    if token.strip() or (email and password):
        return None
    return "the real API needs SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"


def _given(config: pytest.Config, name: str) -> str | None:
    """Return an option, or the ini key of its name."""
    value = config.getoption(f"--smartflo-{name}") or config.getini(f"smartflo_{name.replace('-', '_')}")
    return str(value) if value else None


def _reading(reading: Mapping[str, str], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reading says in the place of markers."""
    return {"profile": reading["profile"]} if "profile" in reading else {"quirks": said.get("quirks", {}) | reading}


def _prepare(account: Smartflo, said: Mapping[str, Any]) -> None:
    """Make an account what the markers say, or fail the test where it cannot be so."""
    try:
        if "profile" in said:
            account.profile(said["profile"])
        if "quirks" in said:
            account.quirks(**said["quirks"])
        if "clock" in said:
            account.clock.freeze(said["clock"])
            account.renew_token()
        if "leads" in said:
            account.add_list(leads=said["leads"])
        if "faults" in said:
            account.fail(*said["faults"])
    except ValueError as error:
        _fail("@pytest.mark.smartflo", error)


def _fail(what: str, error: Exception) -> NoReturn:
    """Fail a test in one line: what it was set to cannot be."""
    failure = pytest.fail.Exception(f"{what}: {error}", pytrace=False)
    raise failure from None


def _unmatched(server: SmartfloServer, account: Smartflo) -> str:
    """Return which requests no route took, and why; nothing where there are none."""
    lost = [*account.unmatched, *server.lost_strangers()]
    lines = [f"  {one['method']} {one['path']}: {one['response']['reason']}" for one in lost]
    if not lines:
        return ""
    hint = "@pytest.mark.smartflo(allow_unmatched=True) lets it pass"
    return "\n".join(["the fake Smartflo has no such route:", *lines, hint])
