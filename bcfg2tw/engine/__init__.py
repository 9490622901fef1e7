"""
The embedded engine: what compiles configurations, on nothing but its dependencies.

Plain, blocking, thread-safe Python without Twisted: a worker thread, a command line tool
or a test can call all of it.
"""
