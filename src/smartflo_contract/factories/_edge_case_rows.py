"""The rows of the table of edge cases: two valid base leads, and the differences of each case."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.json_values import INT64, MAX_SAFE_INTEGER
from smartflo_contract.schemas.lead_format import HALF_DAY_SECONDS, mongo_date
from smartflo_contract.schemas.profile_names import PROFILES

Evidence: TypeAlias = Mapping[str, str]
Patch: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[str, str, Evidence, tuple[str, ...], *tuple[Patch, ...]]
"""Name, reason, evidence, profiles under which it is valid, and the differences of each lead from the base lead."""

REMOVED: Final = object()
"""Value of a key that a case removes."""


def _columns(*names: str) -> str:
    return json.dumps(names, ensure_ascii=False)


def _numbered(first: int, last: int, value: object = "") -> dict[str, Any]:
    return {f"field_{number}": value for number in range(first, last + 1)}


_CREATED: Final = 1_696_428_233_000
_HALF_DAY_MS: Final = HALF_DAY_SECONDS * 1_000
_ID: Final = f"{_CREATED // 1_000:08x}00c0ffee00000001"
_PHONE: Final = "5550000042"
"""Ten digits of the series that cannot ring: see :data:`SERIES`."""

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
"""A lead like those of the sample response."""

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
"""A lead as the response table describes it."""

_SAMPLE: Final = {"sample": "leads page, sample response"}
_TABLE: Final = {"documented": "leads page, response table"}
_FOOTNOTE: Final = {"documented": "leads page, footnote: fields grow with the columns"}
_TEXT: Final = {"assumed": "the contract allows any string; people type these"}
_SCHEMA: Final = {"assumed": "the contract allows it; never seen"}
_TYPED: Final = {"documented": "leads page, response table", "assumed": "a server that keeps to the other type"}

_AS_SAMPLE: Final = ("sample", "lenient")
_AS_TABLE: Final = ("documented", "lenient")
_LENIENT: Final = ("lenient",)
_NOWHERE: Final = ()


def _string_rows() -> Iterator[Row]:
    """Yield a case for every string that clients easily corrupt."""
    strings = {
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
    for name, (string, why) in strings.items():
        yield f"text-{name}", f"A name that contains this: {why}.", _TEXT, _AS_SAMPLE, {"field_1": string}


def _status_rows() -> Iterator[Row]:
    """Yield a case for every known value of ``dial_status`` and ``dialer_dial_status``, and for unknown ones."""
    contract = load_contract()
    for key, word in (("dial_status", "dial-status"), ("dialer_dial_status", "disposition")):
        for entry in contract.schema_of(key)["x-known-values"]:
            if "value" in entry:
                number = f"{entry['value']}".replace("-", "minus-")
                label = "-".join(entry["label"].lower().split())
                why = f"The value {entry['value']} means {entry['label']}; a mapping of labels must contain it."
                yield (
                    f"{word}-{number}-{label}",
                    why,
                    {entry["evidence"]: _source(key, entry)},
                    _AS_SAMPLE,
                    {key: entry["value"]},
                )
    open_set = {"documented": "leads page, response table: the values are introduced as examples"}
    own = {"observed": "campaign pages of the vendor: ids of the account's own disposition statuses"}
    unknown = "A value that no page lists; a lookup without a default fails."
    yield "dial-status-unknown", unknown, open_set, _AS_SAMPLE, {"dial_status": 10}
    yield "dial-status-zero", unknown, open_set, _AS_SAMPLE, {"dial_status": 0}
    yield "disposition-unknown", unknown, open_set, _AS_SAMPLE, {"dialer_dial_status": -10}
    yield (
        "disposition-of-the-account",
        "A positive value is the id of a disposition that the account created.",
        own,
        (_AS_SAMPLE),
        {"dialer_dial_status": 4711},
    )


def _source(key: str, entry: Mapping[str, Any]) -> str:
    evidence: Evidence = load_contract().schema_of(key)["x-evidence"]
    return evidence.get(entry["evidence"], "leads page, response table")


_HEADERS: Final[tuple[Row, ...]] = (
    ("header-empty", "No column has a name, but fields have values.", _SCHEMA, _AS_SAMPLE,
     {"header": "[]", "sensitive_field_map": "[]"}),
    ("header-shorter-than-fields", "Fields without a column have values; zip() drops them.", _SAMPLE,
     _AS_SAMPLE, {"header": _columns("Phone Number", "Name"), "sensitive_field_map": "[1]"}),
    ("header-longer-than-fields", "A column has no field; a lookup by position fails.", _FOOTNOTE, _LENIENT,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 41)))}),
    ("header-one-column", "A single column, the minimum for a list that can be dialled.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number"), "sensitive_field_map": "[]"}),
    ("header-36-columns", "One column more than the sample has fields, so there is a field_35.", _FOOTNOTE, _AS_SAMPLE,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 37))), "field_35": "last"}),
    ("header-100-columns", "A hundred fields; a table with 35 columns, as in the sample, loses the others.", _FOOTNOTE,
     _AS_SAMPLE,
     {"header": _columns(*(f"Custom {number}" for number in range(1, 101))), **_numbered(35, 99, "x")}),
    ("header-duplicate-names", "Two columns with the same name; a mapping from name to value loses one.", _SCHEMA,
     _AS_SAMPLE, {"header": _columns("Phone Number", "Name", "Name", "Name")}),
    ("header-names-differ-in-case", "Names that a case-insensitive database considers equal.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "Name", "name", "NAME ")}),
    ("header-empty-name", "A column without a name.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "", " ")}),
    ("header-quotes", "Names with quotes and backslashes, which are escaped twice.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", 'The "real" name', "A\\B", "It's")}),
    ("header-comma", "Splitting at commas cuts a name in two.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone Number", "Name, first", "[Email]")}),
    ("header-line-break", "A name with a line break.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("Phone\nNumber", "Name\r\n")}),
    ("header-emoji", "Names outside the Basic Multilingual Plane.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("\U0001f4de", "Name")}),
    ("header-devanagari", "Names that are not ASCII.", _SCHEMA, _AS_SAMPLE, {"header": _columns("फ़ोन", "नाम")}),
    ("header-right-to-left", "Names whose display order differs from their character order.", _SCHEMA, _AS_SAMPLE,
     {"header": _columns("טלפון", "שם")}),
    ("header-escaped", "JSON with escapes and spaces; a search in the string finds no name.", _SCHEMA, _AS_SAMPLE,
     {"header": ' [ "Phone\\u0020Number" , "\\u0928\\u093e\\u092e" ] '}),
    ("header-off-by-one", "The alternate phone number is not a field, so later columns are one field earlier.",
     {"sample": "leads page, sample response: its values make sense this way"}, _AS_SAMPLE,
     {"field_5": "1990-01-01", "field_6": "750", "field_7": "Textiles", "field_8": ""}),
    ("header-not-json", "A string that is not JSON.", _SAMPLE, _NOWHERE, {"header": "Phone Number, Name"}),
    ("header-of-numbers", "A JSON array, but not of names.", _SAMPLE, _NOWHERE, {"header": "[1, 2]"}),
)  # fmt: skip

_SENSITIVE: Final[tuple[Row, ...]] = (
    ("sensitive-map-empty", "No sensitive columns; there is no first position.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[]"}),
    ("sensitive-map-out-of-order", "Unordered positions.", _SCHEMA, _AS_SAMPLE, {"sensitive_field_map": "[7,5,6]"}),
    ("sensitive-map-duplicates", "A duplicate position; a count is wrong.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[5,5]"}),
    ("sensitive-map-beyond-columns", "The position of a field without a column.", _SCHEMA, _AS_SAMPLE,
     {"sensitive_field_map": "[34]"}),
    ("sensitive-map-out-of-range", "A position beyond the last field.", _SAMPLE, _LENIENT,
     {"sensitive_field_map": "[35]"}),
    ("sensitive-map-negative", "A negative position, which some languages count from the end.", _SAMPLE, _LENIENT,
     {"sensitive_field_map": "[-1]"}),
    ("sensitive-map-count", "The number of sensitive columns instead of their positions, as in the table.", _TABLE,
     _LENIENT,
     {"sensitive_field_map": "3"}),
)  # fmt: skip

_PHONES: Final[tuple[Row, ...]] = (
    ("phone-ten-digits", "Without +91, as clients post it; a lookup with +91 misses it.",
     {"observed": "public clients post ten digits and read +91"}, _AS_SAMPLE, {"field_0": _PHONE}),
    ("phone-91-without-plus", "With 91 but without a plus.", {"observed": "public clients match the last ten digits"},
     _AS_SAMPLE, {"field_0": f"91{_PHONE}"}),
    ("phone-leading-zero", "With the trunk prefix.", _TEXT, _AS_SAMPLE, {"field_0": f"0{_PHONE}"}),
    ("phone-spaces", "With spaces.", _TEXT, _AS_SAMPLE, {"field_0": "+91 55500 00042"}),
    ("phone-dashes", "With dashes.", _TEXT, _AS_SAMPLE, {"field_0": "+91-5550-000042"}),
    ("phone-landline", "A landline with the area code in brackets.", _TEXT, _AS_SAMPLE,
     {"field_0": "(0555) 000042"}),
    ("phone-empty", "No number to dial or to match by.", _SCHEMA, _AS_SAMPLE, {"field_0": ""}),
    ("phone-no-number", "A string that is not a phone number.", _TEXT, _AS_SAMPLE, {"field_0": "not given"}),
    ("phone-alternate", "A second number, outside the fields.", _TABLE, _AS_SAMPLE,
     {"alternate_phone_number": "+915550000043"}),
    ("phone-in-two-leads", "Two leads with the same number; a mapping from number to lead loses one.",
     {"observed": "public clients key leads by field_0"}, _AS_SAMPLE,
     {}, {"field_1": "Ravi Rao"}),
    ("phone-in-two-forms", "Two leads with the same number in two spellings.",
     {"observed": "public clients key leads by field_0"}, _AS_SAMPLE,
     {}, {"field_0": _PHONE}),
)  # fmt: skip

_EMAILS: Final[tuple[Row, ...]] = (
    ("email-empty", "No e-mail; a strict format rejects it.", _SCHEMA, _AS_SAMPLE, {"field_2": ""}),
    ("email-masked", "The placeholder of the documentation's host, which is not an e-mail address.", _SAMPLE,
     _AS_SAMPLE,
     {"field_2": "[email\N{NO-BREAK SPACE}protected]"}),
    ("email-masked-plain-blank", "The same placeholder with an ordinary space.", _SAMPLE, _AS_SAMPLE,
     {"field_2": "[email protected]"}),
    ("email-plus", "A plus, which form encoding turns into a space.", _TEXT, _AS_SAMPLE,
     {"field_2": "asha+crm@example.com"}),
    ("email-upper-case", "Upper case; it differs from the same address in lower case.", _TEXT,
     _AS_SAMPLE, {"field_2": "Asha.Rao@Example.COM"}),
    ("email-not-ascii", "A mailbox that is not ASCII.", _TEXT, _AS_SAMPLE, {"field_2": "आशा@example.com"}),
    ("email-two", "Two addresses in one field.", _TEXT, _AS_SAMPLE, {"field_2": "a@example.com, b@example.net"}),
)  # fmt: skip

_TIMES: Final[tuple[Row, ...]] = (
    ("time-epoch-0", "Zero is a time, and false in some languages.", _SCHEMA, _AS_SAMPLE,
     {"created_at": mongo_date(0), "updated_at": mongo_date(0), "available_at": mongo_date(0)}),
    ("time-in-seconds", "Seconds instead of milliseconds: January 1970.", {"assumed": "a common mistake"}, _AS_SAMPLE,
     {"created_at": mongo_date(_CREATED // 1_000), "updated_at": mongo_date(_CREATED // 1_000)}),
    ("time-year-9999", "The maximum of Python's datetime.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(253_402_300_799_999), "available_at": mongo_date(253_402_300_799_999)}),
    ("time-beyond-year-9999", "One millisecond more: OverflowError, or ValueError.", _SCHEMA, _AS_SAMPLE,
     {"available_at": mongo_date(253_402_300_800_000)}),
    ("time-64-bit-most", "The largest 64-bit integer; a double rounds it.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(INT64[1]), "available_at": mongo_date(INT64[1])}),
    ("time-64-bit-least", "The smallest 64-bit integer.", _SCHEMA, _AS_SAMPLE, {"created_at": mongo_date(INT64[0])}),
    ("time-before-1970", "A negative number; some systems have no such time.", _SCHEMA, _AS_SAMPLE,
     {"created_at": mongo_date(-1)}),
    ("time-2038", "The first second that 32 bits do not hold.", _SCHEMA, _AS_SAMPLE,
     {"updated_at": mongo_date(2**31 * 1_000), "available_at": mongo_date(2**31 * 1_000)}),
    ("time-twelve-hours-early", "Created exactly twelve hours before the time in its id.", _SAMPLE, _AS_SAMPLE,
     {"created_at": mongo_date(_CREATED - _HALF_DAY_MS)}),
    ("time-updated-when-created", "Never changed since: equal times.", _SCHEMA, _AS_SAMPLE, {}),
    ("time-updated-before-created", "Changed before it was created; a duration is negative.", _SCHEMA, _LENIENT,
     {"updated_at": mongo_date(_CREATED - 1)}),
    ("time-available-before-created", "Available before it was created.", _SCHEMA, _AS_SAMPLE,
     {"available_at": mongo_date(_CREATED - _HALF_DAY_MS)}),
    ("time-available-in-a-year", "Available a year after it was created; the table describes a duration.", _TABLE,
     _AS_SAMPLE,
     {"available_at": mongo_date(_CREATED + 365 * 2 * _HALF_DAY_MS)}),
    ("time-as-number", "A number where MongoDB writes a string.", _SAMPLE, _NOWHERE,
     {"created_at": {"$date": {"$numberLong": _CREATED}}}),
    ("time-as-iso-text", "The relaxed form of MongoDB extended JSON.", {"assumed": "MongoDB's relaxed format"},
     _NOWHERE, {"created_at": {"$date": "2023-10-04T14:03:53Z"}}),
)  # fmt: skip

_NUMBERS: Final[tuple[Row, ...]] = (
    ("priority-1", "The lowest priority.", _TABLE, _AS_SAMPLE, {"priority": 1}),
    ("priority-30", "The highest priority.", _TABLE, _AS_SAMPLE, {"priority": 30}),
    ("priority-0", "Below the lowest.", _TABLE, _NOWHERE, {"priority": 0}),
    ("priority-31", "Above the highest.", _TABLE, _NOWHERE, {"priority": 31}),
    ("largest-integers", "The largest integers that every JSON parser represents exactly.", _SCHEMA, _AS_SAMPLE,
     {"list_id": MAX_SAFE_INTEGER, "added_by": MAX_SAFE_INTEGER, "created_by": MAX_SAFE_INTEGER,
      "call_count": MAX_SAFE_INTEGER}),
    ("picked-without-a-call", "Answered, but never called.", _SCHEMA, _AS_SAMPLE, {"lead_picked": 1, "call_count": 0}),
    ("undisposed-and-new", "Undisposed, but New.", _SCHEMA, _AS_SAMPLE, {"undisposed_lead": True}),
    ("more-retries-than-calls", "Retried more often than called.", _SCHEMA, _AS_SAMPLE,
     {"retry_count": 3, "call_count": 1}),
    ("retry-count-as-text", "A string, as in the response table.", _TYPED, _LENIENT, {"retry_count": "2"}),
    ("added-by-another-client", "Added and created by different clients; the sample has one.", _SCHEMA, _AS_SAMPLE,
     {"added_by": 4711, "created_by": 4712}),
)  # fmt: skip

_NULLS: Final[tuple[Row, ...]] = (
    ("skill-id-null", "No skill; the table does not allow null.", _SAMPLE, _AS_SAMPLE, {"skill_id": None}),
    ("skill-id-given", "A skill, which the sample never shows.", _TABLE, _AS_SAMPLE, {"skill_id": 101}),
    ("skill-id-zero", "An id that is false in some languages.", _SCHEMA, _AS_SAMPLE, {"skill_id": 0}),
    ("time-group-null", "No time group; the table does not allow null.", _SAMPLE, _AS_SAMPLE,
     {"time_group": None}),
    ("time-group-given", "A time group, which the sample never shows.", _TABLE, _AS_SAMPLE, {"time_group": 12}),
    ("dialer-skill-null", "No skill list; reading its name fails.", _SAMPLE, _AS_SAMPLE, {"dialer_skill": None}),
    ("dialer-skill-given", "A skill list, which the sample never shows.", _TABLE, _AS_SAMPLE,
     {"dialer_skill": {"id": 101, "name": "Tamil"}}),
    ("dialer-skill-without-name", "A skill list with an empty name.", _SCHEMA, _AS_SAMPLE,
     {"dialer_skill": {"id": 0, "name": ""}}),
)  # fmt: skip

_FIELDS: Final[tuple[Row, ...]] = (
    ("fields-all-empty", "All fields are empty.", _SCHEMA, _AS_SAMPLE, _numbered(0, 34)),
    ("fields-all-filled", "All fields have values.", _SCHEMA, _AS_SAMPLE,
     _numbered(7, 34, "x") | {"field_5": "x"}),
    ("fields-last-only", "A value in field_34, which has no column.",
     {"observed": "a public client writes field_34"}, _AS_SAMPLE, _numbered(0, 33) | {"field_34": "campaign-7"}),
    ("fields-more-than-the-sample", "More fields than the sample has.", _FOOTNOTE, _AS_SAMPLE, _numbered(35, 39)),
    ("fields-fewer-than-documented", "Fewer fields than the response table lists.", _SCHEMA, _LENIENT,
     _numbered(3, 34, REMOVED) | {"header": _columns("Phone Number", "Name"), "sensitive_field_map": "[]"}),
    ("fields-with-a-gap", "field_36 without field_35.", _SAMPLE, _NOWHERE, {"field_36": ""}),
    ("fields-null", "null in an unused field, where the sample has an empty string.", _SAMPLE, _NOWHERE,
     {"field_34": None}),
    ("list-name-very-long", "A name with a thousand characters.", _SCHEMA, _AS_SAMPLE, {"list_name": "List " * 200}),
    ("list-name-empty", "A list without a name.", _SCHEMA, _AS_SAMPLE, {"list_name": ""}),
)  # fmt: skip

_KEYS: Final[tuple[Row, ...]] = (
    ("key-unknown", "A key that no page mentions; a strict model rejects it.", _SCHEMA, _LENIENT, {"campaign_id": 7}),
    ("keys-missing-from-the-table", "Without the three keys that the table does not list.", _TABLE, _LENIENT,
     {"undisposed_lead": REMOVED, "call_count": REMOVED, "updated_at": REMOVED}),
    ("key-missing", "Without a key that table and sample have.", {**_TABLE, **_SAMPLE}, _NOWHERE,
     {"dial_status": REMOVED}),
    ("id-differs-from-lead-id", "Two ids for one lead.", _SAMPLE, _NOWHERE, {"lead_id": _ID}),
    ("id-twice", "Two leads with the same id.", _SAMPLE, _NOWHERE, {"id": _ID, "lead_id": _ID},
     {"id": _ID, "lead_id": _ID, "field_0": "+915550000043"}),
    ("leads-of-two-lists", "The second lead belongs to another list.", _TABLE, _NOWHERE,
     {}, {"list_id": 8669}),
    ("list-empty", "An empty array.",
     {"observed": "a public client treats it as no match", "assumed": "the response for an empty list"},
     PROFILES),
)  # fmt: skip

TABLE_ROWS: Final[tuple[Row, ...]] = (
    ("documented-types", "Every key has the type in the response table.", _TABLE, _AS_TABLE, {}),
    ("documented-two-leads", "id is the list id, so two leads share it.", _TABLE, _AS_TABLE, {}, {}),
    ("documented-without-undocumented-keys", "Only keys that the response table lists.", _TABLE, _AS_TABLE,
     {"undisposed_lead": REMOVED, "call_count": REMOVED, "updated_at": REMOVED}),
    ("documented-null-skill", "null where the table has an integer.", _TABLE, _LENIENT, {"skill_id": None}),
    ("documented-35-fields", "The table's types, with the sample's block of fields.", _FOOTNOTE, _AS_TABLE,
     _numbered(7, 34)),
)  # fmt: skip


def sample_rows() -> Iterable[Row]:
    """Yield the rows that are based on the sample lead."""
    yield from (*_HEADERS, *_SENSITIVE, *_PHONES, *_EMAILS, *_string_rows(), *_TIMES, *_status_rows())
    yield from (*_NUMBERS, *_NULLS, *_FIELDS, *_KEYS)
