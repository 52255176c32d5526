"""The peers, each with its own best settings, measured as the edge is: a core of its own for who
serves, whole cores counted, the same sound.

One command a peer: `python -m benches.peers.icecast`, `.nginx`, `.mediamtx`, `.livekit`. Nothing
here judges a figure, and nothing here is part of the product.
"""
