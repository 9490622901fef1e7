"""Which code of templates is known to depend on its client and the repository alone."""

from __future__ import annotations

import ast

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.templates.dependence import depends_on_client_alone

KNOWN = (
    "metadata.hostname",
    "metadata.hostname.split('.')[0].upper() + ':' + str(len(metadata.groups))",
    "sorted(g for g in metadata.groups if g.startswith('a'))",
    "[x for x in metadata.Properties['a.xml'].xdata.findall('X') if x.get('n') == name]",
    "metadata.Probes['p'].json['a'][1:]",
    "'web' in metadata.groups and not metadata.inGroup('db')",
    "', '.join(map(str, sorted({1: 2, 3: 4}.items(), key=lambda pair: pair[1])))",
    "f'{metadata.hostname:>20}'",
    "'%s-%d' % (path, 1 + 2 * 3)",
    "a = b = 1\nfor x in range(3):\n    y = x if x else 1",
)
UNKNOWN = (
    "import time",
    "from os import environ",
    "__import__('os').environ",
    "open('/etc/motd').read()",
    "metadata.query.all()",
    "metadata.query.names_by_groups(['a'])",
    "metadata.snapshot.plugins",
    "metadata.build.effects",
    "metadata.TemplateHelper['a'].f()",
    "metadata.Packages",
    "metadata.Properties['a.xml'].write()",
    "metadata.group_in_category('a')",
    "metadata.__class__",
    "'{0.query}'.format(metadata)",
    "getattr(metadata, 'query')",
    "eval('1')",
    "id(metadata)",
    "hash(metadata.hostname)",
    "vars()",
    "print('a')",
    "metadata.groups.add('a')",
    "names = metadata.groups\nnames |= {'a'}",
    "metadata.categories['a'] = 'b'",
    "metadata.hostname = 'a'",
    "a, metadata.hostname = 1, 2",
    "del metadata.groups",
    "x = []\nx.append(1)",
    "(lambda: 1)()",
    "names[0]()",
    "def f():\n    return 1",
    "class A:\n    pass",
    "try:\n    1\nexcept Exception:\n    pass",
    "with a as b:\n    pass",
    "global a",
    "random.random()",
    "(x := 1)",
)


class DependenceTests(SynchronousTestCase):
    def test_known(self) -> None:
        """Code that reads a client's data and computes depends on nothing else."""
        for code in KNOWN:
            self.assertTrue(depends_on_client_alone(ast.parse(code)), code)

    def test_unknown(self) -> None:
        """Code that reaches, or changes, anything else may depend on anything."""
        for code in UNKNOWN:
            self.assertFalse(depends_on_client_alone(ast.parse(code)), code)
