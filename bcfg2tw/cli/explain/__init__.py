"""
`bcfg2tw explain`: why a client is who it is, and has what it has.

`client.py` looks at a client, `lines.py` puts it into words; `access.py` is for calls that are
refused, and `supposing.py` for what is not so.
"""
