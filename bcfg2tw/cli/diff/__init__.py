"""
`bcfg2tw diff`: what changes for whom between two states of a site.

`states.py` has the kinds of states, `words.py` reads them from a command line; `processes.py`
builds all clients of two states side by side.
"""
