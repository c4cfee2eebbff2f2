"""Two clocks read at once: the wall clock for people, the boot clock for countdowns."""

from msgspec import Struct


class Moment(Struct, frozen=True):
    """`wall` is UTC seconds since the epoch; `boot` is seconds since this boot, suspend included.

    `boot_id` tells one boot from another: boot seconds of two boots can't be compared.
    """

    wall: float
    boot: float
    boot_id: str

    def later(self, seconds: float) -> "Moment":
        """This moment moved by so many seconds on both clocks."""
        return Moment(self.wall + seconds, self.boot + seconds, self.boot_id)

    def left(self, now: "Moment") -> float:
        """Seconds from `now` until this moment; by the boot clock, which no clock change can move.

        After a reboot only the wall clock is left to go by.
        """
        if self.boot_id == now.boot_id:
            return self.boot - now.boot
        return self.wall - now.wall
