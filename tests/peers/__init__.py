"""Encoders that were not written here, as tests use them. Not a part of the product."""
