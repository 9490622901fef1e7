"""`run.py`: its commands, what it says when something is missing, and what it leads to."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import environment, twistd

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
        error = self.assertRaises(module.Missing, module.suitable_python, ((2, 1), (2, 0)))
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        self.assertEqual(
            str(error),
            f"Python 2.0 to 2.1 is needed, and this is {version}: install one of them",
        )

    def link(self, *programs: str, to: str) -> None:
        """Have programs of the environment be another one."""
        folder = self.checkout / ".venv/bin"
        folder.mkdir(parents=True)
        for program in programs:
            (folder / program).symlink_to(to)

    def commands(self, *arguments: str) -> list[str]:
        """Return the commands that the script runs, without those that install."""
        lines = self.run_script(*arguments).stdout.splitlines()
        folder = f"+ {self.checkout}/.venv/bin/"
        printed = [line.removeprefix(folder) for line in lines if line.startswith(folder)]
        return [line for line in printed if "pip install" not in line]

    def test_failing_command(self) -> None:
        """A command that fails is printed before it runs and named in one line after it."""
        self.link("python", to="/bin/false")
        ended = self.run_script("test")
        python = self.checkout / ".venv/bin/python"
        command = f"{python} -m pip install --quiet --disable-pip-version-check -e .[test]"
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stdout, f"+ {command}\n")
        self.assertEqual(ended.stderr, f"run.py: '{command}' failed, see above\n")

    def test_nothing_changed(self) -> None:
        """What is installed already is not installed again until setup.cfg changes."""
        self.link("python", to="/bin/echo")
        self.assertIn("pip install", self.run_script("test").stdout)
        self.assertNotIn("pip install", self.run_script("test").stdout)
        (self.checkout / "setup.cfg").write_text("[options]\n")
        self.assertIn("pip install", self.run_script("test").stdout)

    def test_more_than_enough(self) -> None:
        """What is installed for one command is enough for one that needs less, but not for more."""
        self.link("python", "mypy", to="/bin/echo")
        self.assertIn("-e .[test]", self.run_script("test").stdout)
        self.assertIn("-e .[dev]", self.run_script("types").stdout)
        self.assertNotIn("pip install", self.run_script("test").stdout)

    def test_tests(self) -> None:
        """All tests, the quick ones or named ones are run; other options are trial's."""
        self.link("python", to="/bin/echo")
        for given, passed_on in (
            ("", "-j2 tests"),
            ("--quick", "-j2 tests.quick"),
            ("--quick -j4", "-j4 tests.quick"),
            ("tests.test_core", "tests.test_core"),
        ):
            self.assertEqual(
                self.commands("test", *given.split()), [f"python -m twisted.trial {passed_on}"]
            )

    def test_lint(self) -> None:
        """Style and format are checked, or set right."""
        self.link("python", "ruff", to="/bin/echo")
        self.assertEqual(self.commands("lint"), ["ruff check .", "ruff format --check ."])
        self.assertEqual(self.commands("lint", "--fix"), ["ruff check --fix .", "ruff format ."])

    def test_docs_and_types(self) -> None:
        """A warning fails the documentation; mypy takes its options from pyproject.toml."""
        self.link("python", "mypy", to="/bin/echo")
        self.assertEqual(
            self.commands("docs"), ["python -m sphinx -W --keep-going -q docs docs/_build"]
        )
        self.assertEqual(self.commands("types"), ["mypy"])

    def test_lowest_versions(self) -> None:
        """Constraints are made of what setup.cfg demands at least, markers kept."""
        module = self.module()
        (self.checkout / "setup.cfg").write_text(
            "[options]\ninstall_requires =\n    # a reason\n    Twisted[tls]>=24.7\n"
            "[options.extras_require]\nzstd =\n    backports.zstd>=1.0; python_version < '3.14'\n"
            "all =\n    %(zstd)s\n"
        )
        self.assertEqual(
            module.lowest_versions(),
            ["Twisted==24.7", "backports.zstd==1.0;python_version<'3.14'"],
        )

    def test_no_lowest_version(self) -> None:
        """A requirement that says no lowest version is refused."""
        module = self.module()
        error = self.assertRaises(module.Missing, module.lowest_version, "lxml<6")
        self.assertEqual(str(error), "setup.cfg: 'lxml<6' has to be NAME>=VERSION")


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


class TerminalTests(SynchronousTestCase):
    """The output of the tests themselves."""

    def test_no_log(self) -> None:
        """What the engine logs is in a file below the test's name, and not in the terminal."""
        folder = Path(self.mktemp()).absolute()
        test = "tests.engine.plugins.test_rules.RulesTests.test_nameless"
        command = [sys.executable, "-m", "twisted.trial", "--temp-directory", str(folder), test]
        ended = subprocess.run(
            command, cwd=SCRIPT.parent, env=environment(), capture_output=True, text=True
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertNotIn("Failed to bind", ended.stdout)
        heading, *lines = (folder / "engine.log").read_text().splitlines()
        self.assertEqual(heading, f"--> {test} <--")
        self.assertIn("Failed to bind", "\n".join(lines))
