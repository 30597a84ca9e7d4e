"""Duty lists through the services: made from templates, linked, issued, reported, judged."""

from responsibilities.duty_progress import duty_slots, progress
from responsibilities.models import Duty, Level
from tests.responsibilities.duty_world import issued, make


def test_every_holder_gets_one_list_of_his_level_with_the_duties_of_the_template(world):
    made = make()
    levels = [row.level for row in made]
    assert {level: levels.count(level) for level in Level} == {
        "party_group": 1,
        "party_group_secretary": 1,
        "leader": 1,
        "committee": 1,
        "branch": 3,
        "member": 12,
    }
    assert Duty.objects.filter(list__level="branch").count() == 36


def test_slots_of_all_levels_are_reckoned(world, django_assert_max_num_queries):
    issued(world)
    with django_assert_max_num_queries(40):
        slots = duty_slots(Duty.objects.all())
    print(len(slots), progress([slot for rows in slots.values() for slot in rows]))
    for row in Duty.objects.select_related("list").order_by("pk")[:70]:
        for slot in slots[row.pk]:
            print(
                row.list.level, row.key, slot.key, slot.name, slot.due, slot.expected, slot.done, slot.state, slot.text
            )
