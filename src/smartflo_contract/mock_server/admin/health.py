"""What the fake is: whether it answers, what runs, and what its leads are like."""

from smartflo_contract._version import __version__
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import Ask
from smartflo_contract.schemas import ContractError


def health(_: Ask) -> object:
    """Tell that the fake answers."""
    return {"status": "ok"}


def version(ask: Ask) -> object:
    """Tell what runs, and from what."""
    config = ask.state.config
    return {"version": __version__, "profile": config.profile, "seed": config.seed, "read_only": config.read_only}


def contract(ask: Ask) -> object:
    """Return the annotated schema of a response with leads, as the account has it, or in another profile."""
    found = ask.state.resolved_settings(ask.account).catalog.contract
    profile = ask.request.args.get("profile", found.profile)
    try:
        return ask.state.catalogs.contract(profile).schema("leads", annotated=True)
    except ContractError as error:
        raise Problem(422, str(error)) from None
