"""
The sections and options that a bcfg2.conf may have, ours and those that others read.

The same file may serve clients and other programs of Bcfg2 (:ref:`options-6` to :ref:`options-11`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bcfg2tw.settings.declarations import options

_DATABASE = "engine name user password host port schema options"

#: Options that Bcfg2 1.3 and 1.4 know beside those that the server itself declares.
_OTHERS: Mapping[str, str] = {
    "server": "prefix pidfile",
    "components": "lockfile",
    "communication": "retries retry_delay servercommonnames",
    "mdata": "perms",
    "reporting": "storage web_debug django_settings max_children redis_host redis_port redis_db",
    "encryption": "decrypt",
    "packages": "magic_groups",
    "packages:pulp": "username password",
    "svn": "user password always_trust conflict_resolution",
    "global": "gpg_keypath",
}

#: What a section for an authority has, whatever its name behind the underscore.
_AUTHORITY = frozenset(["config", "passphrase", "chaincert", "root_ca", "certificate", "key"])

#: Sections with names that sites choose, or that programs other than the server read.
_OPEN: Mapping[str, str] = {
    "encryption": "", "passphrases": "", "packages:yum": "", "packages:apt": "", "packages:pac": "",
    "client": "profile decision exit_on_probe_failure probe_timeout drivers",
    "paranoid": "path max_copies", "statistics": "", "snapshots": "", "hostbase": "",
    "bcfg2-info": "interpreter", "lint": "plugins", "errors": "", "Validate": "schema",
    "InfoXML": "required_attrs", "MergeFiles": "threshold", "Comments": "",
    "bcfg2_test": "nose_options ignore_entries children", "APT": "", "YUM": "", "Yum": "",
    "YUMng": "", "RPM": "", "RPMng": "", "Action": "", "Portage": "", "POSIX": "", "SELinux": "",
    "POSIXUsers": "", "Pacman": "", "global": "",
}  # fmt: skip

#: Options of Bcfg2 1.2 and before, and what is written today.
OLD_OPTIONS: Mapping[tuple[str, str], str] = {
    ("server", "structures"): "is of Bcfg2 1.2: name all plugins in [server] plugins",
    ("server", "generators"): "is of Bcfg2 1.2: name all plugins in [server] plugins",
    ("mdata", "perms"): "is Bcfg2 1.2's name, and is not read: write mode",
    ("packages", "magic_groups"): "is of Bcfg2 1.3, and is not read: a source applies to clients "
    "in a group named as one of its <Arch>; put further conditions around it, as <Group name=…>",
    ("encryption", "decrypt"): "is Bcfg2 1.3's name: write lax_decryption, yes for lax and no for "
    "strict",
}


@cache
def known_sections() -> frozenset[str]:
    """Return the names of all sections that mean something, without those of authorities."""
    return frozenset({*(one.section for one in options().values()), *_OTHERS, *_OPEN, "DEFAULT"})


@cache
def known_options(section: str) -> frozenset[str]:
    """Return the keys that mean something in a section."""
    if section.startswith("sslca_"):
        return _AUTHORITY
    ours = {one.key for one in options().values() if one.section == section}
    return frozenset({*ours, *_OTHERS.get(section, "").split(), *_OPEN.get(section, "").split()})


def is_known(section: str) -> bool:
    """Say whether a section of this name means something."""
    return section in known_sections() or section.startswith("sslca_")


def is_open(section: str) -> bool:
    """Say whether any key may stand in a section."""
    return section in _OPEN or section == "DEFAULT"


def sections_of(key: str) -> list[str]:
    """Return the sections that have an option of a name."""
    return sorted(section for section in known_sections() if key in known_options(section))
