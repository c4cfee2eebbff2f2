"""The state machine of `test_machine` at length: its rules in any order, without Hypothesis' search.

    python tests/engine/long_machine.py --steps 1000000 --seed 1
    python tests/engine/long_machine.py --steps 20000 --break version    (must find broken promises)
    python tests/engine/long_machine.py --seed 1 --run 17                (one run again, with its steps)

Every processor takes runs of fifty steps. Each run leaves out some of the rules, by chance, so that some go
far in a direction that all rules together would never take. Chance alone decides, several times as quickly.
"""

import argparse
import os
import random
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.test_machine import STEPS_A_RUN, TwoProcesses
from hypothesis import strategies as st
from hypothesis.stateful import Bundle
from rigs.race import swap_whatever_the_version

from tuimail.store import outbox

RUNS_AT_ONCE = 100
SHOWN = 3
"""So many broken runs are shown with their steps."""

BOOLEANS, DATA = type(st.booleans()), type(st.data())


class Chance:
    """What Hypothesis hands to a rule as `data`: a choice among what a strategy is made of."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def draw(self, strategy):
        return self.random.choice((False, True) if isinstance(strategy, BOOLEANS) else strategy.elements)


class Run:
    """One machine and what was done with it."""

    def __init__(self, name: str) -> None:
        self.chance, self.machine = Chance(name), TwoProcesses()
        self.made: list[str] = []
        self.drafts: list[str] = []
        rarely = self.chance.random.uniform(0, 0.5)
        self.rules = [rule for rule in self.machine.rules if self.chance.random.random() >= rarely]

    def go(self) -> str:
        """What went wrong; empty when nothing did."""
        try:
            self.machine.every_promise_is_kept()
            while len(self.made) < STEPS_A_RUN:
                self.step()
        except Exception:
            return f"{traceback.format_exc()}steps: {' '.join(self.made)}"
        finally:
            self.machine.teardown()
        return ""

    def step(self) -> None:
        """One of the rules that have what they need; any of all when none of this run's has."""
        rules = [r for r in self.rules if self.may(r)] or [r for r in self.machine.rules if self.may(r)]
        rule = self.chance.random.choice(rules)
        self.made.append(rule.function.__name__)
        arguments = {name: self.argument(strategy) for name, strategy in rule.arguments.items()}
        result = rule.function(self.machine, **arguments)
        if rule.targets:
            self.drafts.append(result)
        self.machine.every_promise_is_kept()

    def may(self, rule) -> bool:
        """Whether its preconditions hold, and there is a draft if it takes one."""
        ready = all(condition(self.machine) for condition in rule.preconditions)
        return ready and (bool(self.drafts) or not rule.bundles)

    def argument(self, strategy):
        if isinstance(strategy, DATA):
            return self.chance
        if isinstance(strategy, Bundle):
            return self.chance.random.choice(self.drafts)
        return self.chance.draw(strategy)


def some_runs(seed: int, broken: str, first: int) -> tuple[int, list[str]]:
    """Steps made, and what was found, in the runs from the `first` on."""
    if broken:
        outbox._swap = swap_whatever_the_version
    steps, found = 0, []
    for number in range(first, first + RUNS_AT_ONCE):
        run = Run(f"{seed} {number}")
        trouble = run.go()
        steps += len(run.made)
        found += [f"run {number}: {trouble}"] if trouble else []
    return steps, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", type=int, help="this run alone")
    parser.add_argument("--break", dest="broken", choices=["version"], default="", help="break a promise")
    options = parser.parse_args()
    if options.run is not None:
        run = Run(f"{options.seed} {options.run}")
        print(run.go() or f"steps: {' '.join(run.made)}")
        return 0
    started, steps, found = time.monotonic(), 0, []
    firsts = range(0, -(-options.steps // STEPS_A_RUN), RUNS_AT_ONCE)
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes) as pool:
        for made, troubles in pool.map(partial(some_runs, options.seed, options.broken), firsts):
            steps, found = steps + made, found + troubles
            print(f"steps {steps} of {options.steps} · violations {len(found)}", file=sys.stderr)
    print("\n".join(found[:SHOWN]), end="\n" if found else "")
    seconds = time.monotonic() - started
    print(
        f"steps {steps} · runs {len(firsts) * RUNS_AT_ONCE} · processes {processes}"
        f" · violations {len(found)} · seed {options.seed} · {seconds:.0f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
