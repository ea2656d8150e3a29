"""``GET /v1/broadcast/leads/<id>`` answers as the vendor documents, and says how well that is known."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
import requests

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mock_server.api.read_leads import matches_etag
from smartflo_contract.schemas import load_contract

Send = Callable[..., requests.Response]
Reason = Callable[[requests.Response], str]
LEADS = "/v1/broadcast/leads"
VENDORS = f"{LEADS}/8668"


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list that grows with each body that is made."""
    made: list[int] = []
    chunks = LeadWriter.chunks

    def counted(self: LeadWriter, indexes: Any = None) -> Iterator[bytes]:
        made.append(self.definition.id)
        return chunks(self, indexes)

    monkeypatch.setattr(LeadWriter, "chunks", counted)
    return made


def test_documented_request(send: Send) -> None:
    """The request of the vendor's page, with a token, gets leads that are valid under the contract."""
    answer = send(VENDORS, accept="application/json")

    assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"])
    assert len(answer.json()) == 25
    assert load_contract().is_valid(answer.content)


def test_answer_says_its_length_and_no_reason(send: Send) -> None:
    """A plain success has a length and no reason."""
    answer = send(VENDORS)

    assert str(len(answer.content)) == answer.headers["Content-Length"]
    assert "X-Smartflo-Fake-Reason" not in answer.headers


def test_no_cors(send: Send) -> None:
    """Nothing says that browsers may read it: nothing is known to."""
    assert not [name for name in send(VENDORS, Origin="http://example.com").headers if name.startswith("Access-")]


def test_trailing_slash(send: Send) -> None:
    """With a trailing slash the answer is the same, and no redirect."""
    assert send(VENDORS).content == send(f"{VENDORS}/").content


@pytest.mark.parametrize("token", ["any-text", "Bearer any-text", "bearer any-text", "Bearer  x", "Bearerx", "Basic x"])
def test_any_token(token: str, send: Send) -> None:
    """A token may be any text, raw or after Bearer."""
    assert send(VENDORS, token=token).status_code == 200


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer ", "bearer   ", "é", "Bearer é"])
@pytest.mark.parametrize("path", [VENDORS, f"{LEADS}/id", f"{LEADS}/", LEADS, f"{LEADS}/1", f"{LEADS}/900000503"])
def test_no_token(token: str | None, path: str, send: Send, reason: Reason) -> None:
    """Without a token the answer is 401, whatever the list, and a curl header that works."""
    answer = send(path, token=token)

    assert (401, False) == (answer.status_code, answer.json()["success"])
    assert "curl --header 'Authorization: Bearer any-text'" in reason(answer)


@pytest.mark.parametrize("token", ["a.b.c", "..", "eyJ.eyJ.x", "Bearer " + "x" * 5_000, "x\x01x"])
def test_garbage_as_token(token: str, send: Send) -> None:
    """A token that looks like nothing is a token."""
    assert send(VENDORS, token=token.encode("latin-1")).status_code in {200, 400}


def test_auth_off(send: Send) -> None:
    """Where authorization is off, no token is needed."""
    with FakeSmartflo(Config(auth="off")) as fake:
        assert send(VENDORS, base_url=fake.url, token=None).status_code == 200


@pytest.mark.parametrize("list_id", ["1", "8667", "99999999", "0", "08668", "9" * 400])
def test_unknown_list(list_id: str, send: Send, reason: Reason) -> None:
    """A list that is not there is 404, which is assumed."""
    answer = send(f"{LEADS}/{list_id}")

    assert (404, {"success": False, "message": "List not found."}) == (answer.status_code, answer.json())
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "assumed"
    assert reason(answer).startswith(f"no list has the id {list_id[:80]}")


def test_documented_path_taken_literally(send: Send, reason: Reason) -> None:
    """The page's ``/leads/id`` is 404, and says what to put in place of ``id``."""
    answer = send(f"{LEADS}/id")

    assert answer.status_code == 404
    assert reason(answer) == "replace `id` with a numeric list id, for example /v1/broadcast/leads/8668"


@pytest.mark.parametrize("path", [f"{LEADS}/", LEADS])
def test_documented_method_line(path: str, send: Send, reason: Reason) -> None:
    """The page's method line has no id: 404, and says what is missing."""
    answer = send(path)

    assert answer.status_code == 404
    assert reason(answer) == "append a numeric list id, for example /v1/broadcast/leads/8668"


@pytest.mark.parametrize(
    "list_id",
    ["8668x", "-8668", "+8668", "8668.0", "8668/9", "8668%2F9", "a/b/c", "%E0%A4%95", "%D9%A1", "%FF", "%00", "..%2F",
     " 8668", "x" * 10_000, "9" * 10_000, "%E0%A4%95" * 1_000, "%0D%0AX-Injected:1"],
)  # fmt: skip
def test_ids_that_are_none(list_id: str, send: Send) -> None:
    """An id that is none is 404 in the vendor's shape, with a short reason."""
    answer = send(f"{LEADS}/{list_id}")

    assert (404, False) == (answer.status_code, answer.json()["success"])
    assert len(answer.headers["X-Smartflo-Fake-Reason"]) <= 500
    assert "X-Injected" not in answer.headers


def test_double_slash_is_no_redirect(send: Send) -> None:
    """A doubled slash within the path is another path: 404, not a redirect."""
    assert send("/v1//broadcast/leads/8668").status_code == 404


@pytest.mark.parametrize(("profile", "evidence"), [("sample", "sample"), ("documented", "documented")])
def test_evidence_follows_the_profile(profile: str, evidence: str, send: Send) -> None:
    """Leads are as well known as the profile that they follow."""
    with FakeSmartflo(Config(profile=profile)) as fake:
        assert send(VENDORS, base_url=fake.url).headers["X-Smartflo-Fake-Evidence"] == evidence


@pytest.mark.parametrize("config", [Config(profile="lenient"), Config(overlay={"properties": {"vip": {"const": 1}}})])
def test_evidence_of_mixed_readings(config: Config, send: Send) -> None:
    """Leads that mix readings, or follow an overlay, are as nobody has seen them."""
    with FakeSmartflo(config) as fake:
        assert send(VENDORS, base_url=fake.url).headers["X-Smartflo-Fake-Evidence"] == "assumed"


def test_overlay(send: Send) -> None:
    """A key that an overlay adds is served."""
    overlay = {"properties": {"vip": {"const": 1}}, "required": ["vip"]}
    with FakeSmartflo(Config(overlay=overlay)) as fake:
        leads = send(VENDORS, base_url=fake.url).json()

    assert {1} == {lead["vip"] for lead in leads}


def test_seed(send: Send) -> None:
    """Another seed is another world; the same seed is the same."""
    bodies = []
    for seed in (1, 1, 2):
        with FakeSmartflo(Config(seed=seed)) as fake:
            bodies.append(send(VENDORS, base_url=fake.url).content)

    assert bodies[0] == bodies[1] != bodies[2]


@pytest.mark.parametrize("form", ["{}", "+91{}", "0{}", "91{}", "{:.5} {:.0}"])
def test_number(form: str, send: Send) -> None:
    """The filter keeps the leads whose number has the same last ten digits; how it matches is assumed."""
    lead = send(VENDORS).json()[3]
    digits = lead["field_0"].removeprefix("+91")
    form = form if "." not in form else f"{digits[:5]} {digits[5:]}"
    answer = send(f"{VENDORS}?number={form.format(digits).replace('+', '%2B')}")

    assert [lead] == answer.json()
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "assumed"


@pytest.mark.parametrize("number", ["", "x", "12345", "%FF", "%00", "%D9%A1" * 10, "9" * 9, "x" * 5_000])
def test_number_that_is_none(number: str, send: Send, reason: Reason) -> None:
    """What is no number matches no lead, and the answer says so."""
    answer = send(f"{VENDORS}?number={number}")

    assert (200, []) == (answer.status_code, answer.json())
    assert reason(answer).endswith("has fewer than ten digits, so it matches no lead")


def test_number_that_nobody_has(send: Send) -> None:
    """A number that no lead has is an empty list."""
    assert send(f"{VENDORS}?number=9999999999").json() == []


def test_number_in_a_long_list(send: Send) -> None:
    """A list longer than the series of numbers has several leads with one number; it is not made to find them."""
    leads = send(f"{LEADS}/912500000?number=5550000000").json()

    assert len(leads) in {2, 3}
    assert {"+915550000000"} == {lead["field_0"] for lead in leads}


def test_other_parameters(send: Send) -> None:
    """Parameters that the vendor does not document change nothing: no paging is documented."""
    assert send(VENDORS).content == send(f"{VENDORS}?page=2&limit=1&=&&").content


def test_entity_tag(send: Send) -> None:
    """A client that has the list gets 304 and no body."""
    etag = send(VENDORS).headers["ETag"]
    answer = send(VENDORS, If_None_Match=etag)

    assert (304, b"", etag) == (answer.status_code, answer.content, answer.headers["ETag"])
    assert "Content-Length" not in answer.headers
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "assumed"


def test_entity_tags_differ(send: Send) -> None:
    """Lists, seeds, profiles and filters have tags of their own."""
    with FakeSmartflo(Config(seed=5)) as seeded, FakeSmartflo(Config(profile="documented")) as documented:
        answers = [
            send(VENDORS),
            send(f"{LEADS}/8669"),
            send(f"{VENDORS}?number=9999999999"),
            send(VENDORS, base_url=seeded.url),
            send(VENDORS, base_url=documented.url),
        ]

    assert len(answers) == len({answer.headers["ETag"] for answer in answers})


@pytest.mark.parametrize("header", ['"x"', 'W/"x"', '"a", "x"', '"a",W/"x"', "*", ' "x" '])
def test_tags_that_match(header: str) -> None:
    """A tag matches itself, weak or in a list; a star matches all."""
    assert matches_etag(header, '"x"')


@pytest.mark.parametrize("header", [None, "", "x", '"X"', '"a", "b"', '"xx"', "W/", ","])
def test_tags_that_do_not_match(header: str | None) -> None:
    """Another tag, or none, does not match."""
    assert not matches_etag(header, '"x"')


@pytest.mark.parametrize("list_id", [911_000_000, 910_000_777])
def test_unchanged_list_is_not_made(list_id: int, send: Send, made: list[int]) -> None:
    """Neither 304 nor HEAD makes a lead, of a long list or a short one."""
    path = f"{LEADS}/{list_id}"
    head = send(path, "HEAD")
    unchanged = send(path, If_None_Match=head.headers["ETag"])

    assert (200, 304, []) == (head.status_code, unchanged.status_code, made)
    assert "Content-Length" not in head.headers


def test_unchanged_filter(send: Send) -> None:
    """A filtered list has a tag as well, and HEAD."""
    path = f"{VENDORS}?number=9999999999"
    head = send(path, "HEAD")

    assert (200, b"", 304) == (
        head.status_code,
        head.content,
        send(path, If_None_Match=head.headers["ETag"]).status_code,
    )


def test_head_of_a_remembered_list(send: Send) -> None:
    """HEAD tells the length of a list that is remembered, and has the headers of GET."""
    got = send(VENDORS)
    head = send(VENDORS, "HEAD")

    changing = {"Date": "", "X-Smartflo-Fake-Request": ""}
    assert (b"", dict(got.headers) | changing) == (head.content, dict(head.headers) | changing)


def test_head_of_an_error(send: Send) -> None:
    """HEAD has the status of GET."""
    assert [send(f"{LEADS}/1", "HEAD").status_code, send(VENDORS, "HEAD", token=None).status_code] == [404, 401]


def test_body_is_made_once(send: Send, made: list[int]) -> None:
    """The second read of a list is answered from memory, also for another account."""
    path = f"{LEADS}/910000333"
    first = send(path, token="one").content
    count = len(made)
    second = send(path, token="two").content

    assert first == second
    assert len(made) == count


def test_long_list_is_streamed(fake: FakeSmartflo) -> None:
    """A list of a million leads begins at once and comes in pieces, without a length."""
    with requests.get(
        f"{fake.url}{LEADS}/911000000", headers={"Authorization": "x"}, stream=True, timeout=30
    ) as answer:
        beginning = b"".join(islice(answer.iter_content(50_000), 4))

    assert "Content-Length" not in answer.headers
    assert answer.headers["Transfer-Encoding"] == "chunked"
    whole = re.match(rb"\[(\{.*?\}),\{\"id\":", beginning)
    assert whole is not None
    assert json.loads(whole[1])["list_id"] == 911_000_000


def test_failure_is_an_error_in_the_vendors_shape(
    send: Send, reason: Reason, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody expects is 500 in JSON, also for a long list: its first piece is made before the status is sent."""

    def fail(_self: LeadWriter, _indexes: Any = None) -> Iterator[bytes]:
        yield from ()
        message = "broken\non purpose"
        raise RuntimeError(message)

    with FakeSmartflo() as fake:
        send(f"{LEADS}/911000000", base_url=fake.url, If_None_Match="*")
        monkeypatch.setattr(LeadWriter, "chunks", fail)
        answers = [send(f"{LEADS}/{id_}", base_url=fake.url) for id_ in (8668, 911_000_000)]

    for answer in answers:
        assert (500, {"success": False, "message": "Internal server error."}) == (answer.status_code, answer.json())
        assert "RuntimeError: broken\non purpose" in reason(answer)
    assert "unexpected error at GET /v1/broadcast/leads/8668" in caplog.text
