"""The checker: judges the rows of a file, each by the algorithm of its own version, and loses none."""
