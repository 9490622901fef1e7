"""
The passphrases of a site: those of `[encryption]`, and those that `[passphrases]` leads to.

    [passphrases]
    treasury = file:/etc/bcfg2/treasury
    staff = command:pass show bcfg2/staff
    web = credential:bcfg2-web
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bcfg2tw.settings.secret_sources import read_secret

SECTION = "passphrases"


def passphrases(
    sections: Mapping[str, Mapping[str, str]], no_names: Collection[str]
) -> Mapping[str, str]:
    """
    Return the passphrases by name, those of `[encryption]` first.

    :param no_names: keys of `[encryption]` that are options
    :raises SettingsError: if one cannot be got
    """
    written = sections.get("encryption", {})
    plain = {name: value for name, value in written.items() if name not in no_names}
    # what [DEFAULT] says stands in every section: it is no source
    sources = {
        name: source for name, source in sections.get(SECTION, {}).items() if name not in written
    }
    return {
        **plain,
        **{
            name: read_secret(source, "passphrase", SECTION, name)
            for name, source in sources.items()
        },
    }
