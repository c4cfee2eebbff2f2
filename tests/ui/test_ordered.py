import random

from tuimail.ui.ordered import Ordered


def test_it_is_always_what_sorting_would_give():
    ordered, known, chance = Ordered(), {}, random.Random(7)
    for step in range(2_000):
        name = f"i{chance.randrange(60)}"
        if chance.random() < 0.2:
            ordered.drop(name)
            known.pop(name, None)
        else:
            known[name] = (chance.randrange(4), float(chance.randrange(9)), float(step % 3), name)
            ordered.put(known[name])
        if step % 50 == 0:
            assert ordered.ids() == [key[3] for key in sorted(known.values())]
    again = Ordered()
    again.fill(known.values())
    assert again.ids() == ordered.ids()
    assert len(again) == len(known)


def test_what_comes_before_a_rank_or_a_value_in_it_is_counted():
    ordered = Ordered()
    ordered.fill([(0, 9.0, 0.0, "a"), (1, 1.0, 0.0, "b"), (1, 2.0, 0.0, "c"), (2, 0.0, 0.0, "d")])
    assert [ordered.before(rank) for rank in range(4)] == [0, 1, 3, 4]
    assert ordered.before(1, 2.0) == 2
    assert ordered.ids(1, 3) == ["b", "c"]
    assert "c" in ordered
    assert "x" not in ordered
