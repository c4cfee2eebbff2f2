"""Folders and lists: roles, views, and what a synchronisation has to do."""
