"""Who gets the new customers of a file: dealt out as they come in, in the very transaction that adds them."""

from collections.abc import Sequence
from datetime import datetime

from crm.lib.text import fold_word
from customers.actions import arrivals
from customers.actions.imported import NewCustomer
from customers.models import Batch
from imports.models import Import
from imports.options import COLUMN, EVEN, ONE, RULES
from imports.pipeline.people import People

WHY = "Import"


class OwnersInWords(People):
    """Counsellors named in the file stay words: the manager chose otherwise who gets the new ones."""

    def owner(self, text: str) -> int | None:
        return None


def people_of(import_: Import) -> People:
    """Statuses and counsellors as the file may write them, as far as they count."""
    deal = import_.options.get("deal")
    return People() if deal is None or deal["how"] == COLUMN else OwnersInWords()


class Arrivals:
    """The deal of one import's new customers, slice by slice, on from what `result` (its check_result) says."""

    def __init__(self, import_: Import, result: dict):
        self.import_, self.result = import_, result
        deal = import_.options.get("deal") or {}
        self.is_dealt, self.by_rules = deal.get("how") in (ONE, EVEN, RULES), deal.get("how") == RULES
        self.among, self.seed = deal.get("among"), deal.get("seed", 0)
        self.kind = Batch.Kind.ASSIGN if deal.get("how") == ONE else Batch.Kind.DISTRIBUTE

    def hold(self, now: datetime) -> None:
        """Lock those who may get some, before any customer is: the order of every other way of sharing out."""
        if self.is_dealt:
            arrivals.hold(among=self.among, now=now)

    def plan(self, new: Sequence[NewCustomer], now: datetime) -> dict:
        """{"plan": who would get how many} after these `new` ones; {} when nothing is dealt."""
        if not (self.is_dealt and new):
            return {}
        before, how = self.result.get("plan"), {"seed": self.seed, "now": now}
        if self.by_rules:
            about = ((fold_word(one.area), one.asked.source_id, one.asked.course_id) for one in new)
            return {"plan": arrivals.plan_by_rules(before, about=about, **how)}
        return {"plan": arrivals.plan(before, count=len(new), among=self.among, **how)}

    def give(self, ids: Sequence[str], now: datetime) -> dict:
        """{"batch": its id} after the customers with these `ids` were dealt; {} when nothing is dealt."""
        if not (self.is_dealt and ids):
            return {}
        by = self.import_.uploaded_by
        batch = Batch.objects.filter(pk=self.result.get("batch")).first() or Batch.objects.create(
            kind=self.kind, by=by, at=now, options={"import": str(self.import_.pk)}
        )
        act = {"ids": ids, "by": by, "now": now, "seed": self.seed, "batch": batch}
        if self.by_rules:
            arrivals.deal_by_rules(**act)
        else:
            arrivals.deal(**act, among=self.among, why=WHY)
        return {"batch": str(batch.pk)}
