"""A terminal that is gone must not hold up the program."""

import os

from textual.drivers._writer_thread import WriterThread

from tuimail.ui.driver import Forgiving


def test_what_a_closed_terminal_does_not_take_is_let_go_and_said_once():
    reading, writing = os.pipe()
    os.close(reading)
    lost: list[str] = []
    with open(writing, "w", buffering=1) as gone:
        thread = WriterThread(Forgiving(gone, lambda: lost.append("gone")))
        thread.start()
        for _ in range(100):
            thread.write("\x1b[H\n")
        thread.stop()
        assert not thread.is_alive()
        assert lost == ["gone"]
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
