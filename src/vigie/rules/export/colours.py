"""The colour of each urgency. All are dark enough for white text (contrast of at least 4.5 to 1)."""

from __future__ import annotations

from vigie.rules.protocol import Outcome

OFF_SCALE = "#4b5563"
BY_URGENCY = ("#9f1239", "#b93815", "#8a5a00", "#6b6100", "#3f6212", "#166534", "#1e5a8a")


def colour(outcome: Outcome) -> str:
    """The background of an outcome; ranks beyond the scale share the calmest."""
    if outcome.urgency is None:
        return OFF_SCALE
    return BY_URGENCY[min(outcome.urgency, len(BY_URGENCY)) - 1]
