"""Finding the servers of an address: what a domain publishes, what its DNS says, what answers."""
