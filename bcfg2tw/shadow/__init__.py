"""
Shadow mode: two servers of the same clients, whose answers are compared.

Clients talk to this server; `[shadow] answers` says whose answers they get. The other one is called
`theirs` here, and mostly is the one that a site moves away from. Nothing of the comparison keeps a
client waiting, and whatever fails in it, the client is answered.
"""
