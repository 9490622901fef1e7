"""The days on which certificates, authorities and lists of revocations end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509

from bcfg2tw.certificates.files import CertificateFiles
from bcfg2tw.certificates.subjects import subject_text

#: Renewing takes people, and they take holidays.
WARNING = timedelta(days=30)


@dataclass(frozen=True)
class Ending:
    """
    Something that is good until a day.

    :ivar subject: the thing with its file, as the subject of a sentence
    :ivar end: the moment after which it is no longer good
    :ivar consequence: the clause about what is so from then on
    :ivar remedy: what to do
    :ivar kind: `certificate`, `authority` or `revocations`
    """

    subject: str
    end: datetime
    consequence: str
    remedy: str
    kind: str

    def is_over(self, now: datetime) -> bool:
        """Say whether it has ended."""
        return self.end <= now

    def sentence(self, now: datetime) -> str:
        """Say when it ends, or since when it is over."""
        day = f"{self.end:%Y-%m-%d %H:%M} UTC"
        if self.is_over(now):
            return f"{self.subject} ended on {day}, and {self.consequence}: {self.remedy}"
        days = (self.end - now) // timedelta(days=1)
        left = "within a day" if days < 1 else "in a day" if days == 1 else f"in {days} days"
        return f"{self.subject} ends {left} ({day}); then {self.consequence}: {self.remedy}"


def due(files: CertificateFiles, now: datetime) -> list[Ending]:
    """Return what is over or ends soon of what a server shows and believes."""
    return [ending for ending in endings(files) if ending.end <= now + WARNING]


def endings(files: CertificateFiles) -> Iterator[Ending]:
    """Yield what ends some day of what a server shows and believes."""
    for number, certificate in enumerate(files.chain):
        subject = f"The certificate of {_name(certificate)} in {files.settings.cert}"
        if number == 0:
            subject = f"The server's certificate {files.settings.cert}"
        end = certificate.not_valid_after_utc
        yield Ending(
            subject, end, "clients that check it refuse the server", "renew it", "certificate"
        )
    for certificate in files.authorities:
        subject = f"The authority {_name(certificate)} in {files.settings.ca}"
        end = certificate.not_valid_after_utc
        yield Ending(
            subject, end, "none of its clients' certificates is admitted", "renew it", "authority"
        )
    for revocations in files.revocations.lists:
        if revocations.next_update_utc is not None:
            yield Ending(
                f"The list of revoked certificates {files.settings.crl}",
                revocations.next_update_utc,
                "it counts as it is, without what was revoked since",
                "put the next one in its place",
                "revocations",
            )


def _name(certificate: x509.Certificate) -> str:
    return subject_text(certificate) or "no name"


def utc_now() -> datetime:
    """Return the time, as certificates have it."""
    return datetime.now(timezone.utc)
