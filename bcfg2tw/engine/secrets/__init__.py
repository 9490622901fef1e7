"""
What a repository has encrypted: `sources.py` says where it stands, `texts.py` what it says.

Commands that encrypt look for it, and comparisons of configurations hide it.
"""
