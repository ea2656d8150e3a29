"""What does mutation cost: in process, in a fresh process for each mutant, of a command, and in runs of `needs`?

A suite of an example runs with all its mutants in one process. A fresh process for each is measured with a sample
of the mutants. The limit of a run is the number of mutants that were run, times the mean time of the tests concerned,
times 1.3, over the number of workers. `mutate` runs a small client, a process for each mutant: the limit is the number
of runs, controls included, times the mean time of a run without a mutant, times 1.3. Quote the ratios, not the seconds.

    python benchmarks/mutation.py [--samples 5] [--mutants 100] [--suites crm_sync/tests lead_poller/tests]
"""

import argparse
import json
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree as ET

from smartflo_contract.mock_server import Config
from smartflo_contract.mutants import mutants_of
from smartflo_contract.mutation.command_fakes import command_fakes
from smartflo_contract.mutation.commands import CONTROL_INTERVAL, CommandRun, run_plainly
from smartflo_contract.mutation.minimal_set import MinimalSet
from smartflo_contract.mutation.sampling import spread_sample
from smartflo_contract.schemas import load_contract

EXAMPLES = Path(__file__).parents[1] / "examples"
SUITES = ("crm_sync/tests", "lead_poller/tests")
MIN_RATIO = 50
MAX_FACTOR = 1.3
KEYS, NEEDED, MAX_RUNS = 57, 3, 30
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:randomly")
CLIENT = """
import json, os, urllib.request
url = os.environ["SMARTFLO_BASE_URL"] + "/v1/broadcast/leads/8668"
leads = json.load(urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "any-text"})))
assert all(lead["retry_count"] >= 0 for lead in leads)
"""
RAN = {"Killed", "Survived", "Timeout"}


def run(folder: Path, *options: str) -> float:
    """Run pytest and return its seconds; an exit code of 1 means that a mutant was killed."""
    start = time.perf_counter()
    done = subprocess.run([*PYTEST, *options], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - start


def durations(folder: Path, suite: str) -> dict[str, float]:
    """Return how long each test of a suite takes with its fixtures, in seconds, by node id."""
    run(folder, "--junitxml=junit.xml", suite)
    cases = ET.parse(folder / "junit.xml").iter("testcase")  # noqa: S314 - pytest has written it
    return {
        f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name']}": float(case.attrib["time"])
        for case in cases
    }


def compare(name: str, samples: int) -> None:
    """Print what the mutants of a suite cost in one process, and in a fresh process each."""
    project, _, suite = name.partition("/")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(EXAMPLES / project, Path(temporary) / project))
        usual = run(folder, suite)
        whole = run(folder, "--smartflo-mutate", "--smartflo-mutate-report=json:report.json", suite)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        mutants = [mutant for file in report["files"].values() for mutant in file["mutants"]]
        ran = [mutant for mutant in mutants if mutant["status"] in RAN]
        chosen = random.Random(0).sample(ran, samples)  # noqa: S311 - a sample
        fresh = statistics.mean(run(folder, f"--smartflo-mutant={mutant['id']}", suite) for mutant in chosen)
        seconds = durations(folder, suite)
    concerned = [test for mutant in ran for test in mutant["coveredBy"]]
    mean = statistics.mean(seconds[test] for test in concerned)
    mutation = whole - usual
    ratio = fresh * len(ran) / whole
    print(
        f"{name}: {len(ran)} mutants, {len(concerned) / len(ran):.0f} tests concerned each, {1000 * mean:.0f} ms a test"
    )
    print(f"  usual run {usual:.1f} s; with all mutants {whole:.1f} s: {1000 * mutation / len(ran):.0f} ms a mutant")
    print(f"  a fresh process for each mutant: {fresh:.2f} s each; x{ratio:.0f}, minimum {MIN_RATIO}")
    print(f"  limit of one worker: {MAX_FACTOR * len(ran) * mean:.1f} s; measured {mutation:.1f} s")


def compare_command(samples: int, count: int) -> None:
    """Print what `mutate` adds to the runs of a command."""
    contract = load_contract()
    mutants = spread_sample(mutants_of(contract), count, 0)
    with command_fakes((sys.executable, "-E", "-c", CLIENT), Config()) as fakes:
        run = CommandRun(fakes, contract, run_plainly(fakes))
        mean = statistics.mean(fakes.run(None).outcome.seconds for _ in range(samples))
        start = time.perf_counter()
        run.decide(mutants, lambda _done, _total: None)
        whole = time.perf_counter() - start
    controls = math.ceil(len(mutants) / CONTROL_INTERVAL)
    print(f"mutate: {len(mutants)} mutants, {controls} controls, {1000 * mean:.0f} ms a run without a mutant")
    print(f"  {whole:.1f} s, x{whole / ((len(mutants) + controls) * mean):.2f}, maximum {MAX_FACTOR}")


def count_runs() -> None:
    """Print how many runs the search for needed keys takes."""
    generator = random.Random(0)  # noqa: S311 - a sample
    counts = []
    for _ in range(200):
        needed = set(generator.sample(range(KEYS), NEEDED))
        search = MinimalSet(range(KEYS), lambda removed: "fails" if needed & {*removed} else None)  # noqa: B023
        search.search()
        counts.append(search.runs)
    limit = NEEDED * (math.ceil(math.log2(KEYS)) + 2) + 1
    print(
        f"needs: {NEEDED} of {KEYS} keys in {statistics.mean(counts):.0f} runs on average, {max(counts)} at most "
        f"({limit} by the formula, maximum {MAX_RUNS})"
    )


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--suites", nargs="+", default=SUITES)
    arguments = parser.parse_args()
    count_runs()
    compare_command(arguments.samples, arguments.mutants)
    for name in arguments.suites:
        compare(name, arguments.samples)


if __name__ == "__main__":
    main()
