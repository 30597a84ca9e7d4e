"""Party workers: whoever keeps the rosters plans and registers; topics are set by office, answered by their group, reviewed by neither."""

from common import clock
from tests.matrix import Row, only
from tests.matrix.imports import of_ledger
from tests.matrix.members import MANAGERS
from tests.members.cadres.made import found_topic, planned, topic, worker

YEAR = clock.today().year
# Keeps the roster of the committee itself: above the branches.
OFFICE = ("staff", "committee_secretary")
READS_ALL = ("party_secretary", "leader", "discipline", "assistant")
# Read branch A and set nothing there.
READS_A = ("party_secretary", "leader", "discipline", "assistant")
READS_TOPIC = (*READS_ALL, *OFFICE, "secretary_a", "officer_a", "organiser_a")
SETS_A = (*OFFICE, "secretary_a", "officer_a", "organiser_a")
SETTERS = (*OFFICE, "general_secretary", "secretary_a", "officer_a", "organiser_a", "secretary_b", "secretary_c")
READERS = ("party_secretary", "leader", "discipline", "leader_a1", "assistant")
VIEWS = (*SETTERS, *READERS)


def committee(world):
    return f"?organisation={world.committee.pk}"


def a_class(world):
    return {"pk": planned(world).pk}


def a_topic(world):
    return {"pk": topic(world).pk}


def a_found_topic(world):
    return {"pk": found_topic(world).pk}


def some_work(world):
    return {"pk": worker(world).pk}


def this_year(world):
    return {"year": YEAR}


def of_committee(status=200):
    return only(*OFFICE, status=status, forbidden=READS_ALL)


ROWS = {
    "cadres_register": Row(get=only(*MANAGERS)),
    "cadres_export": Row(post=only(*MANAGERS), grave=True),
    "cadres_print": Row(get=only(*MANAGERS)),
    "cadres_print_download": Row(post=only(*MANAGERS)),
    "cadres_work_new": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    **of_ledger("worker_import", OFFICE),
    "cadres_work_paste": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "cadres_work_end": Row(kwargs=some_work, get=only(*OFFICE), post=only(*OFFICE, status=422)),
    "cadres_total": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "cadres_classes": Row(get=only(*MANAGERS)),
    "cadres_classes_export": Row(post=only(*MANAGERS)),
    "cadres_certificates": Row(post=only(*MANAGERS)),
    "cadres_class_new": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "cadres_plan": Row(kwargs=this_year, get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "cadres_plan_copy": Row(kwargs=this_year, post=only(*MANAGERS, status=302)),
    "cadres_class": Row(kwargs=a_class, get=only(*OFFICE)),
    "cadres_class_edit": Row(kwargs=a_class, get=only(*OFFICE), post=only(*OFFICE, status=422)),
    "cadres_class_cancel": Row(kwargs=a_class, get=only(*OFFICE), post=only(*OFFICE, status=422)),
    "cadres_class_hold": Row(kwargs=a_class, post=only(*OFFICE, status=302)),
    "cadres_class_people": Row(kwargs=a_class, get=only(*OFFICE), post=only(*OFFICE, status=409)),
    "cadres_topics": Row(get=only(*VIEWS)),
    "cadres_topic_new": Row(
        get=only(*SETTERS, forbidden=READERS),
        post=only(*SETTERS, status=422, forbidden=READERS),
    ),
    "cadres_topic": Row(kwargs=a_topic, get=only(*READS_TOPIC, "member")),
    "cadres_topic_edit": Row(
        kwargs=a_topic,
        get=only(*SETS_A, forbidden=(*READS_A, "member")),
        post=only(*SETS_A, status=422, forbidden=(*READS_A, "member")),
    ),
    "cadres_topic_interim": Row(
        kwargs=a_topic,
        get=only("member", forbidden=READS_TOPIC),
        post=only("member", status=422, forbidden=READS_TOPIC),
    ),
    "cadres_topic_found": Row(
        kwargs=a_topic,
        get=only("member", forbidden=READS_TOPIC),
        post=only("member", status=422, forbidden=READS_TOPIC),
    ),
    "cadres_topic_review": Row(
        kwargs=a_found_topic,
        get=only(*OFFICE, forbidden=(*(who for who in READS_TOPIC if who not in OFFICE), "member")),
        post=only(*OFFICE, status=422, forbidden=(*(who for who in READS_TOPIC if who not in OFFICE), "member")),
    ),
    "cadres_topic_cancel": Row(
        kwargs=a_topic,
        get=only(*SETS_A, forbidden=(*READS_A, "member")),
        post=only(*SETS_A, status=422, forbidden=(*READS_A, "member")),
    ),
}
