"""`run.py`, the README's two commands: what it says when something is missing."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import twistd

SCRIPT = Path(__file__).parents[1] / "run.py"


class RunTests(SynchronousTestCase):
    """Each test has a checkout of its own, with hardly anything in it."""

    def setUp(self) -> None:
        self.checkout = Path(self.mktemp()).absolute()
        self.checkout.mkdir()
        self.script = Path(shutil.copy(SCRIPT, self.checkout))
        for name in ("setup.cfg", "pyproject.toml", "README.md"):
            (self.checkout / name).write_text("")

    def module(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("run_of_test", self.script)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def run_script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(self.script), *arguments], capture_output=True, text=True
        )

    def test_usage(self) -> None:
        """Without a command, or with an unknown one, it says which there are."""
        for arguments in ((), ("install",)):
            ended = self.run_script(*arguments)
            self.assertEqual(ended.returncode, 2)
            self.assertIn("python3 run.py serve ", ended.stderr)
            self.assertIn("python3 run.py test ", ended.stderr)

    def test_unsuitable_python(self) -> None:
        """A Python that is not among the supported ones is named together with these."""
        module = self.module()
        self.patch(module, "VERSIONS", ())
        error = self.assertRaises(module.Missing, module.suitable_python)
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        self.assertEqual(
            str(error),
            f"Python 3.10 to 3.14 is needed, and this is {version}: install one of them",
        )

    def test_failing_command(self) -> None:
        """A command that fails is printed before it runs and named in one line after it."""
        python = self.checkout / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.symlink_to("/bin/false")
        ended = self.run_script("test")
        command = f"{python} -m pip install --quiet --disable-pip-version-check -e .[test]"
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stdout, f"+ {command}\n")
        self.assertEqual(ended.stderr, f"run.py: '{command}' failed, see above\n")

    def test_nothing_changed(self) -> None:
        """What is installed already is not installed again until setup.cfg changes."""
        python = self.checkout / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.symlink_to("/bin/echo")
        self.assertIn("pip install", self.run_script("test").stdout)
        self.assertNotIn("pip install", self.run_script("test").stdout)
        (self.checkout / "setup.cfg").write_text("[options]\n")
        self.assertIn("pip install", self.run_script("test").stdout)


class InstallationTests(SynchronousTestCase):
    """The environment that these tests run in, made by `run.py` or by hand."""

    def test_plugin(self) -> None:
        """From any folder, twistd finds `bcfg2-core`, though Twisted has a twisted/plugins, too."""
        elsewhere = self.mktemp()
        Path(elsewhere).mkdir()
        ended = subprocess.run(twistd("--help"), cwd=elsewhere, capture_output=True, text=True)
        self.assertIn("bcfg2-core ", ended.stdout)

    def test_demonstration(self) -> None:
        """From any folder, `bcfg2tw init` finds the files of its site."""
        elsewhere = Path(self.mktemp())
        elsewhere.mkdir()
        code = "from bcfg2tw.cli import main; main()"
        subprocess.run(
            [sys.executable, "-c", code, "init", "site"],
            cwd=elsewhere,
            check=True,
            capture_output=True,
        )
        self.assertTrue((elsewhere / "site/repository/Rules").is_dir())
