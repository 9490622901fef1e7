"""The variables of templates, under upstream's names (:ref:`plugin-api-14`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from genshi.core import COMMENT

from bcfg2tw.engine.siteplugins.names.roles import SiteTemplateDataProvider
from bcfg2tw.engine.templates.data import (
    real_name,
    text_template_variables,
    xml_template_variables,
)


class SiteDefaultVariables(SiteTemplateDataProvider):
    """Gives the variables that every template has."""

    def get_template_data(self, entry: Any, metadata: Any, template: str) -> dict[str, Any]:
        """Return the variables of a text template."""
        repo = metadata.snapshot.settings.repository
        return {
            "name": real_name(entry), "metadata": metadata, "source_path": template, "repo": repo,
        }  # fmt: skip

    def get_xml_template_data(self, structfile: Any, metadata: Any) -> dict[str, Any]:
        """Return the variables of an XML template."""
        return {"metadata": metadata, "repo": metadata.snapshot.settings.repository}


def site_template_data(
    entry: Any, metadata: Any, template: str, default: Any = None
) -> dict[str, Any]:
    """Return the variables for a text template; those of `default` take the place of ours."""
    result = text_template_variables(entry, metadata, template)
    return (
        result
        if default is None
        else {**result, **default.get_template_data(entry, metadata, template)}
    )


def site_xml_template_data(structfile: Any, metadata: Any, default: Any = None) -> dict[str, Any]:
    """Return the variables for an XML template; those of `default` take the place of ours."""
    result = xml_template_variables(structfile, metadata)
    return (
        result
        if default is None
        else {**result, **default.get_xml_template_data(structfile, metadata)}
    )


def removecomment(stream: Any) -> Iterator[Any]:
    """Yield the events of a template's output without its comments."""
    return (event for event in stream if event[0] is not COMMENT)
