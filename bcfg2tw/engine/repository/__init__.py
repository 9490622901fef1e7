"""Files on disk as values: what a folder holds, what each file says, and what it said last."""
