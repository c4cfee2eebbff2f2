"""What people do to messages, done here at once and on the servers in time."""
