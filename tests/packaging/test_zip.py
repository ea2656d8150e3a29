"""The package in a zip file on the path, as zipapps and pex without unzipping have it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import smartflo_contract

ROOT = Path(smartflo_contract.__file__).parent
PROGRAM = """
import json, sys
sys.path.insert(0, "package.zip")
import smartflo_contract
assert "package.zip" in smartflo_contract.__file__

from smartflo_contract.live import check
from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import leads

token = {"Authorization": "any"}
with FakeSmartflo() as fake:
    client = fake.app.test_client()
    body = client.get("/v1/broadcast/leads/8668", headers=token).data
    assert client.get("/v1/unknown", headers=token).status_code == 404
    assert client.get("/__admin/openapi").status_code == 200
assert load_contract("lenient").is_valid(body)
assert check(body).grade == "A"
leads()

from smartflo_contract.cli import main
main(["check", "broken.json", "--report", "sarif"])
"""


@pytest.mark.slow
def test_runs_from_zip(tmp_path: Path) -> None:
    """Contract, fake, check and reports read their files from the zip file."""
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        for path in ROOT.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                archive.write(path, path.relative_to(ROOT.parent))
    (tmp_path / "broken.json").write_text('[{"priority": 99}]')
    others = [entry for entry in sys.path if entry and Path(entry) != ROOT.parent]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(others)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 1 == done.returncode, done.stderr
    assert "sarif" in done.stdout
