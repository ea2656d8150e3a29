"""How fast are responses checked, and does memory stay flat?

Files of ten thousand, a hundred thousand and a million leads are checked by the command, each in a process of its own,
with every rule and statistic on. Beside it is what a check cannot do without: splitting nothing, decoding the whole
file and asking the fast validator once a lead, in one process.

    python benchmarks/check.py [--leads 10000 100000 1000000]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

LARGE = 500_000_000
"""Bytes of a file that is not decoded whole."""
FLOOR = """
import sys
import jsonschema_rs, orjson
from smartflo_contract.schemas import load_contract
is_valid = jsonschema_rs.Draft202012Validator(load_contract("lenient").schema()).is_valid
assert all(map(is_valid, orjson.loads(open(sys.argv[1], "rb").read())))
"""


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds that a command takes, and the most megabytes that it has in memory."""
    start, most = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.Error:  # it has just ended
                break
            time.sleep(0.005)
        code = process.wait()
    if code:
        sys.exit(f"{command[-1]} ended with {code}")
    return time.perf_counter() - start, most / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    counts = parser.parse_args().leads
    command = [sys.executable, "-m", "smartflo_contract"]
    first = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder, f"{count}.json")
            with path.open("wb") as file:
                subprocess.run([*command, "sample", "--count", str(count)], stdout=file, check=True)
            seconds, memory = run([*command, "check", str(path)])
            first = first or memory
            told = (
                f"{count:>9,} leads: {count / seconds:,.0f} leads/s, {memory:.0f} MB, {memory / first:.2f} of the first"
            )
            if path.stat().st_size < LARGE:
                floor, whole = run([sys.executable, "-c", FLOOR, str(path)])
                told += f"; {seconds / floor:.2f} of the time and {memory / whole:.2f} of the memory of the floor"
            print(told)
            path.unlink()


if __name__ == "__main__":
    main()
