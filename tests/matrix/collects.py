"""Asking once: who collects, who answers."""

from datetime import timedelta

from branches.reach.rights import ASSIGN, RECORD, SUPERVISE
from common import clock
from responsibilities.collects.models import FieldKind
from responsibilities.collects.services.answers import collect_answer
from responsibilities.collects.services.collects import FieldData, collect_save, collect_send
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders

SENDERS = holders(ASSIGN)
# Who only supervises is told so.
SUPERVISES = tuple(who for who in holders(SUPERVISE) if who not in SENDERS)
READS_ROOT = ("party_secretary", "leader", "assistant", *SENDERS)
ANSWERS_A = tuple(who for who in READS_A if who in holders(RECORD))
NUMBER = FieldData("志愿者人数", FieldKind.NUMBER)


def draft(world, fields=(NUMBER,), places=("branch_a", "branch_b"), days=10):
    return collect_save(
        by=world.staff,
        title="志愿服务情况",
        purpose="年底汇总",
        due=clock.today() + timedelta(days=days),
        fields=list(fields),
        targets=[world.places[key] for key in places],
    )


def sent(world, **options):
    collect = draft(world, **options)
    collect_send(by=world.staff, collect=collect)
    return collect


def target_a(world):
    collect = sent(world)
    return collect.targets.get(organisation=world.branch_a)


def address(target):
    return {"pk": target.collect_id, "target": target.pk}


def answered(world):
    target = target_a(world)
    field = target.collect.fields.get()
    collect_answer(by=world.secretary_a, target=target, given={field.pk: "12"})
    return address(target)


def drafts(status=200):
    """A draft does not exist but for those who assign work."""
    return only(*SENDERS, status=status)


def one(make):
    return lambda world: {"pk": make(world).pk}


# Whoever reads an asked organisation reads the collection, and may not act on it.
READS_SENT = tuple(dict.fromkeys((*READS_ROOT, *READS_A, "secretary_b")))


def by_senders(status=200):
    return only(*SENDERS, status=status, forbidden=tuple(who for who in READS_SENT if who not in SENDERS))


def answers_a(status=200):
    return only(*ANSWERS_A, status=status, forbidden=tuple(who for who in READS_A if who not in ANSWERS_A))


ROWS = {
    "collect_list": Row(get=only(*VIEWERS)),
    "collect_new": Row(get=only(*SENDERS, forbidden=SUPERVISES), post=only(*SENDERS, status=422, forbidden=SUPERVISES)),
    "collect_held": Row(get=only(*SENDERS, forbidden=SUPERVISES), query="?row=f-0&f-0-label=党员人数"),
    "collect_detail": Row(kwargs=one(sent), get=only(*READS_SENT)),
    "collect_edit": Row(kwargs=one(draft), get=drafts(), post=drafts(422)),
    "collect_send": Row(kwargs=one(draft), get=drafts(), post=drafts(302)),
    "collect_discard": Row(kwargs=one(draft), get=drafts(), post=drafts(302)),
    "collect_export": Row(kwargs=one(sent), post=only(*READS_SENT)),
    "collect_remind": Row(kwargs=one(sent), post=by_senders(302)),
    "collect_close": Row(kwargs=one(sent), get=by_senders(), post=by_senders(302)),
    "collect_answer": Row(
        kwargs=lambda world: address(target_a(world)),
        get=answers_a(),
        post=answers_a(422),
    ),
    "collect_return": Row(
        kwargs=answered,
        get=only(*SENDERS, forbidden=tuple(who for who in READS_A if who not in SENDERS)),
        post=only(*SENDERS, status=302, forbidden=tuple(who for who in READS_A if who not in SENDERS)),
        data=lambda world: {"reason": "与名册不符"},
    ),
}
