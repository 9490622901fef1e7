"""
Recorded answers of the reference server, and what compares ours with them.

`cases/` holds a folder for each case: a repository, a configuration file and a list of calls
with the answers that must come back.
"""
