"""Fault rules on the command line, and in a configuration file."""

from pathlib import Path

import pytest

from smartflo_contract.mock_server import Config, ConfigError, Fault
from smartflo_contract.mock_server.faults.parsing import parse_fault


@pytest.mark.parametrize(
    ("string", "rule"),
    [
        ("503", Fault(("503",))),
        ("503, 503,ok", Fault(("503", "503", "ok"))),
        ("cut;lead=3;at=2", Fault(("cut",), lead=3, at=2)),
        ("delay;seconds=0.5;jitter=1;probability=0.1", Fault(("delay",), seconds=0.5, jitter=1, probability=0.1)),
        ("429,cut;retry_after=30;lead=0", Fault(("429", "cut"), retry_after=30, lead=0)),
        ("cut,lead=3,at=2", Fault(("cut",), lead=3, at=2)),
        ("cut, at=1;lead=2", Fault(("cut",), at=1, lead=2)),
        ("500,ok;repeat=true;list_id=8668;route=any", Fault(("500", "ok"), repeat=True, list_id=8668, route="any")),
    ],
)
def test_parses_steps_and_settings(string: str, rule: Fault) -> None:
    """Steps are separated by commas; settings follow after commas or semicolons."""
    assert rule == parse_fault(string)
    assert Config(faults=(rule,))


@pytest.mark.parametrize(
    ("string", "message"),
    [
        ("503;at", "fault 503;at: expected settings such as at=3, got `at`; choose from list_id, route"),
        ("cut;att=3", "Did you mean `at`?"),
        ("503;at=x", "at: expected a whole number, got `x`"),
        ("503;repeat=yes", "repeat: expected true or false, got `yes`"),
        ("cut,lead=two", "lead: expected a whole number, got `two`"),
        ("cut,at=3,503", "fault cut,at=3,503: expected settings such as at=3, got `503`"),
        ("503,at=1,at=2", "fault 503,at=1,at=2: at is set twice; omit one, or write two rules"),
    ],
)
def test_rejects_malformed_rule(string: str, message: str) -> None:
    """The message shows the rule and the part that is wrong."""
    with pytest.raises(ConfigError) as error:
        parse_fault(string)

    assert message in str(error.value)


def test_reads_rules_from_file(tmp_path: Path) -> None:
    """Rules are tables of the configuration file."""
    path = tmp_path / "fake.toml"
    path.write_text('[[faults]]\nsteps = [503, "cut"]\nlead = 2\nlist_id = 8668\n')

    assert (Fault(("503", "cut"), lead=2, list_id=8668),) == Config.from_file(path).faults


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[faults]]\nlead = 2", "faults[0].steps: expected a list of faults"),
        ("[[faults]]\nsteps = [3]", "faults[0].steps: there is no fault `3`"),
        ("[[faults]]\nstep = [503]", "faults[0].step: unknown setting. Did you mean `steps`"),
        ("faults = [3]", "faults[0]: expected a table, written as [[faults]]"),
        ("faults = 3", "faults: expected a list whose items are [[faults]] tables"),
    ],
)
def test_rejects_malformed_table(tmp_path: Path, content: str, message: str) -> None:
    """The message shows the position of the table."""
    path = tmp_path / "fake.toml"
    path.write_text(content)
    with pytest.raises(ConfigError) as error:
        Config.from_file(path)

    assert message in str(error.value)
