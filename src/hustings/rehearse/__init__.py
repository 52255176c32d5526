"""Synthetic evenings and crowds: a hall made ready, listeners let in, what was measured read back.

Drives the real system from outside, as people would; starts and stops no part of a town hall.
"""
