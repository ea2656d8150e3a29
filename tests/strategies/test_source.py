"""What the strategies are made with: Hypothesis as it is documented, no Faker, and no search by trial and error."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies
import pytest

import smartflo_contract.strategies

SOURCE = Path(smartflo_contract.strategies.__file__).parent
MODULES = sorted(SOURCE.glob("*.py"))
PUBLIC = {"SearchStrategy", "DrawFn", *hypothesis.strategies.__all__}


BY_NAME = {"importlib", "pkgutil", "runpy", "__import__", "eval", "exec"}
"""What imports a module whose name is a value, which no list of imports shows."""


def imported(source: str) -> Iterator[str]:
    """Yield the dotted name of everything that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def by_name(source: str) -> set[str]:
    """Return what a source has of :data:`BY_NAME`, and its texts that are names of private modules of Hypothesis."""
    tree = list(ast.walk(ast.parse(source)))
    names = {node.id for node in tree if isinstance(node, ast.Name)}
    names |= {part for name in imported(source) for part in name.split(".")}
    texts = {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return (names & BY_NAME) | {text for text in texts if text.startswith(("hypothesis.", "_hypothesis"))}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_documented_parts_of_hypothesis_are_used(module: Path) -> None:
    """Hypothesis is imported as strategies and errors, and of strategies only public names are used."""
    source = module.read_text(encoding="utf-8")
    of_hypothesis = {name for name in imported(source) if name.startswith(("hypothesis", "_hypothesis"))}
    used = {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
    }

    assert of_hypothesis <= {
        "hypothesis.strategies",
        "hypothesis.errors.InvalidArgument",
        "hypothesis.strategies.SearchStrategy",
    }
    assert used <= PUBLIC


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_nothing_is_imported_by_a_name_that_is_a_value(module: Path) -> None:
    """No module imports by text, by which it could reach what Hypothesis does not document."""
    assert set() == by_name(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        'import importlib\nimportlib.import_module("hypothesis.internal.conjecture")',
        'from importlib import import_module as load\nload("hypo" + "thesis.internal")',
        "import importlib.util",
        '__import__("hypo" + "thesis.internal")',
        'import sys\nsys.modules["hypothesis.internal.reflection"]',
    ],
)
def test_imports_by_name_are_seen(source: str) -> None:
    """Each way to import by text is one that the test above sees."""
    assert set() != by_name(source)


def test_whole_leads_are_never_filtered() -> None:
    """Values of one key may be filtered, where a caller's overlay wants it; leads and lists never are."""
    filtering = {path.name for path in MODULES if ".filter(" in path.read_text(encoding="utf-8")}
    assuming = {path.name for path in MODULES if "assume" in path.read_text(encoding="utf-8")}

    assert filtering == {"_schema_strategies.py"}
    assert assuming == set()


def test_faker_is_never_asked() -> None:
    """Drawing leads imports no Faker: Hypothesis would take what Faker gives for one example."""
    code = (
        "import sys\n"
        "from hypothesis import given, settings\n"
        "from smartflo_contract.strategies import broken_responses, leads, surprising_leads\n"
        "@settings(max_examples=50)\n"
        "@given(leads(), surprising_leads(), broken_responses())\n"
        "def run(a, b, c): pass\n"
        "run()\n"
        "print('faker' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_examples_are_the_same_whatever_the_hash_seed() -> None:
    """A derandomised test sees the same examples in every process."""
    code = (
        "import hashlib\n"
        "from hypothesis import given, settings\n"
        "from smartflo_contract.strategies import broken_leads, lead_lists, surprising_leads\n"
        "seen = hashlib.sha256()\n"
        "@settings(max_examples=50, derandomize=True, database=None)\n"
        "@given(lead_lists(), surprising_leads(), broken_leads())\n"
        "def run(a, b, c): seen.update(repr((a, b, c)).encode())\n"
        "run()\n"
        "print(seen.hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(runs) == 1
