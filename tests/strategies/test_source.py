"""Source of the strategies: the public API of Hypothesis, no Faker, and no filters of whole leads."""

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
PUBLIC_OF_STATEFUL = {
    f"hypothesis.stateful.{name}"
    for name in ("Bundle", "MultipleResults", "RuleBasedStateMachine", "consumes", "multiple", "precondition", "rule")
}
"""Names that the documentation of Hypothesis describes; the module has no ``__all__``."""

DYNAMIC_IMPORTS = {"importlib", "pkgutil", "runpy", "__import__", "eval", "exec"}
"""Names that import modules dynamically."""


def imported(source: str) -> Iterator[str]:
    """Yield the dotted name of everything that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def dynamic_imports(source: str) -> set[str]:
    """Return the names of :data:`DYNAMIC_IMPORTS` in a source, and its strings that name modules of Hypothesis."""
    tree = list(ast.walk(ast.parse(source)))
    names = {node.id for node in tree if isinstance(node, ast.Name)}
    names |= {part for name in imported(source) for part in name.split(".")}
    texts = {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return (names & DYNAMIC_IMPORTS) | {text for text in texts if text.startswith(("hypothesis.", "_hypothesis"))}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_uses_public_api_of_hypothesis(module: Path) -> None:
    """Modules import the strategies and errors of Hypothesis, and use only public strategies."""
    source = module.read_text(encoding="utf-8")
    of_hypothesis = {name for name in imported(source) if name.startswith(("hypothesis", "_hypothesis"))}
    used = {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
    }

    assert of_hypothesis <= PUBLIC_OF_STATEFUL | {
        "hypothesis.currently_in_test_context",
        "hypothesis.event",
        "hypothesis.strategies",
        "hypothesis.errors.InvalidArgument",
        "hypothesis.strategies.SearchStrategy",
    }
    assert used <= PUBLIC


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_imports_nothing_dynamically(module: Path) -> None:
    """A dynamic import could use private parts of Hypothesis."""
    assert set() == dynamic_imports(module.read_text(encoding="utf-8"))


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
def test_detects_dynamic_imports(source: str) -> None:
    """The test above detects each way to import dynamically."""
    assert set() != dynamic_imports(source)


def test_filters_single_values_only() -> None:
    """Strategies filter values of an overlay's key, but not leads or lists."""
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


@pytest.mark.slow
def test_draws_same_examples_without_faker() -> None:
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
