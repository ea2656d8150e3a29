"""A call as call records, live calls and webhooks show it."""

from typing import NamedTuple


class CallRecord(NamedTuple):
    """A call, from its start to its end. It may be in progress: then its end is in the future.

    Attributes:
        call_id: id by which it is hung up.
        uuid: its other id.
        ref_id: id in the response to click-to-call; empty for other calls.
        direction: ``outbound`` or ``broadcast``.
        service: what made it, such as ``click_to_call``.
        number: the called number, as leads store it.
        caller_id: the number that the called party sees, as leads store it.
        start_ms: when it starts, in epoch ms.
        answered_ms: when it is answered, in epoch ms; ``None`` if it is not.
        end_ms: when it ends, in epoch ms.
        hangup_cause: why it ends.
        agent: what names the agent: id, extension, intercom or phone number; empty for none.
        custom_identifier: the client's own reference; empty for none.
        dial_status: the dial status of the lead that results from it; 0 without a lead.
        dtmf: the keys that the called party pressed; empty for none.
        disposition_id: the disposition that the agent selects; 0 for none.
        disposition_name: its name; empty for none.
        campaign_id: id of the broadcast; empty for none.
        campaign_name: its name; empty for none.
        list_id: id of the lead list; 0 for none.
        list_name: its name; empty for none.
        lead_id: id of the lead; empty for none.
    """

    call_id: str
    uuid: str
    ref_id: str
    direction: str
    service: str
    number: str
    caller_id: str
    start_ms: int
    answered_ms: int | None
    end_ms: int
    hangup_cause: str
    agent: str = ""
    custom_identifier: str = ""
    dial_status: int = 0
    dtmf: str = ""
    disposition_id: int = 0
    disposition_name: str = ""
    campaign_id: str = ""
    campaign_name: str = ""
    list_id: int = 0
    list_name: str = ""
    lead_id: str = ""

    @property
    def status(self) -> str:
        """``answered`` or ``missed``."""
        return "missed" if self.answered_ms is None else "answered"

    @property
    def duration_seconds(self) -> int:
        """Seconds from the start to the end."""
        return (self.end_ms - self.start_ms) // 1_000

    @property
    def answered_seconds(self) -> int:
        """Seconds from the answer to the end; 0 if it is not answered."""
        return 0 if self.answered_ms is None else (self.end_ms - self.answered_ms) // 1_000
