from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    verbose_name = "责任与义务"

    def ready(self):
        from members.cadres import above as cadres
        from members.care import above as care
        from members.commitments import above as commitments
        from members.organisations import handover
        from members.reviews import findings
        from members.roster.sections import discover
        from responsibilities.campaigns.handover import left_by as campaigns_left
        from responsibilities.duties.of_cadres import duties_of_seats
        from responsibilities.policies.handover import left_by as policies_left
        from responsibilities.portfolios.contacts import branches_of
        from responsibilities.practices.handover import left_by as practices_left
        from responsibilities.supervision.of_cadres import notices_of_seats
        from responsibilities.work.pledged import offers_of
        from responsibilities.work.selectors.alone import found_in_links

        discover("responsibilities")
        cadres.COUNTS.update({cadres.DUTIES: duties_of_seats, cadres.SUPERVISIONS: notices_of_seats})
        if found_in_links not in findings.ABOVE:
            findings.ABOVE.append(found_in_links)
        if offers_of not in commitments.OFFERS:
            commitments.OFFERS.append(offers_of)
            care.CONTACTS.append(branches_of)
        handover.ABOVE += [
            said for said in (policies_left, campaigns_left, practices_left) if said not in handover.ABOVE
        ]
