"""Finished parts become AAC for HLS: a listener of the stage like any other, one step further on.

Cores: the stream's reader (parts.py), the order of parts (order.py), one segment's sound
(segment.py), boxes (boxes.py). Shells: listening (listen.py), serving (serve.py), the line to the
desk (post.py). Knows no playlists and no listeners; edges make those.
"""
