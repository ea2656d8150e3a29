"""What does the pytest plugin cost: a run that does not use it, the fixtures of a test, and the start of the fake?

Each run of pytest on an empty test is a process of its own that loads only the measured plugin; the runs are
interleaved. The result is the processor time in addition to a run without plugins, so other work on the machine
matters little. Other plugins are measured if they are installed. A fixture costs what the median test with it takes in
addition to one without fixtures, in the quickest of all runs. With ``--before``, runs with the source of an earlier
commit are interleaved. An account is reset after one request to a running fake; the fake is started in a process that
has imported it.

    python benchmarks/plugin.py [--rounds 15] [--accounts 2000] [--before FOLDER]
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import entry_points
from pathlib import Path

import smartflo_contract
from smartflo_contract.mock_server import FakeSmartflo

OTHERS = ("hypothesispytest", "faker", "schemathesis", "anyio", "xdist", "randomly")
"""Entry points of other plugins that are often installed."""
MAX_RUN_MILLISECONDS = 30
"""Limit for an empty run."""
FIXTURES = {
    "without fixtures": ("", "pass"),
    "smartflo": ("smartflo", "pass"),
    "a list of three and one read": ("smartflo", "assert len(smartflo.add_list(leads=3).leads) == 3"),
    "smartflo_intercept": ("smartflo_intercept", "pass"),
    "smartflo, 10,000 requests of an unknown token": ("others, smartflo", "pass"),
}
"""Fixtures and body of each test."""
MAX_FIXTURE_MILLISECONDS = (0, 0.6, 2, 2, 0.6)
FIXTURE_TEST = """
import time
import pytest

times = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    start = time.perf_counter()
    result = yield
    times.append(time.perf_counter() - start)
    return result


def pytest_unconfigure():
    print(sorted(times)[len(times) // 2])


@pytest.fixture(scope="session")
def others(smartflo_server):
    with smartflo_server.account() as account:
        client = account.client
        for _ in range(10_000):
            client.get("/v1/broadcast/leads/8668", headers={"Authorization": "hard-coded"})


"""
MAX_RESET_MICROSECONDS = 50
MAX_START_MILLISECONDS = 20


def run(folder: str, plugin: str | None) -> float:
    """Return the processor time of a run of pytest on an empty test with one plugin, in milliseconds."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command if plugin is None else [*command, "-p", plugin],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1_000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def time_empty_runs(rounds: int) -> dict[str, float]:
    """Return the milliseconds that each plugin adds to an empty run, the minimum of all rounds."""
    installed = {entry.name: entry.value for entry in entry_points(group="pytest11")}
    plugins = {"none": None} | {name: installed[name] for name in ("smartflo", *OTHERS) if name in installed}
    times: dict[str, list[float]] = {name: [] for name in plugins}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text("def test_it(): ...\n", encoding="utf-8")
        for _ in range(rounds):
            for name, plugin in plugins.items():
                times[name].append(run(folder, plugin))
    minimum = {name: min(runs) for name, runs in times.items()}
    none = minimum.pop("none")
    print(f"pytest alone, one empty test: {none:.0f} ms")
    return {name: milliseconds - none for name, milliseconds in minimum.items()}


def time_fixtures(rounds: int, sources: list[str]) -> None:
    """Print the milliseconds that each fixture adds to the median test, in the quickest round.

    Args:
        rounds: number of runs of each fixture.
        sources: source folders to compare; the first is this one.
    """
    times: dict[tuple[str, str], list[float]] = {(name, source): [] for name in FIXTURES for source in sources}
    with tempfile.TemporaryDirectory() as folder:
        for number, (arguments, body) in enumerate(FIXTURES.values()):
            test = f"@pytest.mark.parametrize('_', range(300))\ndef test_it(_, {arguments}):\n    {body}\n"
            Path(folder, f"test_{number}.py").write_text(FIXTURE_TEST + test, encoding="utf-8")
        for _ in range(rounds):
            for number, name in enumerate(FIXTURES):
                for source in sources:
                    times[name, source].append(1_000 * run_fixture_test(folder, f"test_{number}", source))
    for name, limit in zip(FIXTURES, MAX_FIXTURE_MILLISECONDS, strict=True):
        without = next(iter(FIXTURES))
        added = [min(times[name, source]) - min(times[without, source]) for source in sources]
        if name != without:
            shown = ", before ".join(f"{milliseconds:.2f} ms" for milliseconds in added)
            print(f"a test with {name}: {shown}, limit {limit} ms")


def run_fixture_test(folder: str, module: str, source: str) -> float:
    """Return the seconds that the median test of a module takes."""
    plugins = ["-p", "no:cacheprovider", "-p", "smartflo_contract.pytest_plugin.plugin", "-p", module]
    output = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, f"{module}.py"],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join([source, folder])},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(output.split()[-1])


def time_reset(accounts: int) -> float:
    """Return the median time of an account's reset, in microseconds."""
    times = []
    with FakeSmartflo() as fake:
        client = fake.app.test_client()
        for number in range(accounts):
            login = f"crm-{number}@example.com"
            headers = {"Authorization": fake.token(login)}
            client.delete("/v1/broadcast/list/8669", headers=headers)
            start = time.perf_counter()
            fake.reset(login)
            times.append(1e6 * (time.perf_counter() - start))
    return statistics.median(times)


def time_start(rounds: int) -> float:
    """Return the median time until the fake listens, in milliseconds."""
    times = []
    for _ in range(rounds):
        fake = FakeSmartflo()
        start = time.perf_counter()
        fake.start()
        times.append(1_000 * (time.perf_counter() - start))
        fake.stop()
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--before", help="folder `src` of an earlier commit, to compare fixtures with")
    arguments = parser.parse_args()
    for name, milliseconds in time_empty_runs(arguments.rounds).items():
        limit = f", limit {MAX_RUN_MILLISECONDS}" if name == "smartflo" else ""
        print(f"  with the plugin {name}: {milliseconds:+.0f} ms{limit}")
    source = str(Path(smartflo_contract.__file__).parents[1])
    time_fixtures(max(3, arguments.rounds // 3), [source, *filter(None, [arguments.before])])
    print(f"reset of an account: {time_reset(arguments.accounts):.0f} µs, limit {MAX_RESET_MICROSECONDS}")
    print(f"start of the fake: {time_start(arguments.rounds):.1f} ms, limit {MAX_START_MILLISECONDS}")


if __name__ == "__main__":
    main()
