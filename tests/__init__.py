"""The tests of bcfg2tw; `builders.py`, `network.py` and `processes.py` are what they share."""

import os

# trial gives its workers a path that is not for the Python of the programs that tests run
os.environ.pop("PYTHONPATH", None)
