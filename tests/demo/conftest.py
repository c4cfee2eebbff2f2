import pytest
from graph_client import AIKO, Clock, GraphClient, tenant

from tuimail.demo.exchange import StandIn


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def exchange(clock):
    with StandIn(tenant(), AIKO, clock=clock) as standin:
        yield standin
    assert standin.log.broken == []


@pytest.fixture
def graph(exchange):
    client = GraphClient(exchange)
    yield client
    client.close()
