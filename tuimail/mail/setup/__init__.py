"""Making an account: servers found or typed, ways to log in, and what is asked in which step."""
