"""Drafts and what goes into them."""
