"""Finished parts become a recording: a listener of the feed like any other, with a disk.

Cores: one hall's recording (recording.py), Ogg (ogg.py). Shells: the files of a hall (folder.py),
the two that are left at the end (finish.py, m4a.py), all halls (archive.py). Knows no people, mixes
nothing and encodes no Opus: what was heard is what is kept. A disk that is full costs the recording
and nothing else.
"""
