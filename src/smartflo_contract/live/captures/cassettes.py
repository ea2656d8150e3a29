"""Cassettes of vcrpy, pytest-recording, Betamax and Ruby's VCR, as JSON or YAML."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from smartflo_contract.live.captures.captured_response import UNDECODABLE, Exchange, header_values
from smartflo_contract.live.captures.encodings import decode_base64, decode_content
from smartflo_contract.live.errors import LiveError
from smartflo_contract.live.parsing.json_reader import Body, JsonReader, Leaf, Tree, spooled

_LISTS: Final = ("interactions", "http_interactions")
"""Key of the interactions: that of vcrpy, and that of Betamax and of Ruby's VCR."""
_INTERACTION: Final[Tree] = {
    "recorded_at": Leaf.VALUE,
    "request": {"method": Leaf.VALUE, "uri": Leaf.VALUE},
    "response": {
        "status": Leaf.VALUE,
        "status_code": Leaf.VALUE,
        "headers": Leaf.VALUE,
        "content": Leaf.STRING,
        "body": {"string": Leaf.STRING, "base64_string": Leaf.STRING},
    },
}
_PYTHON_2_STRINGS: Final = ("tag:yaml.org,2002:python/unicode", "tag:yaml.org,2002:python/str")
_CONVERSION_ERRORS: Final = (ValueError, AttributeError, LookupError)
"""What PyYAML raises for a value that contradicts its tag."""
_RUBY_BINARY: Final = "!binary"
"""Tag of Ruby for base64, such as that of compressed bodies."""


def json_exchanges(reader: JsonReader) -> Iterator[Exchange]:
    """Yield the exchanges of a JSON cassette."""
    for key in reader.find_keys(*_LISTS):
        for index in reader.read_items():
            yield _exchange(f"/{key}/{index}", reader.tree(_INTERACTION))


def yaml_exchanges(name: str, chunks: Iterable[bytes]) -> Iterator[Exchange]:
    """Yield the exchanges of a YAML cassette, which is read into memory.

    Raises:
        LiveError: PyYAML is not installed, or the file is not YAML.
    """
    try:
        yaml: Any = import_module("yaml")
    except ImportError:
        message = f'{name} is a YAML cassette; to read it, run `pip install "smartflo-contract[cassettes]"`'
        raise LiveError(message) from None
    loader = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    for tag in _PYTHON_2_STRINGS:
        loader.add_constructor(tag, lambda it, node: it.construct_scalar(node))  # type: ignore[attr-defined]
    loader.add_constructor(_RUBY_BINARY, yaml.SafeLoader.construct_yaml_binary)  # type: ignore[attr-defined]
    try:
        cassette = yaml.load(b"".join(chunks), loader)
    except (yaml.YAMLError, RecursionError, *_CONVERSION_ERRORS) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", at line {mark.line + 1:,}" if mark else ""
        message = f"{name} is a cassette that is not valid YAML{where}; record it again, or restore it"
        raise LiveError(message) from None
    for key in _LISTS:
        interactions = cassette.get(key) if isinstance(cassette, Mapping) else None
        for index, interaction in enumerate(interactions if isinstance(interactions, list) else ()):
            yield _exchange(f"/{key}/{index}", _with_body(interaction))


def _with_body(interaction: object) -> dict[str, Any]:
    """Return an interaction of YAML with its body as :class:`JsonReader` returns it."""
    members = dict(interaction) if isinstance(interaction, Mapping) else {}
    response = _mapping(members.get("response"))
    stored = response.get("body", response.get("content"))
    body = dict(stored) if isinstance(stored, Mapping) else {"string": stored}
    for key, value in body.items():
        if isinstance(value, str):
            body[key] = spooled([value.encode(errors="surrogatepass")])
        elif isinstance(value, bytes):
            body[key] = spooled([value])
    return members | {"response": {**response, "body": body}}


def _exchange(pointer: str, interaction: Mapping[str, Any]) -> Exchange:
    request, response = _mapping(interaction.get("request")), _mapping(interaction.get("response"))
    headers = header_values(response.get("headers"))
    # vcrpy before 6.0 stores responses of HTTPX as `status_code` and `content`.
    stored = _mapping(response.get("body", {"string": response.get("content")}))
    body, defect = _body(stored, headers.get("content-encoding", ""))
    status = response.get("status", response.get("status_code"))
    return Exchange(
        pointer=pointer,
        method=request.get("method"),
        url=request.get("uri"),
        status=status.get("code") if isinstance(status, Mapping) else status,
        time=interaction.get("recorded_at") or headers.get("date"),
        content_type=headers.get("content-type"),
        body=body,
        defect=defect,
    )


def _body(members: Mapping[str, Any], content_encoding: str) -> tuple[Body | None, str | None]:
    """Return the decoded body of a response, and why it cannot be decoded."""
    encoded = members.get("base64_string")
    stored = decode_base64(encoded) if isinstance(encoded, SpooledTemporaryFile) else members.get("string")
    if not isinstance(stored, SpooledTemporaryFile):
        return None, UNDECODABLE if encoded else None
    body = decode_content(stored, content_encoding)
    return body, None if body is not None else UNDECODABLE


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
