from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    verbose_name = "责任与义务"

    def ready(self):
        from members.reviews.findings import ABOVE
        from responsibilities.work.selectors.alone import found_in_links

        if found_in_links not in ABOVE:
            ABOVE.append(found_in_links)
