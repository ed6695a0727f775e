"""Trying a question out in a preview: the draft is answered and graded as in practice, and nothing is recorded.

A trial carries its question with it: the signed token in its form holds the draft as the editor had it, the numbers
that were drawn, and for whom. So what is not saved yet can be tried, and the server remembers nothing. The token holds
the key as well, which is why only somebody who may read it in the editor gets one (Wagtail asks before it previews),
and why another person's token is worth nothing.
"""

import random
from dataclasses import dataclass, replace
from typing import Any, Self

from django.core import signing
from django.urls import reverse
from django.utils.functional import cached_property

from assessments.kinds import Content, kinds
from assessments.kinds.base import hints_of
from assessments.practice import Check
from people.models import User

SALT = "assessments.trying"


@dataclass(frozen=True)
class Draft:
    """A question as an editor holds it. `key` tells it from the others of the same page."""

    kind: str
    content: Content
    key: str = "1"

    @property
    def pk(self) -> str:
        return self.key

    def frozen_content(self) -> Content:
        return self.content


@dataclass(frozen=True)
class Trial(Check):
    """A question of a preview that can be answered."""

    user: int = 0

    @classmethod
    def of(cls, draft: Draft, *, user: User, language: str) -> Self:
        return cls(draft, draft.key, language, user=user.pk)

    @cached_property
    def order(self) -> Any:
        """Drawn and mixed anew each time that it is asked."""
        if self.drawn is not None:
            return self.drawn
        return self.kind.option_order(self.item.frozen_content(), random.SystemRandom(), shuffle=True)

    @property
    def token(self) -> str:
        carried = [self.user, self.item.kind, self.item.frozen_content(), self.item.key, self.order]
        return signing.dumps(carried, salt=SALT, compress=True)

    @property
    def action(self) -> str:
        return reverse("try_answer")

    @property
    def hints(self) -> list[str]:
        return [] if self.correct or not self.known else hints_of(self.content, self.language)

    @property
    def percent(self) -> int | None:
        return None if self.score is None else round(self.score * 100)

    def again(self) -> Self:
        """The same question, asked anew."""
        return replace(self, drawn=None, response=None, review=None, trouble="")


def read_trial(token: str, *, user: User, language: str) -> Trial | None:
    """What a form of this person's preview asked; None for what no preview made, or made for somebody else."""
    try:
        whose, kind, content, key, drawn = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if whose != user.pk or kind not in kinds():
        return None
    return Trial(Draft(kind, content, key), key, language, drawn=drawn, user=user.pk)
