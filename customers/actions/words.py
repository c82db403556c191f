"""Many sources and courses at once, as files write them: known ones by any of their spellings, new ones added."""

from collections.abc import Iterable

from crm.lib.text import fold_word
from customers.actions.vocabulary import KINDS
from customers.models import Alias


class Vocabulary:
    """The ids of the names in one file; `field` is source or course. Adds at most `limit` new ones.

    With `is_dry` nothing is added: new names get ids below nought; `pretended` are those that got one before.
    """

    def __init__(self, field: str, *, limit: int, added: int = 0, is_dry: bool = False, pretended: Iterable[str] = ()):
        self.added, self._is_dry = added, is_dry
        self._field, self._limit = field, limit
        self._model, self._kind = KINDS[field]
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._pretend({fold_word(name): name for name in pretended})

    @property
    def pretended(self) -> list[str]:
        """The names that would have been added."""
        return [name for pk, name in self._names.items() if pk < 0]

    def learn(self, names: Iterable[str]) -> None:
        """Look the `names` up, all in two queries, and add those that are new, as far as the limit allows."""
        wanted: dict[str, str] = {}
        for name in dict.fromkeys(names):
            wanted.setdefault(fold_word(name), name)  # the first spelling is the one that is kept
        unknown = {key: name for key, name in wanted.items() if key not in self._ids and self._fits(key, name)}
        if not unknown:
            return
        self._look_up(unknown)
        new = {key: name for key, name in unknown.items() if key not in self._ids}
        allowed = dict(list(new.items())[: max(0, self._limit - self.added)])
        if allowed:
            self._add(allowed)

    def id_of(self, name: str) -> int | None:
        """The id of a name that was learnt, None when there was no room for it."""
        return self._ids.get(fold_word(name))

    def name_of(self, pk: int | None) -> str:
        if pk is None:
            return ""
        if pk not in self._names:
            self._names[pk] = self._model.objects.values_list("name", flat=True).get(pk=pk)
        return self._names[pk]

    def _fits(self, key: str, name: str) -> bool:
        longest = self._model._meta.get_field("key").max_length
        return bool(key) and max(len(key), len(name)) <= longest

    def _look_up(self, unknown: dict[str, str]) -> None:
        for alias in Alias.objects.filter(kind=self._kind, key__in=unknown).select_related(self._field):
            word = getattr(alias, self._field)
            self._ids.setdefault(alias.key, word.merged_into_id or word.pk)
        for word in self._model.objects.filter(key__in=unknown):
            self._ids.setdefault(word.key, word.merged_into_id or word.pk)

    def _add(self, names: dict[str, str]) -> None:
        """Another import may add the same ones at this moment: whose row it is does not matter."""
        if self._is_dry:
            self._pretend(names)
        else:
            self._model.objects.bulk_create(
                (self._model(name=name, key=key) for key, name in names.items()), ignore_conflicts=True
            )
            self._look_up(names)
        self.added += len(names)

    def _pretend(self, names: dict[str, str]) -> None:
        for key, name in names.items():
            self._ids[key] = -len(self._ids) - 1
            self._names[self._ids[key]] = name
