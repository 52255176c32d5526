"""The measurements behind `hustings bench`: figures, and no judgement of them.

Starts edges and floors of its own beside a town hall, and stops them.
"""
