"""Files that could not be read since the start: nobody is served less for it in silence."""

from __future__ import annotations

import os
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import (
    Bcfg2Error,
    CriticalError,
    NotServing,
    PluginExecutionError,
    ValidationError,
)
from tests.builders import CLIENT, a_core, address, change, configuration
from tests.logs import CapturedLog

BROKEN = "<A>\n"

Call = Callable[[NetworkCore], object]


def get_configuration(core: NetworkCore) -> object:
    """Ask for the client's configuration."""
    return serialise(configuration(core))


def get_probes(core: NetworkCore) -> object:
    """Ask for the client's probes."""
    return core.GetProbes(address())


def get_whitelist(core: NetworkCore) -> object:
    """Ask for the client's list of decisions."""
    return core.GetDecisionList(address(), "whitelist")


def get_groups(core: NetworkCore) -> object:
    """Ask for the client's groups."""
    return sorted(core.build_metadata(CLIENT).groups)


#: What each file says when it is right, who needs it, and what becomes of the call without it.
FILES: dict[str, tuple[str, Call, type[Bcfg2Error]]] = {
    "Defaults/a.xml": ("<Defaults priority='0'/>", get_configuration, ValidationError),
    "Deps/a.xml": ("<Dependencies priority='0'/>", get_configuration, ValidationError),
    "GroupPatterns/config.xml": ("<GroupPatterns/>", get_groups, PluginExecutionError),
    "GroupLogic/groups.xml": ("<GroupLogic/>", get_groups, PluginExecutionError),
    "FileProbes/config.xml": ("<FileProbes/>", get_probes, CriticalError),
    "Decisions/whitelist.xml": ("<Decisions/>", get_whitelist, NotServing),
}


class NeverReadableTests(SynchronousTestCase):
    """What a client is told while nobody knows what a file says."""

    def test_broken(self) -> None:
        """The call fails with file and line, no traceback is logged, and repair is all it takes."""
        for file, (right, call, kind) in FILES.items():
            log = CapturedLog(self)
            core = a_core(self, {file: BROKEN})
            failure = self.assertRaises(kind, call, core)
            self.assertIn(f"{file}:2: ", str(failure))
            self.assertTrue(any(f"{file}:2: " in line for line in log.lines), log.lines)
            self.assertNotIn("Traceback", "".join(log.lines))
            change(core, {file: right})
            call(core)

    def test_new(self) -> None:
        """A file that comes later and is broken leaves what there was without it in service."""
        for file, (right, call, _) in FILES.items():
            other = f"{os.path.dirname(file)}/readme"
            core = a_core(self, {other: ""})
            os.unlink(os.path.join(core.settings.repository, other))
            before = call(core)
            log = CapturedLog(self)
            change(core, {file: BROKEN})
            self.assertEqual(call(core), before, file)
            self.assertTrue(any(f"{file}:2: " in line for line in log.lines), log.lines)
            change(core, {file: right})
            call(core)

    def test_nagios(self) -> None:
        """The description of a host without the site's options is not written."""
        bundle = "<Bundle><Path name='/etc/nagiosgen.status'/></Bundle>"
        clients = '<Clients><Client name="localhost" profile="all"/></Clients>'
        core = a_core(
            self,
            {
                "NagiosGen/config.xml": BROKEN,
                "Bundler/a.xml": bundle,
                "Metadata/clients.xml": clients,
            },
        )
        self.assertIn("NagiosGen/config.xml:2: ", serialise(configuration(core, "localhost")))


class MeantProfileTests(SynchronousTestCase):
    """Profiles that are a group but for case and blanks."""

    def test_refused(self) -> None:
        """They are a fault from the start, with file and line and the name that was meant."""
        for profile in ("All", "all ", " ALL"):
            clients = f'<Clients>\n<Client name="{CLIENT}" profile="{profile}"/></Clients>'
            core = a_core(self, {"Metadata/clients.xml": clients})
            failure = self.assertRaises(CriticalError, core.build_metadata, CLIENT)
            self.assertIn("Metadata/clients.xml:2: profile ", str(failure))
            self.assertTrue(str(failure).endswith("is no group: did you mean all?"), str(failure))

    def test_others(self) -> None:
        """Any other name that is no group is served as the reference does."""
        clients = f'<Clients><Client name="{CLIENT}" profile="al"/></Clients>'
        core = a_core(self, {"Metadata/clients.xml": clients})
        self.assertEqual(core.build_metadata(CLIENT).groups, {"al"})
