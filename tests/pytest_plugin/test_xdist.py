"""Runs with several processes of xdist: what they share."""

import json
from typing import Any

import pytest

from smartflo_contract.mock_server import FakeSmartflo

from .conftest import requests_received


@pytest.mark.slow
def test_processes_share_seed_and_login(pytester: pytest.Pytester, api: FakeSmartflo) -> None:
    """All processes use the random seed of the header and one login; a wrong marker fails its test in one line.

    A usage error in a worker would be reported as an error of xdist.
    """
    pytester.makepyfile(
        """
        import pytest


        @pytest.mark.smartflo_live
        @pytest.mark.parametrize("number", range(4))
        def test_live(smartflo, number):
            assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code


        @pytest.mark.parametrize("number", range(2))
        def test_seed(smartflo_config, number):
            assert not smartflo_config.seed


        @pytest.mark.smartflo(profil="x")
        def test_wrong_marker(): ...
        """
    )
    options = ("--smartflo-live", "--smartflo-live-interval=0", "--smartflo-seed=random")
    result = pytester.runpytest("-p", "xdist", "-n", "2", *options)

    result.assert_outcomes(passed=4, failed=2, errors=1)
    lines = result.stdout.lines
    seeds = {line.split("--smartflo-seed=")[1].split()[0] for line in lines if line.startswith("Reproduce with")}
    assert {line.split()[-1] for line in lines if line.startswith("smartflo: seed")} == seeds
    result.stdout.fnmatch_lines(["@pytest.mark.smartflo: unknown argument `profil`; the arguments are leads, *"])
    assert 1 == requests_received(api).count("POST /v1/auth/login")


class Worker:
    """Makes an inner run believe that it is a worker process."""

    def __init__(self, workerinput: dict[str, Any]) -> None:
        """Use the input that a controller sends."""
        self.workerinput = workerinput

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        """Set what xdist sets."""
        config.workerinput = self.workerinput


def test_workers_use_rejected_login_of_controller(
    pytester: pytest.Pytester, api: FakeSmartflo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the controller's login is rejected, no worker tries again: the API locks out repeated failures."""
    monkeypatch.setenv("SMARTFLO_PASSWORD", "wrong")
    pytester.makepyfile(
        test_controller="""
        import json
        from pathlib import Path
        from types import SimpleNamespace

        from smartflo_contract.pytest_plugin.plugin import pytest_configure_node


        def test_it(pytestconfig):
            node = SimpleNamespace(config=pytestconfig, workerinput={"workerid": "gw1", "workercount": 2})
            pytest_configure_node(node)
            Path("workerinput.json").write_text(json.dumps(node.workerinput))
        """,
        test_worker="""
        import pytest

        @pytest.mark.smartflo_live
        @pytest.mark.parametrize("number", range(2))
        def test_it(smartflo, number): ...
        """,
    )
    options = ("--smartflo-live", "--smartflo-live-interval=0")
    pytester.runpytest(*options, "test_controller.py").assert_outcomes(passed=1)
    worker = Worker(json.loads((pytester.path / "workerinput.json").read_text()))
    result = pytester.runpytest_inprocess(*options, "test_worker.py", plugins=[worker])

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["smartflo_live: *status 401*"])
    assert 1 == requests_received(api).count("POST /v1/auth/login")


@pytest.mark.usefixtures("api")
def test_workers_may_have_any_id(pytester: pytest.Pytester) -> None:
    """A worker that is named by ``--tx popen//id=left`` runs live tests as any other."""
    pytester.makepyfile("import pytest\n\n@pytest.mark.smartflo_live\ndef test_it(smartflo_config): ...\n")
    worker = Worker({"workerid": "left", "workercount": 2, "smartflo_live": ["any", None], "smartflo_process": 1})
    result = pytester.runpytest_inprocess("--smartflo-live", "--smartflo-live-interval=0", plugins=[worker])

    result.assert_outcomes(passed=1)


def test_replacement_takes_number_of_crashed_worker(pytester: pytest.Pytester) -> None:
    """Each running worker has its own number, and with it its own time for requests; ids do not matter."""
    pytester.makepyfile(
        """
        from types import SimpleNamespace

        from smartflo_contract.pytest_plugin.plugin import pytest_configure_node, pytest_testnodedown


        def test_it(pytestconfig):
            nodes = {
                name: SimpleNamespace(config=pytestconfig, workerinput={"workerid": name, "workercount": 2})
                for name in ("left", "right", "gw2")
            }
            for name in ("left", "right"):
                pytest_configure_node(nodes[name])
            pytest_testnodedown(node=nodes["left"])
            pytest_configure_node(nodes["gw2"])
            assert [0, 1, 0] == [node.workerinput["smartflo_process"] for node in nodes.values()]
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)
