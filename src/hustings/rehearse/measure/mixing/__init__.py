"""What mixing costs, held against Janus AudioBridge with the same speakers.

Starts a Janus of its own, and stops it. What a stage does is read from outside.
"""
