"""The processes and what connects them: NATS, order files, the supervisor of one machine.

Knows no halls: bytes to subjects, files to children.
"""
