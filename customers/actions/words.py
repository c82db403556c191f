"""One source or course by what a person types: found by any of its spellings, added when new."""

from crm.lib.text import fold
from customers.models import Alias, Course, Source

KINDS = {"source": (Source, Alias.Kind.SOURCE), "course": (Course, Alias.Kind.COURSE)}


def word(field: str, text: str) -> Source | Course | None:
    """The source or course (`field` says which) that `text` names, by its name or an alias; added when unknown.

    A merged one leads to the one it was merged into. None for a blank text.
    """
    key = fold(text)
    if not key:
        return None
    model, kind = KINDS[field]
    if alias := Alias.objects.select_related(f"{field}__merged_into").filter(kind=kind, key=key).first():
        found = getattr(alias, field)
    else:
        found, _ = model.objects.select_related("merged_into").get_or_create(key=key, defaults={"name": text})
    return found.merged_into or found
