"""serve: settings and banner in process; signals, ports and workers as processes."""

import gc
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.coverage import read_recording
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.server import granian
from smartflo_contract.pytest_plugin import SmartfloServer
from smartflo_contract.schemas import load_contract

from .conftest import Run, without_variables

ALL_INTERFACES = "0.0.0.0"  # noqa: S104 - nothing listens there
URL = "http://127.0.0.1:8080"
TOKEN = {"Authorization": "Bearer any-text"}
LEADS = "/v1/broadcast/leads/8668"

Serve = Callable[..., tuple[FlaskClient, str]]


@pytest.fixture(name="serve")
def _serve(run: Run, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a function that runs serve without a server, and returns a client of the fake and standard error."""
    configs: list[Config] = []

    def announce_only(config: Config, announce: Callable[[str], None], *_: object) -> None:
        configs.append(config)
        announce(URL)

    monkeypatch.setattr(granian, "serve", announce_only)

    def serve(*arguments: str, **variables: str) -> tuple[FlaskClient, str]:
        result = run("serve", *arguments, **variables)
        assert (0, f"{URL}\n") == (result.exit_code, result.stdout)
        return create_app(configs[-1]).test_client(), result.stderr

    return serve


@pytest.mark.parametrize("arguments", [(), ("--quirk", "none=such")])
def test_collects_garbage_after_modules_are_loaded(arguments: tuple[str, ...], serve: Serve, run: Run) -> None:
    """Garbage is not collected while modules are loaded, but afterwards, also if a setting is wrong."""
    gc.disable()
    if arguments:
        run("serve", *arguments)
    else:
        serve()

    assert gc.isenabled()


@contextmanager
def serving(*arguments: str, folder: Path, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run serve as a process on a free port; yield its URL and the process."""
    with subprocess.Popen(
        [sys.executable, "-m", "smartflo_contract", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=without_variables(SMARTFLO_PORT="0", **variables),
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()


@pytest.mark.fast_only(stop=signal.SIGINT)
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_signal(tmp_path: Path, stop: signal.Signals) -> None:
    """The only line is the URL; the vendor's request is answered; each signal exits with 0 and no traceback.

    What was served is in the file of value coverage, and what was written in the state file. Neither pytest nor
    Hypothesis is imported: modules of these names would end the process.
    """
    for name in ("_pytest", "hypothesis", "pytest"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(__name__)")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    arguments = ("--coverage", "data", "--state", "state.json")
    with serving(*arguments, folder=tmp_path, PYTHONPATH=path) as (url, process):
        requests.post(f"{url}/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=TOKEN, timeout=30)
        response = requests.get(url + LEADS, headers=TOKEN | {"accept": "application/json"}, timeout=30)
        process.send_signal(stop)
        rest, stderr = process.communicate(timeout=30)

    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]*", url)
    assert response.status_code == 200
    assert load_contract().check(response.content) == ()
    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in stderr
    assert [account_id_of_token("any-text")] == read_recording(tmp_path / "data").contexts()
    assert "5550000042" in (tmp_path / "state.json").read_text()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes", "the file exists and is not a coverage data file of this version; choose another path, or delete it"),
        ("missing/data", "No such file or directory"),
        (".", "Is a directory"),
    ],
)
def test_rejects_coverage_file_before_start(run: Run, tmp_path: Path, name: str, reason: str) -> None:
    """A file that cannot be written, or is not one of ours, is one line and exit code 2."""
    (tmp_path / "notes").write_text("as it was")
    result = run("serve", "--port", "0", SMARTFLO_COVERAGE=name)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert f"cannot write {tmp_path / name}: {reason}" in result.stderr
    assert "as it was" == (tmp_path / "notes").read_text()


def test_every_worker_serves_fixture(tmp_path: Path) -> None:
    """Each worker of a read-only fake serves the leads of a file unchanged, and rejects writes; the banner counts."""
    leads = [{"list_id": 4711, "surprise": number} for number in range(3)]
    (tmp_path / "fixture.json").write_text(json.dumps(leads), encoding="utf-8")
    (tmp_path / "fake.toml").write_text('[[lists]]\nleads_file = "fixture.json"\n', encoding="utf-8")
    with serving("--config", "fake.toml", "--read-only", "--workers", "2", folder=tmp_path) as (url, process):
        path = f"{url}/v1/broadcast/leads/4711"
        assert [leads] * 8 == [requests.get(path, headers=TOKEN, timeout=30).json() for _ in range(8)]
        path = f"{url}/v1/broadcast/lead/4711"
        rejected = requests.post(path, json={"field_0": "5550000042"}, headers=TOKEN, timeout=30)
        process.terminate()
        _, stderr = process.communicate(timeout=30)

    assert 403 == rejected.status_code
    assert "4711\tDialer dynamic field list\t9\t3\n" in stderr


def test_store_option_and_variable(serve: Serve, tmp_path: Path) -> None:
    """Fakes on one store share what clients write; the option overrides the variable."""
    url = f"sqlite:///{tmp_path}/fake.db"
    written, _ = serve("--store", url, "--workers", "2", SMARTFLO_STORE="sqlite:///other.db")
    read, _ = serve(SMARTFLO_STORE=url)
    written.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=TOKEN)

    assert 6 == len(read.get("/v1/broadcast/leads/8669", headers=TOKEN).get_json())
    for client in (written, read):
        client.application.extensions[EXTENSION].close()


def test_rejects_store_before_start(run: Run, tmp_path: Path) -> None:
    """A store of another program is one line and exit code 3, an invalid URL is exit code 2."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    foreign = run("serve", "--port", "0", "--store", f"sqlite:///{tmp_path}/other.db")
    invalid = run("serve", "--port", "0", SMARTFLO_STORE="mysql://user:secret@host/database")

    assert (3, "", 1) == (foreign.exit_code, foreign.stdout, foreign.stderr.count("\n"))
    assert "is the database of another program; name another file" in foreign.stderr
    assert (2, "", 1) == (invalid.exit_code, invalid.stdout, invalid.stderr.count("\n"))
    assert "secret" not in invalid.stderr


@pytest.mark.parametrize("flag", ["--port", "-p"])
def test_reports_port_in_use(run: Run, smartflo_server: SmartfloServer, flag: str) -> None:
    """A second fake on the same port is one line and exit code 2."""
    result = run("serve", flag, smartflo_server.url.rpartition(":")[2])

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "in use" in result.stderr


def test_banner_shows_lists_and_request(serve: Serve) -> None:
    """Standard error lists the lead lists, and has a curl command with the required header."""
    _, stderr = serve("--profile", "documented")

    assert f"curl --request GET --url {URL}{LEADS}" in stderr
    assert "--header 'Authorization: " in stderr
    assert ["list id", "8668", "8669", "8670", "8671"] == [
        line.partition("\t")[0] for line in stderr.splitlines() if "\t" in line
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), f"Admin API: {URL}/__admin"),
        (("--host", ALL_INTERFACES, "--admin-token", "secret"), f"Admin API: {URL}/__admin"),
        (
            ("--host", ALL_INTERFACES),
            "Admin API: disabled, because 0.0.0.0 is not loopback. Set SMARTFLO_ADMIN_TOKEN to enable it.",
        ),
    ],
)
def test_banner_shows_admin_api(serve: Serve, arguments: tuple[str, ...], line: str) -> None:
    """Standard error shows the admin API, or how to enable it if the host is not loopback."""
    assert line == serve(*arguments)[1].splitlines()[-2]


def test_banner_warns_about_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """If clients would send requests for the fake to a proxy, the banner states how to prevent it."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert "proxy" not in serve()[1]
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert "warning: a proxy is set (HTTP_PROXY or ALL_PROXY) and NO_PROXY does not list 127.0.0.1" in serve()[1]


def test_flag_overrides_variable_overrides_file(serve: Serve, tmp_path: Path) -> None:
    """A flag overrides its variable, which overrides the file, which overrides the default."""
    (tmp_path / "overlay.json").write_text(json.dumps({"properties": {"nickname": {"type": "string"}}}))
    (tmp_path / "fake.toml").write_text(
        'seed = 1\nprofile = "documented"\noverlay = "overlay.json"\nauth = "off"\n[[lists]]\nid = 4711\nsize = 3\n'
    )
    client, _ = serve("--config", "fake.toml", "--profile", "sample", SMARTFLO_PROFILE="lenient", SMARTFLO_SEED="2")
    leads: Any = client.get("/v1/broadcast/leads/4711").get_json()
    client, _ = serve("--config", "fake.toml", "--profile", "sample", SMARTFLO_PROFILE="lenient")
    leads_of_other_seed: Any = client.get("/v1/broadcast/leads/4711").get_json()

    assert len(leads) == 3
    assert leads != leads_of_other_seed
    assert load_contract("sample", tmp_path / "overlay.json").is_valid(leads)
    assert all("nickname" in lead for lead in leads)


def test_accepts_quirks(serve: Serve) -> None:
    """Quirks are set by one flag each, or by one variable that separates them with spaces."""
    unknown = "/v1/broadcast/leads/123456"
    client, _ = serve("--quirk", "unknown_list=empty", "--quirk", "auth_scheme=raw")
    from_flags = client.get(unknown, headers={"Authorization": "x"})
    client, _ = serve(SMARTFLO_QUIRK="unknown_list=200_error auth_scheme=bearer")
    from_variable = client.get(unknown, headers={"Authorization": "Bearer x"})

    assert (200, []) == (from_flags.status_code, from_flags.get_json())
    assert (200, False) == (from_variable.status_code, from_variable.get_json()["success"])


def test_accepts_faults(serve: Serve) -> None:
    """Faults are set by one flag each, or by one variable with one rule per line, which may contain spaces."""
    client, _ = serve("--fault", "503,ok", "--fault", "429;at=2")
    from_flags = [client.get(LEADS, headers=TOKEN).status_code for _ in range(3)]
    client, _ = serve(SMARTFLO_FAULT="503, ok\n429;at=2\n\n502;route=POST /v1/auth/login\n")
    from_variable = [client.get(LEADS, headers=TOKEN).status_code for _ in range(3)]
    login = client.post("/v1/auth/login", json={"email": "a", "password": "b"})

    assert [503, 429, 200] == from_flags == from_variable
    assert 502 == login.status_code


def test_accepts_rate_limit(serve: Serve, tmp_path: Path) -> None:
    """A flag, a variable or the file sets the limit of each account; the flag takes precedence."""
    (tmp_path / "fake.toml").write_text("rate_limit = 2\n")
    clients = [
        serve("--rate-limit", "2")[0],
        serve(SMARTFLO_RATE_LIMIT="2")[0],
        serve("--config", "fake.toml")[0],
        serve("--rate-limit", "2", SMARTFLO_RATE_LIMIT="3")[0],
    ]
    for client in clients:
        client.patch("/__admin/clock", json={"frozen": True}, headers=TOKEN)
        assert [200, 200, 429] == [client.get(LEADS, headers=TOKEN).status_code for _ in range(3)]


def test_webhook_hosts_are_allowed_by_name(serve: Serve, tmp_path: Path) -> None:
    """A flag, a variable or the file allows hosts; others are refused with the option that allows them."""
    (tmp_path / "fake.toml").write_text('webhook_hosts = ["crm.example.com", "b.example.com"]\n')
    clients = [
        serve("--webhook-host", "crm.example.com", "--webhook-host", "b.example.com")[0],
        serve(SMARTFLO_WEBHOOK_HOST="crm.example.com b.example.com")[0],
        serve("--config", "fake.toml")[0],
    ]
    for client in clients:
        responses = [
            client.post("/__admin/webhooks", json={"url": f"https://{host}.example.com/"}, headers=TOKEN)
            for host in ("crm", "b", "c")
        ]
        assert [201, 201, 422] == [response.status_code for response in responses]
        assert "serve --webhook-host c.example.com" in responses[-1].get_json()["detail"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--webhook-host", "*"), "webhook_hosts[0]: expected the name of one host in lower case"),
        (("--webhook-host", "tatateleservices.com"), "a fake sends nothing to the vendor"),
    ],
)
def test_rejects_invalid_webhook_hosts_in_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """The message states what a host is."""
    result = run("serve", *arguments)

    assert 2 == result.exit_code
    assert message in result.stderr
    assert 1 == len(result.stderr.splitlines())


@pytest.mark.parametrize("limit", ["0", "-1", "2.5", "many", "10001", "9" * 30, ""])
def test_rejects_invalid_rate_limit_in_one_line(run: Run, limit: str) -> None:
    """The message names the option, and the value or the range."""
    result = run("serve", "--rate-limit", limit)

    assert 2 == result.exit_code
    assert "Invalid value for '--rate-limit'" in result.stderr.splitlines()[-1]


def test_rejects_rate_limit_of_read_only_fake_in_one_line(run: Run) -> None:
    """It could not count requests."""
    result = run("serve", "--rate-limit", "5", "--read-only")

    assert (2, 1) == (result.exit_code, result.stderr.count("\n"))
    assert "rate_limit: a read-only fake does not count requests" in result.stderr


def test_accepts_speed(serve: Serve, tmp_path: Path) -> None:
    """A flag, a variable or the file sets it; the flag takes precedence."""
    (tmp_path / "fake.toml").write_text("speed = 60\n")
    clients = [
        serve("--speed", "60")[0],
        serve(SMARTFLO_SPEED="60")[0],
        serve("--config", "fake.toml")[0],
        serve("--speed", "60", SMARTFLO_SPEED="3")[0],
    ]

    assert [60] * 4 == [client.application.extensions[EXTENSION].config.speed for client in clients]
    assert None is serve()[0].application.extensions[EXTENSION].config.speed


@pytest.mark.parametrize("speed", ["0", "-1", "1.5", "fast", "86401", ""])
def test_rejects_invalid_speed_in_one_line(run: Run, speed: str) -> None:
    """The message names the option, and the value or the range."""
    result = run("serve", "--speed", speed)

    assert 2 == result.exit_code
    assert "Invalid value for '--speed'" in result.stderr.splitlines()[-1]


def test_rejects_speed_of_read_only_fake_in_one_line(run: Run) -> None:
    """It could not store what has happened to leads."""
    result = run("serve", "--speed", "60", "--read-only")

    assert (2, 1) == (result.exit_code, result.stderr.count("\n"))
    assert "speed: a read-only fake stores nothing, so it cannot advance leads; remove speed" in result.stderr


def test_accepts_origins(serve: Serve, tmp_path: Path) -> None:
    """Origins are set by one flag each, by one variable that separates them with spaces, or by the file."""
    (tmp_path / "fake.toml").write_text('cors = ["http://localhost:3000", "http://localhost:5173"]\n')
    arguments: dict[str, dict[str, Any]] = {
        "flags": {"arguments": ("--cors", "http://localhost:3000", "--cors", "http://localhost:5173")},
        "variable": {"SMARTFLO_CORS": "http://localhost:3000 http://localhost:5173"},
        "file": {"arguments": ("--config", "fake.toml")},
    }
    for name, variables in arguments.items():
        client, _ = serve(*variables.pop("arguments", ()), **variables)
        for origin in ("http://localhost:3000", "http://localhost:5173"):
            response = client.get(LEADS, headers=TOKEN | {"Origin": origin})
            assert origin == response.headers["Access-Control-Allow-Origin"], name


def test_rejects_wrong_origin_in_one_line(run: Run) -> None:
    """The message names the origin and shows a right one."""
    result = run("serve", "--cors", "http://localhost:3000/app")

    assert 2 == result.exit_code
    assert 'cors[0]: expected an origin without a path, such as "http://localhost:3000"' in result.stderr


def test_applies_overlay(serve: Serve, tmp_path: Path) -> None:
    """An overlay that closes dial_status changes the responses."""
    (tmp_path / "overlay.json").write_text(json.dumps({"properties": {"dial_status": {"enum": [4]}}}))
    client, _ = serve("--overlay", "overlay.json")

    assert {lead["dial_status"] for lead in client.get(LEADS, headers=TOKEN).get_json()} == {4}


def test_warns_about_valid_phones(serve: Serve) -> None:
    """Numbers that may belong to a person need an explicit choice, and cause a warning."""
    client, stderr = serve("--phones", "valid")

    assert all(lead["field_0"].startswith("+9198") for lead in client.get(LEADS, headers=TOKEN).get_json())
    assert "may belong to a person" in stderr


@pytest.mark.parametrize(
    ("content", "message"),
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
def test_rejects_unusable_configuration_in_one_line(run: Run, tmp_path: Path, content: str, message: str) -> None:
    """A configuration that cannot be used is one line, and nothing is started."""
    (tmp_path / "fake.toml").write_text(content)
    result = run("serve", "--config", "fake.toml")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


def test_flag_replaces_wrong_value_of_file(serve: Serve, tmp_path: Path) -> None:
    """A wrong value in the file does no harm if a flag overrides it."""
    (tmp_path / "fake.toml").write_text('profile = "smaple"\nauth = "off"\n')
    client, _ = serve("--config", "fake.toml", "--profile", "sample")

    assert client.get(LEADS).status_code == 200


SERVICE = {
    "SMARTFLO_PORT": "tcp://10.0.171.239:8080",
    "SMARTFLO_SERVICE_HOST": "10.0.171.239",
    "SMARTFLO_SERVICE_PORT": "8080",
    "SMARTFLO_SERVICE_PORT_HTTP": "8080",
    "SMARTFLO_PORT_8080_TCP": "tcp://10.0.171.239:8080",
    "SMARTFLO_PORT_8080_TCP_PROTO": "tcp",
    "SMARTFLO_PORT_8080_TCP_PORT": "8080",
    "SMARTFLO_PORT_8080_TCP_ADDR": "10.0.171.239",
}
"""What Kubernetes sets in each pod beside a service named ``smartflo``."""


def test_ignores_address_of_service(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default port is used, and one line states why; another text is still an error."""
    configs: list[Config] = []
    monkeypatch.setattr(granian, "serve", lambda config, *_: configs.append(config))
    result = run("serve", **SERVICE)
    wrong = run("serve", SMARTFLO_PORT="http")

    assert (0, 8080) == (result.exit_code, configs[0].port)
    assert result.stderr.startswith("warning: SMARTFLO_PORT=tcp://10.0.171.239:8080 is not read: Kubernetes or Docker")
    assert 1 == result.stderr.count("\n")
    assert 2 == wrong.exit_code
