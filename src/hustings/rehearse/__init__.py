"""Synthetic evenings: a hall made ready, a crowd let in, what was measured read back.

Drives the real system from outside, as a person would; starts and stops nothing by itself.
"""
