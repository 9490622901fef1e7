"""
Queries of pages: plain functions over a connection. They block, and run in threads.

Their time depends on the number of hosts and of what is shown, not on how many days are kept.
"""
