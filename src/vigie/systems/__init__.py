"""One folder per system of the mission, all built alike."""
