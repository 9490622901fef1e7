"""The handlers of Cfg that a site writes: generators, filters, verifiers, creators, infos."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from bcfg2tw.engine.siteplugins.current import current_server, current_settings
from bcfg2tw.engine.siteplugins.names.entrysets import SiteSpecificData, SiteSpecificity
from bcfg2tw.engine.siteplugins.names.structfiles import SiteStructFile
from bcfg2tw.errors import PluginExecutionError


class CfgVerificationError(PluginExecutionError):
    """Content is not right."""


class CfgCreationError(PluginExecutionError):
    """Content cannot be made."""


class SiteCfgFile(SiteSpecificData):
    """
    Upstream's `CfgBaseFileMatcher`: a file that a handler takes by its name.

    :cvar __basenames__: whole names of its files, where they do not have that of the path
    :cvar __extensions__: what stands behind base name and specificity
    :cvar __priority__: the handler with the lowest that a name matches takes a file
    """

    __basenames__: ClassVar[list[str]] = []
    __extensions__: ClassVar[list[str]] = []
    __ignore__: ClassVar[list[str]] = []
    __specific__ = True
    __priority__ = 0
    experimental = False
    deprecated = False


class SiteCfgGenerator(SiteCfgFile):
    """A file that content is made from."""

    def get_data(self, entry: Any, metadata: Any) -> Any:
        """Return the content for a client."""
        return self.data


class SiteCfgFilter(SiteCfgFile):
    """A file by which content is changed."""

    def modify_data(self, entry: Any, metadata: Any, data: Any) -> Any:
        """Return the content as it is to be."""
        raise NotImplementedError


class SiteCfgInfo(SiteCfgFile):
    """A file that says whose a path is, and who may do what with it."""

    __specific__ = False

    def __init__(self, fname: str, *_: Any) -> None:
        super().__init__(fname, SiteSpecificity(all=True))
        self.path = fname

    def bind_info_to_entry(self, entry: Any, metadata: Any) -> None:
        """Give an entry its attributes."""
        raise NotImplementedError


class SiteCfgVerifier(SiteCfgFile):
    """A file that says whether content is right."""

    def verify_entry(self, entry: Any, metadata: Any, data: Any) -> None:
        """Raise `CfgVerificationError` if it is not."""
        raise NotImplementedError


class SiteCfgCreator(SiteCfgFile):
    """A file that says how content is made that is then kept beside it."""

    __specific__ = False
    options: ClassVar[list[Any]] = []

    def __init__(self, fname: str, *_: Any) -> None:
        super().__init__(fname, SiteSpecificity(all=True))
        self.fname = fname
        self.written: list[str] = []

    def create_data(self, entry: Any, metadata: Any) -> Any:
        """Make the content for a client, keep it by `write_data`, and return it."""
        raise NotImplementedError

    def get_filename(
        self, group: Any = None, host: Any = None, prio: int = 0, ext: str = ""
    ) -> str:
        """Return where content is kept that is for a group, a host, or all."""
        specificity = SiteSpecificity(group=group, hostname=host, prio=prio)
        folder = os.path.dirname(self.fname)
        return f"{os.path.join(folder, os.path.basename(folder))}{specificity.suffix}{ext}"

    def write_data(
        self, data: Any, group: Any = None, host: Any = None, prio: int = 0, ext: str = ""
    ) -> None:
        """Keep content."""
        path = self.get_filename(group=group, host=host, prio=prio, ext=ext)
        content = data.encode("utf-8") if isinstance(data, str) else data
        try:
            with open(path, "wb") as stream:
                stream.write(content)
        except OSError as error:
            raise CfgCreationError(f"{path} cannot be written: {error.strerror}") from error
        self.written.append(path)


class SiteXMLCfgCreator(SiteCfgCreator, SiteStructFile):
    """A creator whose file is a `StructFile`."""

    cfg_section = "cfg"

    def __init__(self, fname: str, *_: Any) -> None:
        SiteCfgCreator.__init__(self, fname)
        SiteStructFile.__init__(self, fname)

    def handle_event(self, event: Any) -> None:
        """Read the file."""
        SiteStructFile.HandleEvent(self, event)

    @property
    def category(self) -> str | None:
        """The category of groups that content is made for."""
        return current_settings().section(self.cfg_section).get("category")

    def get_specificity(self, metadata: Any) -> dict[str, Any]:
        """Return for whom content is made, as `write_data` takes it."""
        root = self.XMLMatch(metadata)
        category = root.get("category") or self.category
        if category is None:
            return {"host": metadata.hostname}
        group = metadata.group_in_category(category)
        return {"group": group, "prio": int(root.get("priority", 50))} if group else {}


class _Folder:
    """One path of Cfg, as handlers of others ask for it."""

    def __init__(self, plugin: Any, name: str) -> None:
        self._plugin = plugin
        self.name = name

    def bind_entry(self, entry: Any, metadata: Any) -> Any:
        """Give an entry its attributes and its content."""
        self._plugin.Entries["Path"][self.name](entry, metadata)
        return entry


class _Folders:
    """The paths of Cfg."""

    def __init__(self, plugin: Any) -> None:
        self._plugin = plugin

    def __contains__(self, name: object) -> bool:
        return name in self._plugin.Entries["Path"]

    def __getitem__(self, name: str) -> _Folder:
        if name not in self:
            raise KeyError(name)
        return _Folder(self._plugin, name)


class SiteCfgPlugin:
    """The engine's Cfg, as a site's handlers know it."""

    name = "Cfg"

    def __init__(self, core: Any) -> None:
        self.core = core

    @property
    def entries(self) -> _Folders:
        """The paths that it has."""
        return _Folders(self.core.native_plugin("Cfg"))


def get_cfg() -> SiteCfgPlugin:
    """Return Cfg."""
    return SiteCfgPlugin(current_server())
