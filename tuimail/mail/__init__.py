"""mail decides: pure values and functions. No clock, loop, disk, network, screen or log."""
