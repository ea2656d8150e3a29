"""The command serve: a process that a user starts, asks and stops."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from smartflo_contract.schemas import load_contract

ALL = ("--host", "0.0.0.0")  # noqa: S104 - for a moment, and with nothing to lose
TOKEN = {"Authorization": "Bearer any-text"}
Run = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def _serving(*arguments: str, cwd: Path, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
    with subprocess.Popen(
        [sys.executable, "-m", "smartflo_contract", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=clean | {"SMARTFLO_PORT": "0"} | variables,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()


def _leads(url: str, list_id: int) -> Any:
    return requests.get(f"{url}/v1/broadcast/leads/{list_id}", headers=TOKEN, timeout=30).json()


def test_prints_the_url_and_answers_the_documented_request(tmp_path: Path) -> None:
    """The first line is the URL with the real port; the vendor's request is answered from the contract."""
    with _serving(cwd=tmp_path) as (url, _):
        answer = requests.get(
            f"{url}/v1/broadcast/leads/8668", headers=TOKEN | {"accept": "application/json"}, timeout=30
        )

    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*", url)
    assert answer.status_code == 200
    assert load_contract().check(answer.content) == ()


def test_a_fixture_on_every_worker(tmp_path: Path) -> None:
    """The leads of a file are served as they are by each worker of a read-only fake; the banner counts them."""
    leads = [{"list_id": 4711, "surprise": number} for number in range(3)]
    (tmp_path / "fixture.json").write_text(json.dumps(leads), encoding="utf-8")
    (tmp_path / "fake.toml").write_text('[[lists]]\nleads_file = "fixture.json"\n', encoding="utf-8")
    with _serving("--config", "fake.toml", "--read-only", "--workers", "2", cwd=tmp_path) as (url, process):
        assert [leads] * 8 == [_leads(url, 4711) for _ in range(8)]
        answer = requests.post(
            f"{url}/v1/broadcast/lead/4711", json={"field_0": "5550000042"}, headers=TOKEN, timeout=30
        )
        process.terminate()
        _, told = process.communicate(timeout=30)

    assert 403 == answer.status_code
    assert "4711\tDialer dynamic field list\t9\t3\n" in told


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the command with exit code 0 and without a traceback."""
    with _serving(cwd=tmp_path) as (_, process):
        process.send_signal(stop)
        rest, told = process.communicate(timeout=30)

    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in told


def test_banner_teaches(tmp_path: Path) -> None:
    """Standard error lists the lists and has a curl line with the header that is needed."""
    with _serving("--profile", "documented", cwd=tmp_path) as (url, process):
        process.terminate()
        _, told = process.communicate(timeout=30)

    assert f"curl --request GET --url {url}/v1/broadcast/leads/8668" in told
    assert "--header 'Authorization: " in told
    assert [line.partition("\t")[0] for line in told.splitlines() if "\t" in line] == [
        "list id",
        "8668",
        "8669",
        "8670",
        "8671",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Admin API: {url}/__admin (docs/fake.md)"),
        ((*ALL, "--admin-token", "secret"), "Admin API: {url}/__admin (docs/fake.md)"),
        (ALL, "Admin API: disabled, because 0.0.0.0 is not loopback. Set SMARTFLO_ADMIN_TOKEN to enable it."),
    ],
)
def test_banner_tells_of_the_admin_api(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """Standard error says where the admin API is, or how it is opened where others reach the fake."""
    with _serving(*arguments, cwd=tmp_path) as (url, process):
        process.terminate()
        _, said = process.communicate(timeout=30)

    assert told.format(url=url) == said.splitlines()[-2]


def test_port_has_a_short_flag(tmp_path: Path, run: Run) -> None:
    """The flag -p is --port."""
    with _serving(cwd=tmp_path) as (url, _):
        done = run("serve", "-p", url.rpartition(":")[2])

    assert "in use" in done.stderr


def test_flag_variable_file(tmp_path: Path) -> None:
    """A flag wins over its variable, which wins over the file, which wins over the default."""
    (tmp_path / "overlay.json").write_text(json.dumps({"properties": {"nickname": {"type": "string"}}}))
    (tmp_path / "fake.toml").write_text(
        'seed = 1\nprofile = "documented"\noverlay = "overlay.json"\nauth = "off"\n[[lists]]\nid = 4711\nsize = 3\n'
    )
    with _serving("--config", "fake.toml", "--profile", "sample", cwd=tmp_path, SMARTFLO_PROFILE="lenient") as (url, _):
        leads = requests.get(f"{url}/v1/broadcast/leads/4711", timeout=30).json()

    assert len(leads) == 3
    assert load_contract("sample", tmp_path / "overlay.json").is_valid(leads)
    assert all("nickname" in lead for lead in leads)


def test_quirks_by_flag_and_by_variable(tmp_path: Path) -> None:
    """Quirks are set by a flag each, or by one variable with blanks between them."""
    unknown = "/v1/broadcast/leads/123456"
    with _serving("--quirk", "unknown_list=empty", "--quirk", "auth_scheme=raw", cwd=tmp_path) as (url, _):
        by_flag = requests.get(url + unknown, headers={"Authorization": "x"}, timeout=30)
    with _serving(cwd=tmp_path, SMARTFLO_QUIRK="unknown_list=200_error auth_scheme=bearer") as (url, _):
        by_variable = requests.get(url + unknown, headers={"Authorization": "Bearer x"}, timeout=30)

    assert (200, []) == (by_flag.status_code, by_flag.json())
    assert (200, False) == (by_variable.status_code, by_variable.json()["success"])


def test_faults_by_flag_and_by_variable(tmp_path: Path) -> None:
    """Faults are set by a flag each, or by one variable with a rule a line, in which blanks may stand."""
    path = "/v1/broadcast/leads/8668"
    with _serving("--fault", "503,ok", "--fault", "429;at=2", cwd=tmp_path) as (url, _):
        by_flag = [requests.get(url + path, headers=TOKEN, timeout=30).status_code for _ in range(3)]
    with _serving(cwd=tmp_path, SMARTFLO_FAULT="503, ok\n429;at=2\n\n502;route=POST /v1/auth/login\n") as (url, _):
        by_variable = [requests.get(url + path, headers=TOKEN, timeout=30).status_code for _ in range(3)]
        login = requests.post(f"{url}/v1/auth/login", json={"email": "a", "password": "b"}, timeout=30)

    assert [503, 429, 200] == by_flag == by_variable
    assert 502 == login.status_code


def test_overlay_by_flag(tmp_path: Path) -> None:
    """An overlay that closes dial_status shows in what is served."""
    (tmp_path / "overlay.json").write_text(json.dumps({"properties": {"dial_status": {"enum": [4]}}}))
    with _serving("--overlay", "overlay.json", cwd=tmp_path) as (url, _):
        leads = _leads(url, 8668)

    assert {lead["dial_status"] for lead in leads} == {4}


def test_valid_phones_are_warned_of(tmp_path: Path) -> None:
    """Numbers of may be somebody's are served on request, with a warning."""
    with _serving("--phones", "valid", cwd=tmp_path) as (url, process):
        leads = _leads(url, 8668)
        process.terminate()
        _, told = process.communicate(timeout=30)

    assert all(lead["field_0"].startswith("+9198") for lead in leads)
    assert "may belong to a person" in told


def test_taken_port_is_one_line(tmp_path: Path, run: Run) -> None:
    """A second fake at the same port is one clear line and exit code 2."""
    with _serving(cwd=tmp_path) as (url, _):
        done = run("serve", "--port", url.rpartition(":")[2])

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "in use" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("prot = 1\n", "port"),
        ("port = \n", "line 1"),
        ("[[lists]]\nsize = 3\n", "id"),
        ("[[lists]]\nid = 1\nsize = -1\n", "size"),
        ("[[lists]]\nid = 1\ncolumn = []\n", "columns"),
        ('profile = "smaple"\n', "sample"),
        ('overlay = "absent.json"\n', "absent.json"),
    ],
)
def test_unusable_configuration_is_one_line(tmp_path: Path, run: Run, content: str, said: str) -> None:
    """A configuration that cannot be used is told in one line, and nothing is started."""
    (tmp_path / "fake.toml").write_text(content)
    done = run("serve", "--config", "fake.toml")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_flag_replaces_what_is_wrong_in_the_file(tmp_path: Path) -> None:
    """What a flag replaces is not held against the file."""
    (tmp_path / "fake.toml").write_text('profile = "smaple"\nauth = "off"\n')
    with _serving("--config", "fake.toml", "--profile", "sample", cwd=tmp_path) as (url, _):
        answer = requests.get(f"{url}/v1/broadcast/leads/8668", timeout=30)

    assert answer.status_code == 200
