"""The files of the console, with headers that let a browser load nothing else."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from flask import Request, Response

PATH: Final = "/__admin/console"
"""Path of the folder with the scripts and the style sheet."""
_PAGE: Final = "index.html"
_MEDIA_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # a browser keeps files, and requests whether they have changed
}


def page_response(request: Request) -> Response:
    """Return the page."""
    response = _response(request, _PAGE)
    response.vary.add("Accept")
    return response


def file_response(request: Request, name: str) -> Response | None:
    """Return a script or a style sheet, ``None`` if there is no such file."""
    return _response(request, name) if name in _names() else None


def _response(request: Request, name: str) -> Response:
    content, entity_tag = _read(name)
    response = Response(content, mimetype=_MEDIA_TYPES[name.rpartition(".")[2]], headers=_HEADERS)
    response.set_etag(entity_tag)
    response.make_conditional(request)
    return response


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in files(__package__).joinpath("static").iterdir()) - {_PAGE}


@cache
def _read(name: str) -> tuple[bytes, str]:
    """Return the content and the entity tag of a file."""
    content = files(__package__).joinpath("static", name).read_bytes()
    return content, sha256(content).hexdigest()[:32]
