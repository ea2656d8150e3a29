"""The fixtures: an account for each test on one fake, what it can do, and what fails a test."""

import subprocess
import sys

import pytest

LOADED = ("flask", "faker", "granian", "hypothesis", "jsonschema", "jsonschema_rs", "orjson", "requests", "rich")
OTHERS = ("hypothesispytest", "xdist", "randomly", "schemathesis", "faker", "requests_mock")
"""Plugins of others, which may import these."""


def test_an_account_does_everything(pytester: pytest.Pytester) -> None:
    """Lists, leads, faults, quirks, profile, clock and requests are those of the test's account."""
    pytester.makepyfile(
        """
        from datetime import timedelta

        import pytest
        import requests


        def read(smartflo, list_id):
            return requests.get(f"{smartflo.url}/v1/broadcast/leads/{list_id}", headers=smartflo.headers, timeout=30)


        def test_lists(smartflo):
            made = smartflo.add_list(columns=["Mobile", "Name"], leads=3, name="Trial", seed=7)
            given = smartflo.add_list(id=4711, leads=[{"field_1": "Asha"}])
            added = smartflo.add_leads(4711, [{"surprise": 1}]) + smartflo.add_leads(4711, 2)
            assert made.leads == requests.get(made.url, headers=smartflo.headers, timeout=30).json()
            assert ["Asha", 1] == [given.leads[0]["field_1"], given.leads[1]["surprise"]]
            assert given.leads[1:] == added == smartflo.client.get("/v1/broadcast/leads/4711").get_json()[1:]
            assert {"Trial"} == {lead["list_name"] for lead in made.leads}
            assert [made, given] == smartflo.lists


        def test_faults(smartflo):
            smartflo.fail(503, 503, "ok", 429)
            smartflo.fail("html", at=6)
            smartflo.fail(404, list_id=8669, route="any")
            assert [503, 503, 200, 429, 200] == [read(smartflo, 8668).status_code for _ in range(5)]
            assert "<html>" in read(smartflo, 8668).text
            assert 404 == read(smartflo, 8669).status_code


        def test_quirks_and_clock(smartflo):
            smartflo.quirks(expired_token=200)
            before = smartflo.clock.now
            smartflo.clock.freeze()
            smartflo.clock.advance(hours=2)
            assert timedelta(hours=2) <= smartflo.clock.now - before < timedelta(hours=3)
            answer = read(smartflo, 8668)
            assert (200, "Token has expired") == (answer.status_code, answer.json()["message"])
            smartflo.clock.set("2026-03-01T00:00:00Z")
            smartflo.clock.start()
            assert smartflo.clock.now.year == 2026


        def test_profile_and_contract(smartflo):
            smartflo.profile("documented")
            assert "documented" == smartflo.contract.profile
            assert smartflo.contract.is_valid(read(smartflo, 8668).json())


        def test_logins(smartflo):
            credentials = {"email": smartflo.email, "password": smartflo.password}
            body = requests.post(f"{smartflo.url}/v1/auth/login", json=credentials, timeout=30).json()
            smartflo.fail(503)
            token = {"Authorization": f"Bearer {body['access_token']}"}
            assert 503 == requests.get(f"{smartflo.url}/v1/broadcast/leads/8668", headers=token, timeout=30).status_code
            smartflo.assert_called("POST", "/v1/auth/login", times=1)


        def test_requests(smartflo):
            smartflo.assert_not_called("GET", "/v1/broadcast/leads/{id}")
            smartflo.client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042", "field_1": "Asha"})
            smartflo.assert_called("POST", "/v1/broadcast/lead/8669", json={"field_1": "Asha"})
            smartflo.assert_called("post", "/v1/broadcast/lead/{id}", times=1)
            smartflo.client.get("/v1/broadcast/leads/8669?number=5550000042")
            smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", query={"number": "5550000042"})
            smartflo.assert_not_called("GET", "/v1/broadcast/leads/8669", query={"number": "5550000043"})
            assert ["POST", "GET"] == [request["method"] for request in smartflo.requests]
            smartflo.reset()
            assert [] == smartflo.requests


        @pytest.mark.parametrize("number", range(3))
        def test_nothing_is_left(smartflo, number):
            assert [] == smartflo.requests == smartflo.lists
            smartflo.add_list(leads=number)
            smartflo.fail(500)
            assert 5 == len(read(smartflo, 8669).json() if number == 9 else [0] * 5)


        @pytest.mark.parametrize(
            ("call", "told"),
            [
                (lambda s: s.fail("ct"), "there is no fault `ct`"),
                (lambda s: s.quirks(unknown_lst="404"), "Did you mean `unknown_list`"),
                (lambda s: s.profile("x"), "expected one of sample, documented, lenient"),
                (lambda s: s.add_list(columns="Mobile"), "columns: expected a list of names, got the string `Mobile`"),
                (lambda s: s.clock.advance(hour=2), "unknown unit `hour`; the units are weeks, days, hours"),
                (lambda s: s.add_list(leads=-1), "size: -1 is less than the minimum"),
                (lambda s: s.add_leads(123456, 1), "no list with this id"),
                (lambda s: s.assert_called("GET", "/v1/broadcast/leeds/{id}"), "this fake has no"),
                (lambda s: s.assert_called("GET", "v1/broadcast/leads/8668"), "the whole path"),
                (lambda s: s.assert_called("GET", "/v1/broadcast/leads/1?number=2"), "use query="),
            ],
        )
        def test_what_cannot_be(smartflo, call, told):
            with pytest.raises(ValueError, match=told):
                call(smartflo)


        def test_leads(smartflo_lead, smartflo_leads, smartflo_make_lead):
            from smartflo_contract.schemas import load_contract

            assert load_contract().is_valid([smartflo_lead, *smartflo_leads])
            assert 11 == len({lead["lead_id"] for lead in [smartflo_lead, *smartflo_leads]})
            assert ("x", None) == (smartflo_make_lead(field_1="x")["field_1"], smartflo_make_lead(new=None)["new"])
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=20)


def test_an_unknown_route_fails_the_test(pytester: pytest.Pytester) -> None:
    """A request that no route took fails its test with the nearest route, unless the test allows it."""
    pytester.makepyfile(
        """
        import pytest


        def test_lost(smartflo):
            smartflo.client.get("/v1/broadcast/leeds/1")


        @pytest.mark.smartflo(allow_unmatched=True)
        def test_allowed(smartflo):
            smartflo.client.get("/v1/broadcast/leeds/1")


        def test_other(smartflo):
            smartflo.client.get("/v1/broadcast/leads/1")
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_lost*",
            "requests that match no route of the fake Smartflo:",
            "  GET /v1/broadcast/leeds/1: *the nearest documented route is GET /v1/broadcast/leads/{id} (answered *",
            "@pytest.mark.smartflo(allow_unmatched=True) allows such requests",
        ]
    )


def test_an_unknown_route_under_another_token(pytester: pytest.Pytester) -> None:
    """A client with a token of its own, or none, is told as well; another account of the same test is left out."""
    pytester.makepyfile(
        """
        import pytest
        import requests


        @pytest.mark.smartflo(allow_unmatched=True)
        def test_allowed(smartflo):
            requests.get(f"{smartflo.url}/v1/lead_list", timeout=30)


        @pytest.mark.parametrize("headers", [{}, {"Authorization": "of-production"}])
        def test_lost(smartflo, headers):
            requests.get(f"{smartflo.url}/v1/lead_list", headers=headers, timeout=30)


        def test_found(smartflo, smartflo_server):
            with smartflo_server.account() as other:
                other.client.get("/v1/lead_list")
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_lost*", "  GET /v1/lead_list: *"])


def test_a_test_that_ends_otherwise_has_no_second_error(pytester: pytest.Pytester) -> None:
    """A test that is skipped, or fails as it is expected to, has no error because of an unknown route."""
    pytester.makepyfile(
        """
        import pytest


        def test_skipped(smartflo):
            smartflo.client.get("/v1/lead_list")
            pytest.skip("after all")


        @pytest.mark.xfail(raises=ZeroDivisionError, strict=True)
        def test_expected(smartflo):
            smartflo.client.get("/v1/lead_list")
            1 / 0


        @pytest.fixture
        def broken(smartflo):
            smartflo.client.get("/v1/lead_list")
            raise RuntimeError


        def test_setup(broken): ...
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(skipped=1, xfailed=1, errors=1)


def test_the_tests_own_error_comes_first(pytester: pytest.Pytester) -> None:
    """A test that has failed has its own error; what no route took is told below it, and is no second error."""
    pytester.makepyfile(
        """
        def test_lost(smartflo):
            answer = smartflo.client.get("/v1/broadcast/leeds/1")
            assert answer.status_code == 200
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 404 == 200*", "*- smartflo -*", "  GET /v1/broadcast/leeds/1: *"])


def test_what_assertions_say(pytester: pytest.Pytester) -> None:
    """An assertion that fails says what was expected, which requests came, and which is nearest."""
    pytester.makepyfile(
        """
        import requests


        def test_called(smartflo):
            smartflo.fail(503, route="any")
            smartflo.client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"})
            for _ in range(12):
                smartflo.client.get("/v1/broadcast/leads/8669")
            smartflo.assert_called("POST", "/v1/broadcast/lead/8669", times=2, json={"field_1": "Asha"})


        def test_lists(smartflo):
            smartflo.client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000042", "field_1": "A"}]})
            smartflo.assert_called("POST", "/v1/broadcast/leads/8669", json={"data": [{"field_1": "B"}]})


        def test_lengths(smartflo):
            smartflo.client.post("/v1/broadcast/leads/8669", json={"data": [{"field_0": "5550000042"}]})
            smartflo.assert_called("POST", "/v1/broadcast/leads/8669", json={"data": []})


        def test_unread(smartflo):
            with smartflo.intercept():
                url = "https://api-smartflo.tatateleservices.com/v1/broadcast/leads/8669"
                requests.post(url, json={"data": []}, timeout=30)
            smartflo.assert_called("POST", "/v1/broadcast/leads/8669", json={"data": []})


        def test_not_called(smartflo):
            smartflo.client.get("/v1/broadcast/leads/8669")
            smartflo.assert_not_called("GET", "/v1/broadcast/leads/{id}")
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:randomly")

    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "E * expected POST /v1/broadcast/lead/8669 with {'field_1': 'Asha'} 2 times, got 0; requests of *",
            "E *... 3 earlier requests",
            "E *  GET /v1/broadcast/leads/8669 -> 200",
            "E * nearest: POST /v1/broadcast/lead/8669, differs in json",
            "E *  /field_1: expected 'Asha', got nothing",
            "E *  /data/0/field_1: expected 'B', got 'A'",
            "E *  /data: expected 0 items, got 1",
            "E *  body unknown: the request was rejected before its body was read",
            "E * expected GET /v1/broadcast/leads/{id} never, got 1; requests of this account:",
        ]
    )
    assert "_account.py" not in result.stdout.str()


def test_the_marker(pytester: pytest.Pytester) -> None:
    """The marker says what the account begins with; the nearest one wins."""
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.smartflo(profile="documented", seed=3)


        @pytest.mark.smartflo(leads=[{"field_1": "Asha"}], quirks={"unknown_list": "empty"}, faults=[503])
        def test_all(smartflo, smartflo_lead):
            assert "Asha" == smartflo.lists[0].leads[0]["field_1"]
            assert smartflo.contract.profile == "documented"
            assert smartflo.contract.is_valid([smartflo_lead])
            statuses = [smartflo.client.get(f"/v1/broadcast/leads/{id_}").status_code for id_ in (8668, 1)]
            assert [503, 200] == statuses


        @pytest.mark.smartflo(clock="2036-03-01")
        def test_later(smartflo):
            assert 200 == smartflo.client.get("/v1/broadcast/leads/8668").status_code


        @pytest.mark.smartflo(clock="2026-03-01", profile="sample")
        def test_clock(smartflo):
            assert "2026-03-01T00:00:00+00:00" == smartflo.clock.now.isoformat()
            assert smartflo.contract.profile == "sample"
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("profil='x'", "*::test_it: @pytest.mark.smartflo: unknown argument `profil`; the arguments are leads, *"),
        ("3", "*@pytest.mark.smartflo: unexpected positional argument; the arguments are *"),
    ],
)
def test_a_marker_that_cannot_be(pytester: pytest.Pytester, argument: str, told: str) -> None:
    """A wrong name in a marker is a usage error that lists the right ones."""
    pytester.makepyfile(test_x=f"import pytest\n@pytest.mark.smartflo({argument})\ndef test_it(smartflo): ...\n")
    result = pytester.runpytest("-p", "no:cacheprovider")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {told}"])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("profile='x'", "profile: expected one of sample, documented, lenient, got 'x'"),
        ("profile=None", "profile: expected one of *, got None"),
        ("faults='503,ok'", "faults: expected a list of steps, got '503,ok'"),
        ("faults=503", "faults: expected a list of steps, got 503"),
        ("quirks='expired_token'", "quirks: expected a dict, got 'expired_token'"),
        ("leads='3'", "leads: expected a number, or a list of leads, got '3'"),
        ("leads=True", "leads: expected a number, or a list of leads, got True"),
        ("seed='x'", "seed: expected a whole number of at most 18 digits, got 'x'"),
        ("seed=10**30", "seed: expected a whole number of at most 18 digits, got 1000*"),
        ("clock=5", "clock: expected a datetime or ISO 8601, got 5"),
        ("allow_unmatched='no'", "allow_unmatched: expected True or False, got 'no'"),
    ],
)
def test_a_marker_with_a_value_of_another_kind(pytester: pytest.Pytester, value: str, told: str) -> None:
    """A value that is of no use is a usage error that says what is wanted."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.smartflo({value})\ndef test_it(smartflo): ...\n")
    result = pytester.runpytest("-p", "no:cacheprovider")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: *::test_it: @pytest.mark.smartflo: {told}"])


@pytest.mark.parametrize("value", ["quirks={'x': 1}", "faults=['ct']", "clock='soon'", "leads=-1"])
def test_a_marker_with_a_value_that_cannot_be(pytester: pytest.Pytester, value: str) -> None:
    """A value that the fake refuses is an error of its test that says what is possible, in one line."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.smartflo({value})\ndef test_it(smartflo): ...\n")
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.smartflo: *"])
    assert "plugin.py" not in result.stdout.str()


def test_a_wrong_marker_under_xdist(pytester: pytest.Pytester) -> None:
    """Where xdist collects, a wrong marker fails its test in a line, because a usage error would be one of xdist's."""
    pytester.makepyfile("import pytest\n@pytest.mark.smartflo(profil='x')\ndef test_it(): ...\n")
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "xdist", "-n", "2")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.smartflo: unknown argument `profil`; the arguments are leads, *"])


def test_a_live_marker_with_arguments(pytester: pytest.Pytester) -> None:
    """The marker of live tests takes none."""
    pytester.makepyfile("import pytest\n@pytest.mark.smartflo_live('now')\ndef test_it(): ...\n")
    result = pytester.runpytest("-p", "no:cacheprovider")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: *@pytest.mark.smartflo_live accepts no arguments"])


def test_options_and_ini_keys(pytester: pytest.Pytester) -> None:
    """Seed, profile and overlay are set by option or ini key; the option wins."""
    pytester.makeini("[pytest]\nsmartflo_seed = 7\nsmartflo_profile = lenient\nsmartflo_overlay = overlay.json\n")
    pytester.makefile(".json", overlay='{"properties": {"campaign": {"type": "string"}}, "required": ["campaign"]}')
    pytester.makepyfile(
        """
        def test_config(smartflo, smartflo_config, smartflo_lead):
            from smartflo_contract.schemas import load_contract

            assert (9, "documented") == (smartflo_config.seed, smartflo_config.profile)
            assert "campaign" in smartflo_lead
            assert "campaign" in smartflo.client.get("/v1/broadcast/leads/8668").get_json()[0]
            assert smartflo.contract.is_valid([smartflo_lead])
        """
    )
    options = ("--smartflo-seed", "9", "--smartflo-profile=documented")

    pytester.runpytest("-p", "no:cacheprovider", *options).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--smartflo-seed=x", "--smartflo-seed: expected a whole number of at most 18 digits, or random, got `x`"),
        ("--smartflo-seed=9999999999999999999", "--smartflo-seed: expected a whole number of at most 18 digits, *"),
        ("--smartflo-overlay=none.json", "--smartflo-overlay: file *none.json does not exist"),
        ("--smartflo-profile=x", "--smartflo-profile: expected one of sample, documented, lenient, got `x`"),
    ],
)
def test_options_that_cannot_be(pytester: pytest.Pytester, option: str, told: str) -> None:
    """A wrong option is a usage error in one line, before any test."""
    pytester.makepyfile("def test_it(): ...")
    result = pytester.runpytest("-p", "no:cacheprovider", option)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([f"ERROR: {told}"])


def test_an_overlay_that_cannot_be(pytester: pytest.Pytester) -> None:
    """An overlay that cannot be used is an error of the tests that use it, in one line."""
    pytester.makefile(".json", overlay='{"properties": 3}')
    pytester.makepyfile("def test_it(smartflo): ...")
    result = pytester.runpytest("-p", "no:cacheprovider", "--smartflo-overlay=overlay.json")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["smartflo: *overlay.json*"])
    assert "plugin.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("host='0.0.0.0'", "a loopback host"),
        ("admin_token='x'", "no admin token"),
        ("journal_requests=0", "a journal (journal_requests above 0)"),
        ("read_only=True", "one worker and writable lists"),
    ],
)
def test_a_configuration_that_fixtures_cannot_use(pytester: pytest.Pytester, config: str, told: str) -> None:
    """A configuration under which fixtures could not work is refused at once, and the message says what they need."""
    pytester.makeconftest(
        f"""
        import pytest
        from smartflo_contract.mock_server import Config

        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config({config})
        """
    )
    pytester.makepyfile("def test_it(smartflo): ...")
    result = pytester.runpytest("-p", "no:cacheprovider")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"smartflo_config: the fixtures require {told.replace('(', '[(]')}"])


def test_seeds(pytester: pytest.Pytester) -> None:
    """Each test has leads of its own, the same in every run; a seed changes them, and a test that fails tells how."""
    pytester.makepyfile(
        """
        import os

        import pytest


        def told(smartflo, smartflo_lead):
            made = smartflo.add_list(leads=1).leads[0]
            with open("told", "a") as file:
                file.write(f"{os.environ['PYTEST_CURRENT_TEST'].split()[0]} {made['id']} {smartflo_lead['id']}\\n")


        @pytest.mark.parametrize("number", range(2))
        def test_it(smartflo, smartflo_lead, number):
            told(smartflo, smartflo_lead)
            assert number


        @pytest.mark.smartflo(seed=3)
        def test_marked(smartflo, smartflo_lead):
            told(smartflo, smartflo_lead)
        """
    )

    def run(*options: str) -> tuple[list[str], str]:
        pytester.path.joinpath("told").unlink(missing_ok=True)
        result = pytester.runpytest("-p", "no:cacheprovider", *options)
        result.assert_outcomes(passed=2, failed=1)
        return pytester.path.joinpath("told").read_text().splitlines(), result.stdout.str()

    (first, output), (again, _), (other, of_other) = run(), run(), run("--smartflo-seed=random")
    seed = of_other.partition("smartflo: seed ")[2].split()[0]
    assert first == again
    assert first[0] != other[0]
    assert first[0].split()[1:] != first[1].split()[1:]
    assert first[2] == other[2]
    assert "Reproduce with: pytest 'test_seeds.py::test_it[0]'\n" in output
    assert f"Reproduce with: pytest 'test_seeds.py::test_it[0]' --smartflo-seed={seed}\n" in of_other
    assert other == run(f"--smartflo-seed={seed}")[0]


def test_a_random_seed_is_that_of_every_process(pytester: pytest.Pytester) -> None:
    """Under xdist all processes have the seed that is told, and the command to have it again says it."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_it(smartflo_config, number):
            assert not smartflo_config.seed
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "xdist", "-n", "2", "--smartflo-seed=random")

    result.assert_outcomes(failed=2)
    lines = result.stdout.str().splitlines()
    seeds = {line.rpartition("=")[2] for line in lines if line.startswith("Reproduce with")}
    assert {line.split()[-1] for line in lines if line.startswith("smartflo: seed")} == seeds


def test_a_configuration_of_ones_own(pytester: pytest.Pytester) -> None:
    """The fixture ``smartflo_config`` is overridden as any fixture is."""
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
        """
        def test_it(smartflo):
            assert 2 == len(smartflo.client.get("/v1/broadcast/leads/77").get_json())
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_configuration_that_comes_too_late(pytester: pytest.Pytester) -> None:
    """One fake runs for all tests, so a module cannot have one of another configuration: its tests say so."""
    pytester.makepyfile(
        test_1="def test_it(smartflo): ...",
        test_2="""
        import pytest

        from smartflo_contract.mock_server import Config


        @pytest.fixture(scope="session")
        def smartflo_config():
            return Config(seed=7)


        def test_it(smartflo): ...
        """,
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:randomly")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["smartflo_config is overridden for this test, *: override it in the top *"])


@pytest.mark.usefixtures("with_others")
def test_accounts_under_hypothesis(pytester: pytest.Pytester) -> None:
    """Each example has an account of its own, with no health check suppressed."""
    pytester.makepyfile(
        """
        from hypothesis import given, settings

        from smartflo_contract.strategies import leads


        @settings(max_examples=20, database=None, deadline=None)  # the first example makes the leads of all
        @given(lead=leads())
        def test_it(smartflo_server, lead):
            with smartflo_server.account() as smartflo:
                made = smartflo.add_list(leads=[lead])
                assert [lead] == smartflo.client.get(f"/v1/broadcast/leads/{made.id}").get_json()
                smartflo.assert_called("GET", "/v1/broadcast/leads/{id}", times=1)
        """
    )
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_help_reads_well(pytester: pytest.Pytester) -> None:
    """Fixtures, markers and options say what they are for."""
    fixtures = pytester.runpytest("--fixtures", "-p", "no:cacheprovider").stdout.str()
    markers = pytester.runpytest("--markers", "-p", "no:cacheprovider").stdout.str()
    options = pytester.runpytest("--help").stdout.str()

    assert "The test's own account on the fake Smartflo" in fixtures
    assert "no docstring available" not in fixtures[fixtures.index("smartflo_contract") :]
    assert "@pytest.mark.smartflo(leads=, profile=, quirks=, faults=, clock=, seed=, allow_unmatched=)" in markers
    assert "--smartflo-seed=SEED" in options


@pytest.mark.usefixtures("with_others")
def test_an_empty_run_imports_nothing(pytester: pytest.Pytester) -> None:
    """A run without our fixtures imports pytest alone because of us."""
    pytester.makepyfile("def test_it(): ...")
    code = (
        "import sys, pytest;"
        f"plugins = [word for name in {OTHERS!r} for word in ('-p', 'no:' + name)];"
        "pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider', *plugins]);"
        f"print('LOADED', [name for name in {LOADED!r} if name in sys.modules],"
        "'smartflo_contract.pytest_plugin.plugin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=pytester.path)

    assert "LOADED [] True" in done.stdout


def test_parametrised_fixtures(pytester: pytest.Pytester) -> None:
    """A test runs for each known value, each edge case and each reading, under names that say which."""
    pytester.makepyfile(
        """
        import pytest


        def test_dial_status(smartflo, smartflo_dial_status):
            made = smartflo.add_list(leads=[{"dial_status": smartflo_dial_status}])
            (lead,) = smartflo.client.get(f"/v1/broadcast/leads/{made.id}").get_json()
            assert smartflo_dial_status == lead["dial_status"]


        def test_disposition(smartflo_make_lead, smartflo_disposition):
            assert isinstance(smartflo_disposition, int)


        def test_edge_lead(smartflo_edge_lead):
            smartflo_edge_lead["mine"] = 1


        def test_edge_lead_again(smartflo_edge_lead):
            assert "mine" not in smartflo_edge_lead


        def test_every_reading(smartflo, smartflo_every_reading):
            assert smartflo.client.get("/v1/broadcast/leads/8668").status_code == 200
            told = {one["name"]: one["value"] for one in smartflo.admin("GET", "/quirks")}
            told["profile"] = smartflo.contract.profile
            assert smartflo_every_reading.items() <= told.items()


        @pytest.mark.smartflo(leads=2, profile="sample", quirks={"unknown_list": "empty"})
        def test_every_reading_of_a_list(smartflo, smartflo_every_reading):
            assert 2 == len(smartflo.lists[0].leads)
            told = {one["name"]: one["value"] for one in smartflo.admin("GET", "/quirks")}
            told["profile"] = smartflo.contract.profile
            assert ({"unknown_list": "empty"} | smartflo_every_reading).items() <= told.items()
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "-v")

    assert 0 == result.ret
    result.stdout.fnmatch_lines_random(
        [
            "*::test_dial_status[[]5-dnd[]] PASSED*",
            "*::test_disposition[[]-8-*",
            "*::test_edge_lead[[]header-devanagari[]] PASSED*",
            "*::test_every_reading[[]documented[]] PASSED*",
            "*::test_every_reading[[]auth_scheme-bearer[]] PASSED*",
            "*::test_every_reading[[]unknown_token-401[]] PASSED*",
        ]
    )
