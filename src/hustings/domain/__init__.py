"""What a town hall is: wishes in, events or a refusal out.

Pure. No clock, randomness, disk, network, logging or waiting; the standard library only.
"""
