"""Options, ini keys and the configuration of the fake."""

from typing import Any

import pytest

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin import SmartfloServer


def test_option_overrides_ini_key(pytester: pytest.Pytester) -> None:
    """Seed, profile and overlay are set by an option or an ini key; the option takes precedence."""
    pytester.makeini("[pytest]\nsmartflo_seed = 7\nsmartflo_profile = lenient\nsmartflo_overlay = overlay.json\n")
    pytester.makefile(".json", overlay='{"properties": {"campaign": {"type": "string"}}, "required": ["campaign"]}')
    pytester.makepyfile(
        """
        def test_config(smartflo, smartflo_config, smartflo_lead):
            assert (9, "documented") == (smartflo_config.seed, smartflo_config.profile)
            assert "campaign" in smartflo_lead
            assert "campaign" in smartflo.client.get("/v1/broadcast/leads/8668").get_json()[0]
            assert smartflo.contract.is_valid([smartflo_lead])
        """
    )
    options = ("--smartflo-seed", "9", "--smartflo-profile=documented")

    pytester.runpytest(*options).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--smartflo-seed=x", "--smartflo-seed: expected an integer of at most 18 digits, or random, got `x`"),
        ("--smartflo-seed=9999999999999999999", "--smartflo-seed: expected an integer of at most 18 digits, *"),
        ("--smartflo-overlay=.", "--smartflo-overlay: * is not a file"),
        ("--smartflo-overlay=none.json", "--smartflo-overlay: file *none.json does not exist"),
        ("--smartflo-profile=x", "--smartflo-profile: expected one of sample, documented, lenient, got `x`"),
    ],
)
def test_wrong_option_is_usage_error(pytester: pytest.Pytester, option: str, message: str) -> None:
    """The run ends in one line, before any test."""
    pytester.makepyfile("def test_it(): ...")
    result = pytester.runpytest(option)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_unusable_overlay_fails_tests(pytester: pytest.Pytester) -> None:
    """An overlay that cannot be used is an error in one line, of the tests that use it."""
    pytester.makefile(".json", overlay='{"properties": 3}')
    pytester.makepyfile("def test_it(smartflo): ...")
    result = pytester.runpytest("--smartflo-overlay=overlay.json")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo: *overlay.json*"])
    assert "plugin.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("settings", "requirement"),
    [
        ({"host": "0.0.0.0"}, "a loopback host"),  # noqa: S104 - nothing listens there
        ({"admin_token": "x"}, "no admin token"),
        ({"journal_requests": 0}, r"a journal \(journal_requests above 0\)"),
        ({"read_only": True}, "one worker and writable lists"),
    ],
)
def test_server_rejects_unusable_configuration(settings: dict[str, Any], requirement: str) -> None:
    """A configuration that the fixtures cannot use is rejected; the message states what they require."""
    config = Config(**settings)
    with pytest.raises(ValueError, match=f"^the fixtures require {requirement}$"):
        SmartfloServer(FakeSmartflo(config), config)


def test_unusable_configuration_fails_tests(pytester: pytest.Pytester) -> None:
    """A configuration that the fixtures cannot use is an error in one line."""
    pytester.makeconftest(
        """
        import pytest
        from smartflo_contract.mock_server import Config

        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(admin_token="x")
        """
    )
    pytester.makepyfile("def test_it(smartflo): ...")
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo_config: the fixtures require no admin token"])


def test_conftest_overrides_configuration(pytester: pytest.Pytester) -> None:
    """``smartflo_config`` is overridden in the top conftest.py; a module cannot replace it: one fake runs for all."""
    pytester.makeconftest(
        """
        import pytest

        from smartflo_contract.factories import ListDefinition
        from smartflo_contract.mock_server import Config


        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(lists=[ListDefinition(id=77, size=2)])
        """
    )
    pytester.makepyfile(
        test_1="""
        def test_it(smartflo):
            assert 2 == len(smartflo.client.get("/v1/broadcast/leads/77").get_json())
        """,
        test_2="""
        import pytest

        from smartflo_contract.mock_server import Config


        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(seed=7)


        def test_it(smartflo): ...
        """,
    )
    result = pytester.runpytest()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["smartflo_config is overridden for this test, *: override it in the top *"])


@pytest.mark.parametrize(("value", "name"), [("None", "NoneType"), ("{'seed': 7}", "dict")])
@pytest.mark.parametrize("fixture", ["smartflo", "smartflo_lead"])
def test_config_of_another_type_fails_test(pytester: pytest.Pytester, fixture: str, value: str, name: str) -> None:
    """A fixture ``smartflo_config`` that returns no configuration is an error in one line."""
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.fixture(scope="session")
        def smartflo_config():
            return {value}

        def test_it({fixture}): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"smartflo_config: expected a Config, got {name}; return replace(*"])
    result.stdout.no_fnmatch_line("*Traceback*")
