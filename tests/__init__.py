"""The tests of bcfg2tw; `builders.py`, `network.py` and `processes.py` are what they share."""

import logging
import os

from twisted.logger import Logger

# trial gives its workers a path that is not for the Python of the programs that tests run
os.environ.pop("PYTHONPATH", None)


class TestLog(logging.Handler):
    """Takes what nobody else takes of the engine's log to Twisted's: trial's `test.log`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on; nothing that is logged makes a test fail."""
        Logger(record.name).info("{text}", text=self.format(record))


# by itself Python would print warnings among the names of the tests
logging.lastResort = TestLog(logging.WARNING)
