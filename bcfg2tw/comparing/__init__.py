"""
Comparing the configurations of clients: one model, whoever built or fetched them.

`normal.py` says what counts of a configuration, `differences.py` what differs between two, and
`grouping.py` puts equal differences of many clients together. `report.py` is the result, which
`documents.py` makes JSON of, and `rendering/` text, Markdown, JUnit and HTML.
"""
