"""The one write path and its timers: wish, decide, append, publish.

Talks to the outside through the ports in ports.py only: no concrete store, no HTTP, no NATS.
"""
