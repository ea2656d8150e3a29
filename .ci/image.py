"""Run the instructions of the Dockerfile without a daemon: in a folder of its own, with the Python that runs this.

Usage: python .ci/image.py FOLDER

``RUN`` lines install into FOLDER in place of the root of the image. Then the command runs with the variables of the
image, on a free port; its health check must succeed, and its stop signal must end it with exit code 0. The user stays
that of the caller: another one may not read the Python of this machine.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15
PATHS = re.compile(r"(?<![\w/.])/(?=(?:src|opt)\b)")
"""The root in a path of the image that the instructions create."""


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each instruction."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, _, value = line.partition(" ")
        yield name, value


def add_variables(value: str, environment: dict[str, str], root: Path) -> None:
    """Add the variables of an ``ENV`` instruction."""
    for pair in shlex.split(value):
        name, _, content = pair.partition("=")
        in_root = PATHS.sub(f"{root}/", content)
        environment[name] = re.sub(r"\$(\w+)", lambda match: environment.get(match[1], ""), in_root)


def build(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Run all instructions; return the other ones of the last stage by name, and its variables."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SMARTFLO_", "PYTHON"))}
    environment, settings = dict(own), dict[str, str]()
    for name, value in instructions(Path("Dockerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            environment, settings = dict(own), {}
        elif name == "ENV":
            add_variables(value, environment, root)
        elif name == "COPY" and value == ". /src":
            (root / "src").symlink_to(Path.cwd())
        elif name == "COPY" and value.startswith("--from=build"):
            pass  # both stages are in the same folder
        elif name == "RUN":
            subprocess.run(["bash", "-euc", PATHS.sub(f"{root}/", value)], env=environment, check=True)
        elif name in {"LABEL", "USER", "WORKDIR", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}:
            settings[name] = value
        else:
            sys.exit(f"{Path(__file__).name} cannot run {name} {value}; teach it")
    return settings, environment


def run(settings: dict[str, str], environment: dict[str, str]) -> None:
    """Start the command, and stop it once its health check has succeeded."""
    command = json.loads(settings["ENTRYPOINT"]) + json.loads(settings["CMD"])
    probe = json.loads(settings["HEALTHCHECK"].partition(" CMD ")[2])
    folder = settings["WORKDIR"]
    with subprocess.Popen(
        command, env=environment | {"SMARTFLO_PORT": "0"}, cwd=folder, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            port = str(server.stdout and server.stdout.readline()).strip().rpartition(":")[2]
            wait_until_healthy(probe, environment | {"SMARTFLO_PORT": port}, folder)
            server.send_signal(signal.Signals[settings["STOPSIGNAL"]])
            code = server.wait(STOP_TIMEOUT_SECONDS)
        finally:
            server.kill()
    if code:
        sys.exit(f"the command ended with exit code {code} after {settings['STOPSIGNAL']}")


def wait_until_healthy(probe: list[str], environment: dict[str, str], folder: str) -> None:
    """Run the health check until it succeeds."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while subprocess.run(probe, env=environment, cwd=folder, check=False).returncode:
        if time.monotonic() > deadline:
            sys.exit(f"the health check did not succeed within {START_TIMEOUT_SECONDS} s")
        time.sleep(0.2)


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True)
    run(*build(folder))
    print("the image is healthy")
