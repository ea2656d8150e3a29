"""What pytest loads in every run: options, markers, hooks and fixtures. Imports pytest only until a fixture is used."""

from __future__ import annotations

from contextlib import nullcontext
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from smartflo_contract.pytest_plugin import _coverage_options, _live_runs, _markers, _mutation_options, _settings
from smartflo_contract.pytest_plugin._account_of_test import account_of_test
from smartflo_contract.pytest_plugin._failures import add_failure_section
from smartflo_contract.pytest_plugin._guard import guard_session, guard_test
from smartflo_contract.pytest_plugin._own_parameters import READING, has_own_parameters, reading_of_test

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping
    from contextlib import AbstractContextManager

    from smartflo_contract.factories import Lead
    from smartflo_contract.mock_server import Config
    from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer, WebhookReceiver
    from smartflo_contract.pytest_plugin._mutant_run import MutantRun
    from smartflo_contract.pytest_plugin._mutation import MutationPlugin
    from smartflo_contract.pytest_plugin._needs import NeedsPlugin
    from smartflo_contract.pytest_plugin._recording import RecordingRun


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and ini keys."""
    _settings.add_options(parser)
    _coverage_options.add_coverage_options(parser)
    _mutation_options.add_mutation_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and validate the settings."""
    for line in _markers.MARKER_LINES:
        config.addinivalue_line("markers", line)
    _settings.validate_settings(config)
    _configure_recording(config)
    _configure_mutant(config)
    _configure_statistics(config)
    _live_runs.configure_live_runs(config)


def _configure_recording(config: pytest.Config) -> None:
    """Register the plugins of value coverage, of mutation and of needs if they are requested."""
    coverage = _coverage_options.coverage_options(config)
    mutation = _mutation_options.mutation_options(config)
    needs = _mutation_options.needs_output(config)
    if coverage is None and mutation is None and needs is None:
        return
    from smartflo_contract.pytest_plugin._recording import RecordingRun  # noqa: PLC0415 - slow to import

    recording = RecordingRun(config)
    config.pluginmanager.register(recording, _coverage_options.RECORDING)
    if coverage is not None and not hasattr(config, "workerinput"):
        from smartflo_contract.pytest_plugin._coverage import CoverageRun  # noqa: PLC0415 - slow to import

        config.pluginmanager.register(CoverageRun(config, coverage, recording), "smartflo-coverage")
    if mutation is not None:
        from smartflo_contract.pytest_plugin._mutation import MutationPlugin  # noqa: PLC0415 - slow to import

        config.pluginmanager.register(MutationPlugin(config, mutation, recording), _mutation_options.PLUGIN_NAME)
    if needs is not None:
        from smartflo_contract.pytest_plugin._needs import NeedsPlugin  # noqa: PLC0415 - slow to import

        config.pluginmanager.register(NeedsPlugin(needs or None, recording), _mutation_options.PLUGIN_NAME)


def _configure_mutant(config: pytest.Config) -> None:
    """Register the plugin of a run with a mutant if one is requested."""
    ids = _mutation_options.mutant_ids(config)
    if ids is not None:
        from smartflo_contract.pytest_plugin._mutant_run import MutantRun  # noqa: PLC0415 - slow to import

        config.pluginmanager.register(MutantRun(config, ids), _mutation_options.PLUGIN_NAME)


def _configure_statistics(config: pytest.Config) -> None:
    """Let strategies emit events for cells if Hypothesis shows statistics."""
    if config.getoption("hypothesis_show_statistics", default=False):
        from smartflo_contract.strategies.cell_events import show_cells  # noqa: PLC0415 - slow to import

        show_cells(is_on=True)
        config.add_cleanup(lambda: show_cells(is_on=False))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Share the seed and the login with a worker process of xdist."""
    _live_runs.share_with_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Let another worker process of xdist replace one that ended."""
    _live_runs.forget_worker(node)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Show the seed if it is set."""
    seed = _settings.setting(config, "seed")
    return f"smartflo: seed {seed}" if seed else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip live tests that cannot run, and reject wrong markers.

    Raises:
        pytest.UsageError: a marker is wrong.
    """
    reason = _live_runs.reason_to_skip(config)
    for item in items:
        if reason and item.get_closest_marker("smartflo_live"):
            item.add_marker(pytest.mark.skip(reason=reason))
        error = _markers.marker_error(item)
        if error and not hasattr(config, "workerinput"):  # a worker of xdist would hide the message
            message = f"{item.nodeid}: {error}"
            raise pytest.UsageError(message)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test with wrong markers that the collection has not rejected."""
    error = _markers.marker_error(item)
    if error:
        pytest.fail(error, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Guard the vendor's hosts while a test and its fixtures run."""
    with guard_test(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add unmatched requests and the reproducing command to the report of a failed test."""
    report = yield
    add_failure_section(item, call, report)
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each value of a parametrized fixture."""
    if _has_parameters_of(metafunc, "smartflo_missing_lead"):
        from smartflo_contract.pytest_plugin._missing_leads import missing_leads  # noqa: PLC0415 - slow to import

        leads = missing_leads(metafunc.config)
        metafunc.parametrize("smartflo_missing_lead", list(leads.values()), ids=list(leads), indirect=True)
    for name in ("smartflo_dial_status", "smartflo_disposition", "smartflo_edge_lead", READING):
        if _has_parameters_of(metafunc, name):
            from smartflo_contract.pytest_plugin._parametrization import VALUES  # noqa: PLC0415 - slow to import

            values = VALUES[name]()
            metafunc.parametrize(name, list(values.values()), ids=list(values), indirect=True)


def _has_parameters_of(metafunc: pytest.Metafunc, name: str) -> bool:
    """Return whether a test has the parameters of a parametrized fixture."""
    return name in metafunc.fixturenames and not has_own_parameters(metafunc, name, __name__)


@pytest.fixture(scope="session")
def smartflo_config(request: pytest.FixtureRequest) -> Config:
    """Configuration of the fake; override it to return another ``smartflo_contract.mock_server.Config``."""
    from smartflo_contract.pytest_plugin._server import config_of_run  # noqa: PLC0415 - slow to import

    return config_of_run(request.config)


@pytest.fixture(scope="session")
def smartflo_server(request: pytest.FixtureRequest, smartflo_config: Config) -> Iterator[SmartfloServer]:
    """The fake Smartflo of all tests of this process, on a free port; ``account()`` creates an account."""
    from smartflo_contract.pytest_plugin._server import require_config, running_server  # noqa: PLC0415 - slow to import

    guard_session()
    require_config(smartflo_config)
    recording: RecordingRun | None = request.config.pluginmanager.get_plugin(_coverage_options.RECORDING)
    observer = None if recording is None else recording.observer_of(smartflo_config)
    with running_server(smartflo_config, observer) as server, _mutant_of_run(request.config, server):
        yield server


def _mutant_of_run(config: pytest.Config, server: SmartfloServer) -> AbstractContextManager[None]:
    """Return a context in which the mutant of the run, if it has one, is set for a fake."""
    mutation: MutationPlugin | MutantRun | NeedsPlugin | None = config.pluginmanager.get_plugin(
        _mutation_options.PLUGIN_NAME
    )
    return nullcontext() if mutation is None else mutation.serving(server)


@pytest.fixture
def smartflo(request: pytest.FixtureRequest) -> Iterator[Smartflo]:
    """The test's own account on the fake Smartflo: ``url``, ``headers``, ``client``, ``add_list()``, ``fail()``..."""
    arguments = _markers.marker_arguments(request.node)
    if READING in request.fixturenames:  # set before the lists of the marker are created
        arguments = _markers.with_reading(arguments, reading_of_test(request.node))
    if request.node.get_closest_marker("smartflo_live"):
        yield _live_runs.live_account(request, arguments)
        return
    guard_session(request.getfixturevalue("smartflo_hosts"))
    server: SmartfloServer = request.getfixturevalue("smartflo_server")
    config: Config = request.getfixturevalue("smartflo_config")
    with account_of_test(request.node, server, config, arguments) as account:
        yield account


@pytest.fixture(scope="session")
def smartflo_hosts() -> Collection[str]:
    """Hosts that ``smartflo_intercept`` answers for, guarded in every test; override it to add to the vendor's."""
    from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS  # noqa: PLC0415 - slow to import

    return VENDOR_HOSTS


@pytest.fixture
def smartflo_intercept(smartflo: Smartflo, smartflo_hosts: Collection[str]) -> Iterator[Smartflo]:
    """The test's account, reached by every request to the vendor's hosts with any token or login."""
    try:
        interception = smartflo.intercept(smartflo_hosts)
    except ValueError as error:
        _settings.fail_setting("smartflo_hosts", error)
    with interception:
        yield smartflo


@pytest.fixture
def smartflo_webhook_server() -> Iterator[WebhookReceiver]:
    """A receiver of webhooks on a free port: ``url``, ``received``, ``respond()``, ``assert_received()``."""
    from smartflo_contract.pytest_plugin._webhook_receiver import WebhookReceiver  # noqa: PLC0415 - slow to import

    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def smartflo_make_lead(request: pytest.FixtureRequest, smartflo_config: Config) -> Callable[..., Lead]:
    """Function that returns a new lead on each call, realistic and valid under the contract; it accepts overrides."""
    from smartflo_contract.pytest_plugin._lead_factory import lead_factory  # noqa: PLC0415 - slow to import
    from smartflo_contract.pytest_plugin._server import require_config  # noqa: PLC0415 - slow to import

    require_config(smartflo_config)
    profile = _markers.marker_arguments(request.node).get("profile", smartflo_config.profile)
    return lead_factory(_markers.seed_of_test(request.node, smartflo_config.seed), profile, smartflo_config.overlay)


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
    """Each known dial status, one test each."""
    return int(request.param)


@pytest.fixture
def smartflo_disposition(request: pytest.FixtureRequest) -> int:
    """Each known disposition (``dialer_dial_status``), one test each."""
    return int(request.param)


@pytest.fixture
def smartflo_edge_lead(request: pytest.FixtureRequest) -> Lead:
    """Each lead of ``EDGE_CASES``, one test each: leads that break clients; some violate the contract."""
    lead: Lead = deepcopy(request.param)
    return lead


@pytest.fixture
def smartflo_missing_lead(request: pytest.FixtureRequest) -> Lead:
    """Each value of the contract that no other test of the last run with coverage was served: a lead, one test each.

    The contract is that of the options and ini keys: tests are collected before an overridden ``smartflo_config`` runs.
    """
    lead: Lead = deepcopy(request.param)
    return lead


@pytest.fixture
def smartflo_every_reading(request: pytest.FixtureRequest, smartflo: Smartflo) -> Mapping[str, str]:  # noqa: ARG001
    """Each profile, and each value of each quirk, one test each: set for the test's account, and returned."""
    reading: Mapping[str, str] = request.param
    return reading
