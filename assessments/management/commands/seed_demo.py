from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from assessments.demo.above import Above
from assessments.demo.appraisal import Appraisal
from assessments.demo.asking import Asking
from assessments.demo.attending import Attending
from assessments.demo.campaigns import Campaigning
from assessments.demo.caring import Caring
from assessments.demo.developing import Developing
from assessments.demo.duties import Duties
from assessments.demo.moving import Moving
from assessments.demo.paying import Paying
from assessments.demo.people import Maker
from assessments.demo.policies import Policies
from assessments.demo.practices import Practices
from assessments.demo.sharing import Sharing
from assessments.demo.supervision import Supervised
from assessments.demo.targets import Targets
from assessments.demo.training import Training
from assessments.demo.work import Work
from assessments.demo.year import Year
from assessments.facts import fill as rollups
from branches.access import demo
from branches.audit import seal
from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation


class Command(BaseCommand):
    help = "Make the invented demo agency with a year up to today, through the services; the same each time."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=["agency"], default="agency")

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("演示数据只能在演示模式（DEMO=1）下生成。", returncode=1)
        if Organisation.objects.exists():
            raise CommandError("数据库里已有组织，不再生成演示数据。", returncode=1)
        # All or nothing: a first run that is interrupted leaves an empty database, and the next makes it whole.
        with transaction.atomic():
            demo.mark_as_demo()
            maker = Maker()
            maker.tree()
            maker.accounts()
            # Nothing was recorded on these rosters yet: there is nothing to judge anew (members/activities/services/rosters.py).
            ChangeMark.objects.filter(subject=ROSTER).delete()
            year = Year(maker)
            year.begin()
            year.live()
            Above(maker).live()
            work = Work(maker)
            work.live()
            Duties(maker).live()
            Supervised(maker).live()
            Asking(maker).live()
            Targets(maker).live()
            Policies(maker).live()
            Campaigning(maker).live()
            Practices(maker).live()
            Sharing(maker).live()
            Developing(maker).live()
            Moving(maker).live()
            Paying(maker).live()
            Caring(maker).live()
            year.publish()
            Appraisal(maker).live()
            Training(maker).live()
            Attending(maker).live()
            work.waiting()
            rollups.fill()
        seal.seal_all()
        self.stdout.write(f"演示机关已建立：{Organisation.objects.count()} 个组织")
