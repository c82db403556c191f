"""The addresses of customers, their day's work and the team."""

from django.urls import path

from customers.views import assignment, bulk, calls, days, detail, edit, exports, lists, rules, saved, status, team

app_name = "customers"

urlpatterns = [
    path("customers/", lists.customers, name="list"),
    path("customers/new/", edit.create, name="create"),
    path("customers/next/", calls.next_customer, name="next"),
    path("customers/take/", assignment.take, name="take"),
    path("customers/unassigned/", assignment.unassigned, name="unassigned"),
    path("customers/bulk-assign/", assignment.bulk_assign, name="bulk_assign"),
    path("customers/random-assign/", assignment.random_assign, name="random_assign"),
    path("customers/export/", exports.export, name="export"),
    path("customers/exports/", exports.exports_made, name="exports"),
    path("customers/views/", saved.views, name="views"),
    path("customers/views/menu/", saved.menu, name="views_menu"),
    path("customers/views/<uuid:view_id>/", saved.view, name="view"),
    path("customers/columns/", saved.columns, name="columns"),
    path("customers/bulk/", bulk.act_on, name="bulk"),
    path("customers/bulk/<uuid:batch_id>/", bulk.batch, name="bulk_batch"),
    path("customers/bulk/<uuid:batch_id>/undo/", bulk.undo, name="bulk_undo"),
    path("customers/batch/<uuid:batch_id>/", assignment.batch, name="batch"),
    path("customers/batch/<uuid:batch_id>/undo/", assignment.undo_batch, name="undo_batch"),
    path("customers/<uuid:customer_id>/", detail.customer, name="detail"),
    path("customers/<uuid:customer_id>/edit/", edit.edit, name="edit"),
    path("customers/<uuid:customer_id>/notes/", status.notes, name="notes"),
    path("customers/<uuid:customer_id>/notes/<int:note_id>/", status.change_note, name="change_note"),
    path("customers/<uuid:customer_id>/update-status/", status.update_status, name="update_status"),
    path("customers/<uuid:customer_id>/assign/", assignment.assign, name="assign"),
    path("customers/<uuid:customer_id>/skip/", calls.skip, name="skip"),
    path("customers/<uuid:customer_id>/tap/", calls.tap, name="tap"),
    path("customers/<uuid:customer_id>/take-back/", calls.take_back, name="take_back"),
    path("customers/<uuid:customer_id>/put-off/", days.put_off, name="put_off"),
    path("my-day/", calls.my_day, name="my_day"),
    path("follow-ups/rescue/", days.rescue, name="rescue"),
    path("follow-ups/", days.follow_ups, name="follow_ups"),
    path("team/", team.team, name="team"),
    path("team/message/", calls.message, name="message"),
    path("team/rules/", rules.rules, name="rules"),
    path("team/rules/new/", rules.new_rule, name="new_rule"),
    path("team/rules/<int:rule_id>/", rules.rule, name="rule"),
    path("team/rules/<int:rule_id>/delete/", rules.delete_rule, name="delete_rule"),
    path("team/new/", team.new_counsellor, name="new_counsellor"),
    path("team/<int:user_id>/", team.counsellor, name="counsellor"),
    path("team/<int:user_id>/link/", team.password_link, name="password_link"),
    path("team/<int:user_id>/hand-over/", team.hand_over, name="hand_over"),
    path("team/<int:user_id>/bring-back/", team.bring_back, name="bring_back"),
    path("team/<int:user_id>/deactivate/", team.deactivate, name="deactivate"),
    path("team/<int:user_id>/reactivate/", team.reactivate, name="reactivate"),
]
