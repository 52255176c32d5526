"""Caches as `deploy/cache` sets them up: what of a crowd of players comes to the edge."""
