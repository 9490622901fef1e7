"""TGenshi: files from Genshi templates, in repositories of Bcfg2 1.3 (:ref:`cfg-11.2`)."""

from __future__ import annotations

from bcfg2tw.engine.plugins.cfg.kind import Kind, Role
from bcfg2tw.engine.plugins.cfg.templates.genshi_text import GenshiText
from bcfg2tw.engine.plugins.dropped import INFO_KINDS, DroppedPathFolders
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.data import Variables
from bcfg2tw.engine.templates.genshi_templates import (
    markup_template,
    old_text_template,
    render_xml,
)
from bcfg2tw.settings import Settings


class GenshiXML(GenshiText):
    """A Genshi template for an XML file."""

    def __init__(self, source: Source, data: bytes) -> None:
        super().__init__(source, data, lambda source, _: markup_template(source))

    def _render(self, variables: Variables) -> str:
        return render_xml(self.template, variables)


def old_text(source: Source, data: bytes) -> GenshiText:
    """Read a template in the syntax whose directives are lines such as `#if`."""
    return GenshiText(source, data, old_text_template)


KINDS = (
    *INFO_KINDS,
    Kind("TGenshi", Role.GENERATOR, GenshiText, 100, names=("template.newtxt",)),
    Kind("TGenshi", Role.GENERATOR, old_text, 100, names=("template.txt",)),
    Kind("TGenshi", Role.GENERATOR, GenshiXML, 100, names=("template.xml",)),
)


class TGenshi(DroppedPathFolders):
    """Serves `TGenshi/PATH/template.newtxt`, `.txt` and `.xml`."""

    migration = (
        "move each PATH/template.newtxt to Cfg/PATH/BASE.genshi, where BASE is the last part of "
        "PATH and .H_HOST or .G10_GROUP comes before .genshi, and info.xml beside it; a "
        "template.txt has to be rewritten in Genshi's new text syntax, and a template.xml as text"
    )

    @classmethod
    def kinds(cls, settings: Settings) -> tuple[Kind, ...]:
        """Return the kinds of templates."""
        return KINDS
