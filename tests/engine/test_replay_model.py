"""A person offline and on, another program, cut connections, renumbered folders and kill -9, by chance.

The long form: `python tests/engine/test_replay_model.py --operations 100000 --seed 1`.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import pytest
from engine.model_world import FOLDERS, ModelWorld

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


async def walk(folder: Path, seed: int, operations: int, **rates) -> ModelWorld:
    world = ModelWorld(folder, seed, **rates)
    try:
        world.quiet = True
        for _ in range(MAILS):
            world.new_mail()
        for name in FOLDERS:
            await world.refresh(name)
        while world.operations < operations:
            await epoch(world)
    finally:
        await world.close()
    return world


@pytest.mark.parametrize("kind", WORLDS)
async def test_nothing_is_lost_doubled_or_done_to_a_wrong_message(tmp_path, kind):
    world = await walk(tmp_path, 1, 150, **WORLDS[kind])
    assert world.operations >= 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun, total = time.monotonic(), {}
    share = options.operations // len(WORLDS)
    for number, (kind, rates) in enumerate(WORLDS.items()):
        done, seed = 0, options.seed * 1000 + number * 100
        while done < share:
            with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
                world = asyncio.run(walk(Path(folder), seed, min(2_000, share - done), **rates))
            done, seed = done + world.operations, seed + 1
            for name, count in world.done.items():
                total[name] = total.get(name, 0) + count
            total["renumbered"] = total.get("renumbered", 0) + world.server.renumbered
            total["told"] = total.get("told", 0) + len(world.notices)
        print(f"{kind}: {done:,} operations, nothing lost, doubled or wrong", flush=True)
    print(f"{dict(sorted(total.items()))} in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
