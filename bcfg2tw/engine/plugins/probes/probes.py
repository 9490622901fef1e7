"""The Probes plugin: scripts out, data and groups in (:ref:`templates-and-data-6`)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector, Probing, Threaded, Tracked
from bcfg2tw.engine.plugins.probes.output import ProbeData, take_apart
from bcfg2tw.engine.plugins.probes.scripts import Script, scripts_in
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, RepositoryError

#: The first version that takes scripts beyond ASCII (conformance case probes-unicode).
TAKES_UNICODE = (1, 3, 1)

#: Groups that the probes of one client may give it; far more than any client has.
MOST_GROUPS = 2000


class Probes(Plugin, Probing, Connector, Threaded, Tracked):
    """
    Has clients run the scripts in `Probes`, and knows the output of the last run.

    Groups that a probe names are the client's until its next upload; the rest of its output is
    `metadata.Probes[NAME]`. Both are kept by the store.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: Probes | None = None
    ) -> None:
        super().__init__(context, files, previous)
        settings = files.library.settings
        self._store = context.store.probes
        self._store.check_settings(settings)
        self._scripts = scripts_in(files, self._warn_of_name)
        self._allowed_groups = [re.compile(pattern) for pattern in settings.probes_allowed_groups]
        self._store.refresh()

    def _warn_of_name(self, name: str) -> None:
        if name not in self.listing_before:
            self.logger.error("Could not process filename %s; ignoring", self.files.path(name))

    def start_threads(self) -> None:
        """Have the store complete what a killed server left."""
        self._store.start()

    # Scripts

    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """
        Return the most specific script of each name that is for the client.

        :raises PluginExecutionError: if one cannot be read and never could: without it the client
            would lose the groups that the probe gives it
        """
        return [script.probe(name, self.name) for name, script in self._scripts_for(metadata)]

    def _scripts_for(self, metadata: ClientMetadata) -> Iterator[tuple[str, Script]]:
        version = metadata.version_info
        takes_unicode = version is not None and version >= TAKES_UNICODE
        for name, candidates in self._scripts.items():
            script = candidates.best(metadata)
            if isinstance(script, RepositoryError):
                raise PluginExecutionError(f"probe {name} cannot be used: {script}")
            if script is None:
                continue
            if script.is_ascii or takes_unicode:
                yield name, script
            else:
                self.logger.warning(
                    "%s: Client unable to handle unicode probes. Skipping %s",
                    metadata.hostname, name,
                )  # fmt: skip

    def scripts_for(self, metadata: ClientMetadata) -> Iterator[tuple[str, Script]]:
        """Yield the name and script of each probe of a client, without those that are unusable."""
        for name, candidates in self._scripts.items():
            script = candidates.best(metadata)
            if isinstance(script, Script):
                yield name, script

    # Their output

    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """
        Replace all that is kept of a client; it is on disk on return.

        :raises PluginExecutionError: if it cannot be kept, all of it: what was kept stays
        """
        data: dict[str, str] = {}
        groups: set[str] = set()
        for element in datalist:
            output = take_apart(element.text or "")
            data[self._name_of(element, metadata)] = output.data
            groups.update(group for group in output.groups if self._allows(group, metadata))
        if len(groups) > MOST_GROUPS:
            raise PluginExecutionError(
                f"the probes of {metadata.hostname} name {len(groups)} groups; "
                f"{MOST_GROUPS} is the most that is kept"
            )
        timestamp = int(self.context.clock.time())
        self._store.save(Answers(metadata.hostname, data, frozenset(groups), timestamp))

    def _name_of(self, element: Element, metadata: ClientMetadata) -> str:
        name = element.get("name")
        if not name:
            raise PluginExecutionError("a probe-data element has no name")
        if not element.text:
            self.logger.info("Got null response to probe %s from %s", name, metadata.hostname)
        return name

    def _allows(self, group: str, metadata: ClientMetadata) -> bool:
        if any(pattern.fullmatch(group) for pattern in self._allowed_groups):
            return True
        self.logger.warning("Disallowed group assignment %s from %s", group, metadata.hostname)
        return False

    def answers_of(self, client: str) -> Answers | None:
        """Return what a client's probes said, None if it never ran any."""
        return self._store.of(client)

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str]:
        """Return the groups that the client's probes named, sorted."""
        answers = self._store.of(metadata.hostname)
        return [] if answers is None else sorted(answers.groups)

    def state_of_data(self, data: Mapping[str, ProbeData]) -> Hashable:
        """Return all that the probes printed."""
        return frozenset((name, str(text)) for name, text in data.items())

    def get_additional_data(self, metadata: ClientMetadata) -> Mapping[str, ProbeData]:
        """Return what each probe printed, nothing for a client that never ran any."""
        answers = self._store.of(metadata.hostname)
        if answers is None:
            return {}
        return {name: ProbeData(text) for name, text in answers.data.items()}
