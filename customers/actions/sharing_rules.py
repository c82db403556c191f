"""The ordered rules: written by managers, and followed when customers are shared out."""

import random
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from crm.lib.text import fold
from customers.actions.assignment import Shared, record, share_out
from customers.actions.errors import ActionError
from customers.dealing import RULES, Scheme
from customers.models import Batch, Course, CustomerQuerySet, SharingRule, Source

NO_RULES = "There are no rules yet. Write one, or share out in another way."


@transaction.atomic
def save_rule(
    *,
    rule: SharingRule,
    order: int,
    area: str,
    source: Source | None,
    course: Course | None,
    people: Collection[User],
) -> SharingRule:
    """Write a new or a changed rule."""
    rule.order, rule.area, rule.area_key, rule.source, rule.course = order, area, fold(area), source, course
    rule.save()
    rule.people.set(people)
    return rule


def delete_rule(*, rule: SharingRule) -> None:
    """Take a rule away; what it gave out stays."""
    rule.delete()


@transaction.atomic
def share_by_rules(
    *,
    customers: CustomerQuerySet,
    by: User,
    now: datetime,
    as_of: datetime | None = None,
    batch: Batch | None = None,
    unknown: int = 0,
    seed: int | None = None,
) -> Batch:
    """Deal each of `customers` among the people of the first rule that fits; the others are left, and counted.

    A rule whose people cannot take any now leaves hers as well. Raises ActionError when there is no rule at all.
    """
    rules = list(SharingRule.objects.in_order().prefetch_related("people"))
    if not rules:
        raise ActionError(NO_RULES)
    batch = batch or Batch.objects.create(kind=Batch.Kind.DISTRIBUTE, by=by, at=now)
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    earlier = Q(pk__in=[])
    for rule in rules:
        chosen = customers.filter(rule.clause()).exclude(earlier)
        earlier |= rule.clause()
        _deal_one_rule(chosen, rule, by=by, now=now, as_of=as_of, batch=batch, seed=seed)
    unmatched = customers.exclude(earlier).order_by().count()
    left = Shared(left=unmatched + unknown, batch=batch.pk, why=Counter(no_rule=unmatched, unknown=unknown))
    record(batch, left, scheme=Scheme(RULES))
    return batch


def _deal_one_rule(chosen: CustomerQuerySet, rule: SharingRule, *, batch: Batch, **act) -> None:
    try:
        share_out(customers=chosen, among=rule.people.all(), batch=batch, why=f"Rule: {rule}"[:200], **act)
    except ActionError:  # nobody of hers can take any now: they stay where they are
        waiting = chosen.order_by().count()
        record(batch, Shared(left=waiting, batch=batch.pk, why=Counter(full=waiting)))
