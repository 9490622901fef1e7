"""`bcfg2tw explain`: the pattern or the probe that has given a group."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.builders import write_files
from tests.cli.explain.test_command import ExplainTestCase

DB = "db.example.test"

PATTERNS = """\
<GroupPatterns xmlns:xi="http://www.w3.org/2001/XInclude">
  <GroupPattern>
    <NamePattern>^db</NamePattern>
    <NameRange>db[[1-9]]</NameRange>
    <Group>linux</Group>
    <Group>both</Group>
  </GroupPattern>
  <GroupPattern>
    <NamePattern>^(\\w+)[.]example</NamePattern>
    <Group>both</Group>
    <Group>role-$1</Group>
  </GroupPattern>
  <xi:include href="more.xml"/>
</GroupPatterns>
"""

MORE = """\
<GroupPatterns>

  <GroupPattern><NamePattern>test$</NamePattern><Group>tested</Group></GroupPattern>
</GroupPatterns>
"""

SCRIPTS = {
    "Probes/os": "#!/bin/sh\n# echo group:tape\nuname\necho group:linux\n",
    "Probes/site": "#!/bin/sh\nprintf 'group: here\\n'\necho group:both\n",
    "Probes/rack": "#!/bin/sh\ncat /etc/rack\necho group:both\n",
    "Probes/rack.H_web1.example.test": "#!/bin/sh\necho group:webrack\n",
}


class PatternTests(ExplainTestCase):
    def setUp(self) -> None:
        super().setUp()
        files = {"GroupPatterns/config.xml": PATTERNS, "GroupPatterns/more.xml": MORE}
        write_files(str(self.folder / "repository"), files)

    def test_pattern(self) -> None:
        """The pattern that matches and its line, also of an included file."""
        text = self.text(DB)
        for lines in (
            "  linux\n    the pattern ^db of GroupPatterns matches its name, "
            "GroupPatterns/config.xml:3\n",
            "  role-db\n    the pattern ^(\\w+)[.]example of GroupPatterns matches its name, "
            "GroupPatterns/config.xml:9\n",
            "  tested\n    the pattern test$ of GroupPatterns matches its name, "
            "GroupPatterns/more.xml:3\n",
        ):
            self.assertIn(lines, text)

    def test_several(self) -> None:
        """Each of several patterns that match is named."""
        self.assertIn(
            "  both\n"
            "    the pattern ^db of GroupPatterns matches its name, GroupPatterns/config.xml:3\n"
            "    the pattern ^(\\w+)[.]example of GroupPatterns matches its name, "
            "GroupPatterns/config.xml:9\n",
            self.text(DB),
        )

    def test_json(self) -> None:
        """Pattern and place as values."""
        steps = json.loads(self.text(DB, "--json"))["steps"]
        (step,) = (step for step in steps if step["group"] == "role-db")
        self.assertEqual(step["because"], ["pattern ^(\\w+)[.]example"])
        self.assertEqual(step["place"], "GroupPatterns/config.xml:9")


class ProbeTests(ExplainTestCase):
    def setUp(self) -> None:
        super().setUp()
        write_files(str(self.folder / "repository"), SCRIPTS)

    def answered(self, data: Mapping[str, str], *groups: str) -> None:
        """Keep what the probes of a client said."""
        probes = "".join(f'<Probe name="{name}" value="{text}"/>' for name, text in data.items())
        names = "".join(f'<Group name="{group}"/>' for group in groups)
        text = f'<Probed><Client name="{DB}" timestamp="7">{probes}{names}</Client></Probed>'
        write_files(str(self.folder / "repository"), {"Probes/probed.xml": text})

    def test_single_probe(self) -> None:
        """Where one probe alone has answered, it is the one, whatever its script looks like."""
        self.answered({"rack": "7"}, "rack-7", "both")
        text = self.text(DB)
        for group in ("rack-7", "both"):
            line = f"  {group}\n    the answer of its probe rack names it (Probes)"
            self.assertIn(line, text)

    def test_by_scripts(self) -> None:
        """Where several have answered, the only script that writes the group is named."""
        self.answered({"os": "", "rack": "7", "site": ""}, "linux", "here", "both", "webrack")
        text = self.text(DB)
        judged = "an answer of its probes names it, to judge by the scripts that of"
        self.assertIn(f"  linux\n    {judged} os (Probes), Probes/os:4\n", text)
        self.assertIn(f"  here\n    {judged} site (Probes), Probes/site:2\n", text)
        for group in ("both", "webrack"):
            self.assertIn(f"  {group}\n    an answer of its probes names it (Probes)\n", text)

    def test_unanswered(self) -> None:
        """The script of a probe that has not answered does not count."""
        self.answered({"rack": "7", "other": ""}, "both", "linux")
        text = self.text(DB)
        judged = "an answer of its probes names it, to judge by the scripts that of"
        self.assertIn(f"  both\n    {judged} rack (Probes), Probes/rack:3\n", text)
        self.assertIn(f"  linux\n    {judged} rack (Probes), Probes/rack:3\n", text)

    def test_supposed(self) -> None:
        """What is supposed is told apart from what was really said."""
        self.answered({"rack": "7"}, "both")
        text = self.text(DB, "--with-probe=os=group:linux\\ngroup:both")
        supposed = "the answer that its probe os is supposed to give names it (--with-probe)\n"
        self.assertIn(f"  linux\n    {supposed}bundles", text)
        self.assertIn(
            f"  both\n    {supposed}    the answer of its probe rack names it (Probes)", text
        )
