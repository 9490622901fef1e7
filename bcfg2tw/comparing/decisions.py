"""
The decisions that explain differences to Bcfg2's own server, where that can be told by itself.

Each is a section of :ref:`reference-decisions`; a difference that none of them explains may well
be explained by what that page says, but nobody can see that from two configurations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bcfg2tw.comparing import releases
from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.login_names import lacks_login_name

__all__ = ["DECISIONS", "RecordedDecision", "decision_of", "reason_for"]


@dataclass(frozen=True)
class RecordedDecision:
    """
    Why this server answers otherwise.

    :ivar name: of its section
    :ivar text: a sentence for who reads a report
    :ivar explains: says of a difference, old server to this one, whether that is why; in its
        texts `CLIENT_NAME` stands for the client's name
    """

    name: str
    text: str
    explains: Callable[[Difference], bool]


def decision_of(difference: Difference, client: str = "") -> RecordedDecision | None:
    """
    Return the decision that explains a difference, None where none is known to.

    :param client: the name of the client whose difference it is; empty if that is not known
    """
    neutral = _without_name(difference, ComparedClient(client))
    return next((decision for decision in DECISIONS if decision.explains(neutral)), None)


def _without_name(difference: Difference, client: ComparedClient) -> Difference:
    def without(text: str | None) -> str | None:
        return text and client.neutral(text)

    return difference.with_details(
        tuple(
            replace(
                detail, old=without(detail.old), new=without(detail.new),
                lines=tuple(map(client.neutral_line, detail.lines)),
            )
            for detail in difference.details
        )
    )  # fmt: skip


def _values(difference: Difference, aspect: str) -> Iterator[tuple[str, str]]:
    """Yield what the details of an aspect were and are, empty where there was or is nothing."""
    for detail in difference.details:
        if detail.aspect == aspect:
            yield detail.old or "", detail.new or ""


def _is_failure(difference: Difference, old: str, new: str) -> bool:
    """Say whether a failure, or an absence of one, became another; both are expressions."""
    return any(
        re.search(old, before) and re.search(new, after)
        for before, after in _values(difference, "failure")
    )


def _several_generators(difference: Difference) -> bool:
    return _is_failure(difference, "", "^served by multiple generators: ")


def _altsrc(difference: Difference) -> bool:
    """Say whether the other server left behind that a look for another source had failed."""
    return difference.kind == "entry-changed" and all(
        detail.name == "realname" and detail.new is None for detail in difference.details
    )


def _nameless(difference: Difference) -> bool:
    return not difference.name and _is_failure(difference, "", "^no matching generator")


def _python_2(difference: Difference) -> bool:
    is_new = difference.kind in ("entry-added", "structure-added")
    is_failure = _is_failure(difference, r"UnicodeDecodeError|UnicodeEncodeError|'ascii' codec", "")
    return is_failure or (is_new and not difference.name.isascii())


def _not_decrypted(difference: Difference) -> bool:
    return _is_failure(difference, "", "decrypt|passphrase")


def _wrong_encoding(difference: Difference) -> bool:
    return _is_failure(difference, "^$", r"is not [\w-]+: convert it")


def _never_shortened(difference: Difference) -> bool:
    return difference.kind == "build-failed" and _is_failure(
        difference, "", r"\.xml:\d+|never was|never understood|cannot be (read|listed)|no group"
    )


def _deadline(difference: Difference) -> bool:
    return _is_failure(difference, "", r"took longer than|call_timeout")


def _login(difference: Difference) -> bool:
    return difference.kind == "build-failed" and _is_failure(difference, "", "HTTP status 401")


def _no_header_needed(difference: Difference) -> bool:
    return difference.kind == "build-mended" and _is_failure(difference, "HTTP status 401", "")


def _large_upload(difference: Difference) -> bool:
    """Say whether the other server failed at what clients sent."""
    return difference.kind == "build-mended" and _is_failure(
        difference, "HTTP status 500|ascii|Unicode", ""
    )


DECISIONS = (
    RecordedDecision(
        "decisions-crashes", "several generators claim the entry, and its failure names them",
        _several_generators,
    ),
    RecordedDecision(
        "decisions-crashes", "a look for another source (altsrc) that fails leaves nothing behind",
        _altsrc,
    ),
    RecordedDecision(
        "decisions-crashes", "a nameless entry that no plugin binds fails alone", _nameless
    ),
    RecordedDecision(
        "decisions-crashes", "texts that are not ASCII are no failure", _python_2
    ),
    RecordedDecision(
        "decisions-holes", "what cannot be decrypted fails, and nothing is served in its place",
        _not_decrypted,
    ),
    RecordedDecision(
        "decisions-never-shortened", "what is not in the configured encoding fails",
        _wrong_encoding,
    ),
    RecordedDecision(
        "decisions-never-shortened",
        "a mistake of the repository is a fault, and never a shorter configuration",
        _never_shortened,
    ),
    RecordedDecision("decisions-calls", "a call that takes too long is a fault", _deadline),
    RecordedDecision("decisions-holes", "credentials are checked more strictly", _login),
    RecordedDecision(
        "decisions-holes", "a certificate alone is enough where auth is cert", _no_header_needed
    ),
    RecordedDecision(
        "decisions-crashes", "requests of any size and character are taken", _large_upload
    ),
    RecordedDecision(
        "decisions-releases", "the same failure, with the folder of this server's repository",
        releases.is_in_other_folder,
    ),
    RecordedDecision(
        "decisions-releases", "the same failure, as Python 3 writes it",
        releases.is_written_by_python,
    ),
    RecordedDecision(
        "decisions-releases", "the same failure, in the words of Bcfg2 1.4",
        releases.is_worded_anew,
    ),
    RecordedDecision(
        "decisions-holes", "a name that a client logs in with is not its uuid", lacks_login_name
    ),
    RecordedDecision(
        "decisions-releases", "Bcfg2 1.3 has included bundles as entries, which fail",
        releases.lacked_included,
    ),
    RecordedDecision(
        "decisions-releases", "Bcfg2 1.3 says where an included entry is from (xml:base)",
        releases.told_included_file,
    ),
    RecordedDecision(
        "decisions-releases", "Bcfg2 1.3 has no entries with glob in place of a name",
        releases.lacked_globs,
    ),
    RecordedDecision(
        "decisions-releases", "Bcfg2 1.3 does not know RequiredBundle",
        releases.lacked_required_bundles,
    ),
    RecordedDecision(
        "decisions-releases", "bundles are served with their attributes, independent ones as such",
        releases.serves_independent,
    ),
    RecordedDecision(
        "decisions-releases", "what a plugin adds stands in a bundle of its name",
        releases.names_added_bundles,
    ),
    RecordedDecision(
        "decisions-crashes", "the other server failed at a mistake of its own",
        releases.failed_by_defect,
    ),
)  # fmt: skip


def reason_for(difference: Difference, client: str = "") -> str:
    """
    Return why a difference is as it is, with the section that says so; empty if unknown.

    :param client: as for `decision_of`
    """
    decision = decision_of(difference, client)
    return (
        "" if decision is None else f"{decision.text} (docs/reference/decisions, {decision.name})"
    )
