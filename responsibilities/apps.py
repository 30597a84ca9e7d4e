from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    verbose_name = "责任与义务"

    def ready(self):
        from members.organisations import handover
        from members.reviews.findings import ABOVE
        from responsibilities.practices.waiting import handed_over
        from responsibilities.work.selectors.alone import found_in_links

        if found_in_links not in ABOVE:
            ABOVE.append(found_in_links)
        if handed_over not in handover.ABOVE:
            handover.ABOVE.append(handed_over)
