"""
The command `bcfg2tw migrate`: a report on a site of Bcfg2's own server before it moves.

`old_site.py` is the site, each examination a module with a function from it to findings, whose
names `kinds.py` explains; `report.py` shows them, `patches.py` writes code anew.
"""
