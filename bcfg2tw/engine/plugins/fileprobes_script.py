"""
The script with which clients send a file (:ref:`templates-and-data-7`).

It runs on Python 2.6 and newer, and on Python 3, without any library of Bcfg2's. It is plain
ASCII, whatever the file's name: clients up to 1.3.1 take nothing else.
"""

from __future__ import annotations

import json

SCRIPT = """\
import base64, grp, os, pwd, stat, sys
from xml.sax.saxutils import quoteattr


def text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def name_of(look_up, number):
    try:
        return text(look_up(number)[0])
    except KeyError:
        return text(str(number))


def main():
    path = u%(path)s
    named = path.encode("utf-8")
    try:
        status = os.stat(named)
        stream = open(named, "rb")
        try:
            content = base64.b64encode(stream.read()).decode("ascii")
        finally:
            stream.close()
    except EnvironmentError:
        sys.stderr.write("Could not read %%s: %%s\\n" %% (repr(path), sys.exc_info()[1]))
        return
    values = (
        quoteattr(path),
        quoteattr(name_of(pwd.getpwuid, status.st_uid)),
        quoteattr(name_of(grp.getgrgid, status.st_gid)),
        "%%04o" %% stat.S_IMODE(status.st_mode),
        content,
    )
    document = (
        u'<ProbedFileData name=%%s owner=%%s group=%%s mode="%%s">%%s</ProbedFileData>' %% values
    )
    output = getattr(sys.stdout, "buffer", sys.stdout)
    output.write(document.encode("ascii", "xmlcharrefreplace"))


main()
"""


def script_for(path: str) -> str:
    """Return the script that prints a file's owner, group, mode and content."""
    # what JSON writes for a text is a literal of both Pythons, beyond 16 bits as two surrogates
    literal = "".join(
        character if character.isascii() else f"\\U{ord(character):08x}"
        for character in json.dumps(path, ensure_ascii=False)
    )
    return SCRIPT % {"path": literal}
