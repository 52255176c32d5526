"""Hustings: the control plane of a live-audio town hall.

Halls, floor, passes, log, supervision and command line; and the packager, which makes AAC for HLS
out of finished parts. No audio byte of the live stream comes through here; the media plane is a
binary of its own, `hustings-media`.
"""

__version__ = "0.1.0"
