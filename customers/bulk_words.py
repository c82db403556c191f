"""What an act on many customers will do, did, and left: in numbers and in words."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.timezone import localtime

from accounts.models import User
from customers.actions import Act
from customers.models import Batch, Customer, CustomerQuerySet

MOST_NAMED = 20
LEFT = {
    "changed": ("1 has changed since and stays as it is", "{} have changed since and stay as they are"),
    "same": ("1 was so already", "{} were so already"),
    "erased": ("1 was erased", "{} were erased"),
    "do_not_call": ("1 must not be called", "{} must not be called"),
    "unknown": ("1 does not exist any more", "{} do not exist any more"),
}
DOING = {Batch.Kind.STATUS: "Status", Batch.Kind.FOLLOW_UP: "Follow-up", Batch.Kind.SOURCE: "Source"}


@dataclass
class Preview:
    """What was chosen, before anything is done."""

    total: int
    changed: int
    names: list[str]
    split: list[tuple[str, int]]  # how the chosen ones stand now

    @property
    def left_over(self) -> int:
        return self.total - self.changed


def preview(customers: CustomerQuerySet, kind: str, as_of) -> Preview:
    """`customers` in numbers; those who changed after `as_of` by name, up to twenty."""
    changed = customers.filter(updated_at__gt=as_of).order_by("-updated_at")
    label = {Batch.Kind.STATUS: "status__label", Batch.Kind.SOURCE: "source__name"}.get(kind, "status__label")
    split = customers.order_by().values_list(label).annotate(n=Count("pk")).order_by("-n", label)[:12]
    return Preview(
        total=customers.order_by().count(),
        changed=changed.count(),
        names=[customer.shown_name for customer in changed.only("name", "erased_at")[:MOST_NAMED]],
        split=[(name or "none", n) for name, n in split],
    )


def title(batch: Batch) -> str:
    """ "Status: Interested"."""
    act = Act.of(batch)
    if act.status:
        return f"Status: {act.status.label}"
    if act.source:
        return f"Source: {act.source.name}"
    if act.due_at is None:
        return "Follow-up: none any more"
    due = localtime(act.due_at)
    return f"Follow-up: {due:%a} {due.day} {due:%b}, {due:%H:%M}"


def told(batch: Batch) -> str:
    """How it went, or how far it is."""
    total = batch.options["total"]
    if batch.is_under_way:
        doing = "taken back" if batch.undone_at else "changed"
        return f"{total:,} customers are being {doing}. You can leave this page: it goes on by itself."
    done, why = batch.counts.get("done", 0), batch.counts.get("why", {})
    if batch.undone_at:
        back = batch.options["undo"]["back"]
        stay = done - back
        stays = f" {stay:,} {'stays' if stay == 1 else 'stay'}: somebody has changed them since." if stay else ""
        return f"Undone: {back:,} {'is' if back == 1 else 'are'} as before.{stays}"
    parts = [words[n != 1].format(f"{n:,}") for reason, words in LEFT.items() if (n := why.get(reason, 0))]
    said = f"{done:,} {'was' if done == 1 else 'were'} changed." if done else "None were changed."
    return f"{said} {'; '.join(parts)}." if parts else said


def names_left(batch: Batch, viewer: User) -> list[tuple[str, str]]:
    """(id, name) of those who were left because they had changed, up to twenty, as `viewer` may see them."""
    ids = batch.counts.get("named", [])
    rows = Customer.objects.visible_to(viewer).filter(pk__in=ids).only("name", "erased_at")
    return sorted(((str(row.pk), row.shown_name) for row in rows), key=lambda row: row[1].casefold())
