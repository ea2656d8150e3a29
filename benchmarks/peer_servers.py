"""Servers that are measured beside the fake: how each is installed, found and started.

WireMock and Prism come from npm, into a folder of the user. nginx, Java and Node are packages of Debian: `nginx-light`,
`default-jre-headless`, `nodejs`. What is absent is skipped.
"""

import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PACKAGES = {"wiremock": "wiremock@3.13.2", "prism": "@stoplight/prism-cli@5.14.2"}
"""Subfolder of the folder of peers, and what npm installs there."""
LEADS_PATH = "/v1/broadcast/leads"
TOKEN = {"Authorization": "Bearer benchmark"}
OURS = (sys.executable, "-m", "smartflo_contract")
START_TIMEOUT_SECONDS = 60
POLL_SECONDS = 0.002
NGINX_CONFIGURATION = """
user root; daemon off; master_process off; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 512; }}
http {{
    access_log off; default_type application/json; keepalive_requests 100000000; sendfile on; tcp_nopush on;
    open_file_cache max=100;
    client_body_temp_path {folder}/client; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ root {folder}; try_files /body.json =404; }} }}
}}
"""

Prepare = Callable[[Path, int], Sequence[str]]
"""Writes the files of a server to a folder, and returns the command that serves them at a port."""


class Peer(NamedTuple):
    """A server that may be absent.

    Attributes:
        absent: why it is skipped; empty if it is there.
        prepare: makes its command.
    """

    absent: str
    prepare: Prepare


def install(folder: Path) -> None:
    """Install the peers that npm has."""
    for name, package in PACKAGES.items():
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
        subprocess.run(["npm", "install", "--prefix", str(folder / name), *options, package], check=True)


def wiremock(peers: Path | None, body: bytes) -> Peer:
    """Return WireMock, without its journal, with a stub that returns a body."""
    jar = None if peers is None else next((peers / "wiremock").rglob("wiremock-standalone-*.jar"), None)

    def prepare(folder: Path, port: int) -> Sequence[str]:
        (folder / "mappings").mkdir()
        (folder / "__files").mkdir()
        (folder / "__files" / "body.json").write_bytes(body)
        stub = {
            "request": {"method": "GET", "urlPathPattern": f"{LEADS_PATH}/[0-9]+"},
            "response": {
                "status": 200,
                "headers": {"Content-Type": "application/json"},
                "bodyFileName": "body.json",
            },
        }
        (folder / "mappings" / "leads.json").write_text(json.dumps(stub))
        options = ("--no-request-journal", "--disable-banner", "--bind-address", "127.0.0.1", "--root-dir", str(folder))
        return ["java", "-jar", str(jar), "--port", str(port), *options]

    return Peer(_absent({"java on the PATH": shutil.which("java"), "WireMock in --peers": jar}), prepare)


def prism(peers: Path | None, leads: int) -> Peer:
    """Return Prism, which makes a number of leads for each request from our OpenAPI document."""
    command = None if peers is None else peers / "prism" / "node_modules" / ".bin" / "prism"

    def prepare(folder: Path, port: int) -> Sequence[str]:
        document = folder / "openapi.json"
        document.write_text(json.dumps(_openapi(leads)))
        return [str(command), "mock", "--dynamic", "-h", "127.0.0.1", "-p", str(port), str(document)]

    is_there = command is not None and command.exists()
    return Peer(_absent({"node on the PATH": shutil.which("node"), "Prism in --peers": is_there or None}), prepare)


def nginx(body: bytes) -> Peer:
    """Return nginx with a file and one process, which changes to no other user: a new namespace has only one."""
    command = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

    def prepare(folder: Path, port: int) -> Sequence[str]:
        (folder / "body.json").write_bytes(body)
        (folder / "nginx.conf").write_text(NGINX_CONFIGURATION.format(folder=folder, port=port))
        return [str(command), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]

    return Peer(_absent({"nginx on the PATH": command}), prepare)


def ours(*options: str) -> Peer:
    """Return the fake with some options."""
    return Peer("", lambda _, port: [*OURS, "serve", "--port", str(port), *options])


def wsgi_function(body: bytes) -> Peer:
    """Return a bare WSGI function that returns a body, with the server and the options of the fake."""

    def prepare(folder: Path, port: int) -> Sequence[str]:
        (folder / "body.json").write_bytes(body)
        shutil.copy(Path(__file__).with_name("constant.py"), folder)
        options = ("--http", "1", "--no-ws", "--blocking-threads", "8", "--log-level", "error")
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        return [
            "env",
            f"BODY={folder / 'body.json'}",
            *command,
            *options,
            "--working-dir",
            str(folder),
            "constant:wsgi_app",
        ]

    return Peer("", prepare)


@contextmanager
def running(peers: Mapping[str, Peer]) -> Iterator[dict[str, tuple[str, int]]]:
    """Run servers, and yield the URL and the process id of each by name; print those that are skipped."""
    with ExitStack() as stack:
        servers = {}
        for name, peer in peers.items():
            if peer.absent:
                print(f"skipped: {name} ({peer.absent})")
            else:
                url, process, _ = stack.enter_context(started_process(peer.prepare))
                servers[name] = url, process.pid
        yield servers


@contextmanager
def started(peer: Peer) -> Iterator[tuple[str, float]]:
    """Run a server, and yield its URL and the seconds from its start to its first answer."""
    with started_process(peer.prepare) as (url, _, seconds):
        yield url, seconds


@contextmanager
def started_process(prepare: Prepare) -> Iterator[tuple[str, "subprocess.Popen[bytes]", float]]:
    """Run a server, and yield its URL, its process, and the seconds from its start to its first answer."""
    with tempfile.TemporaryDirectory() as name:
        port = _free_port()
        command = prepare(Path(name), port)
        start = time.perf_counter()
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _wait_for_answer(process, port)
                yield f"http://127.0.0.1:{port}", process, time.perf_counter() - start
            finally:
                process.terminate()


def _wait_for_answer(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until a server answers with 200; exit if it ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_SECONDS)
            connection.request("GET", f"{LEADS_PATH}/8668", headers=TOKEN)
            response = connection.getresponse()
            response.read()
            connection.close()
        except OSError:
            time.sleep(POLL_SECONDS)
            continue
        if response.status == http.client.OK:
            return
    process.kill()
    sys.exit(f"no answer with status 200: {process.args!r}")


def _absent(requirements: Mapping[str, object]) -> str:
    """Return what is missing, empty if nothing is."""
    missing = [name for name, found in requirements.items() if found is None]
    return f"no {', no '.join(missing)}" if missing else ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _openapi(leads: int) -> dict[str, Any]:
    """Return our OpenAPI document, whose only operation returns a number of leads."""
    output = subprocess.run([*OURS, "openapi"], capture_output=True, check=True).stdout
    document: dict[str, Any] = json.loads(output)
    path = f"{LEADS_PATH}/{{id}}"
    operation = document["paths"][path]["get"]
    array = document["components"]["schemas"]["LeadList"] | {"minItems": leads, "maxItems": leads}
    operation["responses"]["200"]["content"] = {"application/json": {"schema": array}}
    document["paths"] = {path: {"get": operation}}
    return document
