"""Questions that have no page for an answer; the message is a sentence for the reader."""

from __future__ import annotations

from bcfg2tw.errors import Bcfg2Error


class NoSuchPage(Bcfg2Error):
    """There is nothing at an address, such as an unknown host: status 404."""


class BadQuestion(Bcfg2Error):
    """A parameter of an address cannot be understood: status 400."""
