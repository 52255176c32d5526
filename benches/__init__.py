"""Measurements of this town hall and of what else there is: figures and how to get them again."""
