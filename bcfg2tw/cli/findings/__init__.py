"""
Findings of the tools, and the formats in which they are given: one model for all.

A finding is `bcfg2tw.finding.Finding`; `options.py` has the options of a command,
`formats.py` the documents that other programs read.
"""
