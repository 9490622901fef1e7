"""clients.xml and groups.xml as files: made where they are missing, and compared."""

from __future__ import annotations

import logging
import re
from functools import partial

from bcfg2tw.engine.model.effects import Effects
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Unsettled
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.near_names import near_name
from bcfg2tw.settings import Settings

logger = logging.getLogger("Metadata")

CLIENTS, GROUPS = "clients.xml", "groups.xml"
UNSERVED = "no client can be served until it is repaired"
#: How alike names have to be, but for their numbers, which tell hosts apart.
ALIKE = 0.9
DIGITS = re.compile(r"\d+")
#: Each takes some ten microseconds.
MOST_COMPARISONS = 20_000
EMPTY = {CLIENTS: "<Clients/>\n", GROUPS: "<Groups/>\n"}


def is_clients_xml_wanted(settings: Settings) -> bool:
    """Say whether the server writes to clients.xml; else it need not be there."""
    return not settings.metadata_db and settings.state is None


def create_missing(files: Files, effects: Effects) -> None:
    """
    Create the files that are missing, without clients and groups in them.

    A groups.xml that is missing beside a clients.xml is a mistake, which must not leave these
    clients without groups: it is not created; nor is it where a store of its own has the clients.

    :raises Unsettled: if one was created: the folder has to be listed again
    """
    missing = [name for name in EMPTY if name not in files]
    if not is_clients_xml_wanted(files.library.settings) or missing == [GROUPS]:
        return
    created = [name for name in missing if _create(name, files, effects)]
    if created:
        raise Unsettled(files.path(created[0]))


def _create(name: str, files: Files, effects: Effects) -> bool:
    path = files.path(name)
    write = partial(_write, path, EMPTY[name])
    return effects.perform(f"{path} would be created", write, lambda: False)


def _write(path: str, text: str) -> bool:
    logger.warning("%s does not exist, creating", path)
    try:
        with open(path, "x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        logger.error("%s cannot be created: %s", path, error.strerror or error)
        return False
    return True


def warn_of_profiles(clients: ClientList, groups: DeclaredGroups) -> None:
    """Report the profiles of clients that are groups, but no profile groups."""
    for client in clients.clients():
        for profile in client.profiles:
            group = groups.declared.get(profile)
            if group is not None and not group.is_profile:
                logger.warning("Metadata: %s set as profile for %s, but is not a profile group",
                               profile, client.name)  # fmt: skip


def warn_of_unknown_clients(clients: ClientList, groups: DeclaredGroups) -> None:
    """Report clients that groups.xml names, that there are not, and that are like one."""
    unknown = [name for name in groups.client_places if name and clients.get(name) is None]
    names = clients.names()
    if len(unknown) * len(names) > MOST_COMPARISONS:
        return
    for name in unknown:
        near = near_name(name, names, ALIKE)
        if near is not None and DIGITS.findall(near) == DIGITS.findall(name):
            logger.warning(
                "%s: there is no client %s: did you mean %s?",
                groups.client_places[name], name, near,
            )  # fmt: skip
