"""Verbs for whoever runs the machine: serve, doctor, backup, restore, owner-link."""
