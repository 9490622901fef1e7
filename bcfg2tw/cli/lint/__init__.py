"""
The command `bcfg2tw lint`, which is also `bcfg2-lint`.

`check.py` is what a check is, `repository.py` what checks look at; `upstream/` has the checks of
Bcfg2's own lint under their names, `more/` those that it does not have.
"""
