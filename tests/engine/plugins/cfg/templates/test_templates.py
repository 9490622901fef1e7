"""Templates and encrypted files of Cfg, and what is said when they fail."""

from __future__ import annotations

import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import genshi_templates
from tests.builders import CLIENT, a_core, bundle_of, change, configuration
from tests.engine.plugins.cfg.test_choice import bound, cfg_core, failure

SECRETS = {"passphrases": {"first": "one", "second": "zwei"}}


class Failures(SynchronousTestCase):
    """What the tests below have in common."""

    def said(
        self, files: dict[str, str | bytes], name: str = "/etc/a", **settings: Any
    ) -> tuple[str, str]:
        """Return the failure of a path, and what was logged."""
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            core = cfg_core(self, files, **settings)
            reason = failure(core, name)
        log = "\n".join(logged.output).replace(core.settings.repository, "REPO")
        return reason.removeprefix(f"bind error: Cfg: Error rendering {name}: "), log


class GenshiTests(Failures):
    def test_variables(self) -> None:
        """A template sees the client, the path under the client's name, and its own place."""
        text = "$name ${metadata.hostname} ${source_path == path} ${path[len(repo):]}"
        core = cfg_core(self, {"etc/a/a.genshi": text})
        self.assertEqual(bound(core, "/etc/a").text, f"/etc/a {CLIENT} True /Cfg/etc/a/a.genshi")

    def test_compiled_once(self) -> None:
        """With workers, which share its memory, a template is not compiled again for a client."""
        compiled: list[str] = []
        prepare = genshi_templates._prepare_template

        def count(template_class: Any, source: Source, data: bytes) -> Any:
            compiled.append(source.name)
            return prepare(template_class, source, data)

        self.patch(genshi_templates, "_prepare_template", count)
        for workers, times in ((0, 2), (2, 1)):
            core = cfg_core(self, {"etc/a/a.genshi": "${1 + 1}"}, workers=workers)
            self.assertEqual(bound(core, "/etc/a").text, "2")
            self.assertEqual(compiled, ["etc/a/a.genshi"] * times)
            compiled.clear()

    def test_undefined(self) -> None:
        """An undefined name is told with its expression, and logged with file, line, variables."""
        reason, log = self.said({"etc/a/a.genshi": "first\n\n${nothing.more}\n"})
        self.assertEqual(
            reason, "UndefinedError: \"nothing\" not defined at '<Expression 'nothing.more'>'"
        )
        self.assertIn("REPO/Cfg/etc/a/a.genshi:3: UndefinedError", log)
        self.assertIn("its variables are metadata, name, path, repo, source_path", log)

    def test_block(self) -> None:
        """What a Python block raises is told with its class and the line, functions included."""
        text = (
            "text\n{% python\n# a comment\n\ndef f():\n"
            "    return 1 / 0  # it fails\n%}\nmore\n{% python\nx = 1\n\ny = f()\n%}"
        )
        reason, log = self.said({"etc/a/a.genshi": text})
        self.assertEqual(
            reason, "ZeroDivisionError: division by zero at '    return 1 / 0  # it fails'"
        )
        self.assertIn("REPO/Cfg/etc/a/a.genshi:6: ", log)

    def test_on_purpose(self) -> None:
        """A template refuses a client by raising TemplateError."""
        text = "{% python\nfrom genshi.template import TemplateError\nraise TemplateError('no')\n%}"
        reason, _ = self.said({"etc/a/a.genshi": text})
        self.assertEqual(reason, "TemplateError: no at 'raise TemplateError('no')'")

    def test_included_block(self) -> None:
        """A failure in an included template is logged with that file and line."""
        reason, log = self.said(
            {"etc/a/a.genshi": "x{% include part.genshi_include %}",
             "etc/a/part.genshi_include": "\n{% python raise KeyError('k') %}"},
        )  # fmt: skip
        self.assertEqual(reason, "KeyError: 'k' at 'raise KeyError('k')'")
        self.assertIn("REPO/Cfg/etc/a/part.genshi_include:2: KeyError", log)

    def test_syntax(self) -> None:
        """A template that cannot be read fails its path, and is the file for its clients."""
        reason, log = self.said({"etc/a/a.G10_web.genshi": "a\n\n${1 +}", "etc/a/a": "plain"})
        self.assertEqual(reason, "Failed to load template REPO/Cfg/etc/a/a.G10_web.genshi")
        self.assertIn("REPO/Cfg/etc/a/a.G10_web.genshi:3: invalid syntax; it is not used", log)

    def test_broken_later(self) -> None:
        """A template that breaks, or whose include does, keeps its last good state."""
        core = cfg_core(
            self,
            {"etc/a/a.genshi": "good {% include i.genshi_include %}",
             "etc/a/i.genshi_include": "include"},
        )  # fmt: skip
        change(core, {"Cfg/etc/a/i.genshi_include": "${1 +}"})
        self.assertEqual(bound(core, "/etc/a").text, "good include")
        change(core, {"Cfg/etc/a/i.genshi_include": "again", "Cfg/etc/a/a.genshi": "{% foo %}"})
        self.assertEqual(bound(core, "/etc/a").text, "good include")
        change(core, {"Cfg/etc/a/a.genshi": "new {% include i.genshi_include %}"})
        self.assertEqual(bound(core, "/etc/a").text, "new again")

    def test_include_appears(self) -> None:
        """An include that is missing stands for nothing, until there is one."""
        core = cfg_core(self, {"etc/a/a.genshi": "a{% include i.genshi_include %}"})
        self.assertEqual(bound(core, "/etc/a").text, "a")
        change(core, {"Cfg/etc/a/i.genshi_include": "b"})
        self.assertEqual(bound(core, "/etc/a").text, "ab")

    def test_include_is_missing(self) -> None:
        """An include that was missing from the beginning is logged with file and line."""
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            core = cfg_core(self, {"etc/a/a.genshi": "a\n{% include i.genshi_include %}"})
        self.assertEqual(
            [line.replace(core.settings.repository, "REPO") for line in logged.output],
            ["ERROR:bcfg2-server:REPO/Cfg/etc/a/a.genshi:2: i.genshi_include cannot be included: "
             "No such file or directory; it counts for nothing"],
        )  # fmt: skip
        change(core, {"Cfg/etc/a/a.genshi": "b\n{% include i.genshi_include %}"})
        self.assertEqual(bound(core, "/etc/a").text, "b\n")
        strict, _ = self.said({"etc/a/a.genshi": "{% include i %}"}, strict_repository=True)
        self.assertIn("(line 1: i cannot be included: No such file or directory)", strict)

    def test_include_vanishes(self) -> None:
        """What a template no longer finds, or never could since it was changed, changes nothing."""
        for extension, text in (
            ("genshi", "{{% include {} %}}"),
            ("jinja2", "{{% include '{}' %}}"),
        ):
            template, part = f"Cfg/etc/a/a.{extension}", f"p.{extension}_include"
            core = cfg_core(
                self,
                {f"etc/a/a.{extension}": text.format(part), f"etc/a/{part}": "good"},
            )
            with self.assertLogs("bcfg2-server", "ERROR") as logged:
                change(core, {template: "new\n" + text.format("none") + text.format(part)})
            self.assertIn(f"/a.{extension}:2: none cannot be included: ", logged.output[0])
            self.assertIn("its last good state stays in service", logged.output[0])
            self.assertEqual(bound(core, "/etc/a").text, "good")
            change(core, {template: text.format(part)})
            os.remove(os.path.join(core.settings.repository, f"Cfg/etc/a/{part}"))
            core.reload(None)
            self.assertEqual(bound(core, "/etc/a").text, "good")

    def test_cheetah_include(self) -> None:
        """Cheetah includes when it renders; what is missing is told with the line."""
        for text, line in (
            ("$name\nx\n#include 'none'\n", 3),
            ("#if $name\n  #include $name + '.none'\n#end if\n", 2),
        ):
            reason, log = self.said({"etc/a/a.cheetah": text})
            self.assertIn("No such file or directory: ", reason)
            self.assertIn(f"REPO/Cfg/etc/a/a.cheetah:{line}: [Errno 2]", log)

    def test_no_end(self) -> None:
        """A directive without an end fails the template, and leaves the last good state."""
        core = cfg_core(self, {"etc/a/a.genshi": "good"})
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            change(core, {"Cfg/etc/a/a.genshi": "{% if True %}x{% end %}\n\n{% if False %}\nno"})
        self.assertIn("a.genshi:3: {% if %} has no {% end %}; its last good", logged.output[0])
        self.assertEqual(bound(core, "/etc/a").text, "good")
        change(
            core,
            {"Cfg/etc/a/a.genshi": "{% include i.genshi_include %}",
             "Cfg/etc/a/i.genshi_include": "\n{% for i in [1] %}"},
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "good")

    def test_no_end_from_the_start(self) -> None:
        """One that never had an end is served as Genshi does, and told; it is known later on."""
        files: dict[str, str | bytes] = {
            "etc/a/a.genshi": "a{% include i.genshi_include %}",
            "etc/a/i.genshi_include": "\n{% if False %}b",
        }
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            core = cfg_core(self, files)
        self.assertIn("/i.genshi_include:2: {% if %} has no {% end %}; it counts", logged.output[0])
        self.assertEqual(bound(core, "/etc/a").text, "a\nb")
        change(core, {"Cfg/etc/a/i.genshi_include": "{% if False %}new"})
        self.assertEqual(bound(core, "/etc/a").text, "anew")
        reason, _ = self.said(files, strict_repository=True)
        self.assertIn("i.genshi_include:2: {% if %} has no {% end %})", reason)

    def test_nested_includes(self) -> None:
        """Includes are found relative to the template that includes them."""
        core = cfg_core(
            self,
            {"etc/a/a.genshi": "{% include sub/one.genshi_include %}",
             "etc/a/sub/one.genshi_include": "1{% include two.genshi_include %}",
             "etc/a/sub/two.genshi_include": "2"},
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/a").text, "12")


HELPER = (
    "import sys\n__export__ = ['leave', 'stop']\n\ndef leave():\n    sys.exit(3)\n"
    "class Stop(BaseException):\n    pass\ndef stop():\n    raise Stop('now')\n"
)
ENDS_NOTHING = "(it ends nothing here: to refuse a client, raise an Exception)"


class EndingTests(SynchronousTestCase):
    def said(self, extension: str, text: str) -> tuple[str, str]:
        """Return the failure of a path whose template has a helper, and what was logged."""
        contents = {
            "Bundler/b.xml": bundle_of("/etc/a"),
            f"Cfg/etc/a/a.{extension}": text,
            "TemplateHelper/h.py": HELPER,
        }
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            core = a_core(self, contents)
            reason = failure(core, "/etc/a")
        log = "\n".join(logged.output).replace(core.settings.repository, "REPO")
        return reason.removeprefix("bind error: Cfg: Error rendering /etc/a: "), log

    def test_template(self) -> None:
        """A template that wants to end the server fails its path, with its line."""
        for extension, text, line in (
            ("genshi", "\n\n{% python\nimport sys\nsys.exit(3)\n%}", 5),
            ("genshi", "\n${__import__('sys').exit(3)}", 2),
            ("jinja2", "\n{{ metadata.TemplateHelper.h.leave() }}", 2),
            ("cheetah", "#import sys\n\n$sys.exit(3)", 3),
        ):
            reason, log = self.said(extension, text)
            self.assertTrue(reason.startswith(f"SystemExit: 3 {ENDS_NOTHING}"), reason)
            self.assertIn(f"REPO/Cfg/etc/a/a.{extension}:{line}: SystemExit: 3", log)

    def test_helper(self) -> None:
        """So does what a helper raises that is no Exception, with both lines."""
        reason, log = self.said("genshi", "\n${metadata.TemplateHelper['h'].stop()}")
        self.assertEqual(reason, f"Stop: now {ENDS_NOTHING}")
        self.assertIn(f"a.genshi:2: {reason}, in REPO/TemplateHelper/h.py:9", log)

    def test_bundle(self) -> None:
        """A templated bundle that wants to end the server is a bundle whose template fails."""
        xmlns = 'xmlns:py="http://genshi.edgewall.org/"'
        bundle = f"<Bundle {xmlns}><?python\nimport sys\nsys.exit(3)?></Bundle>"
        core = a_core(self, {"Bundler/a.xml": bundle, "Bundler/b.xml": "<Bundle/>"})
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            config = configuration(core)
        self.assertEqual([structure.get("name") for structure in config], ["b"])
        self.assertIn("Bundler/a.xml:3: SystemExit: 3", logged.output[0])


LATIN = "first\n\u00e9t\u00e9\n".encode("latin-1")
NOT_UTF8 = "it is not UTF-8 (byte 0xE9 at offset 6): convert the file, or set [components] encoding"


class EncodingTests(Failures):
    def test_all_engines(self) -> None:
        """A template that is not in the server's encoding fails, in whatever language it is."""
        for extension in ("genshi", "jinja2", "cheetah"):
            reason, log = self.said({f"etc/a/a.{extension}": LATIN})
            self.assertIn(NOT_UTF8, reason)
            self.assertIn(f"REPO/Cfg/etc/a/a.{extension}:2: {NOT_UTF8}; it is not used", log)

    def test_encrypted(self) -> None:
        """The same goes for a template that is encrypted."""
        core = cfg_core(self, {"etc/a/a.genshi.crypt": encrypt(LATIN, "one")}, **SECRETS)
        self.assertIn(f"(line 2: {NOT_UTF8})", failure(core, "/etc/a"))

    def test_included(self) -> None:
        """So does what a template includes, named at once or by an expression."""
        for extension, text in (
            ("genshi", "{% include p.genshi_include %}"),
            ("genshi", "{% include ${'p.genshi_include'} %}"),
            ("jinja2", "{% include 'p.jinja2_include' %}"),
        ):
            files: dict[str, str | bytes] = {
                f"etc/a/a.{extension}": text,
                f"etc/a/p.{extension}_include": LATIN,
            }
            reason, log = self.said(files)
            self.assertIn(NOT_UTF8, reason)
            self.assertIn(f"REPO/Cfg/etc/a/p.{extension}_include:2: {NOT_UTF8}", log)

    def test_changed(self) -> None:
        """A template that is saved in another encoding leaves its last good state in service."""
        core = cfg_core(self, {"etc/a/a.genshi": "good"})
        change(core, {"Cfg/etc/a/a.genshi": LATIN})
        self.assertEqual(bound(core, "/etc/a").text, "good")


class Python2Tests(Failures):
    def test_syntax(self) -> None:
        """Python 2 that cannot be read is named with its line."""
        reason, log = self.said({"etc/a/a.genshi": "a\n{% python\nx = 1\nprint x\n%}"})
        self.assertEqual(
            reason,
            "Failed to load template REPO/Cfg/etc/a/a.genshi "
            "(line 4: `print x` is `print(x)` in Python 3)",
        )
        self.assertIn("a.genshi:4: Missing parentheses", log)

    def test_meaning(self) -> None:
        """Python 2 that fails when it runs is named, in expressions and in blocks."""
        reason, _ = self.said({"etc/a/a.genshi": "{% for k, v in {}.iteritems() %}x{% end %}"})
        self.assertTrue(reason.endswith("(`iteritems()` is `items()` in Python 3)"), reason)
        reason, log = self.said({"etc/a/a.genshi": "\n{% python\nd = {}\nd.has_key(1)\n%}"})
        self.assertTrue(reason.endswith("(`d.has_key(k)` is `k in d` in Python 3)"), reason)
        self.assertIn("a.genshi:4: ", log)

    def test_xml(self) -> None:
        """Python 2 in an XML template is named, too."""
        info = (
            '<FileInfo xmlns:py="http://genshi.edgewall.org/">'
            "<Info py:if=\"{}.has_key('x')\"/></FileInfo>"
        )
        core = cfg_core(self, {"etc/a/a": "x", "etc/a/info.xml": info})
        reason = failure(core, "/etc/a")
        self.assertIn("`d.has_key(k)` is `k in d` in Python 3", reason)
        self.assertIn("info.xml, line 1", reason)

    def test_names(self) -> None:
        """Names that mean the same are given to all engines."""
        core = cfg_core(
            self,
            {"etc/a/a.genshi": "${unicode(1)}", "etc/b/b.jinja2": "{{ unicode(2) }}",
             "etc/c/c.cheetah": "$unicode(3)"},
        )  # fmt: skip
        texts = [bound(core, f"/etc/{name}").text for name in "abc"]
        self.assertEqual(texts, ["1", "2", "3"])

    def test_bytes(self) -> None:
        """Bytes, such as encoded text or what a program printed, are written as text by all."""
        core = cfg_core(
            self,
            {"etc/a/a.genshi": "${u'\xe9'.encode('utf-8')}",
             "etc/b/b.jinja2": "{{ name.encode('utf-8') }}",
             "etc/c/c.cheetah": "$name.encode('utf-8') $self.name.encode('utf-8')"},
        )  # fmt: skip
        texts = [bound(core, f"/etc/{name}").text for name in "abc"]
        self.assertEqual(texts, ["\xe9", "/etc/b", "/etc/c /etc/c"])

    def test_bytes_of_no_text(self) -> None:
        """Bytes that are no UTF-8 fail the entry: there is no telling what they mean."""
        reason, _ = self.said({"etc/a/a.genshi": "{% python\nx = b'\\xe9'\n%}${x}"})
        self.assertIn("codec can't decode byte 0xe9", reason)


class Jinja2Tests(Failures):
    if importlib.util.find_spec("jinja2") is None:
        skip = "the Python package jinja2 is not installed"

    def test_failure(self) -> None:
        """What a template raises is told as it is, and logged with the line."""
        reason, log = self.said({"etc/a/a.jinja2": "x\n{{ nothing.more }}"})
        self.assertEqual(reason, "'nothing' is undefined")
        self.assertIn("REPO/Cfg/etc/a/a.jinja2:2: 'nothing' is undefined", log)
        self.assertIn("its variables are metadata, name, path, repo, source_path", log)

    def test_include_breaks(self) -> None:
        """A template whose include breaks keeps its last good state."""
        core = cfg_core(
            self, {"etc/a/a.jinja2": "{% include 'i' %}", "etc/a/i.jinja2_include": "",
                   "etc/b/b.jinja2": "{% include 'i.jinja2_include' %}",
                   "etc/b/i.jinja2_include": "part {{ name }} {{ path }}\n"},
        )  # fmt: skip
        self.assertEqual(bound(core, "/etc/b").text, "part /etc/b /etc/b\n")
        change(core, {"Cfg/etc/b/i.jinja2_include": "{% if"})
        self.assertEqual(bound(core, "/etc/b").text, "part /etc/b /etc/b\n")
        self.assertIn("Error rendering /etc/a: ", failure(core, "/etc/a"))

    def test_syntax(self) -> None:
        """A template that cannot be read fails its path."""
        reason, log = self.said({"etc/a/a.jinja2": "x\n{% if %}"})
        self.assertEqual(reason, "Failed to load template REPO/Cfg/etc/a/a.jinja2")
        self.assertIn("a.jinja2:2: ", log)

    def test_missing(self) -> None:
        """Without Jinja2 the path fails with the sentence that names the extra."""
        without(self, "jinja2", "bcfg2tw.engine.plugins.cfg.templates.jinja2_text")
        reason, _ = self.said({"etc/a/a.jinja2": "x"})
        self.assertEqual(reason, "REPO/Cfg/etc/a/a.jinja2 needs Jinja2: install bcfg2tw[jinja2]")


class CheetahTests(Failures):
    if importlib.util.find_spec("Cheetah") is None:
        skip = "the Python package ct3 is not installed"

    def test_failure(self) -> None:
        """What a template raises is told as it is, and logged with the line."""
        reason, log = self.said({"etc/a/a.cheetah": "x\n#if 1\n$nothing\n#end if\n"})
        self.assertEqual(reason, "cannot find 'nothing'")
        self.assertIn("REPO/Cfg/etc/a/a.cheetah:3: cannot find 'nothing'", log)

    def test_syntax(self) -> None:
        """A template that cannot be compiled fails with the reason."""
        reason, log = self.said({"etc/a/a.cheetah": "#if 1\nx\n"})
        self.assertIn("missing their corresponding #end ___ tag: if", reason)
        self.assertIn("a.cheetah:", log)

    def test_comprehension(self) -> None:
        """Expressions in a comprehension see the variables around it, as in Python 2."""
        text = (
            "#set $own = 2\n#for $outer in [1]\n"
            "$sum([[$x * $own * $outer for $x in [1, 2] if $self.name][-1] for y in [1, 2]]) $own\n"
            "#end for\n"
        )
        core = cfg_core(self, {"etc/a/a.cheetah": text})
        self.assertEqual(bound(core, "/etc/a").text, "8 2\n")

    def test_python_2(self) -> None:
        """Python 2 in a template is named."""
        reason, _ = self.said({"etc/a/a.cheetah": "x\n<% print 'x' %>\n"})
        self.assertIn("`print x` is `print(x)` in Python 3", reason)

    def test_missing(self) -> None:
        """Without Cheetah the path fails with the sentence that names the extra."""
        without(self, "Cheetah", "bcfg2tw.engine.plugins.cfg.templates.cheetah_text")
        reason, _ = self.said({"etc/a/a.cheetah": "x"})
        self.assertEqual(reason, "REPO/Cfg/etc/a/a.cheetah needs Cheetah: install bcfg2tw[cheetah]")


class Absent:
    """Finds nothing of some packages, as if they were not installed."""

    packages: ClassVar[set[str]] = set()

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> None:
        """Refuse the packages."""
        if name.partition(".")[0] in cls.packages:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def without(case: SynchronousTestCase, package: str, user: str) -> None:
    """Make a package, and the module that uses it, as if it was not installed."""
    hidden = {
        name: module
        for name, module in sys.modules.items()
        if name == user or name.partition(".")[0] == package
    }
    for name in hidden:
        del sys.modules[name]
    case.patch(Absent, "packages", {package})
    sys.meta_path.insert(0, Absent)
    case.addCleanup(restore, hidden)


def restore(modules: dict[str, ModuleType]) -> None:
    """Undo what `without` did."""
    sys.meta_path.remove(Absent)
    sys.modules.update(modules)


def secret(text: str, passphrase: str = "zwei") -> bytes:
    """Return the content of an encrypted file."""
    return encrypt(text.encode(), passphrase)


class EncryptedTests(SynchronousTestCase):
    def test_decrypted(self) -> None:
        """Encrypted files and templates are decrypted, whatever the order of extensions."""
        core = cfg_core(
            self,
            {
                "etc/a/a.crypt": secret("plain", "one"),
                "etc/b/b.genshi.crypt": secret("${1 + 1}"),
                "etc/c/c.crypt.genshi": secret("${1 + 2}"),
                "etc/d/d.jinja2.crypt": secret("{{ 2 + 2 }}"),
                "etc/e/e.crypt.cheetah": secret("$(2 + 3)"),
            },
            **SECRETS,
        )
        texts = [bound(core, f"/etc/{name}").text for name in "abcde"]
        self.assertEqual(texts, ["plain", "2", "3", "4", "5"])

    def test_not_decrypted(self) -> None:
        """What cannot be decrypted fails its path, strict or lax; nothing else is served."""
        for lax in (False, True):
            core = cfg_core(
                self,
                {"etc/a/a.G10_web.crypt": b"no ciphertext", "etc/a/a": "for all",
                 "etc/b/b.genshi.crypt": b"no ciphertext"},
                lax_decryption=lax, **SECRETS,
            )  # fmt: skip
            self.assertEqual(
                failure(core, "/etc/a"),
                "bind error: Cfg: Error rendering /etc/a: "
                "Failed to decrypt REPO/Cfg/etc/a/a.G10_web.crypt",
            )
            self.assertIn("Failed to decrypt", failure(core, "/etc/b"))
            self.assertIs(bound(core, "/etc/a").text, None)
            self.assertEqual(bound(core, "/etc/a").get("type"), "file")

    def test_later(self) -> None:
        """A file that cannot be decrypted any more is not served with its older content."""
        core = cfg_core(self, {"etc/a/a.crypt": secret("good")}, **SECRETS)
        change(core, {"Cfg/etc/a/a.crypt": b"damaged"})
        self.assertIn("Failed to decrypt", failure(core, "/etc/a"))
        change(core, {"Cfg/etc/a/a.crypt": secret("again")})
        self.assertEqual(bound(core, "/etc/a").text, "again")

    def test_broken_template(self) -> None:
        """An encrypted template that breaks keeps its last good state."""
        core = cfg_core(self, {"etc/a/a.genshi.crypt": secret("good")}, **SECRETS)
        change(core, {"Cfg/etc/a/a.genshi.crypt": secret("${1 +}")})
        self.assertEqual(bound(core, "/etc/a").text, "good")

    def test_line(self) -> None:
        """A failure in an encrypted template is logged with the line of its text."""
        core = cfg_core(self, {"etc/a/a.genshi.crypt": secret("a\nb\n${nothing}")}, **SECRETS)
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            failure(core, "/etc/a")
        self.assertIn("a.genshi.crypt:3: ", logged.output[0])
