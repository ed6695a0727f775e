"""Where the analysis is reached: the menu and its addresses; `quiz_buttons` leads there from a test."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments.cms import analysis
from people import roles


class AnalysisMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return roles.may_analyse(request.user)


@hooks.register("register_admin_menu_item")
def analysis_menu() -> MenuItem:
    return AnalysisMenuItem(
        _("Analysis"), reverse_lazy("quiz_analyses"), name="analysis", icon_name="analysis", order=215
    )


@hooks.register("register_icons")
def own_icons(icons: list[str]) -> list[str]:
    """What Wagtail has no sign for: the analysis, and kinds that ask for a number."""
    return [*icons, "assessments/cms/icons/analysis.svg", "assessments/cms/icons/calculator.svg"]


@hooks.register("register_admin_urls")
def analysis_urls() -> list[URLPattern]:
    one = "quiz-analysis/<uuid:key>/"
    return [
        path("quiz-analysis/", analysis.AnalysisIndex.as_view(), name="quiz_analyses"),
        path(one, analysis.QuizAnalysisView.as_view(), name="quiz_analysis"),
        path(f"{one}compute/", analysis.ComputeAnalysis.as_view(), name="quiz_analysis_compute"),
        path(f"{one}state/", analysis.AnalysisState.as_view(), name="quiz_analysis_state"),
        path(f"{one}export.<str:kind>", analysis.ExportAnalysis.as_view(), name="quiz_analysis_export"),
        path(f"{one}items/<int:version>/", analysis.ItemAnalysisView.as_view(), name="quiz_analysis_item"),
    ]
