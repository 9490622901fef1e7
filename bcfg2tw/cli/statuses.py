"""
The exit statuses of the tools, in one table.

The old commands end as they always did, so that scripts go on working; new verbs, such as
`crypt --check`, tell what they looked for from a failure of their own.
"""

from __future__ import annotations

#: All is well.
GOOD = 0
#: The tool, or a part of what it was asked for, failed; of bcfg2-test: a client fails.
FAILED = 1
#: The command line cannot be understood; click ends so by itself.
USAGE = 2
#: A new verb looked for something and found it.
FOUND = 1
#: A new verb could not look.
BROKEN = 2
