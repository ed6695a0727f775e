"""The analysis in the CMS: a list of tests, a page for each, a page for each question, files. For who writes content.

Nothing here reads an attempt: pages show stored results, about five people and more.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from assessments.analysis import thresholds
from assessments.analysis.advice import item_advice, option_advice, quiz_advice
from assessments.analysis.charts import histogram, scatter
from assessments.analysis.pages import dots, option_rows, question_rows, section_rows
from assessments.analysis.sheets import sheets
from assessments.analysis.wording import ITEM, QUIZ, Unit, shown, text
from assessments.cms.analysis_forms import Selection, SelectionForm
from assessments.models import QuizAnalysis
from assessments.selectors.analysis import (
    analysed_items,
    analysis_of,
    default_analyses,
    earlier_counts,
    flagged_counts,
    published_versions,
    quiz_page,
    quizzes_to_analyse,
)
from assessments.services import request_analysis
from courses.enums import ActivityKind
from courses.models import Activity
from enablement.core.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes
from people import roles

PER_PAGE = 50
LIST = {"url": "", "label": gettext_lazy("Analysis")}


def _language() -> str:
    return get_language() or "de"


class ForAuthors(View):
    """Who may not, gets 404, for tests that exist and tests that do not."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not roles.may_analyse(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class OfQuiz(ForAuthors):
    """A view about one test. `selection` is what the address says about its attempts."""

    quiz: Activity
    form: SelectionForm
    selection: Selection
    analysis: QuizAnalysis | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if roles.may_analyse(request.user):
            self._find(kwargs["key"], request.POST if request.method == "POST" else request.GET)
        return super().dispatch(request, *args, **kwargs)

    def _find(self, key: UUID, data: Any) -> None:
        tests = Activity.objects.filter(kind=ActivityKind.QUIZ).select_related("parent")
        self.quiz = get_object_or_404(tests, key=key)
        self.form = SelectionForm(data, versions=published_versions(self.quiz))
        self.selection = self.form.selection()
        self.analysis = analysis_of(
            self.quiz, choice=self.selection.choice, since=self.selection.since, until=self.selection.until
        )

    def address(self, name: str, **kwargs: Any) -> str:
        url = reverse(name, kwargs={"key": self.quiz.key, **kwargs})
        return f"{url}?{self.selection.query}" if self.selection.query else url


class AnalysisIndex(ForAuthors, WagtailAdminTemplateMixin, TemplateView):
    """All tests with the state of their analysis of first attempts. Five queries, however many tests."""

    template_name = "assessments/cms/analyses.html"
    page_title = gettext_lazy("Analysis")
    header_icon = "analysis"

    def get_breadcrumbs_items(self) -> list[Any]:
        return [*super().get_breadcrumbs_items(), LIST]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(quizzes_to_analyse(), PER_PAGE).get_page(self.request.GET.get("p"))
        quizzes = list(page)
        analyses = default_analyses(quizzes)
        flagged = flagged_counts(list(analyses.values()))
        entries = [
            {"quiz": quiz, "analysis": one, "flagged": flagged.get(one.pk, 0) if one else 0, **_summary(one)}
            for quiz, one in ((quiz, analyses.get(quiz.pk)) for quiz in quizzes)
        ]
        return {**super().get_context_data(**kwargs), "entries": entries, "page": page}


def _summary(analysis: QuizAnalysis | None) -> dict[str, str]:
    figures = analysis.result or {} if analysis else {}
    return {"mean": text(figures.get("mean"), Unit.SHARE), "alpha": text(figures.get("alpha"), Unit.SHARE)}


class QuizAnalysisView(OfQuiz, WagtailAdminTemplateMixin, TemplateView):
    template_name = "assessments/cms/analysis.html"
    header_icon = "analysis"

    def get_page_title(self) -> str:
        return _("Analysis")

    def get_page_subtitle(self) -> str:
        return self.quiz.title

    def get_breadcrumbs_items(self) -> list[Any]:
        there = {**LIST, "url": reverse("quiz_analyses")}
        return [*super().get_breadcrumbs_items(), there, {"url": "", "label": self.quiz.title}]

    def get_header_buttons(self) -> list[Any]:
        if self.analysis is None or self.analysis.result is None:
            return []
        return [
            HeaderButton(kind.upper(), self.address("quiz_analysis_export", kind=kind), icon_name="download")
            for kind in ("xlsx", "csv")
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = quiz_page(self.quiz.key)
        context = {
            **super().get_context_data(**kwargs),
            "quiz": self.quiz,
            "quiz_page": page,
            "form": self.form,
            "selection": self.selection,
            "analysis": self.analysis,
            "own_url": self.address("quiz_analysis"),
            "compute_url": reverse("quiz_analysis_compute", kwargs={"key": self.quiz.key}),
            "state_url": self.address("quiz_analysis_state"),
        }
        if self.analysis is not None and self.analysis.result is not None:
            context |= self._figures(self.analysis, page.pass_mark if page else None)
        return context

    def _figures(self, analysis: QuizAnalysis, pass_mark: int | None) -> dict[str, Any]:
        result = analysis.result or {}
        advice = quiz_advice(result)
        questions = question_rows(analysed_items(analysis), _language())
        points = dots(questions)
        return {
            "figures": [{"figure": one, "advice": advice.get(one.name)} for one in shown(QUIZ, result)],
            "questions": [
                {"row": one, "url": self.address("quiz_analysis_item", version=one.row.item_version_id)}
                for one in questions
            ],
            "sections": section_rows(result, _language()),
            "histogram": histogram(result.get("distribution") or [], pass_mark),
            "pass_mark": pass_mark,
            "scatter": scatter(points, weak=thresholds.DISCRIMINATION_WEAK, easy=thresholds.EXTREMELY_EASY)
            if points
            else None,
            "waiting_for_marks": result.get("waiting", 0),
        }


class ItemAnalysisView(OfQuiz, WagtailAdminTemplateMixin, TemplateView):
    """One question: its figures, and what people answer."""

    template_name = "assessments/cms/item_analysis.html"
    header_icon = "help"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = question_rows(analysed_items(self.analysis), _language()) if self.analysis else []
        found = [row for row in rows if row.row.item_version_id == kwargs["version"]]
        if not found:
            raise Http404
        self.question = found[0]
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.question.title

    def get_breadcrumbs_items(self) -> list[Any]:
        return [
            *super().get_breadcrumbs_items(),
            {**LIST, "url": reverse("quiz_analyses")},
            {"url": self.address("quiz_analysis"), "label": self.quiz.title},
            {"url": "", "label": self.question.title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question, row = self.question, self.question.row
        statistic = earlier_counts(row.item_version)
        options = row.figures.get("options") or {}
        advice = item_advice(row.figures, row.people)
        said = option_advice(options, question.named)
        earlier = statistic.option_counts if statistic else None
        return {
            **super().get_context_data(**kwargs),
            "quiz": self.quiz,
            "analysis": self.analysis,
            "selection": self.selection,
            "question": question,
            "figures": [{"figure": one, "advice": advice.get(one.name)} for one in shown(ITEM, row.figures)],
            "options": [
                {"option": one, "advice": said.get(one.key)}
                for one in option_rows(row, question.named, _language(), earlier=earlier)
            ],
            "answers": options.get("answers", 0),
            "options_reason": options.get("reason", ""),
            "earlier": statistic,
        }


class ComputeAnalysis(OfQuiz):
    """POST: put it in the queue. Pressed twice, or by two people, it is one job."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        if self.form.errors:
            messages.error(request, _("Nothing was computed: please look at the dates again."))
            return redirect(self.address("quiz_analysis"))
        chosen = self.selection
        request_analysis(self.quiz, choice=chosen.choice, since=chosen.since, until=chosen.until)
        return redirect(self.address("quiz_analysis"))


class AnalysisState(OfQuiz):
    """Whether it still waits or runs, for the page that shows it."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        response = JsonResponse({"waiting": self.analysis is not None and self.analysis.is_waiting})
        response["Cache-Control"] = "no-store"
        return response


class ExportAnalysis(OfQuiz):
    """The figures as a file: `csv` or `xlsx`."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
        analysis = self.analysis
        if analysis is None or analysis.result is None or kind not in {"csv", "xlsx"}:
            raise Http404
        tables = sheets(analysis, analysed_items(analysis), described=self.selection.described, language=_language())
        german = not _language().startswith("en")
        data = csv_bytes(tables, german=german) if kind == "csv" else xlsx_bytes(tables)
        day = timezone.localtime(analysis.as_of or timezone.now()).date().isoformat()
        name = slugify(self.quiz.title)[:60] or "test"
        return HttpResponse(
            data,
            content_type=CSV_TYPE if kind == "csv" else XLSX_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{name}-{day}.{kind}"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
