"""How long tests under load last: seconds, or minutes where somebody asks for that."""

from __future__ import annotations

import os

#: For the environment: anything but nothing asks for minutes.
VARIABLE = "BCFG2TW_TEST_LONG"

IS_LONG = bool(os.environ.get(VARIABLE))
