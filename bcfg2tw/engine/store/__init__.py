"""
The state that clients change, kept outside the snapshots of the repository.

`interface` says what is promised, `opening` chooses an implementation.
"""
