"""The generators that ``x-faker`` names: one piece of JSON each, with facts of a lead or list in braces."""

from typing import Final

_TIME: Final = '{{"$date":{{"$numberLong":"{%s}"}}}}'

GENERATORS: Final = {
    "object_id": '"{object_id}"',
    "list_id_text": '"{list_id}"',
    "lead_number": "{lead_number}",
    "list_id": "{list_id}",
    "skill_id": "{skill_id}",
    "optional_skill_id": "{optional_skill_id}",
    "time_group": "{time_group}",
    "optional_time_group": "{optional_time_group}",
    "client_id": "{client_id}",
    "dial_status": "{dial_status}",
    "lead_picked": "{lead_picked}",
    "available_at": _TIME % "available",
    "disposition": "{disposition}",
    "created_at": _TIME % "created",
    "undisposed_lead": "{undisposed_lead}",
    "call_count": "{call_count}",
    "updated_at": _TIME % "updated",
    "retry_count": "{retry_count}",
    "retry_count_text": '"{retry_count}"',
    "priority": "{priority}",
    "list_name": "{list_name}",
    "header_text": "{header_text}",
    "header_array": "{header_array}",
    "sensitive_positions": '"{sensitive_positions}"',
    "sensitive_count": '"{sensitive_count}"',
    "dialer_skill": "{dialer_skill}",
    "optional_dialer_skill": "{optional_dialer_skill}",
    "phone": '"{phone}"',
    "alternate_phone": '"{alternate_phone}"',
    "name": '"{first_name} {last_name}"',
    "first_name": '"{first_name}"',
    "last_name": '"{last_name}"',
    "email": '"{first_slug}.{last_slug}{mailbox}@{domain}"',
    "address": '"{house} {street}, {city}"',
    "city": '"{city}"',
    "pincode": '"{pincode}"',
    "company": '"{company}"',
    "date_of_birth": '"{date_of_birth}"',
    "age": '"{age}"',
    "credit_score": '"{credit_score}"',
    "business": '"{business}"',
    "text": '"{phrase_a}"',
}

TEXTS: Final = ('"{phrase_a}"', '"{phrase_b}"', '"{phrase_c}"')
"""Generators of columns whose name tells nothing; which one, the name decides."""
