from graph_client import AIKO, IMMUTABLE, KEN, letter

START = "/me/mailFolders/inbox/messages/delta?$select=subject,isRead"


def arrive(exchange, *numbers):
    return [exchange.org.receive(letter(AIKO, f"Number {n}", f"<{n}@x>"), AIKO) for n in numbers]


def round_of(graph, link=START, size=10):
    """(entries, delta link) of a whole round."""
    entries = []
    for _ in range(20):
        told = graph.get(link, Prefer=f"{IMMUTABLE}, odata.maxpagesize={size}").json
        entries += told["value"]
        if "@odata.deltaLink" in told:
            return entries, told["@odata.deltaLink"]
        link = told["@odata.nextLink"]
    raise AssertionError("a round without an end")


def test_the_first_round_tells_of_everything_in_pages(exchange, graph):
    arrive(exchange, *range(7))
    entries, link = round_of(graph, size=3)
    assert sorted(one["subject"] for one in entries) == [f"Number {n}" for n in range(7)]
    assert round_of(graph, link)[0] == []


def test_later_rounds_tell_of_what_came_changed_and_went(exchange, graph):
    first, second, third = arrive(exchange, 1, 2, 3)
    _, link = round_of(graph)
    graph.ask("PATCH", f"/me/messages/{first.immutable}", {"isRead": True})
    graph.post(f"/me/messages/{second.immutable}/move", {"destinationId": "archive"})
    exchange.org.mailbox(AIKO).erase(third)
    arrive(exchange, 4)
    entries, link = round_of(graph, link, size=1)
    told = {one["id"]: one for one in entries}
    assert told[first.immutable]["isRead"]
    assert [told[one.immutable].get("@removed") for one in (second, third)] == [{"reason": "deleted"}] * 2
    assert [one["subject"] for one in entries if "subject" in one] == ["Number 1", "Number 4"]
    assert round_of(graph, link)[0] == []


def test_what_goes_during_the_first_round_is_told_when_it_had_been_told_of(exchange, graph):
    first, second, third = arrive(exchange, 1, 2, 3)
    page = graph.get(START, Prefer=f"{IMMUTABLE}, odata.maxpagesize=1").json
    exchange.org.mailbox(AIKO).erase(first)
    exchange.org.mailbox(AIKO).erase(third)
    entries, _ = round_of(graph, page["@odata.nextLink"])
    assert [one["id"] for one in entries] == [second.immutable, first.immutable]
    assert "@removed" in entries[1]


def test_what_went_and_came_back_is_there(exchange, graph):
    (one,) = arrive(exchange, 1)
    _, link = round_of(graph)
    for folder in ("archive", "inbox"):
        graph.post(f"/me/messages/{one.immutable}/move", {"destinationId": folder})
    ((told,), _) = round_of(graph, link)
    assert told["subject"] == "Number 1"


def test_a_state_that_was_forgotten_is_410(exchange, graph):
    _, link = round_of(graph)
    exchange.org.mailbox(AIKO).forget_sync()
    answer = graph.get(link)
    assert (answer.status, answer.code) == (410, "syncStateNotFound")
    assert round_of(graph)[0] == []


def test_a_change_may_be_told_with_little_more_than_the_id(exchange, graph):
    exchange.org.switch(sparse_delta=True)
    (one,) = arrive(exchange, 1)
    ((whole,), link) = round_of(graph)
    assert whole["subject"] == "Number 1"
    graph.ask("PATCH", f"/me/messages/{one.immutable}", {"isRead": True})
    ((told,), _) = round_of(graph, link)
    assert (told["isRead"], "subject" in told) == (True, False)


def test_other_mailboxes_make_no_noise(exchange, graph):
    _, link = round_of(graph)
    exchange.org.receive(letter(), KEN)
    assert round_of(graph, link)[0] == []
