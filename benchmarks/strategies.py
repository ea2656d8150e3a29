"""Measure how fast strategies draw examples, compared with an integer and with 57 separate draws.

All run in turns in one process. Quote the ratios, not the rates. Imports run in new processes.

    python benchmarks/strategies.py [--examples 400] [--rounds 5] [--imports 15]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import (
    broken_leads,
    dial_statuses,
    lead_lists,
    leads,
    names,
    phone_numbers,
    responses,
    surprising_leads,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LEADS = 100
IMPORT = """
import time
start = time.perf_counter()
import hypothesis.strategies
middle = time.perf_counter()
import smartflo_contract.strategies
print(middle - start, time.perf_counter() - middle)
"""


def naive() -> st.SearchStrategy[dict[str, Any]]:
    """Return the naive strategy: one draw for each of the 57 keys."""
    number = st.integers(0, 2**31 - 1)
    date = st.integers(0, 2**41).map(lambda instant: {"$date": {"$numberLong": str(instant)}})
    optional = st.none() | number
    keys: dict[str, st.SearchStrategy[Any]] = {
        "id": st.integers(0, 16**24 - 1).map("{:024x}".format),
        "list_id": st.integers(1, 2**31),
        "skill_id": optional,
        "time_group": optional,
        "added_by": number,
        "created_by": number,
        "dial_status": st.integers(1, 9),
        "lead_picked": st.integers(0, 1),
        "available_at": date,
        "dialer_dial_status": st.integers(-7, 0),
        "created_at": date,
        "undisposed_lead": st.booleans(),
        "call_count": number,
        "retry_count": number,
        "alternate_phone_number": st.text(max_size=20),
        "priority": st.integers(1, 30),
        "list_name": st.text(max_size=20),
        "header": st.just('["Phone Number","Name"]'),
        "sensitive_field_map": st.just("[1]"),
        "dialer_skill": st.none() | st.fixed_dictionaries({"id": number, "name": st.text(max_size=20)}),
        **{f"field_{index}": st.text(max_size=20) for index in range(35)},
    }
    drawn = st.fixed_dictionaries(keys)
    return drawn.map(lambda lead: lead | {"lead_id": lead["id"], "updated_at": lead["created_at"]})


def seconds(strategy: st.SearchStrategy[Any], examples: int) -> float:
    """Return the seconds for one example, with the overhead of Hypothesis."""
    count = 0

    @settings(max_examples=examples, phases=[Phase.generate], derandomize=True, database=None, deadline=None)
    @given(strategy)
    def draw(_: object) -> None:
        nonlocal count
        count += 1

    started = time.perf_counter()
    draw()
    return (time.perf_counter() - started) / count


def imports(rounds: int) -> tuple[float, float]:
    """Return the median milliseconds of importing Hypothesis, and of importing the strategies after it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    durations = []
    for _ in range(rounds + 1):  # the first import writes the bytecode
        process = subprocess.run(
            [sys.executable, "-c", IMPORT], env=environment, capture_output=True, text=True, check=True
        )
        durations.append([1000 * float(value) for value in process.stdout.split()])
    hypothesis, ours = zip(*durations[1:], strict=True)
    return statistics.median(hypothesis), statistics.median(ours)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--imports", type=int, default=15)
    arguments = parser.parse_args()
    options = {"dial_statuses": dial_statuses(), "names": names(), "phone_numbers": phone_numbers()}
    contenders: dict[str, Callable[[], float]] = {
        name: partial(seconds, strategy, arguments.examples)
        for name, strategy in {
            "st.integers()": st.integers(),
            "57 draws": naive(),
            "leads()": leads(),
            "leads(profile='documented')": leads(profile="documented"),
            "leads(profile='lenient')": leads(profile="lenient"),
            "leads() with three options": leads(**options),  # type: ignore[typeddict-item]
            "surprising_leads()": surprising_leads(),
            "broken_leads()": broken_leads(),
            f"lead_lists() of {LEADS}": lead_lists(min_size=LEADS, max_size=LEADS),
            f"responses() of {LEADS}": responses(min_size=LEADS, max_size=LEADS),
        }.items()
    }
    is_valid = load_contract().is_valid([naive().example()])
    times_by_name: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for name, run in contenders.items():
            times_by_name[name].append(run())
    print(f"{arguments.examples} examples, {arguments.rounds} rounds; medians; 57 draws are valid: {is_valid}")
    for name, times in times_by_name.items():
        to_naive = statistics.median(
            first / second for first, second in zip(times_by_name["57 draws"], times, strict=True)
        )
        to_floor = statistics.median(
            first / second for first, second in zip(times_by_name["st.integers()"], times, strict=True)
        )
        rate = 1 / statistics.median(times)
        print(f"{name:30} {rate:>8,.0f} examples/s   x{to_naive:6.2f} naive   x{to_floor:5.2f} floor")
    hundred = LEADS / statistics.median(times_by_name[f"lead_lists() of {LEADS}"])
    print(f"lists of {LEADS}: {hundred:,.0f} leads/s")
    hypothesis, ours = imports(arguments.imports)
    print(f"import: Hypothesis {hypothesis:.0f} ms, the strategies {ours:.0f} ms more (x{ours / hypothesis:.2f})")


if __name__ == "__main__":
    main()
