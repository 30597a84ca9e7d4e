from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "考核"

    def ready(self):
        from assessments.facts.owed import FactsKeep
        from assessments.facts.standing import StandingKeep
        from assessments.home.selectors.practices import EffectsKeep
        from assessments.results.loaders import name_of_result
        from assessments.schemes.guards import install_scheme_guards
        from assessments.schemes.services import install_defaults
        from assessments.targets.figures import FactFigures
        from assessments.targets.handover import left_by
        from assessments.targets.loaders import name_of_target, not_behind
        from assessments.targets.pledged import offers_of
        from members.commitments import above as commitments
        from members.organisations import handover
        from members.roster.sections import discover
        from responsibilities.campaigns import figures
        from responsibilities.duties import kept as duties
        from responsibilities.practices import kept as practices
        from responsibilities.requirements.kept import keep_by
        from responsibilities.supervision.models import Subject
        from responsibilities.supervision.selectors import about

        discover("assessments")
        if left_by not in handover.ABOVE:
            handover.ABOVE.append(left_by)
        if offers_of not in commitments.OFFERS:
            commitments.OFFERS.append(offers_of)
        about.ABOVE.update({Subject.RESULT: name_of_result, Subject.TARGET: name_of_target})
        about.UNTRUE[Subject.TARGET] = not_behind
        figures.keep_by(FactFigures())
        keep_by(FactsKeep())
        duties.keep_by(StandingKeep())
        practices.keep_by(EffectsKeep())
        post_migrate.connect(install_scheme_guards, sender=self, dispatch_uid="scheme-guards")
        post_migrate.connect(install_defaults, sender=self, dispatch_uid="default-schemes")
