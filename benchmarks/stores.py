"""What does a store cost: reads of an unchanged list, and writes, in memory, SQLite and PostgreSQL?

A fake for each store runs under `serve` with one worker, and for SQLite and PostgreSQL another one with two. They are
loaded in turns: reads of one list that nobody changes, with 16 connections and with one, and additions of leads to 64
accounts, with 16 connections. The journal is off unless `--journal`. PostgreSQL is skipped unless its URL is in
SMARTFLO_TEST_POSTGRESQL. Needs wrk on the PATH (Debian package `wrk`).

    python tests/postgresql.py -- python benchmarks/stores.py [--rounds 5] [--seconds 3] [--journal]
"""

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from peer_servers import LEADS_PATH, OURS, started_process
from wrk import CONNECTIONS, Load, in_turns, load, ratios

POSTGRESQL = "SMARTFLO_TEST_POSTGRESQL"
MEMORY = "memory"
MIN_RATIOS = {"SQLite": 0.9, "PostgreSQL": 0.8}
"""Aims for reads with one worker and 16 connections, as a part of the rate in memory."""
WRITES = """
local number = 0
request = function()
    number = number + 1
    local body = string.format('{"field_0": "5550%06d", "duplicate_option": "clone"}', number % 1000000)
    local headers = {["Authorization"] = "client-" .. number % 64, ["Content-Type"] = "application/json"}
    return wrk.format("POST", "/v1/broadcast/lead/8669", headers, body)
end
"""


@contextmanager
def fakes(*, has_journal: bool) -> Iterator[Mapping[str, str]]:
    """Run a fake for each store and number of workers, and yield their URLs by name."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        config = folder / "config.toml"
        config.write_text("" if has_journal else "journal_requests = 0\n", encoding="utf-8")

        def run(*options: str) -> str:
            arguments = [*OURS, "serve", "--config", str(config), *options]
            url, _, _ = stack.enter_context(started_process(lambda _, port: [*arguments, "--port", str(port)]))
            return url

        urls = {MEMORY: run()}
        for workers in (1, 2):
            stores = {"SQLite": f"sqlite:///{folder}/{workers}.db"}
            if POSTGRESQL in os.environ:
                stores["PostgreSQL"] = stack.enter_context(empty_schema())
            for store, url in stores.items():
                name = store if workers == 1 else f"{store}, {workers} workers"
                urls[name] = run("--store", url, "--workers", str(workers))
        yield urls


@contextmanager
def empty_schema() -> Iterator[str]:
    """Yield the URL of an empty schema of PostgreSQL, and delete it afterwards."""
    server, schema = os.environ[POSTGRESQL], f"benchmark_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}?options={quote(f'-csearch_path={schema}', safe='')}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def print_table(name: str, results: Mapping[str, list[Load]], aims: Mapping[str, float]) -> None:
    """Print the rates of one kind of request, and their ratios to memory."""
    print(f"\n{name}; median, and ratio to memory (minimum to maximum)")
    rates = {store: [each.rate for each in loads] for store, loads in results.items()}
    for store, loads in results.items():
        aim = f", at least {aims[store]}" if store in aims else ""
        p99 = statistics.median(each.p99_milliseconds for each in loads)
        ratio = ratios(rates[store], rates[MEMORY])
        print(f"  {store:22} {statistics.median(rates[store]):>8,.0f} requests/s   p99 {p99:6.1f} ms   {ratio}{aim}")


def main() -> None:
    """Measure reads and writes, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--journal", action="store_true", help="keep the journal, as fakes do by default")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not on the PATH; it is in the Debian package `wrk`")
    if POSTGRESQL not in os.environ:
        print(f"skipped: PostgreSQL (no {POSTGRESQL})")
    with fakes(has_journal=options.journal) as urls, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "writes.lua"
        script.write_text(WRITES, encoding="utf-8")
        for url in urls.values():
            load(f"{url}{LEADS_PATH}/8668", 1)
        for connections in (CONNECTIONS, 1):
            reads = {
                store: partial(load, f"{url}{LEADS_PATH}/8668", options.seconds, connections)
                for store, url in urls.items()
            }
            aims = MIN_RATIOS if connections == CONNECTIONS else {}
            print_table(f"reads, {connections} connections", in_turns(reads, options.rounds), aims)
        writes = {store: partial(load, url, options.seconds, CONNECTIONS, script) for store, url in urls.items()}
        print_table(f"writes, {CONNECTIONS} connections", in_turns(writes, options.rounds), {})


if __name__ == "__main__":
    main()
