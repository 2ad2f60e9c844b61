"""What both kinds of locks promise."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from aisle.live.locks import ConversationLocks, LocalLocks, LockTimeout, RedisLocks
from aisle.live.redis_link import RedisLink

pytestmark = pytest.mark.asyncio
MakeLocks = Callable[[float], ConversationLocks]


@pytest_asyncio.fixture(params=["local", "redis"])
async def make_locks(request: pytest.FixtureRequest) -> AsyncIterator[MakeLocks]:
    made: list[ConversationLocks] = []

    def make(timeout: float) -> ConversationLocks:
        if request.param == "local":
            made.append(LocalLocks(timeout))
        else:
            link: RedisLink = request.getfixturevalue("link")
            made.append(RedisLocks(link, timeout))
        return made[-1]

    request.getfixturevalue("tmp_path" if request.param == "local" else "link")
    yield make
    for locks in made:
        await locks.close()


async def test_many_tasks_get_the_lock_one_at_a_time_in_their_order(make_locks: MakeLocks) -> None:
    locks = make_locks(20)
    inside, order = 0, []

    async def work(number: int) -> None:
        nonlocal inside
        async with locks.hold("a"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(work(number) for number in range(50)))
    assert order == list(range(50))


async def test_other_conversations_do_not_wait(make_locks: MakeLocks) -> None:
    locks = make_locks(5)
    async with locks.hold("a"), locks.hold("b"):
        pass


async def test_waiting_ends_with_an_error(make_locks: MakeLocks) -> None:
    locks = make_locks(0.1)
    async with locks.hold("a"):
        with pytest.raises(LockTimeout, match="in use by another worker"):
            async with locks.hold("a"):
                pass
    async with locks.hold("a"):
        pass


async def test_an_error_in_the_block_frees_the_lock(make_locks: MakeLocks) -> None:
    locks = make_locks(1)
    with pytest.raises(ZeroDivisionError):
        async with locks.hold("a"):
            raise ZeroDivisionError
    async with locks.hold("a"):
        pass


async def test_a_cancelled_holder_or_waiter_leaves_the_lock_to_the_next(
    make_locks: MakeLocks,
) -> None:
    locks = make_locks(5)

    async def work() -> None:
        async with locks.hold("a"):
            await asyncio.sleep(60)

    holder, waiter = asyncio.create_task(work()), asyncio.create_task(work())
    await asyncio.sleep(0.1)
    for task in (waiter, holder):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with locks.hold("a"):
        pass


async def test_no_memory_is_kept_for_conversations_that_are_over() -> None:
    locks = LocalLocks()
    for number in range(100):
        async with locks.hold(str(number)):
            pass
    assert len(locks._locks) == 0
