"""What no response should be, given to the command: it says so in the words of its report, or in one line."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, NamedTuple

import pytest

from smartflo_contract.factories import lead

LEADS: Final = [json.dumps(lead(0, 8668, index)).encode() for index in range(2)]
MEGABYTE: Final = 2**20
TOKEN: Final = "of-production"
AS_USER: Final = {"SMARTFLO_TOKEN": TOKEN}
WATCHED: Final = """
import atexit, sys
from smartflo_contract import cli

def tell():
    with open("/proc/self/status") as status:
        print(next(line for line in status if line.startswith("VmHWM")), end="", file=sys.stderr)

atexit.register(tell)
cli.main()
"""
"""The command, which tells at its end how much memory it had at most."""
WITH_MEMORY: Final = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells how much it was")
FORMS: Final = pytest.mark.parametrize("form", [b"[%b]", b"%b"], ids=["array", "lines"])


class Done(NamedTuple):
    """What the command did.

    Attributes:
        code: its exit code.
        report: in JSON; empty where there is none.
        error: what stands on standard error.
        memory: megabytes that it had at most.
    """

    code: int
    report: dict[str, Any]
    error: str
    memory: float

    @property
    def rules(self) -> dict[str, int]:
        """How often there is which finding of a break."""
        found = self.report.get("findings", ())
        return {one["rule"]: one["count"] for one in found if one["severity"] == "break"}

    @property
    def told(self) -> str:
        """What stands on standard error, which is one line, where there is no report."""
        assert {} == self.report
        assert 1 == self.error.count("\n")
        return self.error.removeprefix("smartflo-contract: ")


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables, without those that are read but for some."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
    return clean | dict(variables or {})


def check(source: str, *options: str, given: Iterable[bytes] = (), variables: Mapping[str, str] | None = None) -> Done:
    """Run ``check`` with some pieces on its standard input, while it takes them."""
    command = [sys.executable, "-c", WATCHED, "check", source, "--report", "json", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(variables)) as process:
        assert process.stdin
        with suppress(BrokenPipeError):
            for piece in given:
                process.stdin.write(piece)
        out, error = process.communicate()
    told, _, peak = error.decode().partition("VmHWM:")
    return Done(process.returncode, json.loads(out or b"{}"), told, int(peak.split()[0]) / 1e3)


def between(form: bytes, *items: bytes) -> bytes:
    """Return a body with items between two leads."""
    separator = b"," if form.startswith(b"[") else b"\n"
    return form % separator.join([LEADS[0], *items, LEADS[1]])


# --- what a body may be


@FORMS
def test_items(form: bytes) -> None:
    """An item that nobody can read is a finding, and those around it are checked."""
    items = [
        b'{"field_9":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"priority":' + b"1" * 10**6 + b"}",
        b"1" * 10**6,
        b'{"field_1":"\x00"}',
        b'{"field_1":"\xff"}',
        b"{\x00}",
    ]
    done = check("-", given=[between(form, *items)])

    assert (1, "", {"not-json": len(items)}) == (done.code, done.error, done.rules)
    assert 2 == done.report["leads"]


def test_a_deep_item_that_can_be_read() -> None:
    """As deep as the decoder goes, a lead is one of which things can be said."""
    done = check("-", given=[between(b"[%b]", b'{"field_9":' + b"[" * 1_000 + b"]" * 1_000 + b"}")])

    assert (1, "", 3) == (done.code, done.error, done.report["leads"])


@pytest.mark.parametrize(
    ("form", "begin", "encoding", "rules", "leads"),
    [
        (b"[%b]", b"\xef\xbb\xbf", "utf-8", {"byte-order-mark": 1}, 2),
        (b"%b", b"\xef\xbb\xbf", "utf-8", {"byte-order-mark": 1}, 2),
        (b"[%b]", b"", "utf-16", {"not-utf8": 1}, 0),
        (b"%b", b"", "utf-16-be", {"not-utf8": 1}, 0),
        (b"[%b]", b"\x00", "utf-8", {"not-utf8": 1}, 0),
    ],
    ids=["mark", "mark before lines", "UTF-16", "UTF-16 in lines", "NUL"],
)
def test_beginnings(form: bytes, begin: bytes, encoding: str, rules: dict[str, int], leads: int) -> None:
    """A mark is passed over; what is in another encoding is not guessed at."""
    done = check("-", given=[begin, between(form).decode().encode(encoding)])

    assert (1, "", rules, leads) == (done.code, done.error, done.rules, done.report["leads"])


# --- how much it may be


def large(form: bytes, megabytes: int, piece: bytes) -> Iterator[bytes]:
    """Yield a body with an item of some megabytes between two leads, as it is made."""
    begin, end = between(form, b'{"field_9":["%b"]}').split(b"%b")
    yield begin
    yield from repeat(piece * (MEGABYTE // len(piece)), megabytes)
    yield end


@pytest.fixture(name="usual", scope="module")
def _usual() -> float:
    """Megabytes of a check of two leads."""
    return check("-", given=[b"\n".join(LEADS)]).memory


@WITH_MEMORY
@pytest.mark.parametrize(
    ("form", "megabytes", "piece"),
    [(b"[%b]", 64, b"x"), (b"%b", 64, b"x"), (b"[%b]", 8, b'\\"'), (b"%b", 8, b'",{"a":"}' + b"x" * 99 + b'"},"')],
    ids=["array", "line", "escapes", "brackets"],
)
def test_an_item_that_is_too_large(form: bytes, megabytes: int, piece: bytes, usual: float) -> None:
    """It is passed over without being kept."""
    done = check("-", "--max-item", str(MEGABYTE), given=large(form, megabytes, piece))

    assert (1, "", {"item-too-large": 1}) == (done.code, done.error, done.rules)
    assert 2 == done.report["leads"]
    assert done.memory < usual + 40


@pytest.mark.slow
@WITH_MEMORY
@FORMS
def test_two_gigabytes(form: bytes, usual: float) -> None:
    """So with as much as does not fit in the memory of a small machine, and the usual limit."""
    done = check("-", given=large(form, 2_048, b"x"))

    assert (1, "", {"item-too-large": 1}) == (done.code, done.error, done.rules)
    assert 2 == done.report["leads"]
    assert done.memory < usual + 120


@WITH_MEMORY
def test_as_many_faults_as_lines(usual: float) -> None:
    """Each is counted, and none is kept."""
    done = check("-", given=repeat(b"no lead\n" * 1_000, 50))

    assert (1, {"not-json": 50_000}) == (done.code, done.rules)
    assert done.memory < usual + 15


# --- what a server may do

PATH: Final = "/v1/broadcast/leads/8668?number=%2B915550000042"
BODY: Final = between(b"[%b]", LEADS[0])


def answered(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return the beginning of an answer, of a length or none."""
    declared = [] if length is None else [f"Content-Length: {length}"]
    return (
        "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", *declared, *headers, "", ""]).encode()
        + body
    )


@pytest.mark.parametrize(("command", "pause", "begin"), [("check", 0, b"["), ("check", 0.01, b""), ("record", 0, b"")])
def test_a_body_that_does_not_end(command: str, pause: float, begin: bytes, serve: Any, tmp_path: Path) -> None:
    """Whoever sends for ever, at once or byte by byte, is left after ``--max-time``."""

    def send(connection: socket.socket) -> None:
        connection.sendall(answered(begin))
        separator = b"," if begin else b"\n"
        for byte in repeat(b" ") if pause else repeat(LEADS[0] + separator):
            connection.sendall(byte)
            over.wait(pause)

    over = Event()
    output = [] if command == "check" else ["-o", "fixture.json"]
    done = subprocess.run(
        [sys.executable, "-m", "smartflo_contract", command, serve(send).url + PATH, "--max-time", "0.1", *output],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    over.set()

    assert (3, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert re.fullmatch(
        r"smartflo-contract: the body did not end within 0\.1 seconds, after [0-9]+ bytes; --max-time allows .*\n",
        done.stderr,
    )
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "rules", "leads"),
    [
        (answered(BODY, length=len(BODY) + 9), {"cut-connection": 1, "lead-id-unique": 1}, 3),
        (answered(BODY, length=len(BODY) - 9), {"truncated-body": 1, "lead-id-unique": 1}, 2),
        (answered(BODY[:-9], length=len(BODY)), {"cut-connection": 1, "truncated-body": 1, "lead-id-unique": 1}, 2),
        (answered(b"\n".join(LEADS)[:-9], length=9_999), {"cut-connection": 1, "truncated-body": 1, "no-array": 1}, 1),
    ],
    ids=["too long", "too short", "in a lead", "lines"],
)
def test_lengths_that_are_none(answer: bytes, rules: dict[str, int], leads: int, serve: Any) -> None:
    """What has come of a body is checked, and that it was not all of it is a finding."""
    done = check(serve(answer).url + PATH)

    assert (1, "", leads) == (done.code, done.error, done.report["leads"])
    assert rules.items() <= done.rules.items()


def test_credentials_stay_where_they_are(serve: Any) -> None:
    """A redirect to another host is not followed by who has credentials, and without them by who has none."""
    there = serve(answered(BODY, length=len(BODY)))
    here = serve(answered(b"", f"Location: {there.url}{PATH}", status="302 x", length=0))
    for options, variables in (
        ([], AS_USER),
        (["--token", "env:CRM_TOKEN"], {"CRM_TOKEN": TOKEN}),
    ):
        done = check(here.url + PATH, *options, variables=variables)
        assert (3, True) == (done.code, "which is not followed: the token is sent to" in done.told)
        assert TOKEN not in done.error
        assert "5550000042" not in done.error
    assert [] == there.heads

    assert 3 == check(here.url + PATH).report["leads"]
    assert "authorization" not in there.heads[0].lower()


def test_a_redirect_to_where_others_listen(serve: Any) -> None:
    """Nobody goes to http on another machine, with credentials or without."""
    server = serve(answered(b"", "Location: http://api.example.com/v1/broadcast/leads/8668", status="302 x", length=0))
    for variables in (None, AS_USER):
        done = check(server.url + PATH, variables=variables)
        assert (3, True) == (done.code, "redirects to a URL that is not followed: expected an https URL" in done.told)


def test_no_tls(serve: Any) -> None:
    """Whoever does not speak TLS is told of in a line."""
    url = serve(answered()).url.replace("http:", "https:")
    done = check(url + PATH, variables=AS_USER)

    assert (3, f"no secure connection to {url}: TLS fails\n") == (done.code, done.told)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, to make a certificate")
def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    """What is wrong with a certificate is told in a line, and no token is sent."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    options = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost -days 2"
    subprocess.run(["openssl", *options.split(), "-keyout", key, "-out", certificate], capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    failed: list[str] = []

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                context.wrap_socket(connection, server_side=True)
            except OSError as error:
                failed.append(type(error).__name__)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=answer)
        thread.start()
        url = "https://127.0.0.1:{1}".format(*listening.getsockname())
        done = check(url + PATH, variables=AS_USER)
        thread.join(30)

    assert (3, f"no secure connection to {url}: its certificate is not valid: self-signed certificate\n") == (
        done.code,
        done.told,
    )
    assert ["SSLError"] == failed


# --- what cannot be read


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("folder", "Is a directory"),
        pytest.param(
            "secret",
            "Permission denied",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may read all files"),
        ),
    ],
)
def test_files_that_cannot_be_read(name: str, told: str, tmp_path: Path) -> None:
    """It is said which, and why."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret").touch(mode=0)
    done = check(str(tmp_path / name))

    assert (3, f"cannot read {tmp_path / name}: {told}\n") == (done.code, done.told)


@pytest.mark.parametrize("command", [["check"], ["record", "-o", "fixture.json"]])
def test_standard_input_that_is_closed(command: Sequence[str], tmp_path: Path) -> None:
    """There is nothing to read, and nothing is written."""
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" <&-', sys.executable, "-m", "smartflo_contract", *command, "-"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (3, "", "smartflo-contract: cannot read -: standard input is closed\n") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )
    assert [] == list(tmp_path.iterdir())


# --- Ctrl-C

INTERRUPTIBLE: Final = """
import shutil
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
from smartflo_contract import cli
cli.main()
"""


@pytest.mark.parametrize(
    ("form", "command", "files"), [(b"[%b]", ["check"], 0), (b"%b", ["record", "-o", "fixture.json"], 1)]
)
def test_an_interruption(form: bytes, command: Sequence[str], files: int, tmp_path: Path) -> None:
    """Whoever interrupts the reading of a pipe is told so in a line, and finds no file, not even a begun one."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *command, "-"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        process.stdin.write(between(form, b" " * MEGABYTE).removesuffix(b"]"))  # more than fits: it reads
        process.stdin.flush()
        begun = len(list(tmp_path.iterdir()))
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
        out, error = process.communicate()

    assert (130, b"", b"\nsmartflo-contract: interrupted\n") == (code, out, error)  # a terminal shows ^C before
    assert (files, []) == (begun, list(tmp_path.iterdir()))
