"""Draw the pools of words anew with the installed version of Faker, and write them to the package.

    python tests/factories/draw_pools.py

All generated leads change with them, and with the leads the recorded digests of the tests.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from faker import Faker

import smartflo_contract.factories

FILE: Final = Path(smartflo_contract.factories.__file__).with_name("pools.json")
_SEED: Final = 8668
_DRAWS: Final = 1000


def draw_pools() -> dict[str, list[str]]:
    """Return each pool: the distinct ASCII results of a number of draws that JSON need not escape, shortest first."""
    fake = Faker("en_IN")
    fake.seed_instance(_SEED)
    first_names, last_names = _pool(fake.first_name), _pool(fake.last_name)
    return {
        "first_names": [name for name in first_names if name.isalpha()],
        "last_names": [name for name in last_names if name.isalpha()],
        "cities": _pool(fake.city),
        "companies": _pool(fake.company),
    }


def _pool(draw: Callable[[], str]) -> list[str]:
    words = {draw() for _ in range(_DRAWS)}
    plain = (word for word in words if word.isascii() and '"' not in word)
    return sorted(plain, key=lambda word: (len(word), word))


if __name__ == "__main__":
    FILE.write_text(
        json.dumps(draw_pools(), separators=(",", ":")).replace(":[", ":[\n").replace('],"', '],\n"') + "\n"
    )
