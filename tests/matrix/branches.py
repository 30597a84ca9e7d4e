"""Accounts, places, powers, the system's pages."""

from datetime import timedelta

from branches.access.models import ExternalIdentity, FactorDevice, PasswordReset, User
from branches.access.services.accounts import account_create
from branches.access.services.resets import reset_ask
from branches.places.models.departments import Coverage, Department
from branches.places.services.departments import coverage_set, department_create
from branches.places.services.terms import term_set
from branches.reach.rights import MEMBERS, ORGANISE, ROLES, VIEW
from branches.settings.proposals import setting_propose
from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from tests.matrix import Row, everyone, only
from tests.world import CAST, FOUNDED

ADMIN, AUDITOR, RULER = "administrator", "auditor", "committee_secretary"
ORGANISERS = tuple(who for who, (role, _) in CAST.items() if role and ORGANISE in ROLES[role].rights)
GIVERS = ("committee_secretary", "general_secretary", "secretary_a", "secretary_b", "secretary_c")
ASKS_A = ("administrator", "committee_secretary", "secretary_a")
MANAGERS = tuple(who for who, (role, _) in CAST.items() if role and MEMBERS in ROLES[role].rights)
VIEWERS = tuple(who for who, (role, _) in CAST.items() if role and VIEW in ROLES[role].rights)


def branch_a(world):
    return {"pk": world.branch_a.pk}


def coverage(world):
    department = Department.objects.filter(name="甲处").first() or department_create(by=OPERATOR, name="甲处")
    row = Coverage.objects.filter(department=department).first() or coverage_set(
        by=OPERATOR, department=department, organisation=world.branch_a, starts=FOUNDED
    )
    return {"pk": row.pk}


def with_term(world):
    term_set(by=OPERATOR, organisation=world.branch_a, expires=FOUNDED.replace(year=2018))
    return branch_a(world)


def a_notice(world):
    return {"notice": "1"}


def account_of(who):
    return lambda world: {"pk": world.user(who).pk}


def an_unused_account(world):
    user = User.objects.filter(username="newcomer").first()
    return {"pk": (user or account_create(by=world.administrator, username="newcomer", name="新人")[0]).pk}


def a_reset(world):
    """Of an officer, asked by his secretary: another secretary above may confirm it."""
    row = PasswordReset.objects.first() or reset_ask(by=world.secretary_a, owner=world.officer_a, reason="忘记密码")
    return {"pk": row.pk}


def with_factor(who):
    def made(world):
        FactorDevice.objects.get_or_create(user=world.user(who), confirmed=False)
        return {"pk": world.user(who).pk}

    return made


def an_identity(world):
    row, _ = ExternalIdentity.objects.get_or_create(user=world.officer_a, issuer="https://idp.example", sub="somebody")
    return {"pk": row.pk}


def no_session(world):
    return {"id": "0123456789abcdef"}


def own_page(world):
    return {"next": "/account/"}


WRITE_A = only(*ORGANISERS)


def coming(world):
    row = setting_set(by=OPERATOR, key="grace_days", value="9", valid_from=clock.today() + timedelta(days=30))
    return {"pk": row.pk}


def proposed(world):
    day = clock.today() + timedelta(days=30)
    row = setting_propose(by=world.staff, key="grace_days", value="9", valid_from=day, reason="外出的支部多")
    return {"pk": row.pk}


ROWS = {
    "healthz": Row(get=everyone(anonymous=200), public=True),
    "readyz": Row(get=everyone(503, anonymous=503), public=True),
    "login": Row(
        get=everyone(302, anonymous=200), post=everyone(302, anonymous=401), query="?next=/account/", public=True
    ),
    "logout": Row(post=everyone(302)),
    "first_login": Row(get=everyone(404), post=everyone(404)),
    # Nobody of the cast stands between password and code, or came from a provider: there is none here.
    "login_code": Row(get=everyone(302, anonymous=302), post=everyone(302, anonymous=302), public=True),
    "sso_start": Row(get=everyone(404, anonymous=404), public=True),
    "sso_callback": Row(get=everyone(404, anonymous=404), public=True),
    "confirm_password": Row(get=everyone(), post=everyone(), query="?next=/account/"),
    "account": Row(get=everyone()),
    "menu": Row(get=everyone()),
    "password_change": Row(get=everyone(), post=everyone()),
    "security": Row(get=everyone()),
    "end_sessions": Row(post=everyone(302)),
    "end_session": Row(kwargs=no_session, post=everyone(404)),
    "factor_begin": Row(get=everyone(), post=everyone(302), grave=True),
    "factor_confirm": Row(get=everyone(302), post=everyone(302), grave=True),
    "factor_codes": Row(get=everyone(302), post=everyone(302), grave=True),
    "factor_remove": Row(get=everyone(302), post=everyone(302), grave=True),
    "identity_start": Row(get=everyone(404)),
    "identity_link": Row(get=everyone(302), post=everyone(302), grave=True),
    "identity_unlink": Row(kwargs=an_identity, get=only("officer_a"), post=only("officer_a", status=302), grave=True),
    "scope": Row(post=everyone(302), data=own_page),
    "notices": Row(get=everyone()),
    "notices_read": Row(post=everyone(302), data=a_notice),
    "feedback": Row(get=everyone(), post=everyone(302), data=lambda world: {"text": "重复填报", "page": "/account/"}),
    "organisation_new": Row(get=only(*ORGANISERS), post=only(*ORGANISERS)),
    "organisation_edit": Row(kwargs=branch_a, get=WRITE_A, post=WRITE_A),
    "organisation_move": Row(kwargs=branch_a, get=WRITE_A, post=WRITE_A, grave=True),
    "organisation_group": Row(
        kwargs=branch_a, get=WRITE_A, post={who: 422 if code == 200 else code for who, code in WRITE_A.items()}
    ),
    "organisation_term": Row(kwargs=branch_a, get=WRITE_A, post=WRITE_A),
    "organisation_term_close": Row(kwargs=with_term, get=WRITE_A, post=WRITE_A),
    "organisation_departments": Row(get=only(*ORGANISERS)),
    "organisation_departments_export": Row(post=only(*ORGANISERS), grave=True),
    "organisation_department_new": Row(get=only(*ORGANISERS), post=only(*ORGANISERS)),
    "organisation_coverage": Row(get=only(*ORGANISERS), post=only(*ORGANISERS)),
    "organisation_coverage_end": Row(kwargs=coverage, get=only(*ORGANISERS), post=only(*ORGANISERS, status=302)),
    "appointment_list": Row(get=only(*GIVERS)),
    "appointment_new": Row(get=only(*GIVERS), post=only(*GIVERS), grave=True),
    "account_list": Row(get=only(ADMIN)),
    "account_new": Row(get=only(ADMIN), post=only(ADMIN), grave=True),
    "account_code": Row(kwargs=an_unused_account, get=only(ADMIN), post=only(ADMIN), grave=True),
    "reset_new": Row(kwargs=account_of("officer_a"), get=only(*ASKS_A), post=only(*ASKS_A)),
    "reset_factor_new": Row(kwargs=with_factor("officer_a"), get=only(*ASKS_A), post=only(*ASKS_A)),
    "reset_list": Row(get=only(*MANAGERS)),
    "reset_confirm": Row(kwargs=a_reset, get=only("committee_secretary"), post=only("committee_secretary"), grave=True),
    "reset_refuse": Row(kwargs=a_reset, get=only("committee_secretary"), post=only("committee_secretary")),
    "account_lock": Row(kwargs=account_of("member"), get=only(ADMIN), post=only(ADMIN, status=302), grave=True),
    "setting_list": Row(get=only(ADMIN, RULER, "staff")),
    "setting_edit": Row(
        kwargs=lambda world: {"key": "grace_days"}, get=only(RULER, "staff"), post=only(RULER, "staff")
    ),
    "setting_cancel": Row(
        kwargs=coming,
        get=only(RULER),
        post=only(RULER, status=302),
        data=lambda world: {"text": "照原值执行"},
    ),
    "setting_proposal": Row(kwargs=proposed, get=only(RULER), post=only(RULER, status=302)),
    "setting_proposal_decline": Row(
        kwargs=proposed,
        get=only(RULER, "staff"),
        post=only(RULER, "staff", status=302),
        data=lambda world: {"text": "不必改"},
    ),
    "setting_joining": Row(get=only(RULER), post=only(RULER)),
    "setting_start": Row(get=only(RULER), post=only(RULER)),
    "feedback_list": Row(get=only(ADMIN)),
    "job_list": Row(get=only(ADMIN)),
    "audit_list": Row(get=only(AUDITOR)),
    "audit_verify": Row(post=only(AUDITOR, status=302)),
    "audit_export": Row(post=only(AUDITOR), grave=True),
}
