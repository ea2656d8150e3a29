"""Which tests were served what a mutant changes."""

from collections.abc import Callable

import pytest

from smartflo_contract.coverage import Recorder
from smartflo_contract.mock_server import create_app
from smartflo_contract.mutation import covering_contexts, find_mutants
from smartflo_contract.schemas import load_contract

Covering = Callable[[str], tuple[str, ...]]
CONTEXTS = {"reads": "8668", "empty list": "900000000", "error": "900000503"}
"""Name of each context, to the list that it reads."""


@pytest.fixture(name="covering")
def _covering() -> Covering:
    recorder = Recorder()
    client = create_app(observer=recorder).test_client()
    for context, list_id in CONTEXTS.items():
        headers = {"Authorization": "any-text", "X-Smartflo-Fake-Context": context}
        client.get(f"/v1/broadcast/leads/{list_id}", headers=headers)
    client.get("/v1/broadcast/lists", headers=headers | {"X-Smartflo-Fake-Context": "lists"})
    recording = recorder.copy()
    return lambda ids: covering_contexts(recording, find_mutants(load_contract(), ids)[0])


@pytest.mark.parametrize(
    "mutant_id",
    [
        "lead_id:remove",
        "field_3:null",
        "field_30:remove",
        "keys:unknown-key",
        "leads:repeat",
        "body:html",
        "status:200-error",
    ],
)
def test_tests_that_were_served_a_lead_are_concerned(covering: Covering, mutant_id: str) -> None:
    """A test that was served a lead is concerned; one that was served an empty list, an error, or lists is not."""
    assert ("reads",) == covering(mutant_id)


def test_a_key_that_nobody_was_served_concerns_nobody() -> None:
    """A key of another profile that no lead had concerns nobody."""
    recorder = Recorder()
    client = create_app(observer=recorder).test_client()
    client.get("/v1/broadcast/lists", headers={"Authorization": "any-text"})

    assert () == covering_contexts(recorder.copy(), find_mutants(load_contract(), "lead_id:remove")[0])
