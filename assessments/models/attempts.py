"""Attempts: frozen at the start, answered by appending, closed once."""

import uuid
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NoReturn

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.bands import band_text
from assessments.behaviours.tries import Practice
from assessments.enums import (
    AttemptState,
    Behaviour,
    Certainty,
    GradeMethod,
    Navigation,
    Overdue,
    ReviewCell,
    ReviewMoment,
)
from assessments.kinds import Content
from assessments.reviewing import Cells, Review, frozen_review, review_moment
from assessments.sections import Section, sections_in
from courses.models import Activity


class Closings:
    """When a test closes for anybody: by its pages, and for whoever runs. Read once, when first asked for."""

    def __init__(self, activity_id: int) -> None:
        self._activity_id = activity_id

    @cached_property
    def ends(self) -> list[datetime | None]:
        """None among them: somebody may answer without an end. Two queries."""
        running = Attempt.objects.filter(activity=self._activity_id, state=AttemptState.OPEN).aggregate(
            latest=Max("deadline_at"), endless=Count("pk", filter=Q(deadline_at=None))
        )
        key = Activity.objects.filter(pk=self._activity_id).values("key")
        pages = apps.get_model("assessments", "QuizPage").objects.filter(live=True, translation_key__in=key)
        ends: list[datetime | None] = list(pages.values_list("closes_at", flat=True))
        if running["latest"]:
            ends.append(running["latest"])
        return [*ends, None] if running["endless"] else ends


class Attempt(models.Model):
    """One try of one person at one test. Everything that decides it is frozen here and in its items.

    `policy` keeps the quiz's rules as they were: pass_mark (percent), review_policy and review (the matrix, see
    `Review.frozen`), shuffle_questions, shuffle_options, attempts_allowed, delay_minutes, time_limit_minutes,
    extra_time_percent, behaviour, tries, try_penalty (a fraction, "1/3"), quiz_closes_at (ISO, when the test itself
    closes for this person), markers, marking_anonymous, title_de, title_en, grade_method, recount (only there when an
    earlier attempt of the cycle had another method), overdue, grace_seconds, hand_in_minutes, navigation, certainty
    (whether it asks how sure the person is), sections, bands (only there when the test has some, see
    `frozen_sections`, `frozen_bands`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, related_name="attempts")
    activity = models.ForeignKey("courses.Activity", models.PROTECT, related_name="attempts")
    cycle = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=AttemptState.choices, default=AttemptState.OPEN)
    policy = models.JSONField()
    started_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField(null=True, blank=True, help_text=_("When the time is up; empty: no limit."))
    closes_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text=_("The last moment for handing in: deadline and grace.")
    )
    reached = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text=_("The question that stands open where they come one after the other.")
    )
    submitted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    score_scaled = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    pass_kept = models.BooleanField(
        default=False, db_default=False, help_text=_("The pass stands although a later correction would not give it.")
    )
    answers_deleted_at = models.DateTimeField(null=True, blank=True)

    just_started = False  # set by the service that starts it, on the instance that it returns

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("-started_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "activity", "cycle"],
                condition=Q(state=AttemptState.OPEN),
                name="attempt_one_open",
            ),
            models.UniqueConstraint(fields=["user", "activity", "cycle", "number"], name="attempt_number"),
            models.CheckConstraint(
                condition=Q(score_scaled=None) | Q(score_scaled__gte=0, score_scaled__lte=1),
                name="attempt_score_scaled",
            ),
            models.CheckConstraint(
                condition=Q(state=AttemptState.OPEN, submitted_at=None, score_scaled=None, passed=None)
                | Q(state=AttemptState.MARKING, submitted_at__isnull=False, score_scaled=None, passed=None)
                | (
                    ~Q(state__in=[AttemptState.OPEN, AttemptState.MARKING])
                    & Q(submitted_at__isnull=False, score_scaled__isnull=False)
                ),
                name="attempt_closed_has_result",
            ),
            models.CheckConstraint(
                condition=Q(deadline_at=None, closes_at=None) | Q(closes_at__gte=F("deadline_at")),
                name="attempt_closes_after_deadline",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.title} ({self.number})"

    @property
    def is_open(self) -> bool:
        return self.state == AttemptState.OPEN

    @property
    def title(self) -> str:
        """The test's title at the start, in the active language."""
        wanted = "en" if (get_language() or "").startswith("en") else "de"
        return str(self.policy.get(f"title_{wanted}") or self.policy.get("title_de") or self.policy.get("title_en"))

    def band_feedback(self, now: datetime) -> str:
        """Feedback on the score as a whole, in the active language; empty where the matrix holds it back.

        Whether the test is passed makes no difference: those who have not are the ones who need it, and it says nothing
        about single questions.
        """
        shows = self.review.at(self.review_moment(now))
        handed_in = self.state in {AttemptState.SUBMITTED, AttemptState.EXPIRED}
        if self.score_scaled is None or not handed_in or not shows >= {ReviewCell.SCORE, ReviewCell.FEEDBACK}:
            return ""
        return band_text(self.policy.get("bands", ()), self.score_scaled, get_language() or "de")

    @property
    def sections(self) -> list[Section]:
        """Sections of the test as they were at the start, in the active language."""
        return sections_in(self.policy.get("sections", ()), get_language() or "de")

    @property
    def pass_mark(self) -> int:
        """Percent."""
        return int(self.policy["pass_mark"])

    @property
    def grade_method(self) -> GradeMethod:
        """How this attempt and the ones before it make the test's result."""
        return GradeMethod(self.policy.get("grade_method", GradeMethod.HIGHEST))

    @property
    def practice(self) -> Practice | None:
        """The rules of its tries; None for a test, which has one."""
        if self.policy.get("behaviour") != Behaviour.PRACTICE:
            return None
        return Practice(int(self.policy["tries"]), Fraction(self.policy["try_penalty"]))

    @property
    def asks_certainty(self) -> bool:
        """Whether the person is asked how sure they are of their answers. It never counts; only they see it."""
        return bool(self.policy.get("certainty", False))

    @property
    def review(self) -> Review:
        return frozen_review(self.policy)

    @property
    def quiz_closes_at(self) -> datetime | None:
        """When the test closes for this person, by the rules of the start; None: it never does."""
        at = self.policy.get("quiz_closes_at")
        return datetime.fromisoformat(at) if at else None

    @property
    def ended_at(self) -> datetime | None:
        return None if self.is_open else self.submitted_at or self.started_at

    def shown_cells(self, now: datetime, *, passed: bool) -> Cells:
        """What of this attempt may be shown at that time; `passed`: the person has passed the test by now."""
        return self.review.shown(self.review_moment(now), passed=passed)

    def review_moment(self, now: datetime) -> ReviewMoment:
        """Where that time stands for this attempt."""
        own = self.quiz_closes_at
        return review_moment(self.ended_at, own if own is None or now < own else self.closed_at, now=now)

    @property
    def closed_at(self) -> datetime | None:
        """When the test closes for everybody: what is shown then would help whoever still answers. None: not known.

        Its closing may have been moved since this attempt began, and others may run with a later one. At most two
        queries for all attempts of a list that shares its `others`, and none where nothing waits for the closing.
        """
        own, review = self.quiz_closes_at, self.review
        if own is None or review.after_close <= review.later & review.right_after:
            return own
        ends = [own, *self.others.ends]
        return None if None in ends else max(ends)  # type: ignore[type-var]  # none of them is None

    @cached_property
    def others(self) -> "Closings":
        return Closings(self.activity_id)

    @property
    def is_sequential(self) -> bool:
        """Whether a question that was left cannot be opened again."""
        return bool(self.policy.get("navigation") == Navigation.SEQUENTIAL)

    @property
    def overdue(self) -> Overdue:
        """What becomes of it when its time is up."""
        return Overdue(self.policy.get("overdue", Overdue.AUTOSUBMIT))

    @property
    def answers_until(self) -> datetime | None:
        """Until when answers are accepted that were on their way when the time was up; None: no limit."""
        if self.deadline_at is None or self.overdue is not Overdue.GRACE:
            return self.closes_at
        return self.deadline_at + timedelta(seconds=self.policy["grace_seconds"])

    def takes_answers(self, now: datetime) -> bool:
        return self.is_open and (self.answers_until is None or now <= self.answers_until)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing more is accepted at that time, neither answers nor handing in."""
        return self.closes_at is not None and now > self.closes_at

    def hand_in_only(self, now: datetime) -> bool:
        """Whether the time is up and the person has to hand in now: shown as such from the last second on."""
        if not self.is_open or self.deadline_at is None or self.overdue is Overdue.AUTOSUBMIT:
            return False
        return int((self.deadline_at - now).total_seconds()) <= 0


class AttemptItem(models.Model):
    """A question of an attempt: which version, where, in which order of options."""

    attempt = models.ForeignKey("assessments.Attempt", models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(help_text=_("Counted from 1."))
    item_version = models.ForeignKey("assessments.ItemVersion", models.PROTECT, related_name="attempt_items")
    graded_version = models.ForeignKey(
        "assessments.ItemVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The corrected version by whose key it was graded again."),
    )
    option_order = models.JSONField(default=list)
    weight = models.DecimalField(max_digits=7, decimal_places=2, default=1)
    flagged = models.BooleanField(default=False)
    score = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("question of an attempt")
        verbose_name_plural = _("questions of attempts")
        ordering = ("attempt", "position")
        constraints = (
            models.UniqueConstraint(fields=["attempt", "position"], name="attempt_item_position"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=0, score__lte=1), name="attempt_item_score"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="attempt_item_weight"),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"

    @property
    def is_graded(self) -> bool:
        """Whether the question counts; a `score` of None then says that its answer is not marked yet."""
        return self.item_version.kind_object.graded

    @property
    def asks_certainty(self) -> bool:
        """Where the machine says right or wrong; what people mark, or nobody, is no matter of being sure."""
        kind = self.item_version.kind_object
        return kind.graded and not kind.by_hand and self.attempt.asks_certainty

    @property
    def content(self) -> Content:
        """The version's content as this attempt asks it; after a correction, that of the corrected version."""
        version = self.graded_version or self.item_version
        return version.kind_object.as_asked(version.content, self.option_order)


class ResponseQuerySet(models.QuerySet["Response"]):
    """Append-only. Answers leave through the retention service alone, which counts them first."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("responses are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("responses are append-only")

    def delete_after_counting(self) -> int:
        """For `assessments.services.retention` and for erasure only; their checks go with them. How many responses."""
        return int(super().delete()[1].get("assessments.Response", 0))


class Response(models.Model):
    """An answer as it was received. The one with the highest sequence counts; earlier ones are history.

    `certainty` never counts and is shown to nobody but the person: no grade, report, analysis or marking reads it.
    """

    attempt_item = models.ForeignKey("assessments.AttemptItem", models.CASCADE, related_name="responses")
    sequence = models.PositiveBigIntegerField(help_text=_("One more than the answer it replaces."))
    value = models.JSONField(null=True, help_text=_("As the kind's `parse` returns it; null: taken back."))
    tab = models.CharField(max_length=64, blank=True, help_text=_("Random name of the tab that sent it."))
    certainty = models.PositiveSmallIntegerField(
        null=True,
        choices=Certainty.choices,
        help_text=_("How sure the person said they are; empty: nothing said. For their eyes only."),
    )
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ("attempt_item", "sequence")
        constraints = (
            models.UniqueConstraint(fields=["attempt_item", "sequence"], name="response_sequence"),
            models.CheckConstraint(
                condition=Q(certainty=None) | Q(certainty__in=Certainty.values), name="response_certainty"
            ),
        )

    def __str__(self) -> str:
        return f"{self.attempt_item_id}:{self.sequence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("responses are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("responses are append-only")


class CheckQuerySet(models.QuerySet["Check"]):
    """Append-only; a check goes only with the answer that it checked."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("checks are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("checks are append-only")


class Check(models.Model):
    """A try in practice: an answer that was checked, and what was told of it (`score`, before any penalty).

    An answer is checked once, so a double click is one try. What the tries are worth is computed from the answers.
    """

    attempt_item = models.ForeignKey("assessments.AttemptItem", models.CASCADE, related_name="checks")
    response = models.OneToOneField("assessments.Response", models.CASCADE, related_name="checked")
    number = models.PositiveSmallIntegerField(help_text=_("Counted from 1."))
    score = models.DecimalField(max_digits=5, decimal_places=4)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("checked try")
        verbose_name_plural = _("checked tries")
        ordering = ("attempt_item", "number")
        constraints = (
            models.UniqueConstraint(fields=["attempt_item", "number"], name="check_number"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="check_score"),
        )

    def __str__(self) -> str:
        return f"{self.attempt_item_id}#{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("checks are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("checks are append-only")
