"""The command line: one file per command group; Textual is imported only when a screen opens."""
