"""
All that a site's own plugin needs, in one place (docs/writing-plugins.rst).

What is here stays where it is and goes on meaning what it means; other modules may change.
"""

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.documents.infoxml import InfoXML, bind_info, set_attributes
from bcfg2tw.engine.documents.priority import PriorityFile, PriorityFiles
from bcfg2tw.engine.documents.specificity import Specificity, SpecificSet, specific_set
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.plugin.base import Binder, Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import (
    ClientACLs,
    ClientRunHooks,
    Connector,
    Decision,
    Generator,
    GoalValidator,
    Probing,
    PullSource,
    Statistics,
    Structure,
    StructureValidator,
    TemplateDataProvider,
    Threaded,
    Version,
)
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.data import real_name
from bcfg2tw.engine.xmlio import Element, line_of
from bcfg2tw.errors import PluginExecutionError, PluginInitError, RepositoryError, ValidationError

__all__ = [
    "Binder",
    "ClientACLs",
    "ClientMetadata",
    "ClientRunHooks",
    "Connector",
    "Decision",
    "Element",
    "Files",
    "Generator",
    "GoalValidator",
    "InfoXML",
    "MetadataGroup",
    "Plugin",
    "PluginContext",
    "PluginExecutionError",
    "PluginInitError",
    "PriorityFile",
    "PriorityFiles",
    "Probing",
    "PullSource",
    "RepositoryError",
    "Source",
    "SpecificSet",
    "Specificity",
    "Statistics",
    "StructFile",
    "Structure",
    "StructureValidator",
    "TemplateDataProvider",
    "Threaded",
    "ValidationError",
    "Version",
    "bind_info",
    "line_of",
    "load_all",
    "real_name",
    "set_attributes",
    "specific_set",
]
