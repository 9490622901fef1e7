"""
Python 2 in the files of a site: which lines mean something else, or nothing, on Python 3.

`pieces.py` takes the code out of files and templates, `rules.py` looks at its syntax tree,
`lines.py` at code that has none, `patching.py` writes it anew. Lint and `bcfg2tw migrate` use them.
"""
