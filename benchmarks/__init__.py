"""Every claim of speed and memory, as a ratio measured in one run against a named peer or limit."""
