"""The OpenAPI document of each profile."""

from typing import Any

import pytest

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi
from smartflo_contract.schemas.profile_names import PROFILES


@pytest.fixture(name="document", scope="session")
def _document() -> dict[str, Any]:
    """Return the OpenAPI document of the default profile; do not change it."""
    return openapi(load_contract())


@pytest.fixture(name="profile", params=PROFILES)
def _profile(request: pytest.FixtureRequest) -> str:
    """Return each profile."""
    return str(request.param)
