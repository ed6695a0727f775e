"""What every number of the report means. Shown at the foot of the report, in the overview and in every export."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Definition(NamedTuple):
    term: str | Promise
    text: str | Promise


DEFINITIONS = (
    Definition(
        _("Assignment"),
        _(
            "One person takes one path or module: assigned, through a path, or by own choice. Of several cycles the "
            "newest counts. A path and its modules count one each."
        ),
    ),
    Definition(
        _("As of"),
        _(
            "Today's numbers are true at the moment of the request. With a date: what was enrolled, started, completed "
            "and issued by the end of that day. Due dates, names, units and functions are those of today, and people "
            "who have left are not shown."
        ),
    ),
    Definition(_("Completed"), _("The path or module was fulfilled by then. It stays completed when content changes.")),
    Definition(_("Overdue"), _("Not completed, and the due date has passed.")),
    Definition(_("In progress"), _("Not completed, not overdue, and opened at least once.")),
    Definition(_("Not started"), _("Not completed, not overdue, and never opened.")),
    Definition(_("Due soon"), _("Not completed, and due within the next 7 days.")),
    Definition(_("Completion rate"), _("Completed assignments per hundred assignments, rounded down.")),
    Definition(
        _("Certificates expiring"),
        _(
            "Certificates of these assignments that end within 30 days, of those that are valid. Revoked ones do not "
            "count."
        ),
    ),
    Definition(
        _("Active learners"), _("People who have opened or completed at least one of their assignments, of all people.")
    ),
    Definition(_("People"), _("Active accounts within your view that match the filters for function, unit and name.")),
    Definition(_("Not shown"), _("Scores, attempts, time spent and answers. No report and no export contains them.")),
)
