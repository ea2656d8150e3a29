"""What pytest loads in every run: options, the marker, and fixtures. Imports nothing but pytest until one is used."""

from __future__ import annotations

import os
import random
import re
import shlex
import zlib
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping

    from smartflo_contract.factories import Lead
    from smartflo_contract.mock_server import Config
    from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer
    from smartflo_contract.pytest_plugin._live import Access

_OPTIONS: Final = {
    "seed": "same seed, same leads; a whole number (default: 0), or random for another one in each run",
    "profile": "reading of the vendor's documentation: sample (default), documented or lenient",
    "overlay": "a JSON file with a partial lead schema; a relative path starts from pytest's root folder",
    "base-url": "scheme and host of the real API, for tests that are marked smartflo_live (or SMARTFLO_BASE_URL)",
    "live-interval": "seconds from one request to the real API to the next, which people dial by (default: 1)",
}
"""Options and ini keys, by name."""
_PROFILES: Final = ("sample", "documented", "lenient")
_MARKER: Final = {
    "leads": "how many leads, or the leads, of a list that the test begins with: `smartflo.lists[0]`",
    "profile": "profile of the account",
    "quirks": "quirk to value",
    "faults": "steps, as `smartflo.fail()` takes them",
    "clock": "the time that the account's clock shows and stands at, a datetime or ISO 8601",
    "seed": "of the leads that the test makes; else each test has its own, from --smartflo-seed and its node id",
    "allow_unmatched": "requests that no route of the fake takes do not fail the test",
}
"""Keyword arguments of the marker."""
_TOO_LATE: Final = (
    "smartflo_config is overridden for this test, and the fake that runs for all tests is made of another one: "
    "override it in the conftest.py at the top of the tests, or use smartflo.add_list(), quirks() and fail() here"
)
_ACCOUNT: Final = pytest.StashKey["Smartflo"]()
_FAILED: Final = pytest.StashKey[bool]()


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
    arguments = ", ".join(f"{name}=" for name in _MARKER)
    text = "; ".join(f"{name}: {what}" for name, what in _MARKER.items())
    config.addinivalue_line("markers", f"smartflo({arguments}): what the test's Smartflo account is like. {text}.")
    text = "the test reads the real API; skipped unless --smartflo-live and credentials are given."
    config.addinivalue_line("markers", f"smartflo_live: {text}")
    seed, profile = _given(config, "seed"), _given(config, "profile")
    if seed == "random":
        of_all = getattr(config, "workerinput", {}).get("smartflo_seed")  # under xdist
        config.option.smartflo_seed = of_all or str(random.randrange(2**32))  # noqa: S311 - no secret
    elif seed and not re.fullmatch(r"[+-]?[0-9]+", seed):
        message = f"--smartflo-seed: expected a whole number, or random, got `{seed}`"
        raise pytest.UsageError(message)
    if profile and profile not in _PROFILES:
        message = f"--smartflo-profile: expected one of {', '.join(_PROFILES)}, got `{profile}`"
        raise pytest.UsageError(message)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of xdist's the seed of all, which may be random."""
    node.workerinput["smartflo_seed"] = _given(node.config, "seed")


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
        for mark in item.iter_markers("smartflo"):
            unknown = [name for name in mark.kwargs if name not in _MARKER]
            if unknown or mark.args:
                what = f"`{unknown[0]}`" if unknown else "an argument without a name"
                message = f"{item.nodeid}: @pytest.mark.smartflo has {what}; there are {', '.join(_MARKER)}"
                raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def smartflo_config(request: pytest.FixtureRequest) -> Config:
    """What the fake of the tests is made of; override it to return another ``smartflo_contract.mock_server.Config``."""
    from smartflo_contract.mock_server import Config, ConfigError  # noqa: PLC0415 - quick to load without

    seed, profile, overlay = (_given(request.config, name) for name in ("seed", "profile", "overlay"))
    path = request.config.rootpath / overlay if overlay else None
    try:
        return Config(seed=int(seed or 0), profile=profile or "sample", overlay=path)
    except ConfigError as error:
        _fail("--smartflo-overlay", error)


@pytest.fixture(scope="session")
def smartflo_server(smartflo_config: Config) -> Iterator[SmartfloServer]:
    """The fake Smartflo of all tests of this process, at a free port; ``account()`` gives an account of one's own."""
    from smartflo_contract.mock_server import FakeSmartflo  # noqa: PLC0415 - quick to load without
    from smartflo_contract.pytest_plugin import SmartfloServer  # noqa: PLC0415 - quick to load without

    with FakeSmartflo(smartflo_config) as fake:
        yield SmartfloServer(fake, smartflo_config)


@pytest.fixture
def smartflo(request: pytest.FixtureRequest) -> Iterator[Smartflo]:
    """The test's own account on the fake Smartflo: ``url``, ``headers``, ``client``, ``add_list()``, ``fail()``..."""
    marked = _marked(request.node)
    if "smartflo_every_reading" in request.fixturenames:  # before the lists of the marker are made
        marked |= _reading(request.node.callspec.params["smartflo_every_reading"], marked)
    if request.node.get_closest_marker("smartflo_live"):
        yield from _read_only(request, marked)
        return
    server: SmartfloServer = request.getfixturevalue("smartflo_server")
    if request.getfixturevalue("smartflo_config") != server.config:
        pytest.fail(_TOO_LATE, pytrace=False)
    with server.account(seed=_seed(request.node, marked, server.config.seed)) as account:
        request.node.stash[_ACCOUNT] = account
        _prepare(account, marked)
        yield account
        if not marked.get("allow_unmatched") and not request.node.stash.get(_FAILED, False):
            lost = _unmatched(account)
            if lost:
                pytest.fail(lost, pytrace=False)


@pytest.fixture(scope="session")
def _smartflo_live(request: pytest.FixtureRequest) -> Access:
    """The real API for all live tests of this process: one login at most, and one pace."""
    from smartflo_contract.live._errors import LiveError  # noqa: PLC0415 - quick to load without
    from smartflo_contract.pytest_plugin import _live  # noqa: PLC0415 - quick to load without

    try:
        return _live.access(_given(request.config, "base-url"), _given(request.config, "live-interval"))
    except LiveError as error:
        _fail("smartflo_live", error)


def _read_only(request: pytest.FixtureRequest, marked: Mapping[str, Any]) -> Iterator[Any]:
    """Give the real API to a test, for reading."""
    from smartflo_contract.pytest_plugin._live import LiveSmartflo  # noqa: PLC0415 - quick to load without

    needing = [name for name in marked if name not in {"allow_unmatched", "seed"}]
    if needing:
        told = f"@pytest.mark.smartflo: `{needing[0]}` needs the fake, and the test is marked smartflo_live"
        pytest.fail(told, pytrace=False)
    access: Access = request.getfixturevalue("_smartflo_live")
    config: Config = request.getfixturevalue("smartflo_config")
    account = LiveSmartflo(access.url, access.token, config.overlay)
    with account.guard(access.pace):
        yield account


@pytest.fixture(scope="session")
def smartflo_hosts() -> Collection[str]:
    """The hosts that ``smartflo_intercept`` answers for: the vendor's two; override it to name others."""
    from smartflo_contract.live._access import HOSTS  # noqa: PLC0415 - quick to load without

    return HOSTS


@pytest.fixture
def smartflo_intercept(smartflo: Smartflo, smartflo_hosts: Collection[str]) -> Iterator[Smartflo]:
    """The test's account, reached by every request to the vendor's hosts, whatever token or login it has."""
    with smartflo.intercept(smartflo_hosts):
        yield smartflo


@pytest.fixture
def smartflo_make_lead(request: pytest.FixtureRequest, smartflo_config: Config) -> Callable[..., Lead]:
    """Make one lead after another, realistic and valid under the contract, with the keys that are given."""
    from smartflo_contract.factories import lead  # noqa: PLC0415 - quick to load without

    marked, made = _marked(request.node), iter(range(2**31))
    seed = _seed(request.node, marked, smartflo_config.seed)

    def make(**overrides: Any) -> Lead:
        whole = lead(
            seed,
            8668,
            next(made),
            profile=marked.get("profile", smartflo_config.profile),
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
            from smartflo_contract.pytest_plugin import _values  # noqa: PLC0415 - quick to load without

            values = _values.TABLES[name]()
            metafunc.parametrize(name, list(values.values()), ids=list(values), indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a test that failed which requests no route took, and how to have the same leads again."""
    report = yield
    if report.failed and any(name.startswith("smartflo") for name in getattr(item, "fixturenames", ())):
        told = [_again(item)]
        account = item.stash.get(_ACCOUNT, None)
        if account is not None and call.when == "call":
            item.stash[_FAILED] = True
            told.insert(0, _unmatched(account))
        report.sections.append(("smartflo", "\n".join(filter(None, told))))
    return report


def _again(item: pytest.Item) -> str:
    """Return the command that runs a test again with the same leads."""
    options = {name: item.config.getoption(f"--smartflo-{name}") for name in _OPTIONS}
    given = [f"--smartflo-{name}={value}" for name, value in options.items() if value]
    live = ["--smartflo-live"] if item.get_closest_marker("smartflo_live") else []
    return f"the same leads again: {shlex.join(['pytest', item.nodeid, *given, *live])}"


def _seed(node: Any, marked: Mapping[str, Any], seed: int) -> int:
    """Return the seed of a test's own leads: that of its marker, or one that follows from its node id."""
    return int(marked.get("seed", zlib.crc32(f"{seed}/{node.nodeid}".encode())))


def _not_live(config: pytest.Config) -> str | None:
    """Return why live tests do not run, ``None`` where they do."""
    if not config.getoption("--smartflo-live"):
        return "reads the real API: run with --smartflo-live"
    if os.environ.get("SMARTFLO_TOKEN") or (os.environ.get("SMARTFLO_EMAIL") and os.environ.get("SMARTFLO_PASSWORD")):
        return None
    return "the real API needs SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"


def _given(config: pytest.Config, name: str) -> str | None:
    """Return an option, or the ini key of its name."""
    value = config.getoption(f"--smartflo-{name}") or config.getini(f"smartflo_{name.replace('-', '_')}")
    return str(value) if value else None


def _marked(item: Any) -> dict[str, Any]:
    """Return what the markers of a test say, the nearest one last."""
    said: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("smartflo"))):
        said |= mark.kwargs
    return said


def _reading(reading: Mapping[str, str], marked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reading says in the place of markers."""
    return {"profile": reading["profile"]} if "profile" in reading else {"quirks": marked.get("quirks", {}) | reading}


def _prepare(account: Smartflo, marked: Mapping[str, Any]) -> None:
    """Make an account what the markers say, or fail the test where it cannot be so."""
    try:
        if "profile" in marked:
            account.profile(marked["profile"])
        if "quirks" in marked:
            account.quirks(**marked["quirks"])
        if "clock" in marked:
            account.clock.freeze(marked["clock"])
        if "leads" in marked:
            account.add_list(leads=marked["leads"])
        if "faults" in marked:
            account.fail(*marked["faults"])
    except ValueError as error:
        _fail("@pytest.mark.smartflo", error)


def _fail(what: str, error: Exception) -> NoReturn:
    """Fail a test in one line: what it was set to cannot be."""
    failure = pytest.fail.Exception(f"{what}: {error}", pytrace=False)
    raise failure from None


def _unmatched(account: Smartflo) -> str:
    """Return which requests of an account no route took, and why; nothing where there are none."""
    lines = [f"  {one['method']} {one['path']}: {one['response']['reason']}" for one in account.unmatched]
    if not lines:
        return ""
    hint = "@pytest.mark.smartflo(allow_unmatched=True) lets it pass"
    return "\n".join(["the fake Smartflo has no such route:", *lines, hint])
