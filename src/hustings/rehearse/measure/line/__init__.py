"""What a bad line between a speaker's browser and the stage costs: `hustings bench loss`.

Not here: how the stage repairs. What comes out is held against what went in, by sound alone.
"""
