"""Who acts for a leader: the leader's own page of them."""

from common import clock
from tests.matrix import Row, only

LEADERS = ("party_secretary", "leader")


def serving(world):
    """The id of the assistant's appointment: of the one leader who has one."""
    return {"pk": world.assistant.appointments.get().pk}


def appointed_today(world):
    world.assistant.appointments.update(made_at=clock.now())
    return serving(world)


ROWS = {
    "assistant_list": Row(get=only(*LEADERS)),
    "assistant_new": Row(get=only(*LEADERS), post=only(*LEADERS), grave=True),
    "assistant_end": Row(
        kwargs=serving,
        get=only("leader"),
        post=only("leader", status=302),
        data=lambda world: {"ends": clock.today().isoformat()},
        grave=True,
    ),
    "assistant_withdraw": Row(
        kwargs=appointed_today,
        get=only("leader"),
        post=only("leader", status=302),
        data=lambda world: {"reason": "选错了人"},
        grave=True,
    ),
}
