"""Names of files below Cfg that nearly follow the grammar (:ref:`cfg-1.1`)."""

from __future__ import annotations

import re

_EXTENSIONS = r"(?P<extensions>(?:\.(?:genshi|cheetah|jinja2|crypt))*)"


def name_hint(name: str, base: str) -> str | None:
    """
    Return what is wrong with a file's name, and the name that was meant; None if nothing is near.

    :param base: name of the folder, with which names of files begin
    """
    if not name.startswith(f"{base}."):
        return None
    rest = name[len(base) :]
    early = re.fullmatch(_EXTENSIONS + r"(?P<specific>\.(?:H_|G\d+_)\S+)", rest)
    if early is not None and early["extensions"]:
        meant = f"{base}{early['specific']}{early['extensions']}"
        return f"the extension comes last, {meant}"
    return _specific_hint(rest, base)


def _specific_hint(rest: str, base: str) -> str | None:
    host = re.fullmatch(r"\.(?:h_|[Hh]-?)(?P<host>[^_\s-]\S*\.\S+)", rest)
    if host is not None:
        return f"a host is written {base}.H_{host['host']}"
    numbered = re.fullmatch(r"\.[Gg]_?(?P<number>\d+)[_-](?P<group>\S+)", rest)
    if numbered is not None:
        return f"a group is written {base}.G{numbered['number']}_{numbered['group']}"
    group = re.fullmatch(r"\.[Gg]_(?P<group>\S+)", rest)
    return None if group is None else f"a group needs a number, {base}.G10_{group['group']}"
