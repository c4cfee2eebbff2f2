"""Stores on files of their own, and children for what a test must not do to its own process."""

import multiprocessing
import traceback

import pytest

from tuimail.store.outbox import OutboxFile


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "outbox.db"


@pytest.fixture
async def opened(path):
    """Opens the outbox, once more for every call, as so many processes would."""
    stores = []

    def open_one():
        stores.append(OutboxFile(path))
        return stores[-1]

    yield open_one
    for store in stores:
        await store.close()


@pytest.fixture
def store(opened):
    return opened()


@pytest.fixture
def in_child():
    """Runs a function in a forked process and returns what it returned; raises what it raised."""

    def run(job):
        receiving, sending = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=_answer, args=(job, sending))
        child.start()
        sending.close()
        answer, trouble = receiving.recv()
        child.join()
        assert trouble is None, trouble
        return answer

    return run


def _answer(job, sending):
    try:
        sending.send((job(), None))
    except BaseException:
        sending.send((None, traceback.format_exc()))
