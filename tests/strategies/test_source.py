"""What the strategies are made with: Hypothesis as it is documented, no Faker, and no search by trial and error."""

import ast
import os
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


PROGRAM = """
import hashlib
import sys
from hypothesis import given, settings, strategies
from smartflo_contract.strategies import broken_leads, broken_responses, lead_lists, leads, surprising_leads

examples = hashlib.sha256()

@settings(max_examples=50, derandomize=True, database=None)
@given(strategies.tuples(leads(), lead_lists(), surprising_leads(), broken_leads(), broken_responses()))
def run(values):
    examples.update(repr(values).encode())

run()
print(examples.hexdigest(), "faker" in sys.modules)
"""


def test_examples_depend_on_no_hash_seed_and_no_faker() -> None:
    """A derandomized test gets the same examples in every process, and no process imports Faker.

    Hypothesis cannot shrink what Faker returns.
    """
    environment = dict(os.environ)
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env=environment | {"PYTHONHASHSEED": hash_seed},
        ).stdout.split()
        for hash_seed in ("0", "1")
    ]

    assert outputs[0] == outputs[1]
    assert outputs[0][1:] == ["False"]
