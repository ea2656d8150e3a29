"""What does the pytest plugin cost: a run that does not use it, a test's account, and the start of the fake?

Runs of pytest on one empty test are processes of their own, with no plugin but the one that is measured, interleaved;
the figure is the processor time over a run without any, so other work on the machine counts little. Plugins of others
are measured where they are installed. The account is that of a fake that runs, after one request; the fake is started
in a process that has imported it.

    python benchmarks/plugin.py [--rounds 15] [--accounts 2000]
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

from smartflo_contract.mock_server import FakeSmartflo

OTHERS = ("hypothesispytest", "faker", "schemathesis", "anyio", "xdist", "randomly")
"""Entry points of plugins that are often installed beside ours."""
MOST_RUN = 30
"""Milliseconds of an empty run."""
MOST_RESET = 50
"""Microseconds of an account's reset."""
MOST_START = 20
"""Milliseconds of the fake's start."""


def run(folder: str, plugin: str | None) -> float:
    """Return the processor milliseconds that pytest takes for an empty test with one plugin."""
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


def empty_runs(rounds: int) -> dict[str, float]:
    """Return the milliseconds that each plugin adds to an empty run, the least of all rounds."""
    installed = {entry.name: entry.value for entry in entry_points(group="pytest11")}
    plugins = {"none": None} | {name: installed[name] for name in ("smartflo", *OTHERS) if name in installed}
    taken: dict[str, list[float]] = {name: [] for name in plugins}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text("def test_it(): ...\n", encoding="utf-8")
        for _ in range(rounds):
            for name, plugin in plugins.items():
                taken[name].append(run(folder, plugin))
    least = {name: min(times) for name, times in taken.items()}
    none = least.pop("none")
    print(f"pytest alone, one empty test: {none:.0f} ms")
    return {name: milliseconds - none for name, milliseconds in least.items()}


def reset(accounts: int) -> float:
    """Return the microseconds that an account's reset takes, the median."""
    taken = []
    with FakeSmartflo() as fake:
        client = fake.app.test_client()
        for number in range(accounts):
            login = f"crm-{number}@example.com"
            headers = {"Authorization": fake.token(login)}
            client.delete("/v1/broadcast/list/8669", headers=headers)
            start = time.perf_counter()
            fake.reset(login)
            taken.append(1e6 * (time.perf_counter() - start))
    return statistics.median(taken)


def starts(rounds: int) -> float:
    """Return the milliseconds until the fake listens, the median."""
    taken = []
    for _ in range(rounds):
        fake = FakeSmartflo()
        start = time.perf_counter()
        fake.start()
        taken.append(1_000 * (time.perf_counter() - start))
        fake.stop()
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--accounts", type=int, default=2_000)
    arguments = parser.parse_args()
    for name, milliseconds in empty_runs(arguments.rounds).items():
        limit = f", at most {MOST_RUN}" if name == "smartflo" else ""
        print(f"  with the plugin {name}: {milliseconds:+.0f} ms{limit}")
    print(f"reset of an account: {reset(arguments.accounts):.0f} µs, at most {MOST_RESET}")
    print(f"start of the fake: {starts(arguments.rounds):.1f} ms, at most {MOST_START}")


if __name__ == "__main__":
    main()
