"""The table of the dialling model: the default one, and tables of users."""

from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.config.dialling_model import default_model, load_model
from smartflo_contract.mock_server.errors import ConfigError

BUSY = {
    "name": "Busy",
    "dial_status": 6,
    "ring_seconds": [1, 2],
    "hangup_cause": "USER_BUSY",
    "dispositions": [{"id": 9, "name": "Busy"}],
}
ANSWERED = {
    "name": "Message Played",
    "dial_status": 2,
    "ring_seconds": [1, 20],
    "talk_seconds": [1, 60],
    "wrap_up_seconds": [1, 10],
    "hangup_cause": "NORMAL_CLEARING",
    "dispositions": [{"id": 11, "name": "Interested", "weight": 2}],
}


def test_default_has_every_status_of_a_call() -> None:
    """The default table has one outcome for each dial status that a call may end with."""
    model = default_model()

    assert {2, 3, 4, 6, 7, 8} == {outcome.dial_status for outcome in model.outcomes}
    assert {2, 3} == {outcome.dial_status for outcome in model.outcomes if outcome.is_answered}
    assert all(0 < outcome.max_ms < model.slot_ms for outcome in model.outcomes)


def test_table_replaces_what_it_contains() -> None:
    """A table with one setting keeps the others."""
    model, default = load_model({"undisposed_share": 1}), default_model()

    assert 1 == model.undisposed_share
    assert (default.outcomes, default.slot_ms) == (model.outcomes, model.slot_ms)
    assert model is load_model(model)
    assert (BUSY["name"],) == tuple(outcome.name for outcome in load_model({"outcomes": [BUSY]}).outcomes)
    assert (9 * 3_600_000, 86_400_000) == (
        (hours := load_model({"time_group": {"opens": "09:00", "closes": "24:00"}})).opens_ms,
        hours.closes_ms,
    )


def test_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    """The path in a configuration file starts from the folder of that file."""
    (tmp_path / "model.toml").write_text("undisposed_share = 0.5\n", encoding="utf-8")
    (tmp_path / "fake.toml").write_text('dialling = "model.toml"\n', encoding="utf-8")

    assert load_model({"undisposed_share": 0.5}) == Config.from_file(tmp_path / "fake.toml").dialling


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"outcome": []}, "outcome: unknown setting. Did you mean `outcomes`?"),
        ({"slot_seconds": 0}, "slot_seconds: expected a number from 1 to 86400, got 0"),
        ({"slot_seconds": 60}, "outcomes: `Message Played` takes up to 224 s (ring, talk and wrap-up)"),
        ({"slot_seconds": True}, "slot_seconds: expected a number"),
        ({"undisposed_share": 1.5}, "undisposed_share: expected a number from 0 to 1, got 1.5"),
        ({"public_dnd_share": 0.7, "block_list_share": 0.7}, "expected at most 1 together"),
        ({"time_group": 9}, "time_group: expected a table with opens and closes"),
        ({"time_group": {"open": "09:00"}}, "time_group.open: unknown setting. Did you mean `opens`?"),
        ({"time_group": {"opens": "9:00", "closes": "21:00"}}, "time_group.opens: expected a time from 00:00 to 24:00"),
        ({"time_group": {"opens": "21:00", "closes": "09:00"}}, "time_group.closes: expected a time after opens"),
        ({"outcomes": []}, "outcomes: expected at least one, got none"),
        ({"outcomes": {}}, "outcomes: expected tables, written as [[outcomes]] in a file"),
        ({"outcomes": [BUSY | {"weight": 0}]}, "outcomes: all weights are 0; give at least one a weight above 0"),
        ({"outcomes": [BUSY | {"weight": -1}]}, "outcomes[0].weight: expected a number from 0"),
        ({"outcomes": [BUSY, BUSY]}, "outcomes: the dial_status 6 has several tables; keep one"),
        ({"outcomes": [BUSY | {"dial_status": 5}]}, "outcomes[0].dial_status: expected the status of a call, one of 2"),
        ({"outcomes": [BUSY | {"colour": 1}]}, "outcomes[0].colour: unknown setting."),
        ({"outcomes": [BUSY | {"name": ""}]}, "outcomes[0].name: expected a string"),
        ({"outcomes": [BUSY | {"talk_seconds": [1, 2]}]}, "outcomes[0].talk_seconds: remove it"),
        ({"outcomes": [BUSY | {"ring_seconds": [2, 1]}]}, "the minimum 2 is above the maximum 1; swap them"),
        ({"outcomes": [BUSY | {"ring_seconds": [-1, 1]}]}, "ring_seconds: expected a minimum and a maximum in seconds"),
        ({"outcomes": [BUSY | {"ring_seconds": [0, 5]}]}, "ring_seconds: expected a minimum above 0"),
        ({"outcomes": [BUSY | {"ring_seconds": 5}]}, "ring_seconds: expected a minimum and a maximum in seconds"),
        ({"outcomes": [BUSY | {"dispositions": []}]}, "outcomes[0].dispositions: expected at least one, got none"),
        ({"outcomes": [BUSY | {"dispositions": 9}]}, "outcomes[0].dispositions: expected tables"),
        ({"outcomes": [ANSWERED | {"dispositions": [{"id": -1, "name": "x"}]}]}, "expected an integer other than 0"),
        ({"outcomes": [ANSWERED | {"wrap_up_seconds": [1, 500]}]}, "a call must fit in a slot; raise slot_seconds"),
    ],
)
def test_rejects_bad_tables(table: dict[str, Any], message: str) -> None:
    """A bad table is rejected before anything starts; one line names the setting."""
    with pytest.raises(ConfigError) as caught:
        Config(dialling=table)

    assert str(caught.value).startswith("dialling: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        (b"a = ", "not TOML"),
        (b"\xff", "not UTF-8: byte 0 is 0xff"),
        (b"x = 1", "unknown setting"),
    ],
)
def test_rejects_bad_files(tmp_path: Path, content: bytes | None, message: str) -> None:
    """A file that cannot be read, or is no table, is named with the reason."""
    file = tmp_path / "model.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        Config(dialling=file)

    assert f"dialling {file}: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [5, ["a"], "a\0b"])
def test_rejects_other_types(value: Any) -> None:
    """The setting is a path or a table."""
    with pytest.raises(ConfigError, match="dialling: expected the path of a TOML file, or a table"):
        Config(dialling=value)
