"""A clock that is moved by hand, randomness by seed, a log in memory, a bus without a network.

Shipped for those who build on hustings; the product never imports it.
"""
