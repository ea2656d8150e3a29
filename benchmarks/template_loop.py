"""Measure the upper limit of streaming: a loop that fills one template with random values and encodes it.

The leads are not realistic, do not depend on their index, and their values do not agree with each other.

    python benchmarks/template_loop.py 250000
"""

import json
import random
import sys
import time

from smartflo_contract.factories import lead

NAMES = ("Asha Verma", "Kabir", "Meera", "Arjun", "Zoya", "Rohan")
CITIES = ("Delhi", "Mumbai", "Pune", "Chennai", "Kolkata", "Kochi")
TIME = '{"$date":{"$numberLong":"%d"}}'
PIECES = {
    "id": '"%024x"',
    "lead_id": '"%024x"',
    "field_0": '"+91%d"',
    "field_1": '"%s"',
    "field_2": '"%s%d@example.com"',
    "field_3": '"%s"',
    "field_4": '"%s"',
    "field_6": '"%d"',
    "field_7": '"%s"',
    "added_by": "%d",
    "created_by": "%d",
    "dial_status": "%d",
    "lead_picked": "%d",
    "available_at": TIME,
    "dialer_dial_status": "%d",
    "created_at": TIME,
    "undisposed_lead": "%s",
    "call_count": "%d",
    "updated_at": TIME,
    "retry_count": "%d",
    "priority": "%d",
}


def main() -> None:
    """Print leads per second."""
    count = int(sys.argv[1])
    sample = lead(0, 8668, 0)
    template = ",".join(
        f"{json.dumps(key)}:{PIECES.get(key) or json.dumps(value).replace('%', '%%')}" for key, value in sample.items()
    )
    template = "{" + template + "}"
    generator = random.Random(1)  # noqa: S311  # a benchmark's numbers
    bits, fraction = generator.getrandbits, generator.random
    started = time.perf_counter()
    size = 0
    for _ in range(count // 64):
        leads = []
        for _ in range(64):
            identifier, created = bits(96), 1_600_000_000_000 + bits(36)
            updated, name, client, picked = created + bits(30), NAMES[int(fraction() * 6)], 4000 + bits(10), bits(1)
            leads.append(
                template
                % (
                    identifier,
                    identifier,
                    5_550_000_000 + bits(16),
                    name,
                    name,
                    bits(14),
                    CITIES[int(fraction() * 6)],
                    CITIES[int(fraction() * 6)],
                    300 + int(fraction() * 600),
                    CITIES[int(fraction() * 6)],
                    client,
                    client,
                    1 + int(fraction() * 9),
                    picked,
                    updated,
                    -int(fraction() * 8),
                    created,
                    "false" if picked else "true",
                    bits(3),
                    updated,
                    bits(2),
                    1 + int(fraction() * 30),
                )
            )
        size += len(",".join(leads).encode())
    print(count / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
