"""Random numbers in templates: what is seeded is what it was with Python 2."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import CLIENT, Contents, a_core, bundle_of
from tests.engine.plugins.cfg.test_choice import bound

#: What Python 2.7 draws first from 0 to 59 for the client's name, and the hash of "a".
MINUTE = "52"
HASH = "12416037344"

HELPER = (
    "import random\n__export__ = ['minute', 'number', 'hashed']\n\n"
    "def minute(host):\n    random.seed(host)\n    return random.randint(0, 59)\n"
    "def number():\n    return random.getrandbits(100)\n"
    "def hashed(text):\n    return hash(text)\n"
)


class TemplateTests(SynchronousTestCase):
    def text(self, extension: str, template: str, **settings: bool) -> str:
        """Return what the client gets of a template."""
        contents: Contents = {
            "Bundler/b.xml": bundle_of("/etc/a"),
            f"Cfg/etc/a/a.{extension}": template,
            "TemplateHelper/h.py": HELPER,
        }
        return (bound(a_core(self, contents, **settings), "/etc/a").text or "").strip()

    def test_genshi(self) -> None:
        """Blocks, functions in them, expressions and every way of importing."""
        seed = "{% python\nimport random\nrandom.seed(metadata.hostname)\n%}"
        for template in (
            seed + "${random.randint(0, 59)}",
            "{% python\nfrom random import seed, randint as draw\nseed(metadata.hostname)\n%}"
            "${draw(0, 59)}",
            "{% python\nfrom random import *\nseed(metadata.hostname)\n%}${randint(0, 59)}",
            seed + "${__import__('random').randint(0, 59)}",
            "{% python\ndef f(name):\n    import random as r\n    r.seed(name)\n"
            "    return r.randint(0, 59)\n%}{% if True %}${f(metadata.hostname)}{% end %}",
        ):
            self.assertEqual(self.text("genshi", template), MINUTE)
        self.assertEqual(self.text("genshi", "${hash('a')}"), HASH)

    def test_cheetah(self) -> None:
        """The same for Cheetah."""
        seed = "#silent $seed($self.metadata.hostname)\n"
        template = f"#import random\n#from random import seed\n{seed}$random.randint(0, 59)"
        self.assertEqual(self.text("cheetah", template), MINUTE)
        self.assertEqual(self.text("cheetah", "$hash('a')"), HASH)

    def test_helpers(self) -> None:
        """Modules of TemplateHelper, which is also how Jinja2 and its filter get at seeds."""
        for extension, template in (
            ("genshi", "${metadata.TemplateHelper['h'].minute(metadata.hostname)}"),
            ("jinja2", "{{ metadata.TemplateHelper.h.minute(metadata.hostname) }}"),
            ("cheetah", "$self.metadata.TemplateHelper['h'].minute($self.metadata.hostname)"),
        ):
            self.assertEqual(self.text(extension, template), MINUTE)
        helper = "{{ metadata.TemplateHelper.h.%s }}"
        self.assertEqual(self.text("jinja2", helper % "hashed('a')"), HASH)
        seed = helper % "minute(metadata.hostname)"
        self.assertEqual(self.text("jinja2", seed + "{{ 'abcdefghijkl' | random }}"), "52d")

    def test_bundle(self) -> None:
        """Templated bundles."""
        code = f"<?python\nimport random\nrandom.seed('{CLIENT}')\n?>"
        bundle = (
            f'<Bundle xmlns:py="http://genshi.edgewall.org/">{code}'
            '<BoundService name="s" minute="${random.randint(0, 59)}"/></Bundle>'
        )
        config = a_core(self, {"Bundler/b.xml": bundle}).BuildConfiguration(CLIENT)
        self.assertEqual(next(config.iter("Service")).get("minute"), MINUTE)

    def test_unseeded(self) -> None:
        """What is not seeded is random, also where another template has seeded."""
        contents: Contents = {
            "Bundler/b.xml": bundle_of("/etc/a", "/etc/b"),
            "Cfg/etc/a/a.genshi": "${metadata.TemplateHelper['h'].minute('x')}",
            "Cfg/etc/b/b.genshi": "${metadata.TemplateHelper['h'].number()}",
            "TemplateHelper/h.py": HELPER,
        }
        core = a_core(self, contents)
        numbers = set()
        for _ in range(3):
            bound(core, "/etc/a")
            numbers.add(bound(core, "/etc/b").text)
        self.assertEqual(len(numbers), 3)

    def test_today(self) -> None:
        """An option gives today's results."""
        template = "${metadata.TemplateHelper['h'].minute(metadata.hostname)} ${hash('a')}"
        minute, number = self.text("genshi", template, python2_random=False).split()
        self.assertEqual((minute, number), ("19", str(hash("a"))))
