"""
Building one configuration: the steps of `steps.py` in their order, each timed (:ref:`core-8`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from lxml import etree

from bcfg2tw.engine.build import steps
from bcfg2tw.engine.model.build import Build, Configuration, Problem
from bcfg2tw.engine.model.build_costs import MeasuredBuilds
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Explanation
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import ValidationError

logger = logging.getLogger("bcfg2-server")


class ConfigurationBuild:
    """
    Builds configurations; safe to use from any thread.

    Every method works on the state of the repository that the metadata were built from.

    :ivar measured: the costs of those builds that are measured
    """

    def __init__(self, timed: Callable[[str], AbstractContextManager[None]]) -> None:
        """
        Build nothing yet.

        :param timed: measures a block under the name of a step
        """
        self._timed = timed
        self.measured = MeasuredBuilds()

    def build(
        self, metadata: ClientMetadata, explanation: Explanation | None = None
    ) -> Configuration[ClientMetadata]:
        """
        Build a client's configuration, in the mode that its metadata were built in.

        :param explanation: collects why entries are as they are
        :raises ValidationError: if a validator refuses it
        """
        costs = self.measured.next()
        build = Build(metadata.build.bind, metadata.effects, explanation=explanation, costs=costs)
        metadata = metadata.for_build(build)
        document = self._document(metadata)
        if costs is not None:
            self.measured.add(costs)
        return Configuration.of(document, metadata, build)

    def _document(self, metadata: ClientMetadata) -> Element:
        """Return the configuration, or the `error` document that makes the client stop."""
        started = time.perf_counter()
        config = _empty_configuration(metadata.snapshot.revision)
        self.run_hook("start_client_run", metadata)
        try:
            structures = self.structures(metadata)
        except ValidationError:
            raise
        except Exception as error:  # a structure plugin's defect: the client is told to stop
            logger.exception("Error in GetStructures")
            metadata.build.problems.append(Problem("structures", str(error)))
            return steps.error_document("structure error", str(error))
        self.validate_structures(metadata, structures)
        steps.check_altsrc(structures)
        self.bind_structures(structures, metadata, config)
        self.validate_goals(metadata, config)
        self.run_hook("end_client_run", metadata)
        steps.sort_document(config)
        seconds = time.perf_counter() - started
        logger.info("Generated config for %s in %.03f seconds", metadata.hostname, seconds)
        return config

    def structures(self, metadata: ClientMetadata) -> list[Element]:
        """Return the client's structures, their entries abstract."""
        with self._timed("GetStructures"):
            return steps.get_structures(metadata)

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """Have the validators check, and change, the structures."""
        with self._timed("validate_structures"):
            steps.validate_structures(metadata, structures)

    def bind_structures(
        self, structures: list[Element], metadata: ClientMetadata, config: Element
    ) -> None:
        """Bind all structures and append them to the configuration."""
        with self._timed("BindStructures"):
            steps.bind_structures(structures, metadata, config)

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Have the validators check, and change, the bound configuration."""
        with self._timed("validate_goals"):
            steps.validate_goals(metadata, config)

    def run_hook(self, hook: str, metadata: ClientMetadata) -> None:
        """Tell plugins of a step of the client's run."""
        with self._timed(f"client_run_hook:{hook}"):
            steps.run_hook(hook, metadata)


def _empty_configuration(revision: str) -> Element:
    return etree.Element(
        "Configuration", {"version": steps.CONFIGURATION_VERSION, "revision": revision}
    )
