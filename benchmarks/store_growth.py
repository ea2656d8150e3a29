"""What takes longer with the number of accounts and of edited leads in memory, SQLite and PostgreSQL?

- Reads of a list of 100,000 leads, one of which was changed, beside reads of the unchanged list.
- Reads of another list, and changes of a lead, with many stored accounts beside one, and with many leads that the
  account has added beside ten; and the memory for an account that is idle.

Two fakes with a store each, one of them full, run at the same time and are loaded in turns, with one connection.
PostgreSQL is skipped unless its URL is in SMARTFLO_TEST_POSTGRESQL. Needs wrk on the PATH (Debian package `wrk`).

    python tests/postgresql.py -- python benchmarks/store_growth.py [--accounts 10000] [--leads 100000] [--rounds 5]
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

import psutil
import psycopg
import requests
from peer_servers import LEADS_PATH, OURS, TOKEN, started_process
from wrk import CONNECTIONS, Load, in_turns, load, ratios

POSTGRESQL = "SMARTFLO_TEST_POSTGRESQL"
MEMORY, SQLITE, POSTGRES = "memory", "SQLite", "PostgreSQL"
MAX_CHANGED_RATIO = 1.3
MAX_GROWTH = 1.5
LIST = 8668
HUNDRED, HUNDRED_THOUSAND = 910_000_100, 910_100_000
EMPTY = 900_000_000
CLIENT = "client-0"
"""Token of the only client, or the first one."""
FIRST_NUMBER = 5_550_000_000
BATCH = 10_000
WRITES = """
local number = 0
request = function()
    number = number + 1
    local headers = {{["Authorization"] = "client-" .. number % {clients}, ["Content-Type"] = "application/json"}}
    return wrk.format("PUT", "/v1/broadcast/lead/{lead_id}", headers, '{{"field_1": "{run} ' .. number .. '"}}')
end
"""


class Fake(NamedTuple):
    """A running fake.

    Attributes:
        url: its URL.
        process_id: id of its parent process.
    """

    url: str
    process_id: int

    def send(
        self, method: str, path: str, body: object = None, token: str = TOKEN["Authorization"]
    ) -> requests.Response:
        """Send a request that must succeed."""
        headers = {"Authorization": token} if token else {}
        response = requests.request(method, self.url + path, json=body, headers=headers, timeout=600)
        if not response.ok:
            sys.exit(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return response

    def megabytes(self) -> float:
        """Return the resident memory of its processes."""
        parent = psutil.Process(self.process_id)
        return sum(each.memory_info().rss for each in (parent, *parent.children(recursive=True))) / 1e6


@contextmanager
def fake(store: str | None) -> Iterator[Fake]:
    """Run a fake on a store, without a journal: it would grow beside the accounts."""

    def prepare(folder: Path, port: int) -> list[str]:
        config = folder / "config.toml"
        config.write_text("journal_requests = 0\n")
        return [*OURS, "serve", "--port", str(port), "--config", str(config), *(("--store", store) if store else ())]

    with started_process(prepare) as (url, process, _):
        yield Fake(url, process.pid)


@contextmanager
def stores() -> Iterator[dict[str, str | None]]:
    """Yield the URL of an empty store of each kind, ``None`` for memory."""
    with tempfile.TemporaryDirectory() as folder:
        urls: dict[str, str | None] = {MEMORY: None, SQLITE: f"sqlite:///{folder}/fake.db"}
        server = os.environ.get(POSTGRESQL)
        if server is None:
            yield urls
            return
        schema = f"benchmark_{uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
            try:
                yield urls | {POSTGRES: f"{server}?options={quote(f'-csearch_path={schema}', safe='')}"}
            finally:
                connection.execute(f"DROP SCHEMA {schema} CASCADE")


def write(target: Fake, folder: Path, seconds: int) -> Load:
    """Return what wrk measures of changes of a lead by one client."""
    lead_id = target.send("GET", f"{LEADS_PATH}/{LIST}").json()[0]["lead_id"]
    script = folder / "writes.lua"
    script.write_text(WRITES.format(clients=1, lead_id=lead_id, run=uuid4().hex[:8]))
    return load(target.url, seconds, 1, script)


def measure_changed_list(options: argparse.Namespace) -> None:
    """Measure reads of a long list in which one lead was changed, and of the same list in another account."""
    print("\nreads of 100,000 leads, unchanged, and one of them changed")
    path = f"{LEADS_PATH}/{HUNDRED_THOUSAND}"
    for name, url in iterate_stores():
        with fake(url) as each:
            first = requests.get(each.url + path, headers={"Authorization": "changed"}, stream=True, timeout=600)
            lead_id = next(first.iter_content(2_000)).split(b'"lead_id":"')[1][:24].decode()
            first.close()
            each.send("PUT", f"/v1/broadcast/lead/{lead_id}", {"field_1": "Asha"}, "changed")
            durations: dict[str, list[float]] = {"unchanged": [], "changed": []}
            for _ in range(options.rounds + 1):
                for token, values in durations.items():
                    values.append(read_seconds(each.url + path, token))
        values = {token: seconds[1:] for token, seconds in durations.items()}
        medians = ", ".join(f"{token} {statistics.median(seconds):.3f} s" for token, seconds in values.items())
        ratio = ratios(values["changed"], values["unchanged"])
        print(f"  {name:12} {medians}   {ratio}, at most {MAX_CHANGED_RATIO}", flush=True)


def read_seconds(url: str, token: str) -> float:
    """Return the duration of a read."""
    start = time.perf_counter()
    with requests.get(url, headers={"Authorization": token}, stream=True, timeout=600) as response:
        for _ in response.raw.stream(1 << 20):
            pass
    return time.perf_counter() - start


def iterate_stores() -> Iterator[tuple[str, str | None]]:
    """Yield the name and the URL of an empty store of each kind."""
    with stores() as urls:
        yield from urls.items()


def measure_accounts(options: argparse.Namespace) -> None:
    """Measure reads and writes with one account and with many."""
    print(f"\n{options.accounts:,} stored accounts beside one")

    def fill(target: Fake, folder: Path) -> None:
        before = target.megabytes()
        write_once_each(target, folder, options.accounts)
        grown = target.megabytes() - before
        print(f"  {1000 * grown / options.accounts:.1f} kB of memory for an account that changed a lead", flush=True)

    compare_growth(options, fill)


def write_once_each(target: Fake, folder: Path, accounts: int) -> None:
    """Change a lead in a number of accounts, with names from client-0."""
    script = folder / "accounts.lua"
    lead_id = target.send("GET", f"{LEADS_PATH}/{LIST}").json()[0]["lead_id"]
    script.write_text(WRITES.format(clients=accounts, lead_id=lead_id, run="account"))
    seconds, stored = 2, 0
    while stored < accounts:
        load(target.url, seconds, CONNECTIONS, script)
        seconds *= 2  # each run starts with the first account
        stored = len(target.send("GET", "/__admin/accounts", token="").json())


def measure_added_leads(options: argparse.Namespace) -> None:
    """Measure reads and writes beside a list with few and with many added leads."""
    print(f"\n{options.leads:,} added leads in the account beside 10")

    def fill(target: Fake, _: Path) -> None:
        add_leads(target, options.leads)

    compare_growth(options, fill, few=lambda target: add_leads(target, 10))


def add_leads(target: Fake, count: int) -> None:
    """Add leads to a list of the first client of the writes."""
    for start in range(0, count, BATCH):
        rows = [{"field_0": FIRST_NUMBER + number} for number in range(start, min(count, start + BATCH))]
        body = {"data": rows, "duplicate_option": "clone"}
        target.send("POST", f"{LEADS_PATH}/{EMPTY}", body, CLIENT)


def compare_growth(
    options: argparse.Namespace,
    fill: Callable[[Fake, Path], None],
    few: Callable[[Fake], None] = lambda _: None,
) -> None:
    """Print how reads and writes with one connection take longer in a full store than in an empty one."""
    with stores() as small_urls, stores() as large_urls, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for store, url in small_urls.items():
            with fake(url) as small, fake(large_urls[store]) as large:
                few(small)
                fill(large, folder)
                targets = {"few": small, "many": large}
                path = f"{LEADS_PATH}/{HUNDRED}"
                reads = {
                    size: partial(load, each.url + path, options.seconds, 1, token=CLIENT)
                    for size, each in targets.items()
                }
                writes = {size: partial(write, each, folder, options.seconds) for size, each in targets.items()}
                for what, measures in {"reads": reads, "writes": writes}.items():
                    results = in_turns(measures, options.rounds)
                    rates = {size: [each.rate for each in loads] for size, loads in results.items()}
                    growth = ratios(rates["few"], rates["many"])
                    print(f"  {store:12} time of {what} {growth}, at most {MAX_GROWTH}", flush=True)


PARTS = {
    "changed": measure_changed_list,
    "accounts": measure_accounts,
    "leads": measure_added_leads,
}


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--leads", type=int, default=100_000)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not on the PATH; it is in the Debian package `wrk`")
    if POSTGRESQL not in os.environ:
        print(f"skipped: {POSTGRES} (no {POSTGRESQL})")
    for part in options.parts:
        PARTS[part](options)


if __name__ == "__main__":
    main()
