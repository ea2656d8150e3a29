"""docs/coverage.md: the output that it shows, and its recipes for CI."""

import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from smartflo_contract.coverage import contract_cells
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.profile_names import PROFILES

PAGE = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
TEST, OUTPUT, GITHUB, GITLAB = (
    re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[number]
    for language, number in (("python", 0), ("text", 0), ("yaml", 0), ("yaml", 1))
)
COMMANDS = {
    "github": [step["run"] for step in yaml.safe_load(GITHUB)["jobs"]["tests"]["steps"] if "run" in step],
    "gitlab": yaml.safe_load(GITLAB)["tests"]["script"],
}
PREFIX = "python3 -m pytest "


@pytest.fixture(autouse=True)
def _test(pytester: pytest.Pytester) -> None:
    (pytester.path / "test_statuses.py").write_text(TEST, encoding="utf-8")


def test_output_is_that_of_the_test(pytester: pytest.Pytester) -> None:
    """Dots stand for lines, and for further names."""
    result = pytester.runpytest_inprocess("--smartflo-coverage=term", "test_statuses.py")

    expected = [line.replace("...", "*") for line in OUTPUT.splitlines() if line != "..."]
    result.stdout.fnmatch_lines(expected)


def test_cells_in_the_table_exist() -> None:
    """Each cell that the page explains is one of a profile."""
    cells = {cell.id for profile in PROFILES for cell in contract_cells(load_contract(profile)).cells}
    rows = PAGE.partition("| cell | meaning |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    named = {name for row in rows for name in re.findall(r"`(\w[^`]+)`", row.split("|")[1])}

    assert len(named) > 20
    assert named <= cells


@pytest.mark.parametrize("platform", COMMANDS)
def test_recipe_writes_the_files_that_it_uses(pytester: pytest.Pytester, platform: str) -> None:
    """The command of a recipe passes, and writes what later steps read."""
    (arguments,) = (line.removeprefix(PREFIX) for line in COMMANDS[platform] if line.startswith(PREFIX))
    assert pytester.runpytest_inprocess("-W", "error", *shlex.split(arguments)).ret == 0

    used = set(re.findall(r"value-coverage\.\w+", {"github": GITHUB, "gitlab": GITLAB}[platform]))
    assert used == {path.name for path in pytester.path.glob("value-coverage.*")}


def test_gitlab_finds_the_percentage(pytester: pytest.Pytester) -> None:
    """The regular expression matches the total in the output."""
    result = pytester.runpytest_inprocess("--smartflo-coverage=term")
    pattern = yaml.safe_load(GITLAB)["tests"]["coverage"].strip("/")

    assert re.findall(pattern, str(result.stdout), re.MULTILINE) == re.findall(
        r"^total .* (\d+)$", OUTPUT, re.MULTILINE
    )


@pytest.mark.slow
@pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is with the development tools")
@pytest.mark.parametrize(("schema", "text"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)], ids=COMMANDS)
def test_platform_schemas_accept_the_recipes(schema: str, text: str, tmp_path: Path) -> None:
    """The workflow and the job are valid under the schemas of their platforms."""
    main = import_module("check_jsonschema").main  # no dependency of the tests, and without types
    (tmp_path / "file.yml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["--builtin-schema", f"vendor.{schema}", str(tmp_path / "file.yml")])

    assert (0, "ok -- validation done\n") == (result.exit_code, result.output)
