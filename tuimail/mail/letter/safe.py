"""The one border that foreign text crosses on its way to a screen."""


class Safe(str):
    """Text that can do nothing to a terminal: no control bytes, no bidirectional overrides.

    Made only by `line` and `block` (and by `Safe(...)` around a literal of our own). The screens take
    nothing else that came from outside.
    """

    __slots__ = ()
