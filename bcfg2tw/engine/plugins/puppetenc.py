"""PuppetENC: groups and data from external node classifiers (:ref:`templates-and-data-9`)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks, Connector
from bcfg2tw.engine.programs import ProgramError, run
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.errors import PluginExecutionError

TIMEOUT_SECONDS = 60

#: For so long an answer counts at most: the client's run may have ended in another worker.
KEPT_SECONDS = 60.0


@dataclass
class Classification:
    """
    The answer of all classifiers together about a client.

    :ivar asked_at: by the clock that only ever grows
    """

    asked_at: float
    groups: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)


class PuppetENC(Plugin, Connector, ClientRunHooks):
    """
    Runs every file of `PuppetENC` with a client's name, and reads what it prints.

    What was read is kept until any client's run ends, but not for long. A classifier that fails
    fails the client's metadata: without it the client would get a wrong configuration.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: PuppetENC | None = None
    ) -> None:
        super().__init__(context, files, previous)
        self._lock = threading.Lock()
        self._kept: dict[str, Classification] = {}
        if previous is None and context.settings.client_metadata_cache == "aggressive":
            self.logger.warning(
                "PuppetENC is incompatible with aggressive client metadata caching: "
                "set [caching] client_metadata to cautious or initial"
            )

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str]:
        """
        Return the classes.

        :raises PluginExecutionError: if a classifier fails or prints no YAML mapping
        """
        return self._classification(metadata).groups

    def get_additional_data(self, metadata: ClientMetadata) -> dict[str, Any]:
        """
        Return the parameters.

        :raises PluginExecutionError: if a classifier fails or prints no YAML mapping
        """
        return self._classification(metadata).parameters

    def end_client_run(self, metadata: ClientMetadata) -> None:
        """Forget what the classifiers said."""
        self._forget()

    def end_statistics(self, metadata: ClientMetadata) -> None:
        """Forget what the classifiers said."""
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._kept = {}
        if self.context.settings.client_metadata_cache == "aggressive":
            self.context.announce(None, self.name)  # nothing else would have them asked again

    def _classification(self, metadata: ClientMetadata) -> Classification:
        hostname, effects = metadata.hostname, metadata.effects
        now = self.context.clock.monotonic()
        with self._lock:
            kept, results = self._kept.get(hostname), self._kept
        if kept is not None and now - kept.asked_at < KEPT_SECONDS:
            return kept
        note = f"PuppetENC: the classifiers would be run for {hostname}"
        classification = effects.ask(
            note, partial(self._ask_all, hostname, now), partial(Classification, now)
        )
        if effects.is_serving:
            # into the table that was there before: an end of a run in between clears it
            results[hostname] = classification
        return classification

    def _ask_all(self, hostname: str, now: float) -> Classification:
        classification = Classification(now)
        for name in self.files:
            if "/" not in name:
                path = self.files.path(name)
                self._merge(classification, self._ask(path, hostname), path, hostname)
        return classification

    def _ask(self, path: str, hostname: str) -> str:
        self.debug_log(f"PuppetENC: Running ENC {path} for {hostname}")
        try:
            output = run([path, hostname], TIMEOUT_SECONDS)
        except ProgramError as error:
            raise self._failure(f"Error running ENC {path} for {hostname}: {error}") from error
        if output.error.strip():
            self.logger.warning(
                "PuppetENC: ENC %s for %s: %s", path, hostname, output.error.strip()
            )
        return output.out

    def _failure(self, message: str) -> PluginExecutionError:
        self.logger.error("PuppetENC: %s", message)
        return PluginExecutionError(f"PuppetENC: {message}")

    def _merge(self, classification: Classification, text: str, path: str, hostname: str) -> None:
        try:
            answer = _mapping(yaml.safe_load(text))
            classes = answer["classes"] if "classes" in answer else answer.get("groups")
            _merge_classes(classification, classes)
            classification.parameters.update(_mapping(answer.get("parameters")))
        except (yaml.YAMLError, ValueError) as error:
            raise self._failure(
                f"Error decoding YAML from {path} for {hostname}: {error}"
            ) from error
        if "environment" in answer:
            self.logger.info("PuppetENC: environment from %s for %s is ignored", path, hostname)


def _merge_classes(classification: Classification, classes: Any) -> None:
    if isinstance(classes, Mapping):
        classification.groups.extend(str(name) for name in classes)
        for parameters in classes.values():
            classification.parameters.update(_mapping(parameters))
    elif isinstance(classes, list):
        classification.groups.extend(str(name) for name in classes)
    elif classes is not None:
        raise ValueError(f"classes are a list or a mapping, not {classes!r}")


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"a mapping is needed, not {value!r}")
