"""The engine: a small language for questionnaires, counts, decisions and alerts. Knows no web framework."""
