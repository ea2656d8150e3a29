"""Handlers for the profile of an account, and for the contract in it."""

from dataclasses import asdict, replace

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings
from smartflo_contract.schemas import CONTRADICTIONS, ContractError
from smartflo_contract.schemas.profile_names import PROFILES


def get_profile(request: AdminRequest) -> object:
    """Return the profile of the account, and all profiles."""
    return {"profile": request.settings.catalog.contract.profile, "profiles": PROFILES}


def put_profile(request: AdminRequest) -> object:
    """Set the profile; ``None`` restores the default."""
    change_settings(request, lambda settings: replace(settings, profile=request.body["profile"]))
    return get_profile(request)


def get_contract(request: AdminRequest) -> object:
    """Return the annotated schema of a response with leads, in the profile of the account or in the one named."""
    profile = request.query.get("profile", request.settings.catalog.contract.profile)
    try:
        return request.state.catalogs.contract(profile).schema("leads", annotated=True)
    except ContractError as error:
        raise Problem(422, str(error)) from None


def get_contradictions(_: AdminRequest) -> object:
    """Return where the vendor's pages and sample contradict each other, with both readings and the evidence."""
    return [asdict(contradiction) for contradiction in CONTRADICTIONS]
