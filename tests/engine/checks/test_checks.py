"""Mistakes in each kind of file, found with their line and the name that was meant."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import bcfg2tw
from bcfg2tw.engine.checks import findings_in
from bcfg2tw.engine.checks.file_names import name_hint
from tests.builders import CLIENT, a_core, change, configuration
from tests.conformance.case import CASES
from tests.logs import CapturedLog

PY = 'xmlns:py="http://genshi.edgewall.org/"'


def remarks(file: str, text: str) -> list[str]:
    """Return what is said of a file, PLUGIN/NAME, as LINE: SENTENCE."""
    plugin, _, name = file.partition("/")
    findings = findings_in(plugin, name, "FILE", text.encode())
    return [str(finding).removeprefix("FILE:") for finding in findings]


class MistakesTestCase(SynchronousTestCase):
    def assert_told(self, file: str, mistakes: dict[str, str]) -> None:
        """Check that each text has the one mistake."""
        for text, sentence in mistakes.items():
            self.assertEqual(remarks(file, text), [sentence], text)


class GroupsTests(MistakesTestCase):
    """Metadata/groups.xml."""

    def groups(self, text: str) -> list[str]:
        """Return what is said of groups.xml with elements that begin at line 2."""
        return remarks("Metadata/groups.xml", f"<Groups>\n{text}\n</Groups>")

    def test_names(self) -> None:
        """Elements, attributes and values that mean nothing."""
        self.assert_told(
            "Metadata/groups.xml",
            {
                "<Clients/>": "1: the root is <Clients>, <Groups> is wanted",
                "<Groups><Group name='a'>\n<Bundel name='b'/></Group></Groups>":
                "2: <Bundel> means nothing in <Group>: did you mean <Bundle>?",
                "<Groups><Group nmae='a'/></Groups>": "1: <Group> has no name (it has nmae)",
                "<Groups><Group name='a' catgory='b'/></Groups>":
                "1: <Group> has catgory, which means nothing: did you mean category?",
                "<Groups><Group name='a' profile='True'/></Groups>":
                "1: profile='True' of <Group> is no value: write true or false",
                "<Groups><Bundle name='a'/></Groups>": "1: <Bundle> means nothing in <Groups>",
            },
        )  # fmt: skip

    def test_undeclared(self) -> None:
        """A group that is named once, and is like one that is declared."""
        self.assertEqual(
            self.groups("<Group name='a'>\n<Group name='managd'/></Group><Group name='managed'/>"),
            ["3: group managd is declared nowhere (managed is)"],
        )
        for other in ("debian", "managed2"):  # declared by being there
            text = f"<Group name='a'><Group name='{other}'/></Group><Group name='managed'/>"
            self.assertEqual(self.groups(text), [])

    def test_twice(self) -> None:
        """A group that is declared again, otherwise; more members are no other declaration."""
        self.assertEqual(
            self.groups("<Group name='a' profile='true'/>\n<Group name='a' category='x'/>"),
            ["3: group a is declared at line 2 as well, with another category; line 2 counts"],
        )
        same = "<Group name='a' profile='true'/><Group name='a'><Group name='b'/></Group>"
        self.assertEqual(self.groups(same), [])

    def test_defaults(self) -> None:
        """Of several defaults the last one counts."""
        self.assertEqual(
            self.groups("<Group name='a' default='true'/>\n<Group name='b' default='true'/>"),
            ["2: group a is no default: b at line 3 is one as well, and the last one counts"],
        )

    def test_nested_category(self) -> None:
        """A group within one of its own category."""
        self.assertEqual(
            self.groups(
                "<Group name='a' category='os'>\n<Group name='b'/></Group>"
                "<Group name='b' category='os'/>"
            ),
            ["3: b stands in a, which is of category os as well: a client of a does not get it"],
        )

    def test_lost_bundle(self) -> None:
        """A bundle that stands where its group is not declared."""
        self.assertEqual(
            self.groups("<Group name='a'/>\n<Group name='a'><Bundle name='b'/></Group>"),
            ["3: bundle b does not count here: group a is declared at line 2, and has the bundles "
             "that stand there"],
        )  # fmt: skip

    def test_cycle(self) -> None:
        """Groups that contain each other."""
        self.assertEqual(
            self.groups(
                "<Group name='web'><Group name='managed'/></Group>\n"
                "<Group name='managed'><Group name='web'/></Group>"
            ),
            ["3: web contains managed, which contains web"],
        )

    def test_category(self) -> None:
        """Two groups of one category in one group; conditions may exclude each other."""
        categories = "<Group name='k1' category='k'/><Group name='k2' category='k'/>"
        self.assertEqual(
            self.groups(
                f"{categories}\n<Group name='a'><Group name='k1'/><Group name='k2'/></Group>"
            ),
            ["3: a adds k1 and k2, both of category k; k1 counts"],
        )
        apart = (
            "<Group name='x'><Group name='k1'/></Group><Group name='y'><Group name='k2'/></Group>"
        )
        self.assertEqual(self.groups(f"{categories}<Group name='a'>{apart}</Group>"), [])


class ClientsTests(MistakesTestCase):
    """Metadata/clients.xml."""

    def test_names(self) -> None:
        """Elements, attributes and values that mean nothing."""
        client = "name='c' profile='p'"
        self.assert_told(
            "Metadata/clients.xml",
            {
                "<Groups/>": "1: the root is <Groups>, <Clients> is wanted",
                "<Clients><Cleint name='c'/></Clients>":
                "1: <Cleint> means nothing in <Clients>: did you mean <Client>?",
                "<Clients><Client name='c' profil='p'/></Clients>":
                "1: <Client> has no profile (it has profil)",
                f"<Clients><Client {client} pasword='x'/></Clients>":
                "1: <Client> has pasword, which means nothing: did you mean password?",
                f"<Clients><Client {client} secure='yes'/></Clients>":
                "1: secure='yes' of <Client> is no value: write true or false",
                f"<Clients><Client {client} auth='certificate'/></Clients>":
                "1: auth='certificate' of <Client> is no value: write cert, cert+password or "
                "bootstrap",
                f"<Clients><Client {client}><Alias/></Client></Clients>": "1: <Alias> has no name",
            },
        )  # fmt: skip

    def test_twice(self) -> None:
        """A client that is declared again with another profile."""
        text = "<Clients><Client name='c' profile='p'/>\n<Client name='C' profile='{}'/></Clients>"
        (sentence,) = remarks("Metadata/clients.xml", text.format("q"))
        self.assertTrue(sentence.startswith("2: c is declared at line 1 as well"), sentence)
        self.assertEqual(remarks("Metadata/clients.xml", text.format("p")), [])


class EntryTests(MistakesTestCase):
    """Bundles, rules, defaults, dependencies and lists of packages."""

    def test_bundles(self) -> None:
        """Entries that are misspelt or have no name; what a site's plugins know is fine."""
        self.assert_told(
            "Bundler/web/apache.xml",
            {
                "<Bundel/>": "1: the root is <Bundel>, <Bundle> is wanted",
                "<Bundle>\n<Pakage name='a'/></Bundle>":
                "2: <Pakage> means nothing in <Bundle>: did you mean <Package>?",
                "<Bundle><Group name='g'><BoundServce name='a'/></Group></Bundle>":
                "1: <BoundServce> means nothing in <Bundle>: did you mean <BoundService>?",
                "<Bundle><Package nmae='a'/></Bundle>":
                "1: <Package> has no name, nor group (it has nmae)",
                "<Bundle><Group nam='a'/></Bundle>": "1: <Group> has no name (it has nam)",
                "<Bundle><BoundPath name='/a' mode='0888'/></Bundle>":
                "1: mode='0888' of <BoundPath> is no mode: write octal digits, such as 0644",
                "<Bundle independant='true'/>":
                "1: <Bundle> has independant, which means nothing: did you mean independent?",
            },
        )  # fmt: skip
        for text in (
            "<Bundle><Cron name='x'/><Path glob='/etc/*'/><Package group='x' type='y'/></Bundle>",
            "<Bundle><BoundPath name='/a' colour='red'><ACL/><Set/></BoundPath></Bundle>",
            "<Bundle xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='x'/></Bundle>",
        ):
            self.assertEqual(remarks("Bundler/a.xml", text), [], text)

    def test_templates(self) -> None:
        """What a template may still make of its elements is no mistake."""
        self.assertEqual(
            remarks(
                "Bundler/a.xml",
                f"<Bundle {PY}><py:for each='n in x'><Path name='$n'/><Path py:attrs='n'/>"
                "<BoundPath name='/a' mode='${mode}'/></py:for></Bundle>",
            ),
            [],
        )
        self.assertEqual(
            remarks(
                "Bundler/a.xml", f"<Bundle {PY}><py:if test='x'><Pth name='x'/></py:if></Bundle>"
            ),
            ["1: <Pth> means nothing in <Bundle>: did you mean <Path>?"],
        )

    def test_rules(self) -> None:
        """Rules, Defaults and Deps."""
        for plugin, root in {"Rules": "Rules", "Defaults": "Defaults"}.items():
            self.assert_told(
                f"{plugin}/a.xml",
                {
                    f"<{root} priority='1'><Servise name='a'/></{root}>":
                    f"1: <Servise> means nothing in <{root}>: did you mean <Service>?",
                    f"<{root} priority='1'><Service name='a' stauts='on'/></{root}>":
                    "1: <Service> has stauts, which means nothing: did you mean status?",
                    f"<{root} priority='1'><Service name='a' status='up'/></{root}>":
                    "1: status='up' of <Service> is no value: write on, off or ignore",
                },
            )  # fmt: skip
        self.assert_told(
            "Deps/a.xml",
            {
                "<Dependencies priority='1'><Package name='a'><Packge name='b'/></Package>"
                "</Dependencies>":
                "1: <Packge> means nothing in <Package>: did you mean <Package>?",
            },
        )  # fmt: skip

    def test_package_lists(self) -> None:
        """Packages of Pkgmgr have a name or a file; groups may have what they hand down."""
        self.assertEqual(
            remarks(
                "Pkgmgr/a.xml",
                "<PackageList priority='1' uri='x' type='rpm'><Group name='g' uri='y'>"
                "<Package file='a.rpm'><Instance arch='x'/></Package></Group></PackageList>",
            ),
            [],
        )
        self.assert_told(
            "Pkgmgr/a.xml",
            {"<PackageList priority='1'><Package/></PackageList>":
             "1: <Package> has no name, nor file, nor simplefile"},
        )  # fmt: skip


class CfgTests(MistakesTestCase):
    """Files of Cfg."""

    def test_info(self) -> None:
        """info.xml of Cfg and of others."""
        for file in ("Cfg/etc/motd/info.xml", "SSHbase/info.xml", "SEModules/a.pp/info.xml"):
            self.assert_told(
                file,
                {
                    "<FileInfo><Inof mode='0644'/></FileInfo>":
                    "1: <Inof> means nothing in <FileInfo>: did you mean <Info>?",
                    "<FileInfo>\n<Info mode='rw-r-----'/></FileInfo>":
                    "2: mode='rw-r-----' of <Info> is no mode: write octal digits, such as 0644",
                    "<FileInfo><Info onwer='a'/></FileInfo>":
                    "1: <Info> has onwer, which means nothing: did you mean owner?",
                },
            )  # fmt: skip
        text = (
            "<FileInfo><Path name='/a'><Group name='g'><Info mode='inherit' custom='x'>"
            "<ACL type='access' scope='user' user='a' perms='rw'/></Info></Group></Path></FileInfo>"
        )
        self.assertEqual(remarks("Cfg/a/info.xml", text), [])

    def test_created(self) -> None:
        """What keys, certificates and authorized keys are made from."""
        for name, text, sentence in [
            ("authorizedkeys.xml", "<AuthorizedKeys><Alow/></AuthorizedKeys>",
             "1: <Alow> means nothing in <AuthorizedKeys>: did you mean <Allow>?"),
            ("authorized_keys.xml", "<AuthorizedKeys><Allow form='/a'/></AuthorizedKeys>",
             "1: <Allow> has form, which means nothing: did you mean from?"),
            ("privkey.xml", "<PrivateKey><Param type='rsa'/></PrivateKey>",
             "1: <Param> means nothing in <PrivateKey>: did you mean <Params>?"),
            ("privkey.xml", "<PrivateKey><Params bits='many'/></PrivateKey>",
             "1: bits='many' of <Params> is no whole number: write a whole number"),
            ("pubkey.xml", "<PrivateKey/>", "1: the root is <PrivateKey>, <PublicKey> is wanted"),
            ("sslkey.xml", "<KeyInfo><Kye/></KeyInfo>",
             "1: <Kye> means nothing in <KeyInfo>: did you mean <Key>?"),
            ("sslcert.xml", "<CertInfo><Cert kye='/a'/></CertInfo>",
             "1: <Cert> has no key (it has kye)"),
        ]:  # fmt: skip
            self.assertEqual(remarks(f"Cfg/a/{name}", text), [sentence], text)

    def test_file_names(self) -> None:
        """Names that nearly follow the grammar are told with the one that does."""
        for name, hint in {
            "motd.G_web": "a group needs a number, motd.G10_web",
            "motd.g20_web": "a group is written motd.G20_web",
            "motd.G20-web": "a group is written motd.G20_web",
            "motd.h_a.example.com": "a host is written motd.H_a.example.com",
            "motd.genshi.G20_web": "the extension comes last, motd.G20_web.genshi",
            "motd.bak": None,
            "other": None,
        }.items():
            self.assertEqual(name_hint(name, "motd"), hint, name)

    def test_file_name_told(self) -> None:
        """The server says so when it passes a file over."""
        with self.assertLogs("Cfg", "ERROR") as logged:
            a_core(self, {"Cfg/etc/motd/motd": "x", "Cfg/etc/motd/motd.G_web": "y"})
        self.assertIn(
            "motd.G_web; ignoring: a group needs a number, motd.G10_web", logged.output[0]
        )


class OtherPluginTests(MistakesTestCase):
    """The files of the other plugins."""

    def test_mistakes(self) -> None:
        """One mistake for each kind of file."""
        for file, text, sentence in [
            ("GroupPatterns/config.xml", "<GroupPatterns><GroupPattern><NamePatern>a</NamePatern>"
             "</GroupPattern></GroupPatterns>",
             "1: <NamePatern> means nothing in <GroupPattern>: did you mean <NamePattern>?"),
            ("ACL/ip.xml", "<ACL><Alow method='*'/></ACL>",
             "1: <Alow> means nothing in <ACL>: did you mean <Allow>?"),
            ("ACL/ip.xml", "<ACL><Allow methd='*'/></ACL>",
             "1: <Allow> has no method (it has methd)"),
            ("ACL/metadata.xml", "<ACL><Group name='g'><Defer method='*'/></Group></ACL>",
             "1: <Defer> means nothing in <ACL>"),
            ("Decisions/whitelist.xml", "<Decisions><Decision name='a'/></Decisions>",
             "1: <Decision> has no type"),
            ("Packages/sources.xml", "<Sources><Source type='apt' ulr='x'/></Sources>",
             "1: <Source> has no url, nor rawurl, nor pulp_id (it has ulr)"),
            ("Packages/sources.xml", "<Sources><Source type='deb' url='http://x'/></Sources>",
             "1: type='deb' of <Source> is no type: write yum, apt, pac or pkgng"),
            ("Packages/sources.xml", "<Sources><Source type='apt' rawurl='http://x'><Componet>a</Componet>"
             "</Source></Sources>",
             "1: <Componet> means nothing in <Source>: did you mean <Component>?"),
            ("FileProbes/config.xml", "<FileProbes><FileProbe name='/' updat='true'/></FileProbes>",
             "1: <FileProbe> has updat, which means nothing: did you mean update?"),
            ("AWSTags/config.xml", "<AWSTags><Tag value='a'/></AWSTags>", "1: <Tag> has no name"),
            ("NagiosGen/config.xml", "<NagiosGen><Options name='a'>b</Options></NagiosGen>",
             "1: <Options> means nothing in <NagiosGen>: did you mean <Option>?"),
        ]:  # fmt: skip
            self.assertEqual(remarks(file, text), [sentence], text)

    def test_old_spelling(self) -> None:
        """Properties with 1.3's attribute for decryption."""
        self.assertEqual(
            remarks("Properties/a.xml", "<Properties decrypt='lax'/>"),
            [
                "1: decrypt of <Properties> is Bcfg2 1.3's name, and is not read: write "
                'lax_decryption="true"'
            ],
        )

    def test_same_text(self) -> None:
        """A text in which there is nothing to find in one kind of file may be wrong in another."""
        text = '<Rules priority="1"/>'
        for _ in range(2):
            self.assertEqual(remarks("Rules/a.xml", text), [])
            self.assertIn("<Bundle> is wanted", "".join(remarks("Bundler/a.xml", text)))

    def test_other_files(self) -> None:
        """Files of no kind that is described, and broken ones, are left to others."""
        for file, text in [
            ("Properties/site.xml", "<Anything/>"), ("Bundler/a.xml", "<Bundle>"),
            ("Site/config.xml", "<Anything/>"),
        ]:  # fmt: skip
            self.assertEqual(remarks(file, text), [])


class SourcesTests(MistakesTestCase):
    """Packages/sources.xml."""

    def test_nothing_fetched(self) -> None:
        """Sources without an address, a component or an architecture."""
        source = "<Sources>\n<Source type='apt' url='{}'>{}</Source></Sources>"
        parts = "<Component>main</Component><Arch>amd64</Arch>"
        fetched = "nothing is fetched from it"
        self.assert_told(
            "Packages/sources.xml",
            {
                source.format("htp://a.test/", parts):
                "2: url='htp://a.test/' of <Source> is no URL: write one that begins with http://, "
                "https:// or file:///",
                source.format("http://a.test/", "<Arch>amd64</Arch>"):
                f"2: <Source> has no <Component> with a name in it: {fetched}",
                source.format("http://a.test/", "<Component>main</Component><Arch/>"):
                f"2: <Source> has no <Arch> with a name in it: {fetched}",
            },
        )  # fmt: skip
        self.assertEqual(
            remarks("Packages/sources.xml", source.format("http://a.test/", parts)), []
        )


class InfoLinesTests(MistakesTestCase):
    """The info files of Bcfg2 1.3."""

    def test_lines(self) -> None:
        """Lines that say nothing, or what no path can have."""
        self.assert_told(
            "Cfg/etc/a/:info",
            {
                "owner root": "1: 'owner root' is no line of the form key: value",
                "# of old\nowner:": "2: 'owner:' is no line of the form key: value",
                "ownr: root": "1: ownr means nothing: did you mean owner?",
                "perms: 0888": "1: perms: '0888' is no mode: write octal digits, such as 0644",
                "encoding: b46":
                "1: encoding: 'b46' is no encoding: write base64, or an encoding that Python has",
            },
        )  # fmt: skip
        self.assertEqual(remarks("Cfg/etc/a/info", "owner: root\nperms: 0600\nmine: x\n"), [])

    def test_content(self) -> None:
        """A file with the name of its folder is the content of a path, whatever its name."""
        for name in ("info", ":info", "info.xml", "authorizedkeys.xml"):
            self.assertEqual(remarks(f"Cfg/etc/{name}/{name}", "whatever it is"), [])
            self.assertEqual(remarks(f"Cfg/etc/{name}/{name}", "<any/>"), [])


class CorrectFilesTests(SynchronousTestCase):
    """Files that are right."""

    def findings(self, top: Path) -> list[str]:
        """Return what is said of a repository."""
        return [
            str(finding)
            for path in sorted(top.glob("*/**/*"))
            if path.is_file()
            for plugin, _, name in [path.relative_to(top).as_posix().partition("/")]
            for finding in findings_in(plugin, name, path.name, path.read_bytes())
        ]

    def test_demonstration(self) -> None:
        """The site that `bcfg2tw init` writes has no mistake."""
        demo = Path(bcfg2tw.__file__).parent / "cli" / "init" / "demo" / "repository"
        self.assertEqual(self.findings(demo), [])

    def test_recorded(self) -> None:
        """Of the recorded repositories only those with a mistake on purpose are told."""
        mistaken = {case.name for case in CASES.iterdir() if self.findings(case / "repo")}
        self.assertEqual(
            mistaken,
            {
                "bundler-groups", "bundler-oddities", "bundler-required", "cfg-authorizedkeys",
                "grouppatterns-names", "metadata-bundles",
                "metadata-categories", "metadata-negation", "metadata-nesting",
                "packages-apt-sources", "probes-documents",
            },
        )  # fmt: skip


class ServerTests(SynchronousTestCase):
    """What a server says of them."""

    def test_misnamed(self) -> None:
        """A file whose name is like the one that its plugin reads is told once."""
        log = CapturedLog(self)
        core = a_core(self, {"ACL/metdata.xml": "<ACL/>", "ACL/readme": ""})
        core.reload(None)
        said = [line.rpartition("/")[2] for line in log.lines if "is not read" in line]
        self.assertEqual(said, ["metdata.xml is not read: did you mean metadata.xml?"])

    def test_unknown_groups(self) -> None:
        """A group that a condition names and that is like one that there is, told once."""
        log = CapturedLog(self)
        bundle = "<Bundle>\n<Group name='{}'><Path name='/a'/></Group></Bundle>"
        groups = "<Groups><Group name='all' profile='true'/><Group name='linux2'/></Groups>"
        contents = {"Metadata/groups.xml": groups, "Bundler/a.xml": bundle.format("linxu2")}
        core = a_core(self, contents)
        change(core, {"Bundler/b.xml": "<Bundle/>"})
        told = "Bundler/a.xml:2: there is no group linxu2: did you mean linux2?"
        self.assertEqual([line.endswith(told) for line in log.lines if "no group" in line], [True])
        self.assertEqual(len(core.snapshot.library.findings), 1)
        for group in ("linux2", "linux3", "other", "$group"):
            change(core, {"Bundler/a.xml": bundle.format(group)})
            self.assertEqual(core.snapshot.library.findings, (), group)

    def test_unknown_clients(self) -> None:
        """A client that groups.xml names and that is like one that there is."""
        groups = "<Groups>\n<Client name='{}'><Group name='a'/></Client></Groups>"
        with self.assertLogs("Metadata", "WARNING") as logs:
            core = a_core(self, {"Metadata/groups.xml": groups.format("clint.example.test")})
        self.assertIn(
            f"groups.xml:2: there is no client clint.example.test: did you mean {CLIENT}?",
            "".join(logs.output),
        )
        with self.assertNoLogs("Metadata", "WARNING"):
            change(core, {"Metadata/groups.xml": groups.format("client2.example.test")})

    def test_told_once(self) -> None:
        """A mistake is told when its file is read, and not again until it changes."""
        log = CapturedLog(self)
        core = a_core(self, {"Bundler/a.xml": "<Bundle>\n<Pakage name='a'/></Bundle>"})
        sentence = "Bundler/a.xml:2: <Pakage> means nothing in <Bundle>: did you mean <Package>?"

        def told() -> list[str]:
            return [line for line in log.lines if sentence in line]

        self.assertEqual(len(told()), 1)
        change(core, {"Bundler/b.xml": "<Bundle/>"})
        self.assertEqual(len(told()), 1)
        change(core, {"Bundler/a.xml": "<Bundle>\n<Pakage name='a'/><Path name='/b'/></Bundle>"})
        self.assertEqual(len(told()), 1)
        change(core, {"Bundler/a.xml": "<Bundle><Package name='a'/></Bundle>"})
        change(core, {"Bundler/a.xml": "<Bundle>\n<Pakage name='a'/></Bundle>"})
        self.assertEqual(len(told()), 2)

    def test_included(self) -> None:
        """Files that others include are looked at as well; the line is theirs."""
        log = CapturedLog(self)
        a_core(
            self,
            {
                "Bundler/a.xml": "<Bundle xmlns:xi='http://www.w3.org/2001/XInclude'>"
                "<xi:include href='../parts/b.xml'/></Bundle>",
                "parts/b.xml": "<Bundle>\n<Pakage name='a'/></Bundle>",
            },
        )
        told = [line for line in log.lines if "parts/b.xml:2: <Pakage>" in line]
        self.assertEqual(len(told), 1, log.lines)

    def test_used_all_the_same(self) -> None:
        """A mistake stops nothing: the file is used as before."""
        core = a_core(
            self, {"Bundler/a.xml": "<Bundle><Pakage name='a'/><BoundPath name='/b'/></Bundle>"}
        )
        tags = [str(child.tag) for child in configuration(core)[0]]
        self.assertEqual(sorted(tags), ["Pakage", "Path"])
