"""The names of upstream's modules, and what is in each."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from lxml import etree

from bcfg2tw import errors
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.metadata_query import MetadataQuery
from bcfg2tw.engine.model.version_info import Bcfg2VersionInfo
from bcfg2tw.engine.plugin import interfaces
from bcfg2tw.engine.plugin.registry import SHIPPED
from bcfg2tw.engine.siteplugins.current import current_server
from bcfg2tw.engine.siteplugins.monitor import Event
from bcfg2tw.engine.siteplugins.names import (
    base,
    cfg,
    compat,
    entrysets,
    files,
    inodes,
    lazy,
    options,
    roles,
    services,
    structfiles,
    threads,
    utils,
    variables,
)

Names = dict[str, Any]

#: The release whose names these are.
VERSION = "1.4.0pre2"

#: What upstream calls the roles, and the engine's own.
ROLES: Mapping[str, tuple[type, type]] = {
    "Generator": (roles.SiteGenerator, interfaces.Generator),
    "Structure": (roles.SiteStructure, interfaces.Structure),
    "Connector": (roles.SiteConnector, interfaces.Connector),
    "Probing": (roles.SiteProbing, interfaces.Probing),
    "Statistics": (roles.SiteStatistics, interfaces.Statistics),
    "Threaded": (roles.SiteThreaded, interfaces.Threaded),
    "PullSource": (roles.SitePullSource, interfaces.PullSource),
    "PullTarget": (roles.SitePullTarget, interfaces.PullTarget),
    "Decision": (roles.SiteDecision, interfaces.Decision),
    "StructureValidator": (roles.SiteStructureValidator, interfaces.StructureValidator),
    "GoalValidator": (roles.SiteGoalValidator, interfaces.GoalValidator),
    "ClientRunHooks": (roles.SiteClientRunHooks, interfaces.ClientRunHooks),
    "ClientACLs": (roles.SiteClientACLs, interfaces.ClientACLs),
    "TemplateDataProvider": (roles.SiteTemplateDataProvider, interfaces.TemplateDataProvider),
    "Version": (roles.SiteVersion, interfaces.Version),
    "Metadata": (roles.SiteMetadata, interfaces.Metadata),
}
for _upstream, _engine in ROLES.values():
    _upstream.__engine_role__ = _engine  # type: ignore[attr-defined]  # see `plugins_by_type`

PLUGIN: Names = {
    **{name: upstream for name, (upstream, _) in ROLES.items()},
    "CallableDict": lazy.CallableDict,
    "Caching": roles.SiteCaching,
    "ClassName": base.ClassName,
    "DatabaseBacked": roles.SiteDatabaseBacked,
    "Debuggable": base.SiteDebuggable,
    "DefaultTemplateDataProvider": variables.SiteDefaultVariables,
    "DirectoryBacked": files.SiteDirectoryBacked,
    "EntrySet": entrysets.SiteEntrySet,
    "FileBacked": files.SiteFileBacked,
    "GroupSpool": entrysets.SiteGroupSpool,
    "INode": inodes.INode,
    "InfoNode": inodes.InfoNode,
    "InfoXML": structfiles.SiteInfoXML,
    "MetadataConsistencyError": errors.MetadataConsistencyError,
    "MetadataRuntimeError": errors.MetadataRuntimeError,
    "OnDemandDict": lazy.OnDemandDict,
    "Plugin": base.SitePlugin,
    "PluginDatabaseModel": roles.SiteDatabaseModel,
    "PluginExecutionError": errors.PluginExecutionError,
    "PluginInitError": errors.PluginInitError,
    "PrioDir": structfiles.SitePrioDir,
    "PriorityStructFile": structfiles.SitePriorityStructFile,
    "SpecificData": entrysets.SiteSpecificData,
    "Specificity": entrysets.SiteSpecificity,
    "SpecificityError": errors.SpecificityError,
    "StructFile": structfiles.SiteStructFile,
    "ThreadedStatistics": threads.SiteThreadedStatistics,
    "ValidationError": errors.ValidationError,
    "XMLDirectoryBacked": files.SiteXMLDirectoryBacked,
    "XMLFileBacked": files.SiteXMLFileBacked,
    "XMLSrc": inodes.XMLSrc,
    "bind_info": structfiles.site_bind_info,
    "default_path_metadata": structfiles.site_path_metadata,
    "get_template_data": variables.site_template_data,
    "get_xml_template_data": variables.site_xml_template_data,
    "removecomment": variables.removecomment,
    "track_statistics": services.track_statistics,
}

CFG: Names = {
    "CfgBaseFileMatcher": cfg.SiteCfgFile,
    "CfgCreationError": cfg.CfgCreationError,
    "CfgCreator": cfg.SiteCfgCreator,
    "CfgFilter": cfg.SiteCfgFilter,
    "CfgGenerator": cfg.SiteCfgGenerator,
    "CfgInfo": cfg.SiteCfgInfo,
    "CfgVerificationError": cfg.CfgVerificationError,
    "CfgVerifier": cfg.SiteCfgVerifier,
    "XMLCfgCreator": cfg.SiteXMLCfgCreator,
    "get_cfg": cfg.get_cfg,
}

ENCRYPTION: Names = {
    "EVPError": errors.EncryptionError,
    "bruteforce_decrypt": services.bruteforce_decrypt,
    "get_algorithm": services.get_algorithm,
    "get_passphrases": services.get_passphrases,
    "is_encrypted": services.is_encrypted,
    "ssl_decrypt": services.ssl_decrypt,
    "ssl_encrypt": services.ssl_encrypt,
}

STATISTICS: Names = {
    "stats": services.stats,
    "track_statistics": services.track_statistics,
}

MONITOR: Names = {
    "Event": Event,
    "get_fam": lambda: current_server().fam,
}

OPTIONS: Names = {
    "BooleanOption": options.SiteBooleanOption,
    "ComponentAction": options.ComponentAction,
    "ExclusiveOptionGroup": options.SiteOptionGroup,
    "Option": options.SiteOption,
    "OptionGroup": options.SiteOptionGroup,
    "OptionParserException": options.OptionParserException,
    "PathOption": options.SitePathOption,
    "PositionalArgument": options.SitePositionalArgument,
    "Types": options.Types,
    "WildcardSectionGroup": options.SiteWildcardSectionGroup,
}

UTILS: Names = {name: getattr(utils, name) for name in utils.__all__}

METADATA: Names = {
    "ClientMetadata": ClientMetadata,
    "MetadataGroup": MetadataGroup,
    "MetadataQuery": MetadataQuery,
}


def xml_parser() -> Any:
    """Return a parser that reads no network and drops blank text."""
    return etree.XMLParser(remove_blank_text=True, no_network=True, resolve_entities=False)


#: Module to what is in it; `package.py` adds what is another object for each server.
MODULES: Mapping[str, Names] = {
    "Bcfg2": {"__version__": VERSION},
    "Bcfg2.Compat": compat.NAMES,
    "Bcfg2.Encryption": ENCRYPTION,
    "Bcfg2.Logger": {"Debuggable": base.SiteDebuggable},
    "Bcfg2.Options": OPTIONS,
    "Bcfg2.Options.Options": OPTIONS,
    "Bcfg2.Options.Types": {
        name: getattr(options.Types, name) for name in dir(options.Types) if name[0] != "_"
    },
    "Bcfg2.Server": {"XMLParser": xml_parser()},
    "Bcfg2.Server.Cache": {"Cache": services.SiteCache, "expire": services.SiteCache.expire_all},
    "Bcfg2.Server.Encryption": ENCRYPTION,
    "Bcfg2.Server.FileMonitor": MONITOR,
    "Bcfg2.Server.Plugin": PLUGIN,
    "Bcfg2.Server.Plugin.base": PLUGIN,
    "Bcfg2.Server.Plugin.exceptions": PLUGIN,
    "Bcfg2.Server.Plugin.helpers": PLUGIN,
    "Bcfg2.Server.Plugin.interfaces": PLUGIN,
    "Bcfg2.Server.Plugins": {},
    "Bcfg2.Server.Plugins.Cfg": CFG,
    "Bcfg2.Server.Plugins.Metadata": METADATA,
    "Bcfg2.Server.Plugins.Rules": {"Rules": structfiles.SiteRules},
    "Bcfg2.Server.Statistics": STATISTICS,
    "Bcfg2.Statistics": STATISTICS,
    "Bcfg2.Utils": UTILS,
    "Bcfg2.version": {"Bcfg2VersionInfo": Bcfg2VersionInfo, "__version__": VERSION},
}

#: Plugins of the engine, which site's code may name, as classes to look for.
ENGINE_PLUGINS = frozenset(SHIPPED) - {"Rules"}


def engine_class(name: str) -> Any:
    """Return a plugin's class of the engine."""
    module = importlib.import_module(f"bcfg2tw.engine.plugins.{SHIPPED[name]}")
    return getattr(module, name)
