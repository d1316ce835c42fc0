"""Creating and editing records in pages, the same for every noun: whole forms, facts edited in place, conflicts.

A view goes: access, one form, one action, one render.

    def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
        contact = access.contact_to_change(request.member, pk)
        form = ContactForm(request.POST or None, record=contact, member=request.member)
        if form.is_valid():
            with edits_shown(form):
                actions.update_contact(
                    contact=contact, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
                )
                return redirect(contact)
        return form_page(request, form, "contacts/form.html", record=contact)

`form_page` shows the form with its errors, or both versions side by side when somebody else was faster; what the
person chooses there comes back to the same view.
"""
