"""Hustings: the control plane of a live-audio town hall.

Halls, floor, passes, log, supervision and command line. No audio byte of the live path comes
through here; the media plane is a binary of its own, `hustings-media`.
"""

__version__ = "0.1.0"
