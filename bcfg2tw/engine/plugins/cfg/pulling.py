"""Taking over into Cfg what a client has in place of what it should have (:ref:`cfg-12`)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from lxml import etree

from bcfg2tw.engine.documents.infoxml import default_path_metadata
from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import PullChoice, PulledEntry
from bcfg2tw.engine.plugins.cfg.entry_set import EntrySet
from bcfg2tw.engine.plugins.cfg.kinds import KINDS
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

INFO = "info.xml"

#: As those of files that administrators make: the server reads them.
MODE = 0o644

#: What stands behind a name whose content is made, or kept secret.
_EXTENSIONS = sorted(
    {extension for kind in KINDS if not kind.names for extension in kind.extensions} - {""}
)


def choices(entry_set: EntrySet, metadata: ClientMetadata) -> list[Specificity]:
    """
    Return for whom a file can be replaced: those whom the present one is for, and the host.

    :raises PluginExecutionError: if the host gets no file
    """
    best = entry_set.generators.best_member(metadata)
    if best is None:
        raise PluginExecutionError(f"No base file found for {entry_set.name}")
    own = Specificity(hostname=metadata.hostname)
    return [best.specificity] if best.specificity == own else [best.specificity, own]


def write(
    entry_set: EntrySet, choice: PullChoice, pulled: PulledEntry, settings: Settings
) -> list[str]:
    """
    Write the content, and info.xml where the client has another owner, group or mode.

    :returns: the paths of the files that are written
    :raises PluginExecutionError: if the file is made from a template or encrypted, or the content
        is not in the encoding of the repository
    :raises OSError: if a file cannot be written
    """
    path = os.path.join(entry_set.folder, entry_set.base + choice.suffix)
    _refuse_made(path)
    write_atomically(path, _encoded(pulled.content, settings), MODE)
    if not pulled.attributes:
        return [path]
    info = os.path.join(entry_set.folder, INFO)
    write_atomically(info, _info({**default_path_metadata(settings), **pulled.attributes}), MODE)
    return [path, info]


def _encoded(content: str | bytes, settings: Settings) -> bytes:
    if isinstance(content, bytes):
        return content
    try:
        return content.encode(settings.encoding)
    except UnicodeEncodeError as error:
        raise PluginExecutionError(
            f"Cfg: {content[error.start]!r} is not in the encoding {settings.encoding}"
        ) from error


def _refuse_made(path: str) -> None:
    for extension in _EXTENSIONS:
        if os.path.exists(path + extension):
            raise PluginExecutionError(
                f"Cfg: Unable to pull data for {extension[1:]} types: {path}{extension} is there"
            )


def _info(attributes: Mapping[str, str]) -> bytes:
    root = etree.Element("FileInfo")
    etree.SubElement(root, "Info", attrib=dict(attributes))
    return etree.tostring(root, pretty_print=True)
