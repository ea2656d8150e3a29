"""Execute the commands of README.md as written.

``serve`` runs the first block, waits for the fake, sends the request of the third block and checks the response.
``test`` runs the second block. Run it in the folder of the project, with the environment to install into first on
``PATH``.
"""

import importlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ADDRESS = ("127.0.0.1", 8080)
START_TIMEOUT_SECONDS = 300
STOP_TIMEOUT_SECONDS = 15


def blocks() -> list[str]:
    """Return the console blocks of the README, in order."""
    readme = Path("README.md").read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)]


def require_free_port() -> None:
    """Exit if another program listens on the documented address: it would be checked instead of the fake."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(ADDRESS)
        except OSError as error:
            sys.exit(
                "port {1} on {0} is in use ({2}); stop the other program, then run this again".format(
                    *ADDRESS, error.strerror
                )
            )


def wait_for(server: subprocess.Popen[bytes]) -> None:
    """Return when the documented address accepts connections."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"the command ended with exit code {server.returncode} before it served")
        try:
            socket.create_connection(ADDRESS, timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"no server answered at {ADDRESS} within {START_TIMEOUT_SECONDS} s")


def response_to(command: str) -> bytes:
    """Return the response to the documented curl command; send the same request from Python if curl is missing."""
    words = shlex.split(command)
    if shutil.which(words[0]):
        return subprocess.run([*words, "--silent", "--show-error", "--fail"], check=True, stdout=subprocess.PIPE).stdout
    print("curl is not installed; sending the request from Python")
    options = list(zip(words[1::2], words[2::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "--header")
    named = dict(options)
    request = urllib.request.Request(named["--url"], headers=headers, method=named["--request"])
    with urllib.request.urlopen(request, timeout=30) as response:
        return bytes(response.read())


def check(body: bytes) -> str:
    """Return a summary of a body; exit if it violates the contract."""
    importlib.invalidate_caches()  # the package was installed after this process started
    schemas = importlib.import_module("smartflo_contract.schemas")
    findings = schemas.load_contract().check(body)
    if breaks := [finding for finding in findings if finding.severity == "break"]:
        sys.exit(f"the response violates the contract: {breaks}")
    leads = json.loads(body)
    if not leads:
        sys.exit("the response contains no leads")
    return f"{len(leads)} leads, {len(body)} bytes, valid under the contract"


def serve(command: str, request: str) -> None:
    """Install and start the fake, send the request, check the response, and stop."""
    require_free_port()
    print(f"$ {command}", flush=True)
    server = subprocess.Popen(["bash", "-c", command], start_new_session=True)
    try:
        wait_for(server)
        print(f"$ {request}", flush=True)
        print(check(response_to(request)))
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            sys.exit(f"the server did not stop within {STOP_TIMEOUT_SECONDS} s of SIGTERM")


def main() -> None:
    """Run the command that the first argument selects."""
    serving, testing, request = blocks()[:3]
    match sys.argv[1:]:
        case ["serve"]:
            serve(serving, request)
        case ["test"]:
            print(f"$ {testing}", flush=True)
            sys.exit(subprocess.run(["bash", "-c", testing], check=False).returncode)
        case _:
            sys.exit("usage: readme_commands.py serve|test")


if __name__ == "__main__":
    main()
