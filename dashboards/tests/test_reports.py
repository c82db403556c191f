"""The reports: their frame, and that each number is the list behind it."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from customers.actions import record_status
from customers.models import Customer, Source, Status
from customers.tests.factories import CustomerFactory, FollowUpFactory, SourceFactory
from dashboards.reports import REPORTS
from dashboards.reports.periods import admission_year, periods
from dashboards.tests.reports import AS_JSON, EVER, doors_of, rows_of
from imports.tests.factories import csv_bytes, imported

pytestmark = pytest.mark.django_db
URL, SOURCES = "/reports/", "/reports/sources/"


@pytest.fixture
def enquiries(asha):
    fair = SourceFactory(name="Kochi fair")
    CustomerFactory(source=fair, status_id="INTERESTED", date=date(2026, 3, 5))
    CustomerFactory(source=fair, status_id="ADMISSION", date=date(2026, 3, 6))
    CustomerFactory(source=fair, date=date(2026, 4, 1))
    CustomerFactory(source=None, date=date(2026, 3, 5))
    return fair


class TestFrame:
    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
    def test_each_report_is_a_page_with_its_tab(self, report, enquiries, manager, as_user):
        page = as_user(manager).get(report.url, EVER).content.decode()
        assert f'aria-current="page">{report.title}</a>' in page

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
    def test_each_report_without_a_customer_says_so(self, report, manager, as_user):
        response = as_user(manager).get(report.url, EVER)
        assert response.status_code == 200
        assert "Nobody in this period" in response.content.decode()
        assert as_user(manager).get(report.url, EVER, headers=AS_JSON).json()["rows"] == []

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
    def test_each_report_is_a_file_with_the_numbers_of_its_page(self, report, enquiries, manager, as_user):
        imported(manager, csv_bytes("Asha Nair,98765 43210,Kochi,05/03/2026,first"))
        lost = CustomerFactory(date=date(2026, 3, 5))
        FollowUpFactory(customer=lost)
        record_status(customer=lost, status=Status.objects.get(pk="NOT_INTERESTED"), by=manager, now=timezone.now())
        client = as_user(manager)
        rows = client.get(report.url, EVER, headers=AS_JSON).json()["rows"]
        as_csv = b"".join(client.get(report.url, {**EVER, "format": "csv"})).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(as_csv)))
        assert [line[0] for line in lines[1 : 1 + len(rows)]] == [row["name"] for row in rows]
        book = load_workbook(io.BytesIO(b"".join(client.get(report.url, {**EVER, "format": "xlsx"}))))
        cells = [[cell for cell in row] for row in book.active.iter_rows(values_only=True)]
        assert [len(line) for line in cells] == [len(line) for line in lines]
        numbers = [name for name in rows[0] if name not in ("name", "lists")]
        assert [list(line[1:]) for line in cells[1 : 1 + len(rows)]] == [[row[n] for n in numbers] for row in rows]

    def test_a_name_that_a_spreadsheet_would_run_is_guarded(self, manager, as_user):
        CustomerFactory(source=SourceFactory(name="=HYPERLINK(1)"), date=date(2026, 3, 5))
        file = b"".join(as_user(manager).get(SOURCES, {**EVER, "format": "csv"})).decode()
        assert "'=HYPERLINK(1)" in file

    def test_days_that_make_no_period_are_refused_with_a_sentence(self, manager, as_user):
        query = {"date_from": "2026-03-06", "date_to": "2026-03-05"}
        for headers in ({}, AS_JSON):
            response = as_user(manager).get(URL, query, headers=headers)
            assert response.status_code == 400
            assert "The first day lies after the last one." in response.content.decode()

    def test_a_day_that_is_none_stays_as_it_was_typed(self, manager, as_user):
        response = as_user(manager).get(URL, {"date_from": "soon", "area": "Kochi"})
        assert response.status_code == 400
        page = response.content.decode()
        assert "Write the date as dd/mm/yyyy" in page
        assert 'type="text" name="date_from" value="soon"' in page
        assert 'name="area" maxlength="200" class="form-control" value="Kochi"' in page

    @pytest.mark.parametrize("query", [{"owner": "x"}, {"source": "0"}, {"origin": "x"}, {"format": "pdf"}])
    def test_nonsense_is_refused_with_a_sentence(self, query, manager, as_user):
        assert as_user(manager).get(URL, query).status_code == 400
        assert as_user(manager).get(URL, query, headers=AS_JSON).json()["error"]

    def test_what_only_the_list_knows_is_ignored(self, enquiries, manager, as_user):
        assert len(rows_of(as_user(manager), SOURCES, status="NONSENSE")) == 2

    def test_without_days_it_is_the_admission_year(self, manager, as_user):
        answer = as_user(manager).get(URL, headers=AS_JSON).json()
        today = timezone.localdate()
        assert (answer["date_from"], answer["date_to"]) == (admission_year(today).isoformat(), today.isoformat())

    @pytest.mark.parametrize(("today", "first"), [((2026, 3, 31), (2025, 4, 1)), ((2026, 4, 1), (2026, 4, 1))])
    def test_the_admission_year_begins_with_its_month(self, today, first):
        assert admission_year(date(*today)) == date(*first)

    def test_periods_are_whole_or_end_today(self):
        found = {period.name: (period.first, period.last) for period in periods(date(2026, 1, 15))}
        assert found["month"] == (date(2026, 1, 1), date(2026, 1, 15))
        assert found["last_month"] == (date(2025, 12, 1), date(2025, 12, 31))
        assert found["year"] == (date(2025, 4, 1), date(2026, 1, 15))
        assert found["last_year"] == (date(2024, 4, 1), date(2025, 3, 31))
        assert found["quarter"] == (date(2025, 10, 18), date(2026, 1, 15))

    @pytest.mark.parametrize("many", [3, 30])
    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
    def test_queries_do_not_grow(self, report, many, manager, as_user, django_assert_max_num_queries):
        for place in range(many):
            source = SourceFactory(cost=place)
            record_status(
                customer=CustomerFactory(source=source, date=date(2026, 3, 5)),
                status=Status.objects.get(pk="INTERESTED"),
                by=manager,
                now=timezone.now(),
            )
        client = as_user(manager)
        client.get(reverse("home"))
        with django_assert_max_num_queries(14):
            client.get(report.url, EVER)


class TestSources:
    def test_customers_are_counted_by_source_and_stage(self, enquiries, manager, as_user):
        rows = rows_of(as_user(manager), SOURCES)
        assert [(row["name"], row["customers"]) for row in rows] == [("Kochi fair", 3), ("No source given", 1)]
        assert (rows[0]["new"], rows[0]["interest"], rows[0]["won"]) == (1, 1, 1)

    def test_a_period_takes_both_its_days(self, enquiries, manager, as_user):
        rows = rows_of(as_user(manager), SOURCES, date_from="2026-03-05", date_to="2026-03-06")
        assert {row["name"]: row["customers"] for row in rows} == {"Kochi fair": 2, "No source given": 1}

    def test_how_far_they_ever_came_and_how_often_they_asked(self, enquiries, manager, as_user):
        # Given one who was admitted once and stands lost now, and one who asked again
        lost = CustomerFactory(source=enquiries, date=date(2026, 5, 1), enquiry_count=2)
        for status in ("ADMISSION", "NOT_INTERESTED"):
            now = timezone.now()
            record_status(customer=lost, status=Status.objects.get(pk=status), notes="", by=manager, now=now)
        CustomerFactory(source=enquiries, date=date(2026, 5, 1), status_id="INVALID")
        client = as_user(manager)
        [row, _] = rows_of(client, SOURCES)
        assert (row["customers"], row["again"], row["contacted"], row["invalid"]) == (5, 1, 1, 1)
        assert (row["ever_interested"], row["ever_admitted"]) == (3, 2)
        for shown, listed, address in doors_of(client, SOURCES):
            assert shown == listed, address

    def test_part_of_a_source_bears_its_part_of_the_cost(self, enquiries, manager, as_user):
        enquiries.cost = 900
        enquiries.save()
        client = as_user(manager)
        [whole, none] = rows_of(client, SOURCES)
        assert (whole["cost"], whole["cost_per_admission"]) == (900, 900)
        assert (none["cost"], none["cost_per_admission"]) == (None, None)
        [march, _] = rows_of(client, SOURCES, date_to="2026-03-31")
        assert (march["cost"], march["cost_per_admission"]) == (600, 600)
        total = client.get(SOURCES, EVER, headers=AS_JSON).json()["total"]
        assert (total["customers"], total["won"], total["cost"], total["cost_per_admission"]) == (4, 1, 900, 900)


class TestFunnel:
    def test_it_says_where_they_stand_and_how_far_they_ever_were(self, enquiries, manager, as_user):
        once = CustomerFactory(date=date(2026, 3, 9))
        for status in ("SHORTLISTED", "NOT_INTERESTED"):
            now = timezone.now()
            record_status(customer=once, status=Status.objects.get(pk=status), by=manager, now=now)
        client = as_user(manager)
        rows = {row["name"]: row for row in rows_of(client, URL)}
        assert (rows["New"]["now"], rows["New"]["ever"]) == (2, 5)
        assert (rows["Interested"]["now"], rows["Interested"]["ever"]) == (1, 3)
        assert (rows["Shortlisted"]["now"], rows["Shortlisted"]["ever"]) == (0, 2)
        assert (rows["Not Interested"]["now"], rows["Not Interested"]["ever"]) == (1, None)
        assert sum(row["now"] for row in rows.values()) == 5
        assert (rows["Shortlisted"]["of_all"], rows["Shortlisted"]["of_step"]) == (40, 67)
        for shown, listed, address in doors_of(client, URL):
            assert shown == listed, address

    def test_who_came_straight_as_lost_began_at_the_bottom_too(self, manager, as_user):
        CustomerFactory(date=date(2026, 3, 9), status_id="INVALID")
        client = as_user(manager)
        assert rows_of(client, URL)[0]["ever"] == 1
        assert [(shown, listed) for shown, listed, _ in doors_of(client, URL)][1] == (1, 1)


class TestFiles:
    def test_a_file_with_what_it_was_like_and_what_it_cost(self, manager, as_user):
        import_ = imported(
            manager,
            csv_bytes(
                "A,98765 43210,Kochi,05/03/2026,Fair",
                "A,98765 43210,Kochi,05/03/2026,Fair",
                "B,98765 43211,Kochi,06/03/2026,Fair",
                "C,12,Kochi,05/03/2026,Fair",
                header="Name,Phone,Area,Date,Source",
            ),
        )
        source = Source.objects.get(name="Fair")
        source.cost = 500
        source.save()
        Customer.objects.filter(name="A").update(status="ADMISSION")
        client = as_user(manager)
        [row] = rows_of(client, "/reports/files/")
        assert (row["name"], row["rows"], row["twice"], row["invalid"]) == ("leads.csv", 4, 1, 1)
        assert (row["customers"], row["won"], row["cost"], row["cost_per_admission"]) == (2, 1, 500, 500)
        assert row["lists"]["twice"] == f"/import/{import_.pk}/?outcome=duplicate_in_file"
        for shown, listed, address in doors_of(client, "/reports/files/"):
            assert shown == listed, address
        [row] = rows_of(client, "/reports/files/", date_to="2026-03-05")
        assert (row["customers"], row["cost"]) == (1, 250)
