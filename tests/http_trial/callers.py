"""Trial 5: many callers with keys of their own ask for the same ids; nobody sees another's object."""

import asyncio
import random
from pathlib import Path
from tempfile import TemporaryDirectory

from .load import ERAS, Caller, Tally
from .report import Trial
from .stand import Api, stand

IDS = [f"exec-done-{number}" for number in range(20)]
PARTS = ["", "/name", "/response", "/response/rows/2"]
"""What is read of an object: all of it, or a part, which the server may remember."""
WAIT_ID = "exec-wait-0.5-1"


async def kept_apart(answers: int, callers: int = 200) -> Trial:
    """Callers look up the same ids, in full and in parts, and wait, until there are so many answers."""
    tally = Tally()
    with TemporaryDirectory() as folder:
        async with Api() as api, stand(Path(folder), api.address) as running, asyncio.TaskGroup() as group:
            for number in range(callers):
                caller = Caller(running.url, f"key-of-caller-{number:04d}", ERAS[number % 2])
                group.create_task(_look_up(caller, tally, answers, random.Random(number)))
    name = f"{callers} callers, the same {len(IDS) + 1} ids"
    return Trial(name, tally.failed, f"{tally.total:,} calls: {tally}", tally.problems)


async def _look_up(caller: Caller, tally: Tally, answers: int, rng: random.Random) -> None:
    await asyncio.sleep(rng.random())
    while tally.total < answers:
        if rng.random() < 1 / 100:
            tally.add(caller, WAIT_ID, await caller.call(WAIT_ID, wait_seconds=2))
            continue
        execution_id, path = rng.choice(IDS), rng.choice(PARTS)
        answer = await caller.call(execution_id, detail="full", **({"path": path} if path else {}))
        tally.add(caller, execution_id, answer)
    caller.close()
