"""The common parts of all answers: headers for safety, and small bodies."""

from __future__ import annotations

import gzip
from dataclasses import replace

from bcfg2tw.reporting.web.exchange import HttpRequest, HttpResponse
from bcfg2tw.reporting.web.rendering import CONTENT_SECURITY_POLICY

#: Of every answer.
SAFE = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}

#: What is smaller gains nothing from being packed.
PACKED_BYTES = 1000
PACKED_TYPES = ("text/", "application/json", "image/svg")
PACKING_LEVEL = 4


def finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return an answer with what all have in common."""
    fresh = {"Cache-Control": "private, no-cache"}
    response = replace(response, headers={**SAFE, **fresh, **response.headers})
    body = response.body
    if not isinstance(body, bytes) or len(body) < PACKED_BYTES or not _may_pack(request, response):
        return response
    packed = gzip.compress(body, PACKING_LEVEL, mtime=0)
    return replace(response, body=packed, headers={**response.headers, "Content-Encoding": "gzip"})


def _may_pack(request: HttpRequest, response: HttpResponse) -> bool:
    names = request.headers.get("accept-encoding", "").replace(" ", "").split(",")
    return "gzip" in names and response.content_type.startswith(PACKED_TYPES)
