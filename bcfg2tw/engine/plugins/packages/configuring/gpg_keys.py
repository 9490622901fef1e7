"""The keys of yum sources as entries: files, and one package for all (:ref:`packages-8`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from lxml import etree

from bcfg2tw.engine.plugins.packages.configuring.configs import free_name
from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import without_credentials
from bcfg2tw.engine.plugins.packages.fetching.keys import key_name, key_path
from bcfg2tw.engine.plugins.packages.formats.openpgp import BadKey, OpenPGPKey
from bcfg2tw.engine.plugins.packages.sources.client_sources import ClientSources
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.settings import Settings

logger = logging.getLogger("Packages")

FILE = {
    "encoding": "ascii", "owner": "root", "group": "root", "type": "file", "mode": "0644",
    "important": "true",
}  # fmt: skip


def key_folder(settings: Settings) -> str:
    """Return where clients keep keys; Bcfg2 1.3 had that in another section."""
    old = settings.get("global", "gpg_keypath")
    is_given = settings.get("packages:yum", "gpg_keypath") is not None
    return settings.gpg_keypath if old is None or is_given else old


def add_keys(
    structure: Element, client_sources: ClientSources, cache_folder: str, folder: str
) -> None:
    """
    Add entries for all keys of a client's sources; one that cannot be read is told in the log.

    :param folder: where clients keep such keys
    """
    if client_sources.type != "yum":
        return
    instances = []
    for name, text in _keys(client_sources, cache_folder):
        path = os.path.join(folder, name)
        etree.SubElement(structure, "BoundPath", {"name": path, **FILE}).text = text
        instances += list(_instance(path, text))
    if instances:
        package = {"name": "gpg-pubkey", "type": "yum", "origin": "Packages"}
        etree.SubElement(structure, "BoundPackage", package).extend(instances)


def _keys(client_sources: ClientSources, cache_folder: str) -> Iterator[tuple[str, str]]:
    """Yield a name of its own for each key that can be read, and its text."""
    names: set[str] = set()
    for url in dict.fromkeys(url for source in client_sources.sources for url in source.gpgkeys):
        name = free_name(key_name(url), names)
        names.add(name)
        try:
            with open(key_path(cache_folder, url), encoding="ascii") as stream:
                text = stream.read()
            etree.Element("text").text = text  # refuses what XML cannot hold
            yield name, text
        except (OSError, ValueError) as error:
            logger.error("Packages: the key %s is left out: %s", without_credentials(url), error)


def _instance(path: str, text: str) -> Iterator[Element]:
    try:
        key = OpenPGPKey.read(text.encode("ascii"))
    except BadKey as error:
        logger.error("Packages: the key %s has no gpg-pubkey entry: %s", path, error)
        return
    attributes = {"version": key.version, "release": key.release, "simplefile": path}
    yield etree.Element("Instance", attributes)
