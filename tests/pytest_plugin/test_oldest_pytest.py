"""The plugin with the oldest pytest that is declared."""

import pytest

PYTEST_8_3 = """
import pytest

vars(pytest).pop("TerminalReporter", None)  # public in later releases only
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "option", ["--smartflo-coverage", "--smartflo-mutate=breaking", "--smartflo-mutant=id:remove", "--smartflo-needs"]
)
def test_options_do_not_need_names_of_later_releases(pytester: pytest.Pytester, option: str) -> None:
    """Type annotations are not evaluated, so they may name a class that the oldest pytest does not have."""
    pytester.makeconftest(PYTEST_8_3)
    pytester.makepyfile("def test_reads(smartflo):\n    assert smartflo.client.get('/v1/broadcast/leads/8668').json")
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:xdist", option, "--smartflo-seed=0")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
