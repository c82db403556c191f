"""While a file is read: what is remembered of files with the same headers, and whether this one is like them."""

from array import array
from collections import Counter

from crm.lib.datetexts import month_first
from customers.models import Customer
from imports import drift, memory
from imports.mapping import OURS, Column
from imports.models import Import, SheetRead
from imports.profiles import FEWEST, Sample, profiles
from imports.report.runs import suspicious_runs


class SheetView:
    """One sheet that is being read."""

    def __init__(self, import_: Import, index: int, name: str, key: str, numbers: array, *, is_chosen: bool):
        self.import_, self.index, self.name, self.key, self.is_chosen = import_, index, name, key, is_chosen
        self.numbers = numbers
        self.remembered = memory.recall(key)
        self.sample = Sample(f"{import_.pk} {index}")
        self.proofs: dict[str, int] = {}
        self.order_chosen = import_.options.get("date_order") or ""
        self.order = ""

    def see(self, cells: list, phone: str) -> None:
        """A row, and the number that it was understood to have, or ''."""
        self.sample.see(cells, phone)
        if phone:
            self.numbers.append(int(phone[1:]))

    def fitted(self, columns: list[Column]) -> list[Column]:
        """The columns as they were the last time; the guess stands where there was none."""
        return self.remembered.fitted(columns) if self.remembered else columns

    def is_month_first(self, evidence: Counter) -> bool:
        """How its dates are to be read: as somebody says, as they prove themselves, or as the last time."""
        self.proofs = dict(evidence)
        if self.remembered and self.remembered.sheet.date_order_chosen:
            self.order_chosen = self.order_chosen or self.remembered.date_order
        proved = ("mdy" if month_first(evidence) else "dmy") if evidence else ""
        self.order = self.order_chosen or proved or (self.remembered.date_order if self.remembered else "")
        return self.order == "mdy"

    @property
    def is_inferred(self) -> bool:
        """Whether the month comes first because dates of this very file say so."""
        return self.order == "mdy" and not self.order_chosen and bool(self.proofs)


class Lookout:
    """`notes` and `grave` are known after `look_back`."""

    def __init__(self, import_: Import):
        self.import_ = import_
        self.names: list[str] = []  # of all sheets of the file
        self.views: list[SheetView] = []
        self.numbers = array("Q")  # of all rows that have one: eight bytes each
        self.notes: list[dict] = []
        self.grave: list[str] = []

    def sheet(self, index: int, name: str, columns: list[Column], *, has_header: bool, is_chosen: bool) -> SheetView:
        key = memory.key_of(columns) if has_header else ""
        view = SheetView(self.import_, index, name, key, self.numbers, is_chosen=is_chosen)
        self.views.append(view)
        return view

    def other_sheets(self) -> list[str]:
        """The sheets that are to be read instead of those that were, because somebody chose them the last time."""
        return memory.sheets_to_read(self.import_, self.remembered, self.names)

    def kept(self) -> dict:
        """Columns of the import: options with those of the last time, and asking first where it differs gravely."""
        options, report = memory.offered_options(self.import_, self.remembered), self.import_.report
        stopped = self.grave if self.stops or report.get("stopped") else []
        options = {**options, "dry_run": True} if self.stops else options
        report = {**report, "stopped": stopped, "runs": suspicious_runs(self.numbers)}
        return {"options": options, "report": report}

    @property
    def stops(self) -> bool:
        """Whether an import that was to be done at once asks first. Somebody who has looked at it is asked no more."""
        return bool(self.grave) and not self.import_.is_dry and "by" not in self.import_.check_result

    @property
    def remembered(self) -> memory.Remembered | None:
        return next((view.remembered for view in self.views if view.remembered), None)

    def look_back(self, sheets: list[dict]) -> list[SheetRead]:
        """Compare what was read with the last files. `sheets`: as in the mapping. Returns what is to be remembered."""
        described = {sheet["index"]: sheet for sheet in sheets if sheet["read"]}
        read = [view for view in self.views if view.index in described]
        return [self._look_back(view, described[view.index]) for view in read]

    def _look_back(self, view: SheetView, sheet: dict) -> SheetRead:
        columns = [column for column in sheet["columns"] if column["why"] != OURS]
        found = profiles(view.sample.rows, len(sheet["columns"])) if view.key else []
        found = [found[column["index"]] for column in columns] if found else []
        then = view.remembered
        read = SheetRead(
            place=view.index,
            key=view.key,
            columns=[[column["label"], column["field"]] for column in columns],
            by_person=view.is_chosen or bool(then and then.sheet.by_person),
            date_order=view.order,
            date_order_chosen=bool(view.order_chosen),
            proofs=view.proofs or (then.sheet.proofs if then and then.sheet.date_order == view.order else {}),
            profiles=found,
        )
        read.import_id = self.import_.pk
        if then:
            if not view.is_chosen:
                self._note(memory.REMEMBERED, view.name, then.words)
            self._compare(view, read, then)
        return read

    def _compare(self, view: SheetView, read: SheetRead, then: memory.Remembered) -> None:
        # Once somebody has said how this file's dates are to be read there is nothing to ask.
        now_order = "" if self.import_.options.get("date_order") else drift.certain_order(view.proofs)
        now = drift.Look(read.columns, read.profiles, now_order)
        last = then.sheet
        was_order = last.date_order if last.date_order_chosen else drift.certain_order(last.proofs, least=drift.SURE)
        before = drift.Look(last.columns, last.profiles, was_order)
        alarms = drift.alarms(now, before, than=then.words)
        if known := self._known(view, then):
            alarms.append(known)
        for alarm in alarms:
            self._note(alarm.code, view.name, alarm.text)
            if alarm.grave:
                self.grave.append(alarm.text)

    def _known(self, view: SheetView, then: memory.Remembered) -> drift.Alarm | None:
        phones = view.sample.phones
        if len(phones) < FEWEST:
            return None
        ours = Customer.objects.visible_to(self.import_.uploaded_by).at_numbers(phones)
        last = then.import_
        return drift.mostly_known(
            known=ours.order_by().values("phone_number").distinct().count(),
            looked_at=len(phones),
            then=(last.updated + last.unchanged) / max(last.rows, 1),
            than=then.words,
        )

    def _note(self, code: str, sheet: str, text: str) -> None:
        self.notes.append({"code": code, "sheet": sheet, "row": None, "text": text})
