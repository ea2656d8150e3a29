"""The public names of the contract are imported when they are first used."""

import subprocess
import sys

import pytest

import smartflo_contract.schemas


def test_has_every_public_name() -> None:
    """Each name in ``__all__`` can be imported."""
    names = smartflo_contract.schemas.__all__

    assert [name for name in names if getattr(smartflo_contract.schemas, name, None) is None] == []


def test_has_no_other_names() -> None:
    """Another name is an ``AttributeError``, as in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'load_contracts'"):
        _ = smartflo_contract.schemas.load_contracts  # type: ignore[attr-defined]


def test_profile_names_load_no_validator() -> None:
    """The names of the profiles are available without the time that validators take to load."""
    code = (
        "import sys, smartflo_contract.schemas.profile_names;"
        "print(sorted({'jsonschema', 'jsonschema_rs', 'orjson'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
