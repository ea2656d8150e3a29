"""The responses of a capture that a source selects: all that contain leads, those of a list, or one."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from typing import Final, NoReturn

from smartflo_contract.live.captures.captured_response import NO_BODY, UNDECODABLE, CapturedResponse
from smartflo_contract.live.errors import LiveError, SourceChoiceError
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.printable import escape_unprintable

_MAX_CHOICES: Final = 5
"""Responses that an error names."""


def count_omissions(counts: Mapping[str, int]) -> tuple[str, str]:
    """Return how many responses were left out, and the number of each reason, in words.

    Args:
        counts: number of responses by reason.
    """
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
    return format_count(sum(counts.values()), "other response"), reasons


class SelectedResponses:
    """Selects responses while a capture is read.

    Args:
        name: name of the capture.
        responses: all its responses.
        selector: a list id, or the JSON pointer of a response, which is read whatever its URL and status are; empty for
            all responses with leads.
        is_file: whether the name is the path of a file, which a selector can follow.

    Attributes:
        omissions: number of responses that contain no leads, by reason; complete once all responses are read.
    """

    def __init__(self, name: str, responses: Iterator[CapturedResponse], selector: str, *, is_file: bool) -> None:
        """Read nothing yet."""
        self.omissions: Counter[str] = Counter()
        self._name, self._responses, self._selector, self._is_file = name, responses, selector, is_file

    def each(self) -> Generator[CapturedResponse]:
        """Yield the selected responses; each is closed before the next one.

        Raises:
            LiveError: there is none, or the capture cannot be read to its end.
        """
        is_found = False
        for response in self._responses:
            try:
                if self._is_selected(response):
                    is_found = True
                    yield response
            finally:
                response.close()
        if not is_found:
            self._raise_missing()

    def only(self) -> Generator[CapturedResponse]:
        """Yield the selected response.

        Raises:
            LiveError: there is none, or the capture cannot be read to its end.
            SourceChoiceError: there are several.
        """
        selected: list[CapturedResponse] = []
        try:
            for response in self._responses:
                if self._is_selected(response):
                    selected.append(response)
                if response not in selected[:1]:
                    response.close()
            if not selected:
                self._raise_missing()
            if len(selected) > 1:
                self._raise_several(selected)
            yield selected[0]
        finally:
            for response in selected[:1]:
                response.close()

    def _is_selected(self, response: CapturedResponse) -> bool:
        if self._selector.startswith("/"):
            return response.pointer == self._selector and response.omission not in {NO_BODY, UNDECODABLE}
        if response.omission is None:
            return self._selector in {"", response.list_id}
        if not self._selector:
            self.omissions[response.omission] += 1
        return False

    def _raise_missing(self) -> NoReturn:
        if self._selector:
            message = f"{self._name} has no response with leads at #{escape_unprintable(self._selector)}; `check"
            message = f"{message} {self._name}` lists those that it has"
            raise LiveError(message)
        total, others = count_omissions(self.omissions)
        found = f"it has {total}: {others}" if others else "it is empty"
        message = f"{self._name} has no response of GET /v1/broadcast/leads/{{id}} with leads; {found}"
        raise LiveError(message)

    def _raise_several(self, responses: list[CapturedResponse]) -> NoReturn:
        labels = ", ".join(response.label for response in responses[:_MAX_CHOICES])
        more = f" and {len(responses) - _MAX_CHOICES:,} more" if len(responses) > _MAX_CHOICES else ""
        choose = f"name one, such as {self._name}" if self._is_file else "save it to a file and name one, such as FILE"
        example = f"{choose}{responses[0].label.partition(' ')[0]}"
        message = f"{self._name} has {len(responses):,} responses with leads; {example}: {labels}{more}"
        raise SourceChoiceError(message)
