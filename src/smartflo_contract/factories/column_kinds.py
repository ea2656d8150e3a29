"""What a column contains, by its name."""

import re
from functools import lru_cache
from typing import Final

PHONE: Final = "phone"
TEXT: Final = "text"
SENSITIVE: Final = frozenset({"alternate_phone", "date_of_birth", "credit_score"})

_SYNONYMS: Final = {
    PHONE: "phone, phone number, phone no, mobile, mobile number, mobile no, contact, contact number, contact no, "
    "telephone, telephone number, customer number, cell, cell number",
    "alternate_phone": "alternate phone number, alternate phone, alternate number, alternate mobile, "
    "alternate mobile number, alternate contact, alternate contact number, alt phone, alt number, secondary phone",
    "name": "name, full name, customer name, client name, lead name, contact name, contact person, customer",
    "first_name": "first name, given name",
    "last_name": "last name, surname, family name",
    "email": "e mail, email, email id, email address, mail, mail id",
    "address": "address, street address, postal address, residence",
    "city": "city, town, location, district",
    "pincode": "pincode, pin code, pin, postal code, zip, zip code",
    "company": "company, company name, organisation, organization, organisation name, business name, firm, employer",
    "date_of_birth": "dob, date of birth, birth date, birthday, birthdate",
    "age": "age",
    "credit_score": "credit score, cibil, cibil score, score",
    "business": "nature of business, business, industry, sector, business type, interest",
}


def _normalize(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


_KINDS: Final = {_normalize(name): kind for kind, names in _SYNONYMS.items() for name in names.split(", ")}


@lru_cache(maxsize=1_024)
def column_kind(column: str) -> str:
    """Return what a column contains: the name of a generator, ``text`` for an unknown column name."""
    return _KINDS.get(_normalize(column), TEXT)
