"""HTTP: reads a request, asks the desk, prints the answer. Knows no storage, no media, no NATS.

Every "no" is problem+json out of spec/refusals.toml.
"""
