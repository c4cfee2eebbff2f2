"""Folders brought up to date, searched and followed."""
