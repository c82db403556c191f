"""Files that go out: the upload as it came, and the template."""

from accounts.access import MANAGER, roles_allowed
from crm.lib.downloads import attachment, spooled
from crm.lib.http import error, require_methods
from imports.template_file import write_template
from imports.views.detail import import_for
from imports.wording import purged_in_words

GONE = "The file itself has been deleted, as uploads are after a while. What became of its rows is still here."


@roles_allowed(MANAGER)
@require_methods("GET")
def file(request, import_id):
    """The upload as it came, under the name it came with; never shown by the browser, always saved."""
    import_ = import_for(import_id)
    try:
        content = import_.file.open("rb") if import_.file else None
    except FileNotFoundError:
        content = None
    if content is None:
        return error(request, 404, purged_in_words(import_) or GONE)
    return attachment(content, import_.original_name, "application/octet-stream")


@roles_allowed(MANAGER)
@require_methods("GET")
def template(request):
    return attachment(spooled(write_template), "enquiries-template.xlsx")
