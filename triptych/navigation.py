"""The lines of the navigation that every tenant has, and what “New” makes. Plugins add theirs by hooks.

It stands at the root because the frame (`platform.web`) knows no noun of the CRM.
"""

from django.utils.translation import gettext_lazy as _

from triptych.platform.web.menu import Act, Kind, Line, Setting

LINES = (
    Line(_("Home"), "/", "home", key="h"),
    Line(_("Contacts"), "/contacts/", "address-book", key="c"),
    Line(_("Companies"), "/companies/", "building", key="o"),
    Line(_("Leads"), "/leads/", "target-arrow", key="l"),
    Line(_("Deals"), "/deals/", "layout-kanban", key="d"),
    Line(_("Cases"), "/cases/", "lifebuoy", key="s"),
    Line(_("Calendar"), "/calendar/", "calendar", key="k"),
    Line(_("Activities"), "/activities/", "calendar-check", key="a"),
    Line(_("Import"), "/import/", "table-import", key="i"),
)
LAST_LINES = (Line(_("Settings"), "/settings/", "settings", key="e"),)

OPERATOR_LINES = (
    Line(_("Tenants"), "/operator/", "buildings"),
    Line(_("Plugins"), "/operator/plugins/", "puzzle"),
    Line(_("Failed jobs"), "/operator/jobs/", "alert-triangle"),
    Line(_("Dead letters"), "/operator/dead-letters/", "mail-off"),
)
"""The console of the bare host."""

ON_A_PHONE = ("/", "/contacts/", "/deals/", "/cases/", "/activities/")
"""The five entries of the bottom bar; the rest is under “More”."""

ACTS = (
    Act(_("New contact"), "/contacts/new/", "user-plus"),
    Act(_("New company"), "/companies/new/", "building-plus"),
    Act(_("New lead"), "/leads/new/", "target-arrow"),
    Act(_("New deal"), "/deals/new/", "square-rounded-plus"),
    Act(_("New case"), "/cases/new/", "lifebuoy"),
    Act(_("New activity"), "/activities/new/", "calendar-plus"),
    Act(_("Import a file"), "/import/", "table-import", makes=False),
    Act(_("Invite somebody"), "/settings/people/", "mail-forward", makes=False, administers=True),
)

KINDS = {
    "contact": Kind(_("Contacts"), "address-book"),
    "company": Kind(_("Companies"), "building"),
    "lead": Kind(_("Leads"), "target-arrow"),
    "deal": Kind(_("Deals"), "layout-kanban"),
    "case": Kind(_("Cases"), "lifebuoy"),
    "activity": Kind(_("Activities"), "calendar-check"),
}
"""How what the search finds is called in the palette."""

YOURS, PEOPLE, WORKSPACE = _("You"), _("People and rights"), _("Workspace")
SALES, CASES, DATA = _("Deals"), _("Cases"), _("Data")
"""The groups of the settings."""

SETTINGS: tuple[Setting, ...] = (
    Setting(_("Your profile"), _("The name that colleagues see."), "/settings/profile/", "user-circle", group=YOURS),
    Setting(
        _("Notifications"),
        _("Of what you are told, in the app and by mail."),
        "/notifications/settings/",
        "bell",
        group=YOURS,
    ),
    Setting(
        _("Sign-in and security"),
        _("Password, passkeys, codes, signed-in browsers."),
        "/settings/security/",
        "shield-lock",
        group=YOURS,
    ),
    Setting(_("API tokens"), _("For programs that act as you."), "/settings/tokens/", "key", group=YOURS),
    Setting(
        _("People"), _("Who works here, in which role, and who is invited."), "/settings/people/", "users", group=PEOPLE
    ),
    Setting(_("Roles"), _("Which records somebody sees and changes."), "/settings/roles/", "user-shield", group=PEOPLE),
    Setting(
        _("Teams"),
        _("Who works together, and who sees the teams below."),
        "/settings/teams/",
        "users-group",
        group=PEOPLE,
    ),
    Setting(
        _("Workspace"),
        _("Name, time zone, currency, language."),
        "/settings/workspace/",
        "building-community",
        administers=True,
        group=WORKSPACE,
    ),
    Setting(
        _("Plugins"),
        _("What this workspace uses, and how it is doing."),
        "/settings/plugins/",
        "puzzle",
        administers=True,
        group=WORKSPACE,
    ),
    Setting(
        _("Working hours"),
        _("When you work, and on which days you do not."),
        "/settings/working-hours/",
        "clock",
        group=WORKSPACE,
    ),
    Setting(
        _("Fields"),
        _("What you want to know of your records besides the usual."),
        "/settings/fields/",
        "forms",
        group=WORKSPACE,
    ),
    Setting(
        _("Pipelines"),
        _("The stages that deals pass, with their probabilities."),
        "/settings/pipelines/",
        "layout-kanban",
        administers=True,
        group=SALES,
    ),
    Setting(
        _("Lost reasons"),
        _("What a person chooses from when a deal is lost."),
        "/settings/lost-reasons/",
        "circle-x",
        administers=True,
        group=SALES,
    ),
    Setting(
        _("Exchange rates"),
        _("What other currencies are worth in your own."),
        "/settings/exchange-rates/",
        "currency-euro",
        administers=True,
        group=SALES,
    ),
    Setting(
        _("Queues"),
        _("Where cases wait, and who looks after them."),
        "/settings/queues/",
        "inbox",
        administers=True,
        group=CASES,
    ),
    Setting(
        _("Incoming mail"),
        _("Mails that were set aside or not understood, and why."),
        "/settings/mail/",
        "mail-question",
        administers=True,
        group=CASES,
    ),
    Setting(
        _("Audit"),
        _("Every change, by whom and from where."),
        "/settings/audit/",
        "history",
        administers=True,
        group=DATA,
    ),
    Setting(
        _("Duplicates"),
        _("Records that are there twice, to be merged."),
        "/duplicates/",
        "copy",
        group=DATA,
    ),
    Setting(
        _("Export everything"),
        _("All that this workspace keeps, in one file."),
        "/settings/archive/",
        "package-export",
        administers=True,
        group=DATA,
    ),
    Setting(
        _("Privacy"),
        _("What you know of a person: hand it over, or erase it."),
        "/settings/privacy/",
        "shield-check",
        administers=True,
        group=DATA,
    ),
    Setting(
        _("Bulk changes"),
        _("What was changed for many records at once, and undoing it."),
        "/acts/",
        "list-check",
        group=DATA,
    ),
    Setting(
        _("Sample data"),
        _("Made-up records to look around with, removed without a trace."),
        "/settings/samples/",
        "flask",
        administers=True,
        group=DATA,
    ),
)
