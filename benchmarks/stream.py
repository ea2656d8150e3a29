"""How fast, and in how much memory, does the fake stream a million leads?

The limit is template_loop.py, a loop that only fills a template of the same length and encodes it. It runs in a
separate process before and after. Memory is the resident size of the serving process after a list of 1,000 leads, and
its maximum during the million.

    python benchmarks/stream.py [--leads 1000000]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
import requests
from serve import TOKEN, wait_until_ready

LOOP = Path(__file__).with_name("template_loop.py")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    leads = parser.parse_args().leads
    loops = [loop(leads // 4)]
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        if process.stdout is None:
            raise RuntimeError
        url = wait_until_ready(process.stdout.readline().strip())
        before, _, _ = read(url, 1_000, process.pid)
        memory, seconds, size = read(url, leads, process.pid)
        process.terminate()
    loops.append(loop(leads // 4))
    rate, limit = leads / seconds, statistics.mean(loops)
    print(f"template loop alone   {limit:>10,.0f} leads/s ({min(loops):,.0f} and {max(loops):,.0f})")
    print(f"streamed by the fake  {rate:>10,.0f} leads/s, {size / seconds / 1e6:,.0f} MB/s   x{rate / limit:.2f}")
    print(
        f"memory after 1,000 leads {before:.1f} MB, maximum during {leads:,} {memory:.1f} MB   x{memory / before:.2f}"
    )


def loop(count: int) -> float:
    """Return the leads per second of the loop."""
    done = subprocess.run([sys.executable, LOOP, str(count)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def read(url: str, leads: int, pid: int) -> tuple[float, float, int]:
    """Read a list, and return the maximum memory of the server in MB, the seconds, and the bytes."""
    workers = psutil.Process(pid).children(recursive=True)
    highest, size = 0, 0
    started = time.perf_counter()
    with requests.get(
        f"{url}/v1/broadcast/leads/{910_000_000 + leads}", headers=TOKEN, stream=True, timeout=60
    ) as answer:
        for number, chunk in enumerate(answer.raw.stream(1 << 20)):
            size += len(chunk)
            if number % 100 == 0:
                highest = max(highest, *(worker.memory_info().rss for worker in workers))
    return highest / 1e6, time.perf_counter() - started, size


if __name__ == "__main__":
    main()
