"""Lists that the proxy records without personal data."""

import json
from pathlib import Path
from typing import Any

from smartflo_contract.live import check

from .conftest import LEADS, ClientOf, http


def test_records_each_list_without_personal_data(smartflo: Any, client_of: ClientOf, tmp_path: Path) -> None:
    """One file for each list and query, valid, and with the same pseudonym for the same value; also if streamed."""
    secret = {"field_0": "+915550000042", "field_1": "Prudence Recorder"}
    for list_id in (8700, 8701):
        smartflo.add_list(id=list_id, leads=[secret, secret])
    paths = ("/v1/broadcast/leads/8700", "/v1/broadcast/leads/8701", "/v1/broadcast/leads/8700?number=5550000042")

    for max_buffer in (0, 1_000_000):
        folder = tmp_path / str(max_buffer)
        client = client_of(smartflo.url, record=folder, max_buffer=max_buffer)
        for path in paths:
            assert b"Prudence" in client.get(path, headers=smartflo.headers, buffered=True).data
        client.get("/v1/broadcast/lists", headers=smartflo.headers)

        first, filtered, second = sorted(folder.iterdir(), key=lambda file: (file.stem.split("-")[1], file.name))[:3]
        assert {"leads-8700.json", "leads-8701.json"} < {file.name for file in folder.iterdir()}
        assert 3 == len([*folder.iterdir()])
        assert not any("5550000042" in file.name + file.read_text() for file in folder.iterdir())
        assert not any("Prudence" in file.read_text() for file in folder.iterdir())
        assert () == check(*map(str, folder.iterdir())).findings
        names = {lead["field_1"] for file in folder.iterdir() for lead in json.loads(file.read_text())}
        assert 1 == len(names), (first, filtered, second)


def test_states_why_nothing_is_recorded(smartflo: Any, serve: Any, client_of: ClientOf, tmp_path: Path) -> None:
    """A defective or empty list is passed on and not recorded; one that is cut off leaves no file either."""
    smartflo.fail("dangling_comma")
    client = client_of(smartflo.url, record=tmp_path)
    bad = client.get(LEADS, headers=smartflo.headers)
    empty = client_of(serve(http(b"[]")).url, record=tmp_path).get(LEADS)
    cut = client_of(serve(http(b"[]").replace(b"Length: 2", b"Length: 3")).url, record=tmp_path).get(LEADS)

    reasons = [response.headers["X-Smartflo-Fake-Reason"] for response in (bad, empty)]
    assert "not recorded: file is not a complete list of leads (dangling-comma)" in reasons[0]
    assert "not recorded: file has no leads" == reasons[1]
    assert 502 == cut.status_code
    assert [] == [*tmp_path.iterdir()]
