"""What every reader of finished parts needs: the grid, the stream, listening by number, the codecs.

And the line to the desk that such a node has. Used by packager and recorder; knows neither.
"""
