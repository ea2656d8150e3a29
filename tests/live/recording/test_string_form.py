"""Candidates for pseudonyms, drawn word by word."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead_list
from smartflo_contract.live.recording.character_runs import NO_RUNS
from smartflo_contract.live.recording.draw import Draw, attempt_digest
from smartflo_contract.live.recording.phone_numbers import PhoneNumbers
from smartflo_contract.live.recording.pseudonyms import ExcludedRuns
from smartflo_contract.live.recording.segments import REPLACEMENTS, reserved_domains, segments
from smartflo_contract.live.recording.string_form import MAX_ATTEMPTS, string_form

KEY: Final = b"0123456789abcdef0123456789abcdef"
PIECES: Final = (
    *("Asha", "rao", "MiXed", "UPPER", "a", "T", "Z", "aVeryLongWordThatGoesOn", " ", ", ", "-", "_", ":", " @ "),
    *(
        "2020-01-02",
        "31/12/99 10:20",
        "1/0/1999T00:13:59",
        "10:20Z",
        "9876543210",
        "+91 98765 43210",
        "0",
        "007",
        "4711",
    ),
    *("x.y@foo.com", "p_9876543210@b.co.in", "A.Z@Example.ORG"),
)
pieces = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


def letter_by_letter(source: str, attempt: int, phone_numbers: PhoneNumbers) -> str:
    """Return the candidate that ``segments`` draws."""
    draw = Draw(KEY, source, attempt)

    def replace(string: str) -> str:
        return "".join(replacements[segment.lastgroup](segment[0], draw) for segment in segments(string))

    def replace_email(string: str, _: Draw) -> str:
        mailbox, domain = string.rsplit("@", 1)
        mailbox, domains = replace(mailbox), reserved_domains(domain)
        return f"{mailbox}@{domains[draw.below(len(domains))]}"

    replacements = {**REPLACEMENTS, "phone": phone_numbers.pseudonym, "email": replace_email}
    return replace(source)


def word_by_word(source: str, attempt: int, phone_numbers: PhoneNumbers) -> str | None:
    """Return the candidate of the form of a string, if it has one."""
    form = string_form(source)
    choices = int.from_bytes(attempt_digest(KEY, source, attempt), "big")
    return form and form.candidate(source, choices, phone_numbers, ExcludedRuns(NO_RUNS, NO_RUNS))


@given(source=pieces | st.text(st.characters(codec="ascii"), max_size=140), attempt=st.integers(0, MAX_ATTEMPTS - 1))
def test_draws_the_same_candidates(source: str, attempt: int) -> None:
    """Each candidate is the one that is drawn letter by letter."""
    candidate = word_by_word(source, attempt, PhoneNumbers(KEY))
    assert candidate in {None, letter_by_letter(source, attempt, PhoneNumbers(KEY))}


def test_generated_values_have_forms() -> None:
    """The long values of generated leads are drawn word by word, each equal to what is drawn letter by letter."""
    phone_numbers = PhoneNumbers(KEY), PhoneNumbers(KEY)
    for lead in lead_list(0, 8668, 50):
        for key in ("field_0", "field_1", "field_2", "field_3", "field_4", "field_6"):
            source = str(lead[key])
            assert letter_by_letter(source, 0, phone_numbers[0]) == word_by_word(source, 0, phone_numbers[1])


@pytest.mark.parametrize("source", ["", "Rao", "अमित शर्मा", "a -- b ---- c", "x" * 129, "abcdefghi " * 12])
def test_other_strings_have_no_form(source: str) -> None:
    """Short, long and other strings are drawn letter by letter."""
    assert string_form(source) is None
