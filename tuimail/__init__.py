"""tuimail: a terminal mail client in which a send can be taken back."""

__version__ = "0.1.0"
