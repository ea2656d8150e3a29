"""How fast are responses checked that have drifted, and how fast are responses recorded and compared?

One process checks files of the same leads: unchanged, with some leads or all that fail the schema, with the keys of
each lead in another order, and with headers that differ from lead to lead. `record` reads a part of the unchanged file,
and `diff` compares it with other leads. The commands take turns. Times are processor times with the start of the
process, so other work on the machine matters little. Quote the ratios to the unchanged file, and those to the `record`
and `diff` of an earlier version, which takes turns with them: a worktree such as `git worktree add ../before v0.1.0`.

    python benchmarks/drift.py [--leads 100000] [--recorded 20000] [--rounds 3] [--before PATH] [--only record diff]
"""

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson
from check import COMMAND

Lead = dict[str, Any]
HEADERS = 50
"""Number of different headers in a file in which they differ."""
MIN_RATIO = 0.5
EARLIER = ", earlier version"
MIN_LEADS_PER_SECOND = {"record": 15_000, "diff": 20_000}


def fail_each(step: int) -> Callable[[int, Lead], Lead]:
    """Return a function that gives each so many leads a value that the schema rejects."""
    return lambda index, lead: lead | {"retry_count": str(lead["retry_count"])} if index % step == 0 else lead


def shuffle_keys(index: int, lead: Lead) -> Lead:
    """Return a lead with its keys in another order."""
    keys = [*lead]
    random.Random(index).shuffle(keys)  # noqa: S311 - not for security
    return {key: lead[key] for key in keys}


def rename_column(index: int, lead: Lead) -> Lead:
    """Return a lead with another header."""
    names = orjson.loads(lead["header"])
    names[-1] = f"{names[-1]} {index % HEADERS}"
    return lead | {"header": orjson.dumps(names).decode()}


CHANGES: Mapping[str, Callable[[int, Lead], Lead]] = {
    "unchanged": lambda _, lead: lead,
    "1 % of the leads fail": fail_each(100),
    "5 % of the leads fail": fail_each(20),
    "all leads fail": fail_each(1),
    "keys in another order": shuffle_keys,
    f"{HEADERS} headers": rename_column,
}


def write_sample(path: Path, count: int, seed: int) -> list[Lead]:
    """Write leads to a file, and return them."""
    output = subprocess.run(
        [*COMMAND, "sample", "--count", str(count), "--seed", str(seed)], capture_output=True, check=True
    ).stdout
    path.write_bytes(output)
    leads: list[Lead] = orjson.loads(output)
    return leads


def write_commands(folder: Path, count: int, recorded: int, before: Path | None) -> dict[str, Sequence[str]]:
    """Write the files, and return the commands that read them.

    Args:
        folder: folder of the files.
        count: number of leads in a file.
        recorded: number of leads in the file that is recorded.
        before: worktree of an earlier version, of which `record` and `diff` are measured too.
    """
    fine, other, part = folder / "fine.json", folder / "other.json", folder / "part.json"
    leads = write_sample(fine, count, 0)
    write_sample(other, count, 1)
    write_sample(part, recorded, 0)
    commands: dict[str, Sequence[str]] = {}
    for number, (name, change) in enumerate(CHANGES.items()):
        path = folder / f"{number}.json"
        path.write_bytes(orjson.dumps([change(index, lead) for index, lead in enumerate(leads)]))
        commands[name] = [*COMMAND, "check", str(path), "--processes", "1", "--exit-zero"]
    versions: dict[str, Sequence[str]] = {"": COMMAND}
    if before:
        versions[EARLIER] = ["env", f"PYTHONPATH={before.resolve() / 'src'}", *COMMAND]
    for version, command in versions.items():
        commands[f"record{version}"] = [*command, "record", str(part), "-o", str(folder / "recorded.json")]
        commands[f"diff{version}"] = [*command, "diff", str(fine), str(other)]
    return commands


def processor_seconds(command: Sequence[str]) -> float:
    """Run a command, and return its processor time in seconds; exit if it finds a mistake in its use."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code not in {0, 1}:
        sys.exit(f"{' '.join(command)} ended with exit code {code}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_in_turns(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Run the commands in turns, and return the processor times of each."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in repeat(None, rounds):
        for name, command in commands.items():
            times[name].append(processor_seconds(command))
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--recorded", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, metavar="PATH", help="worktree of an earlier version")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="beginnings of the names of the measured commands")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        commands = write_commands(Path(name), options.leads, options.recorded, options.before)
        if options.only:
            commands = {key: value for key, value in commands.items() if key.startswith(tuple(options.only))}
        times = measure_in_turns(commands, options.rounds)
    print(f"{options.leads:,} leads, one process; record: {options.recorded:,}")
    for command, values in times.items():
        seconds = statistics.median(values)
        rate = (options.recorded if command.startswith("record") else options.leads) / seconds
        line = f"  {command:22} {seconds:6.2f} s {rate:9,.0f} leads/s"
        if command in MIN_LEADS_PER_SECOND:
            line += f"   minimum {MIN_LEADS_PER_SECOND[command]:,} leads/s"
            if command + EARLIER in times:
                pairs = zip(times[command + EARLIER], values, strict=True)
                line += (
                    f"   {statistics.median(one / each for one, each in pairs):.2f} of the speed of the earlier version"
                )
        elif "unchanged" in times and command != "unchanged" and not command.endswith(EARLIER):
            ratio = statistics.median(one / each for one, each in zip(times["unchanged"], values, strict=True))
            line += f"   {ratio:.2f} of the speed of the unchanged file, minimum {MIN_RATIO}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
