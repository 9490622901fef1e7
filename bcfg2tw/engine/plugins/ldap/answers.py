"""Whole answers: page by page, range by range, and from the directory that was referred to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from bcfg2tw.engine.plugins.ldap.interface import (
    LdapError,
    RawEntry,
    Referral,
    Search,
    Session,
    SizeLimitExceeded,
)
from bcfg2tw.engine.plugins.ldap.options import SCOPES

#: Active Directory sends no more than 1000 entries at once where nobody has changed that.
PAGE_ENTRIES = 500

REFERRALS = 5

RANGE = ";range="


def whole_answer(session: Session, search: Search, is_limited: bool) -> list[RawEntry]:
    """
    Return the entries that a search finds in a directory, with all their values.

    :param is_limited: whether the query itself limits how many entries it takes; where it does
        not and the directory does, it is asked page by page
    :raises LdapError: if the directory refuses
    """
    try:
        entries = session.search(search).entries
    except SizeLimitExceeded:
        if is_limited:
            raise
        entries = _all_pages(session, replace(search, page_entries=PAGE_ENTRIES))
    for name, attributes in entries:
        _complete_ranges(session, name, attributes)
    return entries


def _all_pages(session: Session, search: Search) -> list[RawEntry]:
    page = session.search(search)
    entries = page.entries
    while page.cookie:
        page = session.search(replace(search, cookie=page.cookie))
        entries += page.entries
    return entries


def _complete_ranges(session: Session, name: str, attributes: dict[str, list[bytes]]) -> None:
    """Ask for the values that are left out, where there are too many of them for one answer."""
    for description in [each for each in attributes if RANGE in each.lower()]:
        values, end = attributes.pop(description), _range_end(description)
        attribute = description[: description.lower().index(RANGE)]
        while end != "*":
            further, end = _range_from(session, name, attribute, len(values))
            values = values + further
        attributes[attribute] = values


def _range_end(description: str) -> str:
    return description.rpartition("-")[2]


def _range_from(session: Session, name: str, attribute: str, start: int) -> tuple[list[bytes], str]:
    request = (f"{attribute};range={start}-*",)
    page = session.search(Search(name, SCOPES["base"], "(objectClass=*)", request))
    for _, attributes in page.entries:
        for description, values in attributes.items():
            if description.lower().startswith(f"{attribute.lower()}{RANGE}") and values:
                return values, _range_end(description)
    raise LdapError(f"{name}: the values of {attribute} from number {start} on are not sent")


def follow_referrals(
    referral: Referral, search: Search, ask: Callable[[str, Search], list[RawEntry]]
) -> list[RawEntry]:
    """
    Return the entries that the directory has to which another one refers.

    :param ask: asks a directory, by its URI
    :raises LdapError: if it cannot be asked, or refers to others too often
    """
    for _ in range(REFERRALS):
        uri, search = _referred_search(referral.url, search)
        try:
            return ask(uri, search)
        except Referral as error:
            referral = error
    raise LdapError(f"more than {REFERRALS} directories refer to another one, to {referral.url}")


def _referred_search(url: str, search: Search) -> tuple[str, Search]:
    """
    Return the directory that a URL names, and the search with what else it says.

    As in RFC 4516: scheme://host/base?attributes?scope?filter?extensions.
    """
    parts = urlsplit(url)
    if not parts.netloc:
        raise LdapError(f"a referral to no host: {url}")
    _, scope, filter_text = [*parts.query.split("?"), "", "", ""][:3]
    return f"{parts.scheme}://{parts.netloc}", replace(
        search,
        base=unquote(parts.path.removeprefix("/")) or search.base,
        scope=SCOPES.get(scope, search.scope),
        filter=unquote(filter_text) or search.filter,
    )
