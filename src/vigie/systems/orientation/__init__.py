"""Orientation: the official algorithm that tells the public where to turn, and the files it produces."""
