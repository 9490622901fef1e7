"""Sentences that a server says when it starts: what is odd about settings and repository."""

from __future__ import annotations

import os

from bcfg2tw.serving.weaknesses import weaknesses
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.notices import shadow_notices


def start_notices(settings: Settings) -> list[str]:
    """
    Return all of them, each with its remedy.

    They have to be asked for before the core is started, which makes missing files.
    """
    strange = strange_repository(settings)
    own = [*settings.notices, *weaknesses(settings), *shadow_notices(settings)]
    return [*own, *([strange] if strange else [])]


def strange_repository(settings: Settings) -> str:
    """Return a sentence about a folder that looks like no repository; empty for one that does."""
    path = settings.repository
    if os.path.exists(os.path.join(path, "Metadata", "groups.xml")):
        return ""
    where = settings.origin("repository")
    return f"{path} has no Metadata/groups.xml: is [server] repository right{where}?"
