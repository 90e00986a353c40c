"""One meaning, several engines: the reference interpreter is the judge of all the others."""
