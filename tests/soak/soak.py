"""Check that a shared store loses nothing while workers, fakes and the database are killed.

Two fakes with two workers each share a store. Clients send random writes with unique values (add, update and delete
leads, one or many; create, rename and delete lists) and read through all workers. Every few seconds a worker, a whole
fake or the database ends by SIGKILL, or the database is restarted.

Every read is checked: it contains each write that was acknowledged before the read began exactly once, nothing that was
deleted, each write of several leads as a whole or not at all, and no older state than an earlier read. A write is of
unknown outcome if its connection was lost or the response was 503: it may be applied once, or not at all. At the end,
the fakes are restarted, and everything is read once more.

Examples:
    python tests/soak/soak.py --minutes 2                           # half of the time SQLite, half PostgreSQL
    python tests/soak/soak.py --minutes 30 --store postgresql       # a server in a temporary folder
    python tests/soak/soak.py --minutes 5 --store sqlite --seed 7   # a file in a temporary folder
    python tests/soak/soak.py --minutes 5 --store postgresql://user@host/name   # never restarted; no other users

The seed selects operations and disturbances; their timing differs from run to run.

Exit codes: 0 no violations, 1 violations, 2 invalid arguments, 3 the store or a fake does not start, 130 interrupted.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final, NamedTuple

if not __package__:  # executed as a file
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.postgresql import PostgreSQL, PostgreSQLError
from tests.soak.checker import Checker, Violation
from tests.soak.client import Client, Shared
from tests.soak.servers import Disturbances, Fake, FakeError

SHARED_KINDS: Final = ("sqlite", "postgresql")
KINDS: Final = (*SHARED_KINDS, "memory")
FAKES: Final = 2
WORKERS: Final = 2
CLIENTS_PER_ACCOUNT: Final = 4
RECOVERY_SECONDS: Final = 30
"""Maximum time without an acknowledged write, and until everything can be read at the end."""
FINAL_READS: Final = 3
"""Number of times that everything is read at the end, through different workers."""
MAX_LOG_CHARACTERS: Final = 3_000
MAX_PRINTED: Final = 5
"""Number of violations that are printed with their history."""
MAX_HISTORY_LINES: Final = 40


class Settings(NamedTuple):
    """What to run.

    Attributes:
        store: kind or URL of the store.
        seconds: duration of the writes.
        clients: number of clients.
        seed: seed of operations and disturbances.
    """

    store: str
    seconds: float
    clients: int
    seed: int


@contextmanager
def open_store(store: str, folder: Path) -> Iterator[tuple[str | None, PostgreSQL | None]]:
    """Yield the URL of a store, ``None`` for memory, and its server if the server may be restarted."""
    if store == "memory":
        yield None, None
    elif store == "postgresql":
        with PostgreSQL() as server:
            yield server.url, server
    else:
        yield (f"sqlite:///{folder}/soak.db" if store == "sqlite" else store), None


def soak(settings: Settings) -> list[Violation]:
    """Run clients and disturbances on one store, print a summary, and return the violations."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smartflo-soak-")))
        url, database = stack.enter_context(open_store(settings.store, folder))
        fakes: list[Fake] = []
        for number in range(FAKES if url else 1):
            fakes.append(Fake(url, WORKERS if url else 1, folder / f"fake{number}.log"))
            stack.callback(fakes[-1].kill)
        checker = Checker()
        accounts = max(1, settings.clients // CLIENTS_PER_ACCOUNT)
        shared = Shared(checker, tuple(fake.url for fake in fakes), accounts)
        counts = run_clients(settings, shared, fakes if url else [], database)
        read_at_end(settings, shared, fakes if url else [])
        for fake in fakes:
            before, traceback, after = fake.log.partition("Traceback (most recent call last)")
            if traceback:
                report(
                    shared, f"the fake at {fake.url} printed: {before[-200:]}{traceback}{after[:MAX_LOG_CHARACTERS]}"
                )
    print_summary(settings, len(fakes), shared, counts)
    return checker.violations


def report(shared: Shared, message: str) -> None:
    """Report what a fake must not do, in the history of all clients."""
    with shared.lock:
        shared.checker.report_response(-1, "fake", shared.now(), message)


def run_clients(settings: Settings, shared: Shared, fakes: Sequence[Fake], database: PostgreSQL | None) -> Counter[str]:
    """Run the clients for the configured time, and disturb them; return the numbers of disturbances."""
    disturbances = Disturbances(fakes, database, settings.seed, lambda message: report(shared, message))
    ended, errors = Event(), []

    def disturb() -> None:
        try:
            disturbances.run(ended)
        except (FakeError, PostgreSQLError) as error:
            errors.append(error)

    until = shared.now() + settings.seconds
    clients = [Client(number, settings.seed, shared) for number in range(settings.clients)]
    threads = [Thread(target=client.run, args=(until,), daemon=True) for client in clients]
    threads.append(Thread(target=disturb, daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads[:-1]:
        thread.join()
    ended.set()
    threads[-1].join()
    if errors:
        raise errors[0]
    shared.note_acknowledgment(shared.now())
    if shared.longest_pause > RECOVERY_SECONDS:
        report(shared, f"no write was acknowledged for {shared.longest_pause:.1f} s")
    return disturbances.counts


def read_at_end(settings: Settings, shared: Shared, fakes: Sequence[Fake]) -> None:
    """Read everything through all workers, then restart the fakes and read everything again."""
    for round_number in range(FINAL_READS):
        if round_number == FINAL_READS - 1:
            for fake in fakes:
                if code := fake.stop():
                    report(shared, f"the fake at {fake.url} stopped with exit code {code}")
                fake.start()
        client = Client(settings.clients + round_number, settings.seed, shared)
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not client.read_everything():
            if time.monotonic() > deadline:
                report(shared, f"not everything can be read {RECOVERY_SECONDS} s after the last disturbance")
                break
            time.sleep(0.1)
        client.close()


def echo(line: str) -> None:
    """Print a line now, also into a file."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_summary(settings: Settings, fakes: int, shared: Shared, disturbances: Counter[str]) -> None:
    """Print what was done."""
    kind = settings.store.partition(":")[0]
    echo(
        f"{kind}: {settings.seconds:.0f} s, {settings.clients} clients, "
        f"{f'{fakes} fakes with {WORKERS} workers each' if fakes > 1 else '1 fake'}, seed {settings.seed}"
    )
    for title, counts in (("operations", shared.counts), ("disturbances", disturbances)):
        echo(f"  {title}: " + (", ".join(f"{counts[name]:,} {name}" for name in sorted(counts)) or "none"))
    echo(f"  longest time without an acknowledged write: {shared.longest_pause:.1f} s")


def print_violations(violations: Sequence[Violation]) -> None:
    """Print how many violations of each kind there are, and the first ones with their history."""
    kinds = Counter(violation.kind for violation in violations)
    echo("violations: " + ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()))
    for violation in violations[:MAX_PRINTED]:
        echo(f"{violation.kind}: {violation.message}")
        for line in violation.history[-MAX_HISTORY_LINES:]:
            echo(f"    {line}")


def parse_arguments() -> argparse.Namespace:
    """Return the arguments of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--minutes", type=positive_number, default=2.0, help="duration of the writes, in total (default: 2)"
    )
    parser.add_argument(
        "--store",
        type=store,
        action="append",
        help="sqlite, postgresql, memory (one fake that is not killed), or the URL of a store without other users; "
        "repeatable (default: sqlite and postgresql)",
    )
    parser.add_argument("--clients", type=positive_integer, default=16, help="number of clients (default: 16)")
    parser.add_argument("--seed", type=int, default=1, help="seed of operations and disturbances (default: 1)")
    return parser.parse_args()


def positive_number(text: str) -> float:
    """Return the value of an option that is a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        message = f"expected a number above 0, got {text}"
        raise argparse.ArgumentTypeError(message)
    return number


def positive_integer(text: str) -> int:
    """Return the value of an option that is an integer from 1 on."""
    if not (text.isdecimal() and int(text)):
        message = f"expected an integer from 1 on, got {text}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def store(text: str) -> str:
    """Return the value of an option that is a kind or the URL of a store."""
    if text not in KINDS and not text.startswith(("sqlite:", "postgresql:")):
        message = f"expected sqlite, postgresql, memory, or a URL such as sqlite:////tmp/soak.db, got {text}"
        raise argparse.ArgumentTypeError(message)
    return text


def main() -> None:
    """Run the soak test on each store, and exit with 1 if there are violations."""
    arguments = parse_arguments()
    stores = arguments.store or SHARED_KINDS
    violations: list[Violation] = []
    try:
        for each in stores:
            seconds = arguments.minutes * 60 / len(stores)
            violations += soak(Settings(each, seconds, arguments.clients, arguments.seed))
    except (FakeError, PostgreSQLError) as error:
        sys.stderr.write(f"soak.py: {error}\n")
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
    if violations:
        print_violations(violations)
        sys.exit(1)
    echo("no violations")


if __name__ == "__main__":
    main()
