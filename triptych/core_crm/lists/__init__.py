"""The list of records that every noun's page shows: columns, conditions, order, groups, pages, export, acts on many.

A noun says what its list is, once (docs/lists.md tells of fields, editing and the hooks):

    LIST = ListSpec(
        kind="contact",
        home="/contacts/",
        model=Contact,
        records=lambda member: access.contacts_visible_to(member).select_related("owner").with_companies(),
        label=_("Contacts"),
        icon="address-book",
        what=_("The people you sell to."),
        new=_("New contact"),
        columns=(
            Column("name", _("Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
            Column("job_title", _("Job title"), text=attrgetter("job_title"), order=("job_title",)),
        ),
        filters=ContactFilters,
        sort="name",
        fields=CONTACT_FIELDS,
        editing=CONTACT_EDITING,
    )

names it in the hook `record_lists`, and its views show it (access, list, render):

    def index(request: TenantRequest) -> HttpResponse:
        return list_page(request, _listing(request))

    def export(request: TenantRequest) -> HttpResponseBase:
        return csv_of(_listing(request), name="contacts")

    @require_POST
    def bulk(request: TenantRequest, act: str) -> HttpResponse:
        return bulk_page(request, _listing(request), act)

    def _listing(request: TenantRequest) -> Listing:
        return Listing(LIST, LIST.records(request.member), request, home=LIST.home)

with the addresses `""`, `"export/"` and `"bulk/<slug:act>/"` in its `urls.py`. The whole state of a list stands in its
address: `?q=rossi&where=…&sort=-created&columns=name,owner&group=owner&after=…`.
"""
