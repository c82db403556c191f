"""What undoing an import would do, for its page and for scripts."""

from dataclasses import asdict, dataclass

from django.urls import reverse
from django.utils.timezone import localtime

from customers.models import Customer
from imports.undo_preview import Preview, Staying, Value
from imports.undo_words import WHY, named, reasons, sentences


@dataclass(frozen=True)
class Example:
    """A customer and what there is to say about her; for a value its field, what is there now and what was before."""

    customer: str
    url: str
    why: str = ""
    field: str = ""
    now: str = ""
    before: str = ""


@dataclass(frozen=True)
class Previewed:
    sentences: list[str]
    reasons: list[tuple[str, int]]
    counts: dict[str, int]
    staying: list[Example]
    returning: list[Example]
    keeping: list[Example]


def previewed(preview: Preview) -> Previewed:
    counts = {
        "gone": preview.gone,
        "behind": preview.behind,
        "stay": preview.stay,
        "back": preview.changed,
        "values": preview.values,
        "values_kept": preview.values_kept,
        "enquiries": preview.enquiries,
    }
    return Previewed(
        sentences=sentences(**counts),
        reasons=reasons(preview.reasons) if preview.stay else [],
        counts=counts,
        staying=[_staying(one) for one in preview.staying] if preview.stay else [],
        returning=[_value(one) for one in preview.returning] if preview.values else [],
        keeping=[_value(one) for one in preview.keeping] if preview.values_kept else [],
    )


def present_preview(preview: Previewed | None) -> dict | None:
    return preview and asdict(preview)


def _staying(one: Staying) -> Example:
    return _example(one.customer, why=", ".join(WHY[why] for why in one.why))


def _value(one: Value) -> Example:
    change, since, why = one.change, one.since, ""
    if since:
        moment = localtime(since.at)
        by = since.origin.label if since.origin else since.by
        why = f"changed by {by}, {moment.day} {moment:%b, %H:%M}"
    return _example(change.customer, field=named([change.field]), now=change.new, before=change.old, why=why)


def _example(customer: Customer, **more) -> Example:
    return Example(customer.shown_name, reverse("customers:detail", args=[customer.pk]), **more)
