"""A person offline and on, another program, cut connections, renumbered folders and kill -9, by chance.

The long form: `python tests/engine/test_replay_model.py --operations 100000 --seed 1`; with PYTHONHASHSEED=0
a seed is nearly the same life each time: one comparison is made on a thread.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from engine.model_world import ACCOUNT, FOLDERS, ModelWorld

MAILS = 40
EPOCH = 60
"""So many steps lie between two looks at everything."""

WORLDS = {
    "plain": {},
    "cuts": {"cuts": 0.02},
    "kills": {"kills": 0.004, "cuts": 0.01},
    "no MOVE": {"kills": 0.004, "cuts": 0.02, "has_move": False},
    "renumbered": {"cuts": 0.01, "renumbers": 0.02},
    "everything": {"kills": 0.004, "cuts": 0.02, "renumbers": 0.01, "odd": 20, "has_move": False},
}


async def epoch(world: ModelWorld) -> None:
    """A stretch of life, then rest and a look at everything."""
    for _ in range(MAILS // 2 - len(world.server.where())):
        world.new_mail()
    world.quiet = False
    for _ in range(EPOCH):
        random = world.random
        world.offline = random.random() < 0.5
        together = [world.act()]
        if random.random() < 0.5:
            together.append(world.catch_up())
        if random.random() < 0.3:
            together.append(world.refresh(random.choice(FOLDERS)))
        if random.random() < world.rates["other"]:
            await world.other_program()
        if random.random() < world.rates["renumber"]:
            world.server.renumber(random.choice(FOLDERS))
        await world.live(together)
    await world.come_to_rest()
    await world.check()


async def walk(world: ModelWorld, operations: int) -> None:
    try:
        world.quiet = True
        for _ in range(MAILS):
            world.new_mail()
        await world.sync.folders(ACCOUNT)
        for name in FOLDERS:
            await world.refresh(name)
        while world.operations < operations:
            await epoch(world)
    finally:
        await world.close()


@pytest.mark.parametrize("kind", WORLDS)
async def test_nothing_is_lost_doubled_or_done_to_a_wrong_message(tmp_path, kind):
    world = ModelWorld(tmp_path, 1, **WORLDS[kind])
    await walk(world, 150)
    assert world.operations >= 150


def life(kind: str, seed: int, operations: int, total: Counter[str]) -> int:
    """One walk; how many operations it had. What went wrong is said, with what repeats it."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        world = ModelWorld(Path(folder), seed, **WORLDS[kind])
        try:
            asyncio.run(walk(world, operations))
        except AssertionError as error:
            total["failures"] += 1
            print(f"{kind}, seed {seed}, after {world.operations} operations: {error}", flush=True)
    total.update(world.done)
    total.update(renumbered=world.server.renumbered, told=len(world.notices))
    return world.operations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=WORLDS, action="append")
    options = parser.parse_args()
    begun, total = time.monotonic(), Counter({"failures": 0})
    kinds = options.kind or list(WORLDS)
    share = options.operations // len(kinds)
    for kind in kinds:
        done, seed, failures = 0, options.seed * 1000 + 100 * list(WORLDS).index(kind), total["failures"]
        while done < share:
            done, seed = done + life(kind, seed, min(2_000, share - done), total), seed + 1
        print(f"{kind}: {done:,} operations, {total['failures'] - failures} failures", flush=True)
    print(f"{dict(sorted(total.items()))} in {time.monotonic() - begun:.0f} s")
    raise SystemExit(bool(total["failures"]))


if __name__ == "__main__":
    main()
