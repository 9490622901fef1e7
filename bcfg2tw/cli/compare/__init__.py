"""
`bcfg2tw compare`: what two servers give to the same clients.

`asking.py` says which clients are asked for, `servers.py` asks; all else is as in `cli/diff/`.
"""
