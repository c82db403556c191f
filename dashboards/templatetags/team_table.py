"""The team on the managers' dashboard: a row for each of hundreds, so no template (see `desk`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from accounts.models import Role, User
from crm.templatetags.desk import age, exact, number
from dashboards.figures import Performance
from dashboards.trends import NO_CALLS

register = template.Library()

SPARK_HEIGHT, SPARK_STEP, SPARK_WIDTH = 20, 8, 6
LEFT = mark_safe(' <span class="badge text-bg-secondary">left</span>')
ROW = """
<tr>
  <th scope="row">{name}{left}</th>
  <td class="text-end desk-only" data-label="Has"><a href="{hers}">{has}</a></td>
  <td class="text-end" data-label="Open">
    <a href="{hers}&amp;stage=new&amp;stage=contact&amp;stage=interest">{open}</a>
  </td>
  <td class="text-end" data-label="Contacted today"><a href="{hers}&amp;contacted=today">{contacted}</a></td>
  <td class="text-end" data-label="Overdue">
    <a {late}href="{hers}&amp;follow_up=overdue&amp;sort=follow_up">{overdue}</a>
  </td>
  <td class="text-end desk-only" data-label="Interested"><a href="{hers}&amp;stage=interest">{interested}</a></td>
  <td class="text-end desk-only" data-label="Admissions"><a href="{hers}&amp;stage=won">{won}</a></td>
  <td class="cell-corner" data-label="Seven days">
    <svg class="spark" width="56" height="20" viewBox="0 0 56 20" role="img" aria-label="{words}">
      <title>{words}</title>
      <path class="spark-ground" d="M0 19.5h56"/>
      <path class="spark-bars" d="{bars}"/>
    </svg>
  </td>
  <td class="desk-only" data-label="Last contact">{last}</td>
</tr>"""


@register.simple_tag
def team_rows(team: Sequence[Performance], sparks: Mapping[int, list[int]]) -> str:
    """Every number is a door to the list that it counts; `sparks`: user id -> calls on the last seven days."""
    customers, day = reverse("customers:list"), reverse("dashboards:sales")
    most = max((max(days) for days in sparks.values()), default=0)
    rows = (
        {
            "name": _name(row.user, day),
            "left": "" if row.user.is_active else LEFT,
            "hers": f"{customers}?owner={row.user.pk}",
            "has": number(row.assigned),
            "open": number(row.open),
            "contacted": number(row.contacted_today),
            "overdue": number(row.overdue),
            "late": mark_safe('class="is-due" ') if row.overdue else "",
            "interested": number(row.interested),
            "won": number(row.admissions),
            "words": "Calls on the last seven days, today last: " + ", ".join(map(str, days)),
            "bars": bars(days, most),
            "last": _ago(row.last_contact_at),
        }
        for row, days in ((row, sparks.get(row.user.pk, NO_CALLS)) for row in team)
    )
    return mark_safe("".join(format_html(ROW, **row) for row in rows))


def _name(user: User, day: str) -> str:
    """Only a counsellor has a day to look at."""
    return format_html('<a href="{}?user={}">{}</a>', day, user.pk, user) if user.role == Role.SALES else str(user)


def _ago(moment: datetime | None) -> str:
    if not moment:
        return "–"
    local = localtime(moment).isoformat()
    return mark_safe(f'<time datetime="{local}" title="{exact(moment)}">{age(moment)} ago</time>')  # nothing was typed


def bars(days: list[int], most: int) -> str:
    """A bar for each day in one path, as high as the busiest day of the team is `most`."""
    heights = (max(1, round(SPARK_HEIGHT * count / most)) if count else 0 for count in days)
    return "".join(
        f"M{place * SPARK_STEP} {SPARK_HEIGHT}v-{height}h{SPARK_WIDTH}v{height}z"
        for place, height in enumerate(heights)
        if height
    )
