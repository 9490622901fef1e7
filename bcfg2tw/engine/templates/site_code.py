"""The boundary around code of the repository: whatever it raises is an exception of its own."""

from __future__ import annotations

import threading
from types import TracebackType

from bcfg2tw.engine.templates import python2_random
from bcfg2tw.errors import CallGivenUp


class CodeEnded(Exception):
    """Code of the repository wanted to end the program, as `sys.exit()` does."""

    def __init__(self, error: BaseException) -> None:
        name, text = type(error).__name__, str(error)
        description = f"{name}: {text}" if text else name
        remedy = "it ends nothing here: to refuse a client, raise an Exception"
        super().__init__(f"{description} ({remedy})")


def is_for_the_program(error: BaseException) -> bool:
    """
    Say whether it is not the code that runs that ends something.

    But the user who ends a command with Ctrl-C, or the server that gives a call up.
    """
    if isinstance(error, CallGivenUp):
        return True
    in_main_thread = threading.current_thread() is threading.main_thread()
    return isinstance(error, KeyboardInterrupt) and in_main_thread


class SiteCode:
    """
    Surrounds the running of code of the repository; may be used again and by any thread.

    :raises CodeEnded: with the code's traceback, where it raises what is no `Exception`
    """

    def __enter__(self) -> None:
        """Begin, with random numbers that nothing before has seeded."""
        python2_random.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Turn what ends programs into an exception."""
        python2_random.end()
        if error is None or isinstance(error, Exception) or is_for_the_program(error):
            return
        raise CodeEnded(error).with_traceback(trace) from None


site_code = SiteCode()
