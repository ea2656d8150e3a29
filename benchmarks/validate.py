"""How fast is a verdict on decoded leads, compared with jsonschema alone?

All run in turns in one process. Quote the ratios, not the rates.

    python benchmarks/validate.py [--leads 2000] [--rounds 5]
"""

import argparse
import statistics
import time
from typing import TYPE_CHECKING

import jsonschema

from smartflo_contract.factories import lead_list
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    contract = load_contract("sample")
    leads = lead_list(1, 8668, arguments.leads)
    reference = jsonschema.Draft202012Validator(contract.schema("leads"))
    contenders: dict[str, Callable[[], object]] = {
        "jsonschema, schema alone": lambda: reference.is_valid(leads),
        "schema alone": lambda: all(map(data_of(contract).lead_validator.is_valid, leads)),
        "schema and all rules, is_valid": lambda: contract.is_valid(leads),
        "schema and all rules, check": lambda: contract.check(leads),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    base = seconds["jsonschema, schema alone"]
    print(f"{arguments.leads:,} leads, {arguments.rounds} rounds; median (lowest to highest)")
    for name, times in seconds.items():
        ratios = sorted(one / other for one, other in zip(base, times, strict=True))
        rate = arguments.leads / statistics.median(times)
        print(
            f"{name:32} {rate:>10,.0f} leads/s   x{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        )


if __name__ == "__main__":
    main()
