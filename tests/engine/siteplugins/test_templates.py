"""Templates and helpers that import upstream's names."""

from __future__ import annotations

import importlib
import sys

from tests.builders import CLIENT, bundle_of
from tests.engine.siteplugins.cases import SitePluginTestCase, bound

GENSHI = """\
{% python
from Bcfg2.Server.Plugin import PluginExecutionError
import Bcfg2.Options
def repository():
    import Bcfg2.Options as options
    return options.setup.repository
%}\
${repository() == Bcfg2.Options.setup.repository} $metadata.hostname
"""

CHEETAH = """\
#import Bcfg2.Options
#from Bcfg2.Compat import u_str
$Bcfg2.Options.setup.encoding $u_str('x')
"""

HELPER = """\
from Bcfg2.Server.Encryption import ssl_encrypt, bruteforce_decrypt, EVPError
from Bcfg2.Server.Plugins.Metadata import ClientMetadata

__export__ = ["secret", "is_client"]


def secret(text):
    import Bcfg2.Options
    return bruteforce_decrypt(ssl_encrypt(text, Bcfg2.Options.setup.passphrases["key"]))


def is_client(metadata):
    return isinstance(metadata, ClientMetadata)
"""

BY_HAND = """\
{% python
import importlib
from importlib import import_module
def repository():
    return import_module("Bcfg2.Options").setup.repository
setups = [importlib.import_module("Bcfg2.Options").setup, __import__("Bcfg2.Options").Options.setup]
%}\
${[setup.repository == repository() for setup in setups]} \
${__import__("Bcfg2.Options").Options.setup.repository == repository()} \
${import_module("json").dumps(importlib.util.find_spec("json").name)}
"""

CHEETAH_BY_HAND = """\
#import importlib
#from importlib import import_module
$importlib.import_module('Bcfg2.Options').setup.encoding \
$import_module('Bcfg2.Compat').u_str('x') $__import__('Bcfg2.Options').Options.setup.encoding
"""

HELPER_BY_HAND = """
import importlib, importlib.util

__export__ = ["spellings"]

OPTIONS = importlib.import_module("Bcfg2.Options")


def spellings():
    import Bcfg2.Options
    modules = [OPTIONS, importlib.import_module(".Options", "Bcfg2"),
               importlib.import_module("..Options", package="Bcfg2.Server"),
               __import__("Bcfg2.Options").Options, importlib.__import__("Bcfg2.Options").Options]
    return [module is Bcfg2.Options for module in modules]
"""


class TemplateTests(SitePluginTestCase):
    def test_genshi(self) -> None:
        """A text template imports them, in its functions as well, while it is rendered."""
        contents = {"Bundler/b.xml": bundle_of("/x"), "Cfg/x/x.genshi": GENSHI}
        for is_random in (True, False):
            core = self.core_with(contents, python2_random=is_random)
            self.assertEqual(bound(core, "Path", "/x").text, f"True {CLIENT}\n")

    def test_cheetah(self) -> None:
        """A template of Cheetah imports them."""
        contents = {"Bundler/b.xml": bundle_of("/x"), "Cfg/x/x.cheetah": CHEETAH}
        self.assertEqual(bound(self.core_with(contents), "Path", "/x").text, "UTF-8 x\n")

    def test_helper(self) -> None:
        """A helper imports them when it is read, and in its functions."""
        template = "${metadata.TemplateHelper['h'].secret('s')} "
        template += "${metadata.TemplateHelper['h'].is_client(metadata)}"
        contents = {
            "Bundler/b.xml": bundle_of("/x"),
            "Cfg/x/x.genshi": template,
            "TemplateHelper/h.py": HELPER,
        }
        core = self.core_with(contents, passphrases={"key": "secret"})
        self.assertEqual(bound(core, "Path", "/x").text, "s True")

    def test_bundle(self) -> None:
        """A bundle that is a template imports them."""
        bundle = (
            '<Bundle xmlns:py="http://genshi.edgewall.org/"><?python\n'
            "import Bcfg2.version\n?>"
            '<BoundPath name="/${Bcfg2.version.__version__}"/></Bundle>'
        )
        core = self.core_with({"Bundler/b.xml": bundle})
        self.assertIsNotNone(bound(core, "Path", "/1.4.0pre2"))

    def test_by_hand(self) -> None:
        """`import_module` and `__import__` find what an `import` statement finds."""
        contents = {
            "Bundler/b.xml": bundle_of("/x", "/y", "/z"),
            "Cfg/x/x.genshi": BY_HAND,
            "Cfg/y/y.cheetah": CHEETAH_BY_HAND,
            "Cfg/z/z.genshi": "${metadata.TemplateHelper['h'].spellings()}",
            "TemplateHelper/h.py": HELPER_BY_HAND,
        }
        for is_random in (True, False):
            core = self.core_with(contents, python2_random=is_random)
            self.assertEqual(bound(core, "Path", "/x").text, 'TrueTrue True "json"\n')
            self.assertEqual(bound(core, "Path", "/y").get("failure"), None)
            self.assertEqual(bound(core, "Path", "/y").text, "UTF-8 x UTF-8\n")
            self.assertEqual(bound(core, "Path", "/z").text, "True" * 5)
        self.assertIs(sys.modules["importlib"], importlib)
