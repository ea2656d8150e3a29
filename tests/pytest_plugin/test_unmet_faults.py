"""A test whose faults no request met passes, with a warning that names each fault."""

import pytest

PASSING = """
    import pytest


    def test_unmet(smartflo):
        smartflo.fail(503, at=2)
        smartflo.fail("cut", list_id=8669)
        smartflo.client.get("/v1/broadcast/leads/8668")
        assert ["503; at=2", "cut; list_id=8669"] == smartflo.unmet_faults


    @pytest.mark.smartflo(faults=["ok", 503])
    def test_of_marker(smartflo):
        smartflo.client.get("/v1/broadcast/leads/8668")


    def test_no_warning(smartflo):
        smartflo.fail(503, 503, 503)
        smartflo.client.get("/v1/broadcast/leads/8668")
        smartflo.client.get("/v1/broadcast/leads/930000006")
        smartflo.quirks(expired_token=200)
        smartflo.fail("delay", probability=0.001, seconds=0)
        smartflo.fail("ok")


    @pytest.mark.parametrize("remove", [
        lambda smartflo: smartflo.reset(),
        lambda smartflo: smartflo.admin("DELETE", "/faults"),
        lambda smartflo: smartflo.admin("PUT", "/faults", {"rules": []}),
    ])
    def test_removed(smartflo, remove):
        smartflo.fail(503)
        remove(smartflo)


    def test_skipped(smartflo):
        smartflo.fail(503)
        pytest.skip("late")


    @pytest.mark.xfail(strict=True)
    def test_expected_to_fail(smartflo):
        smartflo.fail(503)
        assert False


    @pytest.mark.filterwarnings("ignore::smartflo_contract.pytest_plugin.UnmetFaultWarning")
    def test_ignored(smartflo):
        smartflo.fail(503)
"""


def test_passing_test_warns_about_each_unmet_fault(pytester: pytest.Pytester) -> None:
    """Faults that a request met, that the test removed, or that have a probability, are not named."""
    pytester.makepyfile(PASSING)
    result = pytester.runpytest("-W", "default::smartflo_contract.pytest_plugin.UnmetFaultWarning")

    result.assert_outcomes(passed=7, skipped=1, xfailed=1, warnings=3)
    output = result.stdout.str()
    hint = "remove it, or check its route, list and number of the request"
    for fault in ("503; at=2", "cut; list_id=8669", "ok, 503"):
        assert f"UnmetFaultWarning: no request met the fault {fault}; {hint}" in output
    assert "test_passing_test_warns_about_each_unmet_fault.py::test_unmet" in output


def test_warning_can_fail_the_test(pytester: pytest.Pytester) -> None:
    """A filter turns the warning into an error."""
    pytester.makepyfile("def test_it(smartflo):\n    smartflo.fail(503)")
    result = pytester.runpytest("-W", "error::smartflo_contract.pytest_plugin.UnmetFaultWarning")

    result.assert_outcomes(passed=1, errors=1)


def test_failing_test_shows_unmet_faults(pytester: pytest.Pytester) -> None:
    """The report of a failure marks the faults, and there is no warning."""
    pytester.makepyfile("def test_it(smartflo):\n    smartflo.fail(503)\n    assert smartflo.requests")
    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    assert "\nfault: 503 (no request met it)\n" in result.stdout.str()


def test_faults_of_the_configuration_are_not_named(pytester: pytest.Pytester) -> None:
    """A fault for all tests need not be met by each of them."""
    pytester.makeconftest(
        """
        import pytest

        from smartflo_contract.mock_server import Config, Fault


        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(faults=[Fault(["503"], route="POST /v1/auth/login")])
        """
    )
    pytester.makepyfile(
        """
        def test_it(smartflo):
            smartflo.fail(429)
            assert 429 == smartflo.client.get("/v1/broadcast/leads/8668").status_code
        """
    )
    pytester.runpytest().assert_outcomes(passed=1, warnings=0)
