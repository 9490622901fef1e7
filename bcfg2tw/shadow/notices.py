"""Sentences about shadow mode that a server says when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from bcfg2tw.settings import Settings

__all__ = ["shadow_notices"]


def shadow_notices(settings: Settings) -> Iterator[str]:
    """Yield what an administrator has to know of `[shadow]`; nothing where it is not used."""
    if settings.shadow_server is None:
        return
    if settings.shadow_answers == "theirs":
        yield (
            f"clients get the answers of {settings.shadow_server}, and what this server would "
            "answer is compared with them ([shadow] answers = theirs)"
        )
    else:
        yield (
            f"clients get this server's answers, and {settings.shadow_server} is asked as well "
            "([shadow] answers = ours)"
        )
    if settings.state is None and not (settings.metadata_db and settings.probes_db):
        yield (
            "what clients send is written into the repository: if the other server has the same "
            "one, both write the same files; name a folder in [server] state"
        )
    if settings.core == "upstream":
        yield "with core = upstream even what is built to be compared alone makes keys"
