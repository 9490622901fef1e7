"""Which methods can be called from elsewhere, and which never."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.remote_methods import (
    exposed,
    exposed_method,
    exposed_names,
    plugin_methods,
)
from bcfg2tw.errors import NoExposedMethod


class Methods:
    """Something with methods of all kinds."""

    #: A value of the name that marks methods, on something that is none.
    flags = ("exposed",)

    @exposed
    def told(self, number: int) -> int:
        """Double a number."""
        return number * 2

    @exposed
    def overridden(self) -> str:
        """Say where it was defined."""
        return "above"

    def quiet(self) -> str:
        """Be for nobody outside."""
        return "secret"


class Further(Methods):
    def overridden(self) -> str:
        """Take back what was exposed: the mark is not inherited by a new method."""
        return "below"

    @exposed
    def more(self) -> str:
        """Be new."""
        return "more"


class ExposedTests(SynchronousTestCase):
    def test_marked(self) -> None:
        """A marked method stays what it was."""
        self.assertEqual(Methods().told(3), 6)
        self.assertEqual(Methods.told.__doc__, "Double a number.")

    def test_names(self) -> None:
        """Marked methods are listed in order, those of base classes as well."""
        self.assertEqual(exposed_names(Methods), ["overridden", "told"])
        self.assertEqual(exposed_names(Further), ["more", "told"])

    def test_method(self) -> None:
        """A marked method is found by its name, bound to the object."""
        self.assertEqual(exposed_method(Further(), "told")(4), 8)
        self.assertEqual(exposed_method(Methods(), "overridden")(), "above")

    def test_refused(self) -> None:
        """All else is refused by its name: methods without a mark, values, what is not there."""
        for name in ("quiet", "overridden", "flags", "__init__", "__class__", "nothing", ""):
            error = self.assertRaises(NoExposedMethod, exposed_method, Further(), name)
            self.assertEqual(str(error), name)

    def test_of_the_object(self) -> None:
        """Something that is put onto the object alone is not exposed, marked or not."""
        methods = Methods()
        vars(methods)["late"] = exposed(lambda: 1)
        self.assertRaises(NoExposedMethod, exposed_method, methods, "late")


class Answering:
    """What a plugin looks like from here."""

    __rmi__: tuple[str, ...] = ("ask", "tell")

    def ask(self) -> str:
        """Answer."""
        return "answer"

    def tell(self) -> None:
        """Be told."""

    def other(self) -> None:
        """Be in no list."""


class Silent(Answering):
    __rmi__ = ()


class PluginMethodsTests(SynchronousTestCase):
    def test_listed(self) -> None:
        """Methods that a plugin lists go by its name and theirs; a plugin may list none."""
        methods = plugin_methods({"A": Answering(), "B": Silent()})
        self.assertEqual(sorted(methods), ["A.ask", "A.tell"])
        self.assertEqual(methods["A.ask"](), "answer")

    def test_missing(self) -> None:
        """A plugin that lists what it does not have is a defect, which names the method."""
        plugin = Answering()
        vars(plugin)["__rmi__"] = ("gone",)
        error = self.assertRaises(AttributeError, plugin_methods, {"A": plugin})
        self.assertIn("gone", str(error))
