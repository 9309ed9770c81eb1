"""Trials 2 to 4: replicas restarted or killed, nginx reloaded, the API gone, while callers of both eras call."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .load import NO_ANSWER, STREAM_BROKE, WAITED, Tally, keep_calling
from .report import Trial
from .stand import Api, Stand, stand

DOWN_SECONDS = 10
DOWN = {"error unavailable", "error timeout"}
"""What callers may be told while the API is down."""
CLOSED_BY_RELOAD = 8
"""Calls that a reload of nginx may leave without an answer: a worker that ends closes idle connections, and a call
may be on its way on one. nginx 1.27.4 and newer can wait (`keepalive_min_timeout`)."""


@asynccontextmanager
async def under_load(callers: int) -> AsyncGenerator[tuple[Api, Stand, Tally]]:
    """Three replicas behind nginx that are called until the end of the context."""
    with TemporaryDirectory() as folder:
        async with Api() as api, stand(Path(folder), api.address) as running, asyncio.TaskGroup() as group:
            tally, stop = Tally(), asyncio.Event()
            group.create_task(keep_calling(running.url, tally, stop, callers=callers))
            try:
                yield api, running, tally
            finally:
                stop.set()


async def restarted(seconds: float, callers: int) -> Trial:
    """Each replica is restarted by SIGTERM twice in turn."""
    codes: list[int] = []
    async with under_load(callers) as (_, running, tally):
        for number in [0, 1, 2] * 2:
            await asyncio.sleep(seconds / 8)
            codes.append(await running.replicas[number].stop())
            await running.start(number)
        await asyncio.sleep(seconds / 8)
    problems = [*tally.problems, *(f"exit code {code} after SIGTERM" for code in codes if code)]
    if not tally.answers[WAITED]:
        problems.append("no call waited")
    return Trial(
        "replicas restarted by SIGTERM, twice each", tally.failed, f"{tally.total:,} calls: {tally}", problems
    )


async def killed(seconds: float, callers: int) -> Trial:
    """Each replica is killed twice in turn; only streams that had begun may break off."""
    async with under_load(callers) as (_, running, tally):
        for number in [0, 1, 2] * 2:
            await asyncio.sleep(seconds / 8)
            await running.replicas[number].stop(signal.SIGKILL)
            await asyncio.sleep(0.5)
            await running.start(number)
        await asyncio.sleep(seconds / 8)
    failed = tally.failed - tally.answers[STREAM_BROKE]
    problems = [problem for problem in tally.problems if not problem.startswith(STREAM_BROKE)]
    return Trial("replicas killed by SIGKILL, twice each", failed, f"{tally.total:,} calls: {tally}", problems)


async def reloaded(seconds: float, callers: int) -> Trial:
    """The proxy is reloaded twice, and the API is down for a while; callers are told, and nothing crashes."""
    async with under_load(callers) as (api, running, tally):
        for _ in range(2):
            await asyncio.sleep(seconds / 8)
            running.nginx.send(signal.SIGHUP)
        await asyncio.sleep(seconds / 8)
        await api.__aexit__()
        await asyncio.sleep(min(DOWN_SECONDS, seconds / 4))
        await api.__aenter__()
        await asyncio.sleep(seconds / 4)  # calls that began meanwhile end
        problems = [f"{program.command} has ended" for program in running.replicas if not program.runs]
        afterwards = Tally()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_calling(running.url, afterwards, stop, callers=callers))
            await asyncio.sleep(seconds / 8)
            stop.set()
    told = sum(tally.answers[kind] for kind in DOWN)
    closed = min(tally.answers[NO_ANSWER], CLOSED_BY_RELOAD)
    failed = tally.failed - told - closed + afterwards.failed
    expected = (*DOWN, NO_ANSWER) if closed else (*DOWN,)
    problems += [problem for problem in tally.problems if not problem.startswith(expected)]
    problems += afterwards.problems
    if not told:
        problems.append("nobody was told that the API is down")
    figures = f"{tally.total:,} calls: {tally}; afterwards {afterwards}"
    return Trial(
        f"nginx reloaded twice, the API down for {min(DOWN_SECONDS, seconds / 4):g} s", failed, figures, problems
    )
