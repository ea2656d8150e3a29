"""The rows of the table of edge cases: two leads that nothing is wrong with, and what each case has differently."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS
from smartflo_contract.factories.setting_checks import LARGEST
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import mongo_date
from smartflo_contract.schemas.profile_names import PROFILES

Evidence: TypeAlias = Mapping[str, str]
Patch: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[str, str, Evidence, tuple[str, ...], *tuple[Patch, ...]]
"""Name, why it bites, evidence, the profiles under which it conforms, and for each lead what it has differently."""

GONE: Final = object()
"""Stands for a key that a case does not have."""


def _columns(*names: str) -> str:
    return json.dumps(names, ensure_ascii=False)


def _numbered(first: int, last: int, value: object = "") -> dict[str, Any]:
    return {f"field_{number}": value for number in range(first, last + 1)}


_CREATED: Final = 1_696_428_233_000
_HALF_A_DAY: Final = 12 * 60 * 60 * 1_000
_ID: Final = f"{_CREATED // 1_000:08x}00c0ffee00000001"
_PHONE: Final = "5550000042"
"""Ten digits of a series of which no number can ring: see :data:`SERIES`."""

SAMPLE_LEAD: Final[Patch] = {
    "id": _ID,
    "lead_id": _ID,
    "list_id": 8668,
    **_numbered(0, 34),
    "field_0": f"+91{_PHONE}",
    "field_1": "Asha Rao",
    "field_2": "asha.rao@example.com",
    "field_3": "12 MG Road, Pune",
    "field_4": "Prime Textiles",
    "field_6": "1990-01-01",
    "field_7": "750",
    "field_8": "Textiles",
    "skill_id": None,
    "time_group": None,
    "added_by": 4711,
    "created_by": 4711,
    "dial_status": 1,
    "lead_picked": 0,
    "available_at": mongo_date(_CREATED),
    "dialer_dial_status": 0,
    "created_at": mongo_date(_CREATED),
    "undisposed_lead": False,
    "call_count": 0,
    "updated_at": mongo_date(_CREATED),
    "retry_count": 0,
    "alternate_phone_number": "",
    "priority": 1,
    "list_name": "Dialer dynamic field list",
    "header": _columns(*DEFAULT_COLUMNS),
    "sensitive_field_map": "[5,6,7]",
    "dialer_skill": None,
}
"""As the sample response shows a lead."""

TABLE_LEAD: Final[Patch] = {key: value for key, value in SAMPLE_LEAD.items() if key not in _numbered(7, 34)} | {
    "id": "8668",
    "lead_id": 42,
    "skill_id": 0,
    "time_group": 0,
    "retry_count": "0",
    "header": ["Phone Number", "Name", "Email Id", "Address", "Company Name", "Custom 1", "Custom 2"],
    "sensitive_field_map": "2",
    "dialer_skill": {"id": 101, "name": "Tamil"},
}
"""As the response table describes a lead."""

_SAMPLE: Final = {"sample": "leads page, sample response"}
_TABLE: Final = {"documented": "leads page, response table"}
_FOOTNOTE: Final = {"documented": "leads page, footnote: fields grow with the columns"}
_TEXT: Final = {"assumed": "the contract allows any text; people type these"}
_SCHEMA: Final = {"assumed": "the contract allows it; never seen"}
_TYPED: Final = {"documented": "leads page, response table", "assumed": "a server that keeps to the other type"}

_AS_SAMPLE: Final = ("sample", "lenient")
_AS_TABLE: Final = ("documented", "lenient")
_LENIENT: Final = ("lenient",)
_NOWHERE: Final = ()


def _field_texts() -> Iterator[Row]:
    """Yield a case for every text in a column that is easily spoilt on its way through a client."""
    texts = {
        "blanks-around": ("  Asha Rao  ", "comparing without stripping misses it, stripping loses it"),
        "only-a-blank": (" ", "it is neither empty nor a name"),
        "control-characters": ("Asha\x07Rao\x1b", "terminals and XML refuse control characters"),
        "line-break": ("Asha\nRao", "a table of lines falls apart"),
        "carriage-return": ("Asha\r\nRao", "a CSV reader sees two rows"),
        "tab": ("Asha\tRao", "a table of tabs gains a column"),
        "line-separator": ("Asha\u2028Rao", "JavaScript and str.splitlines see a line break"),
        "emoji": ("Asha \U0001f600", "it takes four bytes, and two units in UTF-16"),
        "devanagari": ("आशा राव", "it is not ASCII, and its letters combine"),
        "right-to-left": ("אשה ראו", "display order is not text order"),
        "combining-characters": ("Jose\u0301", "it equals the composed form on screen only"),
        "apostrophe": ("O'Brien", "SQL that is glued together breaks"),
        "double-quotes": ('Asha "AR" Rao', "JSON or CSV that is glued together breaks"),
        "backslash": ("Asha\\nRao", "unescaping twice makes a line break of it"),
        "html": ("<b>Asha</b> & Rao", "a page that shows it unescaped runs it"),
        "spreadsheet-formula": ("=1+1", "a spreadsheet computes it"),
        "comma-and-semicolon": ("Rao, Asha; Pune", "a CSV without quotes gains columns"),
        "text-null": ("null", "a reader that guesses types makes null of it"),
        "text-zero": ("0", "it is false in some languages"),
        "text-nan": ("NaN", "a data frame takes it for a missing value"),
        "very-long": ("x" * 10_000, "a database column cuts it or refuses it"),
    }
    for name, (text, why) in texts.items():
        yield f"text-{name}", f"A name with this in it: {why}.", _TEXT, _AS_SAMPLE, {"field_1": text}


def _statuses() -> Iterator[Row]:
    """Yield a case for every known value of ``dial_status`` and ``dialer_dial_status``, and for some unknown."""
    contract = load_contract()
    for key, word in (("dial_status", "dial-status"), ("dialer_dial_status", "disposition")):
        for entry in contract.schema_of(key)["x-known-values"]:
            if "value" in entry:
                number = f"{entry['value']}".replace("-", "minus-")
                label = "-".join(entry["label"].lower().split())
                why = f"The value {entry['value']} means {entry['label']}; a table of names must have it."
                yield (
                    f"{word}-{number}-{label}",
                    why,
                    {entry["evidence"]: _source(key, entry)},
                    _AS_SAMPLE,
                    {key: entry["value"]},
                )
    open_set = {"documented": "leads page, response table: the values are introduced as examples"}
    own = {"observed": "campaign pages of the vendor: ids of the account's own disposition statuses"}
    unknown = "A value that no page lists: a look-up without a default fails."
    yield "dial-status-unknown", unknown, open_set, _AS_SAMPLE, {"dial_status": 10}
    yield "dial-status-zero", unknown, open_set, _AS_SAMPLE, {"dial_status": 0}
    yield "disposition-unknown", unknown, open_set, _AS_SAMPLE, {"dialer_dial_status": -10}
    yield (
        "disposition-of-the-account",
        "A positive value names a disposition that the account has made.",
        own,
        (_AS_SAMPLE),
        {"dialer_dial_status": 4711},
    )


def _source(key: str, entry: Mapping[str, Any]) -> str:
    evidence: Evidence = load_contract().schema_of(key)["x-evidence"]
    return evidence.get(entry["evidence"], "leads page, response table")


_HEADERS: Final[tuple[Row, ...]] = (
    ("header-empty", "No column has a name, and fields hold values all the same.", _SCHEMA, _AS_SAMPLE,
     {"header": "[]", "sensitive_field_map": "[]"}),
    ("header-shorter-than-fields", "Values stand in fields that no column names; zip() drops them.", _SAMPLE,
     _AS_SAMPLE, {"header": _columns("Phone Number", "Name"), "sensitive_field_map": "[1]"}),
    ("header-longer-than-fields", "A column has no field; a look-up by position fails.", _FOOTNOTE, _LENIENT,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 41)))}),
    ("header-one-column", "A single column, the least that a list can dial.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number"), "sensitive_field_map": "[]"}),
    ("header-36-columns", "One column more than the sample has fields: field_35 is there.", _FOOTNOTE, _AS_SAMPLE,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 37))), "field_35": "last"}),
    ("header-100-columns", "A hundred fields: a table with room for the sample's 35 loses the others.", _FOOTNOTE,
     _AS_SAMPLE,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 101))), **_numbered(35, 99, "x")}),
    ("header-duplicate-names", "Two columns of one name: a mapping from name to value loses one.", _SCHEMA,
     _AS_SAMPLE, {"header": _columns("Phone Number", "Name", "Name", "Name")}),
    ("header-names-differ-in-case", "Names that a database takes for one and the same.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "Name", "name", "NAME ")}),
    ("header-empty-name", "A column without a name.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "", " ")}),
    ("header-quotes", "Names with quotes and backslashes are escaped twice.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", 'The "real" name', "A\\B", "It's")}),
    ("header-comma", "Splitting at commas cuts a name in two.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "Name, first", "[Email]")}),
    ("header-line-break", "A name of two lines.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone\nNumber", "Name\r\n")}),
    ("header-emoji", "Names outside the basic plane.", _SCHEMA, _AS_SAMPLE, {"header": _columns("\U0001f4de", "Name")}),
    ("header-devanagari", "Names that are not ASCII.", _SCHEMA, _AS_SAMPLE, {"header": _columns("फ़ोन", "नाम")}),
    ("header-right-to-left", "Names whose display order is not their text order.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("טלפון", "שם")}),
    ("header-escaped", "JSON with escapes and blanks: a search in the text finds neither name.", _SCHEMA, _AS_SAMPLE,
     {"header": ' [ "Phone\\u0020Number" , "\\u0928\\u093e\\u092e" ] '}),
    ("header-off-by-one", "The alternate phone is no field, so later columns stand one field earlier.",
     {"sample": "leads page, sample response: read so, its values make sense"}, _AS_SAMPLE,
     {"field_5": "1990-01-01", "field_6": "750", "field_7": "Textiles", "field_8": ""}),
    ("header-not-json", "Text that is no JSON.", _SAMPLE, _NOWHERE, {"header": "Phone Number, Name"}),
    ("header-of-numbers", "JSON, but no names.", _SAMPLE, _NOWHERE, {"header": "[1, 2]"}),
)  # fmt: skip

_SENSITIVE: Final[tuple[Row, ...]] = (
    ("sensitive-map-empty", "Nothing is sensitive; there is no first position.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[]"}),
    ("sensitive-map-out-of-order", "Positions in no order.", _SCHEMA, _AS_SAMPLE, {"sensitive_field_map": "[7,5,6]"}),
    ("sensitive-map-duplicates", "One position twice; a count is wrong.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[5,5]"}),
    ("sensitive-map-beyond-columns", "A position of a field that no column names.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[34]"}),
    ("sensitive-map-out-of-range", "A position of no field.", _SAMPLE, _LENIENT, {"sensitive_field_map": "[35]"}),
    ("sensitive-map-negative", "In some languages it counts from the end.", _SAMPLE, _LENIENT,
     {"sensitive_field_map": "[-1]"}),
    ("sensitive-map-count", "The table's reading: how many columns, not which.", _TABLE, _LENIENT,
     {"sensitive_field_map": "3"}),
)  # fmt: skip

_PHONES: Final[tuple[Row, ...]] = (
    ("phone-ten-digits", "Without +91, as it was posted; a look-up by +91 misses it.",
     {"observed": "public clients post ten digits and read +91"}, _AS_SAMPLE, {"field_0": _PHONE}),
    ("phone-91-without-plus", "With 91 and no plus.", {"observed": "public clients match the last ten digits"},
     _AS_SAMPLE, {"field_0": f"91{_PHONE}"}),
    ("phone-leading-zero", "With the trunk prefix.", _TEXT, _AS_SAMPLE, {"field_0": f"0{_PHONE}"}),
    ("phone-spaces", "With blanks.", _TEXT, _AS_SAMPLE, {"field_0": "+91 55500 00042"}),
    ("phone-dashes", "With dashes.", _TEXT, _AS_SAMPLE, {"field_0": "+91-5550-000042"}),
    ("phone-landline", "As landlines are written, with the area code in brackets.", _TEXT, _AS_SAMPLE,
     {"field_0": "(0555) 000042"}),
    ("phone-empty", "No number: nothing to dial, and no key to match by.", _SCHEMA, _AS_SAMPLE, {"field_0": ""}),
    ("phone-no-number", "Text where a number should be.", _TEXT, _AS_SAMPLE, {"field_0": "not given"}),
    ("phone-alternate", "A second number, outside the fields.", _TABLE, _AS_SAMPLE,
     {"alternate_phone_number": "+915550000043"}),
    ("phone-in-two-leads", "Two leads of one number: a mapping from number to lead loses one.",
     {"observed": "public clients key leads by field_0"}, _AS_SAMPLE,
     {}, {"field_1": "Ravi Rao"}),
    ("phone-in-two-forms", "Two leads of one number, written in two ways.",
     {"observed": "public clients key leads by field_0"}, _AS_SAMPLE,
     {}, {"field_0": _PHONE}),
)  # fmt: skip

_EMAILS: Final[tuple[Row, ...]] = (
    ("email-empty", "No e-mail; a strict format refuses it.", _SCHEMA, _AS_SAMPLE, {"field_2": ""}),
    ("email-masked", "The placeholder of the documentation's host, which is no e-mail.", _SAMPLE, _AS_SAMPLE,
     {"field_2": "[email\N{NO-BREAK SPACE}protected]"}),
    ("email-masked-plain-blank", "The same placeholder with an ordinary blank.", _SAMPLE, _AS_SAMPLE,
     {"field_2": "[email protected]"}),
    ("email-plus", "A plus that forms turn into a blank.", _TEXT, _AS_SAMPLE, {"field_2": "asha+crm@example.com"}),
    ("email-upper-case", "Capitals: letter by letter, it differs from the same address in small letters.", _TEXT,
     _AS_SAMPLE, {"field_2": "Asha.Rao@Example.COM"}),
    ("email-not-ascii", "A mailbox that is not ASCII.", _TEXT, _AS_SAMPLE, {"field_2": "आशा@example.com"}),
    ("email-two", "Two addresses in one field.", _TEXT, _AS_SAMPLE, {"field_2": "a@example.com, b@example.net"}),
)  # fmt: skip

_TIMES: Final[tuple[Row, ...]] = (
    ("time-epoch-0", "Zero is a time, and false in some languages.", _SCHEMA, _AS_SAMPLE,
     {"created_at": mongo_date(0), "updated_at": mongo_date(0), "available_at": mongo_date(0)}),
    ("time-in-seconds", "Seconds for milliseconds: January 1970.", {"assumed": "the usual mistake"}, _AS_SAMPLE,
     {"created_at": mongo_date(_CREATED // 1_000), "updated_at": mongo_date(_CREATED // 1_000)}),
    ("time-year-9999", "The last instant that Python's datetime holds.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(253_402_300_799_999), "available_at": mongo_date(253_402_300_799_999)}),
    ("time-beyond-year-9999", "One millisecond more: OverflowError, or ValueError.", _SCHEMA, _AS_SAMPLE,
     {"available_at": mongo_date(253_402_300_800_000)}),
    ("time-64-bit-most", "The largest number of 64 bits; a double rounds it.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(INT64[1]), "available_at": mongo_date(INT64[1])}),
    ("time-64-bit-least", "The smallest number of 64 bits.", _SCHEMA, _AS_SAMPLE, {"created_at": mongo_date(INT64[0])}),
    ("time-before-1970", "A negative number; some systems have no such time.", _SCHEMA, _AS_SAMPLE,
     {"created_at": mongo_date(-1)}),
    ("time-2038", "The first second that 32 bits do not hold.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(2**31 * 1_000), "available_at": mongo_date(2**31 * 1_000)}),
    ("time-twelve-hours-early", "Created exactly twelve hours before the time in its id.", _SAMPLE, _AS_SAMPLE,
     {"created_at": mongo_date(_CREATED - _HALF_A_DAY)}),
    ("time-updated-when-created", "Never changed since: equal times.", _SCHEMA, _AS_SAMPLE, {}),
    ("time-updated-before-created", "Changed before it was there: a duration is negative.", _SCHEMA, _LENIENT,
     {"updated_at": mongo_date(_CREATED - 1)}),
    ("time-available-before-created", "Available before it was there.", _SCHEMA, _AS_SAMPLE,
     {"available_at": mongo_date(_CREATED - _HALF_A_DAY)}),
    ("time-available-in-a-year", "Available a year after it was created; a duration, by the table's words.", _TABLE,
     _AS_SAMPLE,
     {"available_at": mongo_date(_CREATED + 365 * 2 * _HALF_A_DAY)}),
    ("time-as-number", "A number where MongoDB writes text.", _SAMPLE, _NOWHERE,
     {"created_at": {"$date": {"$numberLong": _CREATED}}}),
    ("time-as-iso-text", "The other form of MongoDB's extended JSON.", {"assumed": "MongoDB's relaxed format"},
     _NOWHERE, {"created_at": {"$date": "2023-10-04T14:03:53Z"}}),
)  # fmt: skip

_NUMBERS: Final[tuple[Row, ...]] = (
    ("priority-1", "The lowest priority.", _TABLE, _AS_SAMPLE, {"priority": 1}),
    ("priority-30", "The highest priority.", _TABLE, _AS_SAMPLE, {"priority": 30}),
    ("priority-0", "Below the lowest.", _TABLE, _NOWHERE, {"priority": 0}),
    ("priority-31", "Above the highest.", _TABLE, _NOWHERE, {"priority": 31}),
    ("largest-integers", "The largest integers that every JSON reader holds.", _SCHEMA, _AS_SAMPLE,
     {"list_id": LARGEST, "added_by": LARGEST, "created_by": LARGEST, "call_count": LARGEST}),
    ("picked-without-a-call", "Answered, and never called.", _SCHEMA, _AS_SAMPLE, {"lead_picked": 1, "call_count": 0}),
    ("undisposed-and-new", "Waits for a disposition, and is new.", _SCHEMA, _AS_SAMPLE, {"undisposed_lead": True}),
    ("more-retries-than-calls", "Retried more often than called.", _SCHEMA, _AS_SAMPLE,
     {"retry_count": 3, "call_count": 1}),
    ("retry-count-as-text", "The table's type.", _TYPED, _LENIENT, {"retry_count": "2"}),
    ("added-by-another-client", "Added and created by two clients; the sample has one.", _SCHEMA, _AS_SAMPLE,
     {"added_by": 4711, "created_by": 4712}),
)  # fmt: skip

_NULLS: Final[tuple[Row, ...]] = (
    ("skill-id-null", "No skill; the table does not say that it may be null.", _SAMPLE, _AS_SAMPLE, {"skill_id": None}),
    ("skill-id-given", "A skill, which the sample never shows.", _TABLE, _AS_SAMPLE, {"skill_id": 101}),
    ("skill-id-zero", "An id that is false in some languages.", _SCHEMA, _AS_SAMPLE, {"skill_id": 0}),
    ("time-group-null", "No time group; the table does not say that it may be null.", _SAMPLE, _AS_SAMPLE,
     {"time_group": None}),
    ("time-group-given", "A time group, which the sample never shows.", _TABLE, _AS_SAMPLE, {"time_group": 12}),
    ("dialer-skill-null", "No skill list: reading its name fails.", _SAMPLE, _AS_SAMPLE, {"dialer_skill": None}),
    ("dialer-skill-given", "A skill list, which the sample never shows.", _TABLE, _AS_SAMPLE,
     {"dialer_skill": {"id": 101, "name": "Tamil"}}),
    ("dialer-skill-without-name", "A skill list whose name is empty.", _SCHEMA, _AS_SAMPLE,
     {"dialer_skill": {"id": 0, "name": ""}}),
)  # fmt: skip

_FIELDS: Final[tuple[Row, ...]] = (
    ("fields-all-empty", "A lead that holds nothing.", _SCHEMA, _AS_SAMPLE, _numbered(0, 34)),
    ("fields-all-filled", "Every field holds something.", _SCHEMA, _AS_SAMPLE,
     _numbered(7, 34, "x") | {"field_5": "x"}),
    ("fields-last-only", "Something in field_34, which no column names.",
     {"observed": "a public client writes field_34"}, _AS_SAMPLE, _numbered(0, 33) | {"field_34": "campaign-7"}),
    ("fields-more-than-the-sample", "The block of fields has grown.", _FOOTNOTE, _AS_SAMPLE, _numbered(35, 39)),
    ("fields-fewer-than-documented", "Fewer fields than the table names.", _SCHEMA, _LENIENT,
     _numbered(3, 34, GONE) | {"header": _columns("Phone Number", "Name"), "sensitive_field_map": "[]"}),
    ("fields-with-a-gap", "field_36 without field_35.", _SAMPLE, _NOWHERE, {"field_36": ""}),
    ("fields-null", "null for an unused slot, where the sample has empty text.", _SAMPLE, _NOWHERE, {"field_34": None}),
    ("list-name-very-long", "A name of a thousand characters.", _SCHEMA, _AS_SAMPLE, {"list_name": "List " * 200}),
    ("list-name-empty", "A list without a name.", _SCHEMA, _AS_SAMPLE, {"list_name": ""}),
)  # fmt: skip

_KEYS: Final[tuple[Row, ...]] = (
    ("key-unknown", "A key that no page names; a strict model refuses it.", _SCHEMA, _LENIENT, {"campaign_id": 7}),
    ("keys-missing-from-the-table", "Without the three keys that the table does not name.", _TABLE, _LENIENT,
     {"undisposed_lead": GONE, "call_count": GONE, "updated_at": GONE}),
    ("key-missing", "Without a key that both readings have.", {**_TABLE, **_SAMPLE}, _NOWHERE, {"dial_status": GONE}),
    ("id-differs-from-lead-id", "Two ids for one lead.", _SAMPLE, _NOWHERE, {"lead_id": _ID}),
    ("id-twice", "Two leads of one id.", _SAMPLE, _NOWHERE, {"id": _ID, "lead_id": _ID},
     {"id": _ID, "lead_id": _ID, "field_0": "+915550000043"}),
    ("leads-of-two-lists", "The second lead is of another list.", _TABLE, _NOWHERE,
     {}, {"list_id": 8669}),
    ("list-empty", "No leads at all: an array, empty.",
     {"observed": "a public client takes it for no match", "assumed": "that a list without leads is answered so"},
     PROFILES),
)  # fmt: skip

OF_THE_TABLE: Final[tuple[Row, ...]] = (
    ("documented-types", "Every key has the type that the table gives it.", _TABLE, _AS_TABLE, {}),
    ("documented-two-leads", "id is the list's, so two leads share it.", _TABLE, _AS_TABLE, {}, {}),
    ("documented-without-undocumented-keys", "Only what the table names.", _TABLE, _AS_TABLE,
     {"undisposed_lead": GONE, "call_count": GONE, "updated_at": GONE}),
    ("documented-null-skill", "null where the table has an integer.", _TABLE, _LENIENT, {"skill_id": None}),
    ("documented-35-fields", "The table's types, with the sample's block of fields.", _FOOTNOTE, _AS_TABLE,
     _numbered(7, 34)),
)  # fmt: skip


def of_the_sample() -> Iterable[Row]:
    """Yield the rows whose leads are the sample's but for what they say."""
    yield from (*_HEADERS, *_SENSITIVE, *_PHONES, *_EMAILS, *_field_texts(), *_TIMES, *_statuses())
    yield from (*_NUMBERS, *_NULLS, *_FIELDS, *_KEYS)
