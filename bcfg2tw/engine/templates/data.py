"""The variables that templates see (:ref:`plugin-api-14`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import TemplateDataProvider, XMLTemplate
from bcfg2tw.engine.xmlio import Element

logger = logging.getLogger("bcfg2-server")

Variables = dict[str, Any]


def real_name(entry: Element) -> str:
    """Return the name under which the client has an entry, also while `altsrc` is tried."""
    return entry.get("realname") or entry.get("name") or ""


def text_template_variables(entry: Element, metadata: ClientMetadata, template: str) -> Variables:
    """
    Return the variables for a text template.

    :param template: full path of the template
    """
    repository = metadata.snapshot.settings.repository
    variables: Variables = {
        "metadata": metadata,
        "repo": repository,
        "name": real_name(entry),
        "source_path": template,
    }
    contributions = (
        (provider, provider.get_template_data(entry, metadata, template))
        for provider in _providers(metadata)
    )
    return _with_contributions(variables, contributions)


def xml_template_variables(structfile: XMLTemplate, metadata: ClientMetadata) -> Variables:
    """Return the variables for an XML template."""
    variables: Variables = {"metadata": metadata, "repo": metadata.snapshot.settings.repository}
    contributions = (
        (provider, provider.get_xml_template_data(structfile, metadata))
        for provider in _providers(metadata)
    )
    return _with_contributions(variables, contributions)


def _providers(metadata: ClientMetadata) -> Sequence[TemplateDataProvider]:
    providers = metadata.snapshot.plugins_by_type(TemplateDataProvider)
    if providers:
        metadata.build.untracked.append("variables that plugins give to templates")
    return providers


def _with_contributions(
    variables: Variables, contributions: Iterator[tuple[TemplateDataProvider, Mapping[str, Any]]]
) -> Variables:
    """Add what providers contribute; of several values for a name the first one stays."""
    origin = dict.fromkeys(variables, "the server")
    for provider, contribution in contributions:
        name = getattr(provider, "name", type(provider).__name__)
        for key, value in contribution.items():
            if origin.setdefault(key, name) != name:
                logger.warning(
                    "Duplicate template variable %s provided by both %s and %s",
                    key, origin[key], name,
                )  # fmt: skip
            variables.setdefault(key, value)
    return variables
