"""What the CMS's own templates need."""

from typing import Any

from django import template
from django.db.models import Model

from courses.checks import Problem, problems_of

register = template.Library()


@register.simple_tag
def content_problems(instance: Any) -> list[Problem]:
    """What the registered content checks find on the object in the editor; nothing for a new one."""
    if not isinstance(instance, Model) or instance.pk is None:
        return []
    return list(problems_of(instance))
