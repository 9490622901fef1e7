"""
A repository, 50 changes of it, and what a comparison has to make of each.

All of them are made at once: each concerns something of its own, so that a comparison is right if
it finds these and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

#: The clients: two of one profile, one of another; all have the bundle `all`.
WEB1, WEB2, DB = "web1.example.test", "web2.example.test", "db.example.test"
GONE, COME = "gone.example.test", "come.example.test"
CLIENTS = (COME, DB, GONE, WEB1, WEB2)
EVERY = (DB, WEB1, WEB2)
WEBS = (WEB1, WEB2)

Expected = tuple[str, str, str, tuple[str, ...]]


@dataclass
class Planted:
    """
    Two states of a repository, and what differs.

    :ivar old: path to content
    :ivar new: the same
    :ivar expected: kind, tag, name and clients of each difference
    """

    old: dict[str, str | bytes] = field(default_factory=dict)
    new: dict[str, str | bytes] = field(default_factory=dict)
    expected: set[Expected] = field(default_factory=set)
    _old_entries: list[str] = field(default_factory=list)
    _new_entries: list[str] = field(default_factory=list)
    _old_rules: list[str] = field(default_factory=list)
    _new_rules: list[str] = field(default_factory=list)
    number: int = 0

    def expect(self, kind: str, tag: str, name: str, clients: tuple[str, ...] = EVERY) -> None:
        """Take note of a change."""
        self.number += 1
        self.expected.add((kind, tag, name, clients))

    def write(self, path: str, old: str | bytes | None, new: str | bytes | None) -> None:
        """Have a file that is another one in both states; None for none."""
        for state, content in ((self.old, old), (self.new, new)):
            if content is not None:
                state[path] = content

    def entry(self, old: str, new: str | None = None) -> None:
        """Have an entry in the bundle `all`; empty for none."""
        self._old_entries.append(old)
        self._new_entries.append(old if new is None else new)

    def rule(self, old: str, new: str | None = None) -> None:
        """Have a rule; empty for none."""
        self._old_rules.append(old)
        self._new_rules.append(old if new is None else new)

    def content(self, name: str, old: str | bytes, new: str | bytes) -> None:
        """Plant a change of a file's content."""
        self.entry(f"<Path name='/c/{name}'/>")
        self.write(f"Cfg/c/{name}/{name}", old, new)
        self.expect("entry-changed", "Path", f"/c/{name}")

    def info(self, name: str, old: str, new: str) -> None:
        """Plant a change of what info.xml says."""
        self.entry(f"<Path name='/i/{name}'/>")
        self.write(f"Cfg/i/{name}/{name}", "same\n", "same\n")
        self.write(f"Cfg/i/{name}/info.xml", _info(old), _info(new))
        self.expect("entry-changed", "Path", f"/i/{name}")

    def ruled(self, tag: str, name: str, old: str, new: str) -> None:
        """Plant a change of the attributes that a rule gives."""
        self.entry(f"<{tag} name='{name}'/>")
        self.rule(f"<{tag} name='{name}' {old}/>", f"<{tag} name='{name}' {new}/>")
        self.expect("entry-changed", tag, name)

    def finish(self) -> Planted:
        """Write the bundle and the rules."""
        self.write(
            "Bundler/all.xml", _bundle("all", self._old_entries), _bundle("all", self._new_entries)
        )
        self.write("Rules/rules.xml", _rules(self._old_rules), _rules(self._new_rules))
        return self


def _info(attributes: str) -> str:
    return f"<FileInfo><Info {attributes}/></FileInfo>"


def _bundle(name: str, entries: list[str]) -> str:
    return f"<Bundle name='{name}'>{''.join(entries)}</Bundle>"


def _rules(rules: list[str]) -> str:
    return f"<Rules priority='1'>{''.join(rules)}</Rules>"


def _contents(planted: Planted) -> None:
    for name, old, new in (
        ("line", "a\nb\nc\n", "a\nB\nc\n"),
        ("added", "a\n", "a\nb\n"),
        ("removed", "a\nb\n", "a\n"),
        ("end", "a\n", "a"),
        ("blank", "a b\n", "a  b\n"),
        ("letters", "gruen\n", "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n\n"),
        ("all", "old\n" * 50, "new\n" * 50),
        ("order", "a\nb\n", "b\na\n"),
        ("tab", "a b\n", "a\tb\n"),
        ("carriage", "a\n", "a\r\n"),
        ("filled", "", "a\n"),
        ("markup", "<a/>&\n", "<b/>&\n"),
        ("long", "x" * 5000 + "\n", "x" * 5001 + "\n"),
    ):
        planted.content(name, old, new)


def _infos(planted: Planted) -> None:
    for name, old, new in (
        ("mode", "mode='0644'", "mode='0600'"),
        ("owner", "owner='root'", "owner='web'"),
        ("group", "group='root'", "group='web'"),
        ("paranoid", "paranoid='true'", "paranoid='false'"),
        ("important", "important='false'", "important='true'"),
        ("sensitive", "sensitive='false'", "sensitive='true'"),
        ("secontext", "secontext='__default__'", "secontext='system_u:object_r:etc_t:s0'"),
        ("encoding", "encoding='ascii'", "encoding='base64'"),
        ("several", "mode='0644' owner='root'", "mode='0640' owner='www'"),
    ):
        planted.info(name, old, new)


def _attributes(planted: Planted) -> None:
    for tag, name, old, new in (
        ("Service", "s-status", "status='on' type='chkconfig'", "status='off' type='chkconfig'"),
        ("Service", "s-type", "status='on' type='chkconfig'", "status='on' type='systemd'"),
        ("Service", "s-added", "status='on'", "status='on' restart='true'"),
        ("Package", "p-version", "version='1.0' type='yum'", "version='1.1' type='yum'"),
        ("Package", "p-type", "version='auto' type='yum'", "version='auto' type='apt'"),
        ("Action", "a-command", "command='/bin/true'", "command='/bin/false'"),
        ("Path", "/r/link", "type='symlink' to='/a'", "type='symlink' to='/b'"),
        ("Path", "/r/folder", "type='directory' mode='0755'", "type='directory' mode='0700'"),
        ("Path", "/r/kind", "type='directory' mode='0755'", "type='nonexistent'"),
    ):
        planted.ruled(tag, name, old, new)


def _entries(planted: Planted) -> None:
    bound = "<BoundPackage name='{}' version='1' type='yum'/>"
    planted.entry("", bound.format("new"))
    planted.expect("entry-added", "Package", "new")
    planted.entry(bound.format("old"), "")
    planted.expect("entry-removed", "Package", "old")
    planted.entry("<BoundService name='b' status='on'/>", "<BoundService name='b' status='off'/>")
    planted.expect("entry-changed", "Service", "b")
    children = "<BoundPackage name='kids' type='yum'><Instance version='{}'/></BoundPackage>"
    planted.entry(children.format(1), children.format(2))
    planted.expect("entry-changed", "Package", "kids")
    planted.entry(bound.format("tag"), "<BoundService name='tag' status='on'/>")
    planted.expect("entry-removed", "Package", "tag")
    planted.expect("entry-added", "Service", "tag")
    planted.entry(bound.format("moved"), "")
    planted.write(
        "Bundler/other.xml",
        _bundle("other", ["<BoundAction name='stays' command='x'/>"]),
        _bundle("other", ["<BoundAction name='stays' command='x'/>", bound.format("moved")]),
    )
    planted.expect("entry-moved", "Package", "moved")
    grouped = "<Group name='web'><BoundPackage name='grouped' version='{}' type='yum'/></Group>"
    planted.entry(grouped.format(1), grouped.format(2))
    planted.expect("entry-changed", "Package", "grouped", WEBS)
    hosts = "<Client name='{}'><BoundPackage name='hosted' version='1' type='yum'/></Client>"
    planted.entry(hosts.format(WEB1), hosts.format(WEB2))
    planted.expect("entry-removed", "Package", "hosted", (WEB1,))
    planted.expect("entry-added", "Package", "hosted", (WEB2,))


def _variants(planted: Planted) -> None:
    for name, file, clients in (
        ("g", "g.G10_web", WEBS),
        ("h", f"h.H_{WEB2}", (WEB2,)),
    ):
        planted.entry(f"<Path name='/v/{name}'/>")
        planted.write(f"Cfg/v/{name}/{name}", "plain\n", "plain\n")
        planted.write(f"Cfg/v/{name}/{file}", "old\n", "new\n")
        planted.expect("entry-changed", "Path", f"/v/{name}", clients)
    planted.entry("<Path name='/v/t'/>")
    template = "for ${metadata.hostname}, %s\n"
    planted.write("Cfg/v/t/t.genshi", template % "old", template % "new")
    planted.expect("entry-changed", "Path", "/v/t")


def _failures(planted: Planted) -> None:
    planted.entry("<Service name='f-appears'/>")
    planted.rule("<Service name='f-appears' status='on'/>", "")
    planted.expect("failure-added", "Service", "f-appears")
    planted.entry("<Service name='f-goes'/>")
    planted.rule("", "<Service name='f-goes' status='on'/>")
    planted.expect("failure-removed", "Service", "f-goes")
    planted.entry("<Path name='/f/file'/>")
    planted.write("Cfg/f/file/file", "there\n", None)
    planted.expect("failure-added", "Path", "/f/file")
    planted.entry("<Path name='/f/mended'/>")
    planted.write("Cfg/f/mended/mended", None, "there\n")
    planted.expect("failure-removed", "Path", "/f/mended")


def _structures(planted: Planted) -> None:
    empty: Callable[[str], str] = lambda name: _bundle(name, [])  # noqa: E731
    for name in ("came", "went"):
        planted.write(f"Bundler/{name}.xml", empty(name), empty(name))
    planted.expect("structure-added", "Bundle", "came", WEBS)
    planted.expect("structure-removed", "Bundle", "went", (DB,))
    groups = (
        "<Groups><Group name='web-servers' profile='true' public='true'><Group name='web'/>"
        "<Bundle name='all'/><Bundle name='other'/>{}</Group><Group name='web'/>"
        "<Group name='databases' profile='true'><Bundle name='all'/><Bundle name='other'/>{}"
        "</Group></Groups>"
    )
    planted.write(
        "Metadata/groups.xml",
        groups.format("", "<Bundle name='went'/>"),
        groups.format("<Bundle name='came'/>", ""),
    )
    clients = (
        f"<Clients><Client name='{WEB1}' profile='web-servers'/>"
        f"<Client name='{WEB2}' profile='web-servers' password='of its own'/>"
        f"<Client name='{DB}' profile='databases'/>{{}}</Clients>"
    )
    one = "<Client name='{}' profile='databases'/>"
    planted.write(
        "Metadata/clients.xml", clients.format(one.format(GONE)), clients.format(one.format(COME))
    )
    planted.expect("client-removed", "Client", "", (GONE,))
    planted.expect("build-mended", "Client", "", (COME,))


def planted() -> Planted:
    """Return the repository with all changes."""
    made = Planted()
    for plant in (
        _contents, _infos, _attributes, _entries, _variants, _failures, _structures,
    ):  # fmt: skip
        plant(made)
    return made.finish()
