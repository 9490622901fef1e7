"""What tests build instead of mocks: repositories on disk, and cores that serve them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.repository.files import Files, Library
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.settings import Settings

CLIENT = "client.example.test"
PASSWORD = "foobat"

CLIENTS = f'<Clients><Client name="{CLIENT}" profile="all" address="127.0.0.1"/></Clients>'

Contents = Mapping[str, str | bytes]


def write_files(folder: str, contents: Contents) -> None:
    """Write files below a folder: relative path to content."""
    for name, content in contents.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)


def a_repository(case: SynchronousTestCase, contents: Contents) -> str:
    """
    Write a repository into a new folder of a test.

    Where the contents say nothing about clients and groups, there is one client, `CLIENT` at
    127.0.0.1, in the group `all`, which has every bundle of the contents.

    :returns: the folder's full path
    """
    folder: str = os.path.abspath(case.mktemp())
    groups = {"Metadata/groups.xml": groups_with(bundles_of(contents))}
    write_files(folder, {"Metadata/clients.xml": CLIENTS, **groups, **contents})
    return folder


def bundles_of(contents: Contents) -> list[str]:
    """Return the names of the bundles in a repository's contents."""
    return [
        os.path.splitext(os.path.basename(name))[0]
        for name in contents
        if name.startswith("Bundler/")
    ]


def groups_with(bundles: list[str]) -> str:
    """Return a groups.xml whose group `all` has the bundles."""
    members = "".join(f'<Bundle name="{name}"/>' for name in bundles)
    return f'<Groups><Group name="all" profile="true" public="true">{members}</Group></Groups>'


def some_settings(repository: str, **settings: Any) -> Settings:
    """Return settings for a repository, with a plugin for each of its folders."""
    folders = {name for name in os.listdir(repository) if name[0].isupper()}
    values: dict[str, Any] = {
        "repository": repository,
        "plugins": tuple(sorted(folders | {"Bundler", "Metadata"})),
        "password": PASSWORD,
        "filemonitor": "pseudo",
    }
    return Settings(**{**values, **settings})


def files_in(case: SynchronousTestCase, contents: Contents, **settings: Any) -> Files:
    """Write files into a new folder of a test, and list it as a plugin lists its own."""
    folder = os.path.abspath(case.mktemp())
    write_files(folder, contents)
    return Library(Settings(repository=folder, **settings)).files(folder)


def a_core(case: SynchronousTestCase, contents: Contents, **settings: Any) -> NetworkCore:
    """Return a started core that serves a new repository; it is shut down after the test."""
    core = NetworkCore(some_settings(a_repository(case, contents), **settings))
    case.addCleanup(core.shutdown)
    core.start()
    return core


def change(core: NetworkCore, contents: Contents) -> None:
    """Write files into a core's repository and have it take them in."""
    write_files(core.settings.repository, contents)
    core.reload(None)


def address(ip: str = "127.0.0.1", client: str | None = None) -> ClientAddress:
    """Return the address of a connection, which may act as a client already."""
    made = ClientAddress((ip, 40000))
    made.client = client
    return made


def metadata_of(core: NetworkCore, client: str = CLIENT) -> ClientMetadata:
    """Return a client's metadata, ready for building a configuration."""
    return core.build_metadata(client).for_build()


def configuration(core: NetworkCore, client: str = CLIENT) -> Element:
    """Return a client's configuration."""
    return core.BuildConfiguration(client)


def entry(config: Element, tag: str, name: str) -> Element:
    """Return the one entry of a tag and name in a configuration."""
    (found,) = [one for one in config.iter(tag) if one.get("name") == name]
    return found


def bundle_of(*paths: str) -> str:
    """Return the file of a bundle that holds paths."""
    return "<Bundle>" + "".join(f'<Path name="{path}"/>' for path in paths) + "</Bundle>"
