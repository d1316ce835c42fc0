"""The list of records that every noun's page shows: columns, filters, order, pages, export, acts on many.

A noun says what its list is:

    LIST = ListSpec(
        kind="contact",
        label=_("Contacts"),
        icon="address-book",
        what=_("The people you sell to."),
        new=_("New contact"),
        columns=(
            Column("name", _("Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
            Column("job_title", _("Job title"), text=attrgetter("job_title"), order=("job_title",)),
            Column("created", _("Created"), text=attrgetter("created_at"), cell=when_of("created_at"),
                   order=("created_at",), shown=False),
        ),
        filters=ContactFilters,
        sort="name",
        acts=(DELETE, ASSIGN_OWNER),
    )

and its views show it (access, list, render):

    def index(request: TenantRequest) -> HttpResponse:
        return list_page(request, _listing(request))

    def export(request: TenantRequest) -> HttpResponseBase:
        return csv_of(_listing(request), name="contacts")

    @require_POST
    def bulk(request: TenantRequest, act: str) -> HttpResponse:
        return bulk_page(request, _listing(request), act)

    @require_POST
    def undo_bulk(request: TenantRequest, act: str) -> HttpResponse:
        return undo_bulk_page(request, LIST, act)

    def _listing(request: TenantRequest) -> Listing:
        records = access.contacts_visible_to(request.member).select_related("owner").with_companies()
        return Listing(LIST, records, request, home="/contacts/")

with the addresses `""`, `"export/"`, `"bulk/<slug:act>/"` and `"bulk/<slug:act>/undo/"` in its `urls.py`.
The whole state of a list stands in its address: `?q=rossi&owner=…&sort=-created&columns=name,owner&after=…`.
"""
