"""Config in, running system out: the only folder that knows every adapter. Decides nothing.

Two files, because most commands must not wait for what only the desk loads.
"""
