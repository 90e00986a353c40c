"""Vigie: an open platform of digital services for a health crisis."""

__version__ = "0.1.0"
