"""The plugin: binds the files below `/etc/ssh` that make hosts known to each other."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial

from bcfg2tw.engine.documents.content import Content, set_content
from bcfg2tw.engine.documents.infoxml import InfoXML, set_attributes
from bcfg2tw.engine.documents.specificity import Member, Specificity, SpecificSet
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import PLACEHOLDER
from bcfg2tw.engine.plugin.base import Binder, Plugin, binder_for
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.created_files import PRIVATE_MODE, PUBLIC_MODE
from bcfg2tw.engine.plugin.interfaces import (
    Connector,
    Generator,
    PullChoice,
    PulledEntry,
    PullTarget,
)
from bcfg2tw.engine.plugins.sshbase.host_keys import HostKeys
from bcfg2tw.engine.plugins.sshbase.host_names import HostNames
from bcfg2tw.engine.plugins.sshbase.key_files import (
    BASES,
    ENCRYPTED,
    INFO,
    KEY_TYPES,
    KNOWN_HOSTS,
    PUBLIC,
    PUBLIC_KEYS,
    STATIC,
    KeyFile,
    UnusableKeyFile,
    read_name,
)
from bcfg2tw.engine.plugins.sshbase.known_hosts import KnownHosts, PublicKey, PublicKeys
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError

FOLDER = "/etc/ssh/"

SECRET = {"owner": "root", "group": "root", "mode": "0600"}
OPEN = {**SECRET, "mode": "0644"}

#: These are no text.
BINARY = ("ssh_host_key", "ssh_host_key.pub")


class SSHbase(Plugin, Connector, Generator, PullTarget):
    """
    Serves the host keys of SSH that are in its folder, makes those that are missing, and lists
    them all for `ssh_known_hosts`.

    What it makes is used at once, before the folder is read again.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: SSHbase | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._host_names = self.lasting.keep("host names", HostNames)
        self._host_keys = HostKeys(files.folder, context.settings)
        self._info = files.load(INFO, InfoXML)
        members, statics = self._load_files(previous.files if previous else None)
        self._sets = {base: SpecificSet(members[base]) for base in BASES}
        unknown_hosts = self.lasting.keep("unknown hosts", set[str])
        self._known_hosts = KnownHosts(statics, self._host_names, unknown_hosts)
        self._lock = threading.Lock()
        # keys that were made after the files were listed, by the names of their files
        self._new_keys: dict[str, PublicKey] = previous.unlisted_keys(files) if previous else {}
        self._keys = PublicKeys((*_public_keys(members), *self._new_keys.values()))
        self.Entries = {"Path": dict(self._binders())}

    def _load_files(
        self, last_files: Files | None
    ) -> tuple[dict[str, list[Member[KeyFile]]], list[str]]:
        """Return the files by base name, and the static lines."""
        members: dict[str, list[Member[KeyFile]]] = {base: [] for base in BASES}
        statics = []
        for name in self.files:
            file_name = read_name(name)
            if file_name is None and not name.endswith(STATIC):
                self._refuse(name, last_files)
                continue
            file = self.files.load(name, KeyFile)
            if file_name is not None:
                file = file or self._unusable(name)
                members[file_name.base].append(Member(name, file_name.specificity, file))
            elif file is not None:
                statics.append(file.text)
        return members, statics

    def _unusable(self, name: str) -> KeyFile:
        """Return what fails those that a file is for, which cannot be read and never could."""
        path, problem = self.files.path(name), self.files.problem(name, KeyFile)
        return UnusableKeyFile(path, str(problem or f"{path} cannot be read"))

    def _refuse(self, name: str, last_files: Files | None) -> None:
        if name != INFO and (last_files is None or name not in last_files):
            self.logger.error(
                "Could not process filename %s; ignoring: it is none of KEY, KEY.H_HOST and "
                "KEY.G10_GROUP for a KEY such as ssh_host_rsa_key, and does not end in %s",
                self.files.path(name), STATIC,
            )  # fmt: skip

    def unlisted_keys(self, files: Files) -> dict[str, PublicKey]:
        """Return the new keys that a newer listing lacks although nobody removed them."""
        with self._lock:
            new_keys = dict(self._new_keys)
        return {
            name: key
            for name, key in new_keys.items()
            if name not in files and os.path.exists(files.path(name))
        }

    def _binders(self) -> Iterator[tuple[str, Binder]]:
        bind = binder_for(self._bind)
        for base in BASES:
            yield FOLDER + base, bind

    def _bind(self, entry: Element, metadata: ClientMetadata) -> None:
        base = entry.get("name", "").removeprefix(FOLDER)
        set_attributes(entry, SECRET if base in KEY_TYPES else OPEN)
        if base in BINARY:
            entry.set("encoding", "base64")
        self._bind_info(entry, metadata)
        entry.set("type", "file")
        set_content(entry, self._content(base, metadata), self.context.settings)

    def _bind_info(self, entry: Element, metadata: ClientMetadata) -> None:
        if self._info is not None:
            self._info.bind(entry, metadata)
        elif INFO in self.files:
            raise PluginExecutionError(
                f"No metadata found in {self.files.path(INFO)} for {entry.get('name')}"
            )

    def _content(self, base: str, metadata: ClientMetadata) -> Content:
        new_key = self._new_key_for(base, metadata)
        if new_key is not None:
            return f"{new_key.text}\n"
        file = self._sets[base].best(metadata)
        if file is not None:
            return file.content
        if base == KNOWN_HOSTS:
            own_keys = self._own_keys(metadata)
            return self._known_hosts.text(metadata, self._keys, map(str.rstrip, own_keys.values()))
        return metadata.effects.perform(
            f"{FOLDER}{base} would be made for {metadata.hostname}",
            partial(self._make, base, metadata),
            lambda: PLACEHOLDER,
        )

    def _make(self, base: str, metadata: ClientMetadata) -> Content:
        if base in KEY_TYPES:
            return self._private(base, metadata)
        return self._public(base.removesuffix(PUBLIC), metadata)

    def _new_key_for(self, base: str, metadata: ClientMetadata) -> PublicKey | None:
        """Return the client's own public key if it is newer than the files that were listed."""
        return self._new_keys.get(f"{base}.H_{metadata.hostname}") if self._new_keys else None

    def _private(self, key: str, metadata: ClientMetadata) -> Content:
        """Return a client's own key, made if need be, with its public half."""
        file = self._host_keys.private(key, metadata.hostname)
        self._register(key, Specificity(hostname=metadata.hostname), metadata)
        return file.content

    def _public(self, key: str, metadata: ClientMetadata) -> Content:
        private = self._sets[key].best_member(metadata)
        if private is not None:
            return self._register(key, private.specificity, metadata)
        self._host_keys.private(key, metadata.hostname)
        return self._register(key, Specificity(hostname=metadata.hostname), metadata)

    def _register(self, key: str, specificity: Specificity, metadata: ClientMetadata) -> Content:
        """Return a public key that has a private one on disk, and put it among all others."""
        file = self._host_keys.public(key, specificity)
        name = os.path.basename(file.path)
        public = PublicKey(f"{key}{PUBLIC}", name, specificity, file.text)
        with self._lock:
            if self._keys.by_name.get(name) != public:
                self._new_keys = {**self._new_keys, name: public}
                self._keys = self._keys.with_key(public)
        self._expire(specificity, metadata)
        return file.content

    def _expire(self, specificity: Specificity, metadata: ClientMetadata) -> None:
        """Forget cached metadata that do not know a key yet."""
        self.context.announce(specificity.hostname, self.name)

    def _own_keys(self, metadata: ClientMetadata) -> dict[str, str]:
        """Return the public keys that a client has, in the order of their names."""
        keys = {base: self._own_key(base, metadata) for base in PUBLIC_KEYS}
        return {base: text for base, text in keys.items() if text}

    def _own_key(self, base: str, metadata: ClientMetadata) -> str:
        key = self._new_key_for(base, metadata) or self._sets[base].best(metadata)
        return f"{key.text}\n" if key is not None and key.text else ""

    def get_additional_data(self, metadata: ClientMetadata) -> dict[str, str]:
        """Return the client's public keys by the names of their files."""
        return self._own_keys(metadata)

    def AcceptChoices(self, entry: Element, metadata: ClientMetadata) -> list[Specificity]:
        """Return the client itself: a key is a host's own."""
        return [Specificity(hostname=metadata.hostname)]

    def AcceptPullData(
        self, specific: PullChoice, new_entry: PulledEntry, verbose: bool
    ) -> list[str]:
        """
        Write a host's key.

        :raises PluginExecutionError: if the folder has it encrypted
        """
        base = new_entry.name.removeprefix(FOLDER)
        path = os.path.join(self.data, base + specific.suffix)
        if os.path.exists(path + ENCRYPTED):
            raise PluginExecutionError(
                f"SSHbase: {path}{ENCRYPTED} is encrypted: encrypt the new one with bcfg2-crypt"
            )
        content = new_entry.content
        data = content if isinstance(content, bytes) else content.encode()
        write_atomically(path, data, PRIVATE_MODE if base in KEY_TYPES else PUBLIC_MODE)
        return [path]

    def shutdown(self) -> None:
        """Ask the name service nothing more."""
        self._host_names.close()


def _public_keys(members: dict[str, list[Member[KeyFile]]]) -> Iterator[PublicKey]:
    for base in PUBLIC_KEYS:
        for member in members[base]:
            yield PublicKey(base, member.name, member.specificity, member.value.text)
