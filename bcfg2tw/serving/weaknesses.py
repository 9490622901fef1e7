"""Weaknesses that a site's settings leave, each of which a line would close."""

from __future__ import annotations

from bcfg2tw.settings import Settings


def weaknesses(settings: Settings) -> list[str]:
    """Return a sentence for each thing that is open, with its remedy; sites may live with it."""
    is_shared = settings.password is not None and settings.authentication != "cert"
    if not is_shared or settings.strict_address:
        return []
    return [
        "[communication] password is known to every client, and with it each of them can get the "
        "configuration of any other, secrets included: write strict_address = true, or give "
        "clients certificates or passwords of their own in clients.xml"
    ]
