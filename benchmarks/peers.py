"""How fast is the fake beside other servers, and under the limit of its own?

- Hot reads of lists of 1, 100 and 10,000 leads with 16 connections: beside WireMock with a stub of the same bytes
  (warm, without its journal), under a bare WSGI function with the same server, and under nginx with a file.
- Reads of lists that nobody has read before, 100 leads each: beside Prism, which makes leads from our OpenAPI document.
- The time from the start of the process to the first answer. The module of the bare WSGI function imports Flask, too,
  so an empty Flask application takes as long as it.
- Two workers beside one, both read-only; also with half a processor for each worker, so that two workers and wrk fit on
  two processors. That needs root and the cgroup controller cpu, version 1.

All servers of a table run at the same time and are loaded by wrk in turns, each after a warm-up. Quote the ratios,
which are those of one round: the rates drift with the machine. The processor time of a server for a request also
compares them while the machine has other work. WireMock and Prism are installed once, into a folder;
then run in a network namespace without a way out:

    python benchmarks/peers.py --install FOLDER
    unshare --map-root-user --net sh -c 'ip link set lo up && python benchmarks/peers.py --peers FOLDER'
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psutil
import requests
from peer_servers import LEADS_PATH, TOKEN, Peer, install, nginx, ours, prism, running, started, wiremock, wsgi_function
from wrk import CONNECTIONS, Load, in_turns, load, ratios

WARM_UP_SECONDS = 6
THE_FAKE, WSGI_FUNCTION, WIREMOCK, NGINX, PRISM = "the fake", "bare WSGI function", "WireMock", "nginx", "Prism"
TWO_WORKERS, ONE_WORKER = "two workers", "one worker"
HOT_AIMS = {1: {WSGI_FUNCTION: 0.7, WIREMOCK: 2.4}, 100: {WSGI_FUNCTION: 0.85, WIREMOCK: 2}}
HOT_AIMS |= {10_000: {WSGI_FUNCTION: 0.9, WIREMOCK: 1.6}}
"""Ratios of requests per second that we aim at, by number of leads."""
MAX_P99_RATIO = 2
"""Ratio of the 99th percentile of the latency to that of the bare function that we aim at."""
NEW_LIST_AIMS = {CONNECTIONS: 60, 1: 100}
"""Ratios to Prism that we aim at, by number of connections."""
LEADS_OF_NEW_LIST = 100
FIRST_NEW_LIST = 20_000_000
MAX_NEW_LISTS_PER_SECOND = 3_000
START_AIM_SECONDS = 0.27
WORKERS_AIM = 1.6
WORKER_PROCESSORS = 0.5
CPU_CONTROLLER = Path("/sys/fs/cgroup/cpu")
LIMIT_PERIOD_MICROSECONDS = 20_000
EACH_LIST_ONCE = """
local number = {first}
request = function()
    number = number + 1
    return wrk.format("GET", "{path}/" .. number)
end
"""


def print_table(results: Mapping[str, Sequence[Load]], first: str, aims: Mapping[str, float]) -> None:
    """Print the medians of some targets, and the ratios of the first one to the others."""
    rates = [each.rate for each in results[first]]
    own_times = [each.processor_microseconds for each in results[first]]
    p99s = [each.p99_milliseconds for each in results[first]]
    for name, loads in results.items():
        rate = statistics.median(each.rate for each in loads)
        p99 = statistics.median(each.p99_milliseconds for each in loads)
        processor = statistics.median(each.processor_microseconds for each in loads)
        line = f"  {name:20} {rate:>9,.0f} requests/s, p99 {p99:>8,.1f} ms, {processor:>9,.0f} µs of processor time"
        if name != first:
            line += f"   {first} {ratios(rates, [each.rate for each in loads])}"
            line += f", aim {aims[name]}" if name in aims else ""
            times = ratios([each.processor_microseconds for each in loads], own_times)
            line += f"; by processor time {times}"
        if name == WSGI_FUNCTION:
            line += f"; p99 {ratios(p99s, [each.p99_milliseconds for each in loads])}, aim at most {MAX_P99_RATIO}"
        print(line, flush=True)


def measure_hot_reads(options: argparse.Namespace) -> None:
    """Measure reads of cached lists."""
    for size in options.sizes:
        path = f"{LEADS_PATH}/{910_000_000 + size}"
        with started(ours()) as (url, _):
            body = requests.get(url + path, headers=TOKEN, timeout=60).content
        servers = {THE_FAKE: ours(), WSGI_FUNCTION: wsgi_function(body)}
        servers |= {WIREMOCK: wiremock(options.peers, body), NGINX: nginx(body)}
        print(f"\nhot reads of {size:,} leads, {len(body):,} bytes, {CONNECTIONS} connections")
        with running(servers) as targets:
            for name, (url, _) in targets.items():
                if requests.get(url + path, headers=TOKEN, timeout=60).content != body:
                    sys.exit(f"{name} returns another body")
                load(url + path, WARM_UP_SECONDS)
            measures = {
                name: partial(load, url + path, options.seconds, process_id=process_id)
                for name, (url, process_id) in targets.items()
            }
            print_table(in_turns(measures, options.rounds), THE_FAKE, HOT_AIMS.get(size, {}))


def measure_new_lists(options: argparse.Namespace) -> None:
    """Measure reads of lists that were never read before."""
    count = (WARM_UP_SECONDS + 2 * options.rounds * options.seconds) * MAX_NEW_LISTS_PER_SECOND
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config, script = folder / "lists.toml", folder / "requests.lua"
        ids = range(FIRST_NEW_LIST, FIRST_NEW_LIST + count)
        config.write_text("".join(f"[[lists]]\nid = {id_}\nsize = {LEADS_OF_NEW_LIST}\n" for id_ in ids))
        sent = 0

        def load_new(target: tuple[str, int], seconds: int, connections: int) -> Load:
            nonlocal sent
            url, process_id = target
            first = FIRST_NEW_LIST + sent
            response = requests.get(f"{url}{LEADS_PATH}/{first}", headers=TOKEN, timeout=60)  # nothing is pending now
            if len(response.json()) != LEADS_OF_NEW_LIST:
                sys.exit(f"{url} returns {len(response.json())} leads")
            script.write_text(EACH_LIST_ONCE.format(first=first, path=LEADS_PATH))
            measured = load(url, seconds, connections, script, process_id=process_id)
            sent += measured.requests + connections
            if sent >= count:
                sys.exit(f"all {count:,} lists were read; fewer --rounds or --seconds need fewer")
            return measured

        with running(
            {THE_FAKE: ours("--config", str(config)), PRISM: prism(options.peers, LEADS_OF_NEW_LIST)}
        ) as targets:
            for target in targets.values():
                load_new(target, WARM_UP_SECONDS, CONNECTIONS)
            for connections, aim in NEW_LIST_AIMS.items():
                print(f"\nlists never read before, {LEADS_OF_NEW_LIST} leads each, {connections} connections")
                measures = {
                    name: partial(load_new, target, options.seconds, connections) for name, target in targets.items()
                }
                print_table(in_turns(measures, options.rounds), THE_FAKE, {PRISM: aim})


def measure_starts(options: argparse.Namespace) -> None:
    """Measure the time from the start of a process to its first answer."""
    body = b"[]"
    servers: dict[str, Peer] = {THE_FAKE: ours(), WSGI_FUNCTION: wsgi_function(body)}
    servers |= {WIREMOCK: wiremock(options.peers, body), PRISM: prism(options.peers, LEADS_OF_NEW_LIST)}
    seconds: dict[str, list[float]] = {name: [] for name, peer in servers.items() if not peer.absent}
    for _ in range(options.rounds + 1):
        for name, values in seconds.items():
            with started(servers[name]) as (_, duration):
                values.append(duration)
    print("\nstart to first answer")
    for name, peer in servers.items():
        if peer.absent:
            print(f"skipped: {name} ({peer.absent})")
            continue
        values = seconds[name][1:]  # the first round fills the caches of the file system
        line = f"  {name:20} {statistics.median(values):.3f} s ({min(values):.3f} to {max(values):.3f})"
        line += (
            f", aim {START_AIM_SECONDS}"
            if name == THE_FAKE
            else f"   {THE_FAKE} {ratios(seconds[THE_FAKE][1:], values)}"
        )
        print(line, flush=True)


def measure_workers(options: argparse.Namespace) -> None:
    """Measure two workers beside one."""
    path = f"{LEADS_PATH}/910000100"
    servers = {
        TWO_WORKERS: ours("--read-only", "--workers", "2"),
        ONE_WORKER: ours("--read-only", "--workers", "1"),
    }
    print(f"\nhot reads of 100 leads by workers, {CONNECTIONS} connections, {os.cpu_count()} processors with wrk")
    with running(servers) as targets, ExitStack() as limits:
        for url, _ in targets.values():
            load(url + path, WARM_UP_SECONDS)
        measures = {
            name: partial(load, url + path, options.seconds, process_id=process_id)
            for name, (url, process_id) in targets.items()
        }
        print_table(in_turns(measures, options.rounds), TWO_WORKERS, {ONE_WORKER: WORKERS_AIM})
        if not os.access(CPU_CONTROLLER / "cpu.cfs_quota_us", os.W_OK):
            print(f"skipped: workers with {WORKER_PROCESSORS} of a processor each ({CPU_CONTROLLER} is not writable)")
            return
        print(f"with {WORKER_PROCESSORS} of a processor for each worker")
        for _, process_id in targets.values():
            for worker in psutil.Process(process_id).children():
                limits.enter_context(limited(worker.pid, WORKER_PROCESSORS))
        print_table(in_turns(measures, options.rounds), TWO_WORKERS, {ONE_WORKER: WORKERS_AIM})


@contextmanager
def limited(process_id: int, processors: float) -> Iterator[None]:
    """Give a process no more than a part of a processor, for some time."""
    group = CPU_CONTROLLER / f"smartflo-benchmark-{process_id}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(LIMIT_PERIOD_MICROSECONDS))
        (group / "cpu.cfs_quota_us").write_text(str(round(LIMIT_PERIOD_MICROSECONDS * processors)))
        (group / "cgroup.procs").write_text(str(process_id))
        yield
    finally:
        (CPU_CONTROLLER / "cgroup.procs").write_text(str(process_id))
        group.rmdir()


PARTS = {"hot": measure_hot_reads, "new": measure_new_lists, "start": measure_starts, "workers": measure_workers}


def main() -> None:
    """Run the parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", type=Path, metavar="FOLDER", help="install WireMock and Prism there, and exit")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="folder in which they are installed")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 10_000])
    options = parser.parse_args()
    if options.install is not None:
        install(options.install)
        return
    if shutil.which("wrk") is None:
        parser.error("wrk is not on the PATH; it is in the Debian package `wrk`")
    for part in options.parts:
        PARTS[part](options)


if __name__ == "__main__":
    main()
