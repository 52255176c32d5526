"""Listeners of peers: what they hear (pure), and the sockets they hear it through.

Here is nothing of who serves, and no figure of a processor but the crowd's own lateness.
"""
