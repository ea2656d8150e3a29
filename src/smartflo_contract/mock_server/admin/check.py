"""Handler that checks a response, or a capture of responses, against the contract. Nothing of it is stored."""

from typing import Final

from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.schemas.profile_names import PROFILES

_NO_CHECK: Final = (
    "this fake does not check responses; start it with `smartflo-contract serve`, or run `smartflo-contract check FILE`"
)


def post_check(request: AdminRequest) -> object:
    """Return the report of ``check`` about the body of the request, under the overlay of the fake."""
    check_body = request.state.check_body
    if check_body is None:
        raise Problem(409, _NO_CHECK)
    profile = request.query.get("profile", "lenient")
    if profile not in PROFILES:
        raise Problem(422, f"profile: expected one of {', '.join(PROFILES)}")
    with value_errors_as_problems():
        return check_body(request.body, profile, request.state.config.overlay)
