from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        from catalog import extras
        from insights.at_questions import QualityFilter, statistics_link

        extras.links.append(statistics_link)
        extras.filters.append(QualityFilter)
