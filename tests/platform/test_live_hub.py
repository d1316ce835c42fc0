"""Streams in memory: who is told what, who is cut off, and how many there may be."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from triptych.platform import clock
from triptych.platform.events import Event
from triptych.platform.ids import new_id
from triptych.platform.live import Message, Pass, hub
from triptych.platform.live.ears import Ears
from triptych.platform.live.hearing import first_id
from triptych.platform.live.hub import Hub, TooMany
from triptych.platform.live.streams import WAITING, Stream
from triptych.platform.scope import NOWHERE

ACME, GLOBEX = new_id(), new_id()


class Voice:
    """Says the names of the events, or raises."""

    def __init__(self, key="same", *, broken=False, resync=True):
        self.key = key
        self.broken = broken
        self.resync = resync
        self.asked = 0

    def say(self, events):
        self.asked += 1
        if self.broken:
            raise RuntimeError("This voice is broken.")
        return [Message("changed", event.name) for event in events]

    def missed(self):
        return Message("resync") if self.resync else None


def stream_of(voice, tenant_id=ACME, member=None):
    return Stream(tenant_id=tenant_id, good=Pass(member or new_id(), session_key="s"), voice=voice)


def event_in(tenant_id, name):
    return Event(id=new_id(), name=name, tenant_id=tenant_id, kind="", object_id=None, by=None, at=clock.now())


@pytest.fixture
def told(monkeypatch):
    """`told(streams, events)`: what reaches each stream of the events; None stands for its end."""
    monkeypatch.setattr(hub.tenancy, "scope_of", lambda tenant_id: NOWHERE)

    def told(streams, events, then=lambda hub: None):
        known = {event.id: event for event in events}
        monkeypatch.setattr(hub.hearing, "events_of", lambda ids: [known[one] for one in ids if one in known])

        async def happen():
            here = Hub()
            for stream in streams:
                here.join(stream)
            rooms = list(here._rooms.values())
            await here.hear([*known, new_id()])
            then(here)
            await asyncio.gather(*(room.task for room in rooms if room.task))
            return [await drained(stream) for stream in streams]

        return asyncio.run(happen())

    return told


async def drained(stream):
    found = []
    while True:
        try:
            message = await stream.next(timeout=0.01)
        except TimeoutError:
            return found
        if message is None:
            return [*found, None]
        found.append(message.data or message.event)


def test_a_stream_hears_of_its_own_tenant_alone_and_voices_of_one_key_are_asked_once(told):
    first, second, other = Voice(), Voice(), Voice("other")
    streams = [stream_of(first), stream_of(second), stream_of(other, GLOBEX)]

    heard = told(streams, [event_in(ACME, "deal.moved"), event_in(GLOBEX, "deal.won"), event_in(ACME, "deal.lost")])

    assert heard == [["deal.moved", "deal.lost"], ["deal.moved", "deal.lost"], ["deal.won"]]
    assert first.asked + second.asked == 1


def test_a_voice_that_raises_costs_the_others_nothing(told):
    streams = [stream_of(Voice("broken", broken=True)), stream_of(Voice("mute", broken=True, resync=False))]

    assert told([*streams, stream_of(Voice())], [event_in(ACME, "deal.moved")]) == [["resync"], [None], ["deal.moved"]]


def test_a_reader_who_is_too_slow_is_cut_off(told):
    slow = stream_of(Voice())

    assert told([slow], [event_in(ACME, "deal.moved") for _ in range(WAITING + 1)]) == [[None]]
    assert slow.is_over


def test_too_many_events_at_once_are_told_as_missed(told, monkeypatch):
    monkeypatch.setattr(hub, "BACKLOG", 3)

    assert told([stream_of(Voice())], [event_in(ACME, str(number)) for number in range(5)]) == [["resync", "3", "4"]]


def test_after_a_gap_all_are_told_that_they_may_have_missed_something(told):
    assert told([stream_of(Voice())], [], then=Hub.missed_something) == [["resync"]]


def test_when_the_process_stops_all_streams_end(told):
    assert told([stream_of(Voice()), stream_of(Voice(), GLOBEX)], [], then=Hub.end) == [[None], [None]]


@pytest.mark.parametrize("limit", ["PER_MEMBER", "PER_TENANT", "PER_PROCESS"])
def test_there_may_be_only_so_many(monkeypatch, limit):
    monkeypatch.setattr(hub, limit, 2)
    here, member = Hub(), new_id()
    streams = [stream_of(Voice(), GLOBEX if limit == "PER_PROCESS" else ACME, member) for _ in range(2)]
    for stream in streams:
        here.join(stream)

    with pytest.raises(TooMany):
        here.join(stream_of(Voice(), ACME, member))
    here.leave(streams[0])
    here.join(stream_of(Voice(), ACME, member))

    assert here.count == 2


def test_whatever_somebody_notifies_only_ids_are_taken():
    read = []

    async def hear(ids):
        read.extend(ids)

    async def happen():
        ears, known = Ears({}, hear=hear, lost=lambda: None), new_id()
        for payload in ("", "x" * 7999, "'; DROP TABLE events_outbox; --", str(known), str(known), "\x00"):
            ears._note(payload)
        reading = asyncio.create_task(ears._read())
        await asyncio.sleep(0.1)
        reading.cancel()
        return known

    known = asyncio.run(happen())

    assert read == [known]


def test_ids_before_a_moment_are_smaller_and_later_ones_greater():
    before = new_id()
    moment = clock.now()

    assert first_id(moment - timedelta(seconds=5)) < before < first_id(moment + timedelta(seconds=5))
    assert isinstance(first_id(moment), UUID)


def test_a_message_is_one_event_on_the_wire():
    head, event, data, *end = Message("changed", '{"kind": "deal"}').encoded().decode().split("\n")

    assert head.removeprefix("id: ").isdecimal()
    assert (event, data, end) == ("event: changed", 'data: {"kind": "deal"}', ["", ""])
