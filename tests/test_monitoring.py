"""The alerts and the dashboard in `contrib/monitoring`: they ask for what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.admin.families import CALL_LABELS, FAMILIES, exported_names
from bcfg2tw.calls.call_record import ANSWERED, FAULT, LEFT, REFUSED, RESULTS

FOLDER = Path(__file__).parents[1] / "contrib/monitoring"
ALERTS = FOLDER / "bcfg2tw-alerts.yml"

#: What Prometheus adds by itself.
TARGET_LABELS = {"instance", "job", "le"}


def rules() -> list[dict[str, Any]]:
    """Return the rules for alerts."""
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    alerts: list[dict[str, Any]] = group["rules"]
    return alerts


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    content: dict[str, Any] = json.loads((FOLDER / "bcfg2tw-dashboard.json").read_text())
    return content


def expressions() -> Iterator[str]:
    """Yield all that is asked for."""
    yield from (rule["expr"] for rule in rules())
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


class MonitoringTests(SynchronousTestCase):
    def test_names(self) -> None:
        """Alerts and dashboard ask for metrics and labels that a server has, and by its words."""
        labels = {*CALL_LABELS, *TARGET_LABELS, "process"}
        labels.update(label for family in FAMILIES for label in family.labels)
        results = {ANSWERED, FAULT, LEFT, REFUSED, *RESULTS.values()}
        asked = set()
        for expression in expressions():
            asked |= set(re.findall(r"\bbcfg2_\w+", expression))
            for names in re.findall(r"(?:by|ignoring) \(([^)]*)\)", expression):
                self.assertLessEqual(set(re.split(r",\s*", names)), labels, expression)
            for words in re.findall(r'result[!=~]+"([^"]*)"', expression):
                self.assertLessEqual(set(words.split("|")), results, expression)
        self.assertEqual(asked - exported_names(), set())
        self.assertGreater(len(asked), 20)

    def test_alerts(self) -> None:
        """Each alert has a name of its own, a severity, and a sentence."""
        names = [rule["alert"] for rule in rules()]
        self.assertEqual(len(set(names)), len(names))
        for rule in rules():
            self.assertIn(rule["labels"]["severity"], ("warning", "critical"))
            self.assertTrue(rule["annotations"]["summary"])

    def test_dashboard(self) -> None:
        """Its panels have numbers of their own, and do not lie upon each other."""
        panels = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        cells = [
            (column, line)
            for place in (panel["gridPos"] for panel in panels)
            for column in range(place["x"], place["x"] + place["w"])
            for line in range(place["y"], place["y"] + place["h"])
        ]
        self.assertEqual(len(set(cells)), len(cells))
        self.assertLess(max(column for column, _ in cells), 24)

    def test_configuration(self) -> None:
        """The example of a configuration names the file of alerts."""
        configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
        self.assertEqual(configuration["rule_files"], [ALERTS.name])

    def test_promtool(self) -> None:
        """Prometheus understands the alerts."""
        ended = subprocess.run(
            ["promtool", "check", "rules", str(ALERTS)], capture_output=True, text=True
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    if shutil.which("promtool") is None:
        test_promtool.skip = "promtool is not installed"  # type: ignore[attr-defined]  # this is trial's way
