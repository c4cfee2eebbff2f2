"""What can still be done about mail that has left."""
