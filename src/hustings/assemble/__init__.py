"""Config in, running system out: the only folder that knows every adapter. Decides nothing.

Several files, because most commands must not wait for what only one process loads.
"""
