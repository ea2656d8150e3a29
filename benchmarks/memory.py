"""Does the memory of the fake stay bounded, whatever the number of requests?

Clients with ever new accounts read lists, request unknown routes, and fail to log in, so that the journal is full and
accounts are dropped. Memory is the resident size of the serving process after a quarter of the requests, when both have
happened already, and after all.

    python benchmarks/memory.py [--requests 200000]
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import requests
from serve import wait_until_ready

SCRIPT = """
local number = %d
request = function()
    number = number + 1
    local headers = {["Authorization"] = "Bearer token-" .. number}
    if number %% 4 == 0 then
        local body = '{"email": "crm-' .. number .. '", "password": "wrong"}'
        headers["Content-Type"] = "application/json"
        return wrk.format("POST", "/v1/auth/login", headers, body)
    elseif number %% 4 == 1 then
        return wrk.format("GET", "/v1/broadcast/leads/" .. (number %% 1000000 + 1), headers)
    elseif number %% 4 == 2 then
        return wrk.format("GET", "/v1/broadcast/leeds/8668", headers)
    end
    return wrk.format("GET", "/v1/broadcast/leads/910000003", headers)
end
"""
WRK_SECONDS = 2
"""Duration of one run of wrk."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200_000)
    total = parser.parse_args().requests
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process,
    ):
        if process.stdout is None:
            raise RuntimeError
        script = Path(folder, "requests.lua")
        url = wait_until_ready(process.stdout.readline().strip())
        start = memory(process.pid)
        sent = send(url, script, 0, total // 4)
        early = memory(process.pid)
        sent = send(url, script, sent, total)
        late = memory(process.pid)
        journal = requests.get(f"{url}/__admin/requests?limit=0", timeout=60).json()
        accounts = len(requests.get(f"{url}/__admin/accounts", timeout=60).json())
        process.terminate()
    print(f"requests sent {sent:,}: {journal['total']:,} in the journal, {journal['dropped']:,} dropped")
    print(f"stored accounts {accounts:,}")
    print(f"memory at the start {start:.1f} MB, after a quarter {early:.1f} MB, after all {late:.1f} MB", end="   ")
    print(f"x{late / early:.2f}")


def send(url: str, script: Path, sent: int, minimum: int) -> int:
    """Send requests until at least a number were sent, and return how many were."""
    while sent < minimum:
        script.write_text(SCRIPT % sent, encoding="utf-8")
        command = ["wrk", "-t1", "-c16", f"-d{WRK_SECONDS}s", "-s", str(script), url]
        done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.search(r"(\d+) requests in", done)
        if found is None:
            raise RuntimeError(done)
        sent += int(found[1])
    return sent


def memory(pid: int) -> float:
    """Return the resident size of the serving processes, in MB."""
    return sum(worker.memory_info().rss for worker in psutil.Process(pid).children(recursive=True)) / 1e6


if __name__ == "__main__":
    main()
