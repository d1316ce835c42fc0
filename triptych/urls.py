"""The pages of a tenant's host. The public host has `tenants.public_urls`."""

from django.urls import include, path

from triptych.core_crm.audit import views as audit_views
from triptych.core_crm.deals.views.competitors import reasons as lost_reasons
from triptych.platform.plugins.pages import plugin_urls
from triptych.tenants import accents

urlpatterns = [
    path("settings/samples/", include("triptych.core_crm.samples.urls")),
    path("", include("triptych.platform.web.urls")),
    path("", include("triptych.tenants.sign_in_urls")),
    path("accent/<str:colour>.css", accents.stylesheet, name="accent"),
    path("settings/", include("triptych.tenants.members.urls")),
    path("settings/working-hours/", include("triptych.core_crm.calendar.urls")),
    path("settings/fields/", include("triptych.core_crm.custom_fields.urls")),
    path("settings/roles/", include("triptych.core_crm.rights.role_urls")),
    path("settings/teams/", include("triptych.core_crm.rights.team_urls")),
    path("settings/exchange-rates/", include("triptych.core_crm.deals.rate_urls")),
    path("settings/pipelines/", include("triptych.core_crm.deals.pipeline_urls")),
    path("settings/queues/", include("triptych.core_crm.cases.queue_urls")),
    path("settings/mail/", include("triptych.core_crm.mail.urls")),
    path("contacts/", include("triptych.core_crm.contacts.urls")),
    path("companies/", include("triptych.core_crm.contacts.company_urls")),
    path("leads/", include("triptych.core_crm.leads.urls")),
    path("deals/competitors/", include("triptych.core_crm.deals.competitor_urls")),
    path("settings/lost-reasons/", lost_reasons, name="lost_reasons"),
    path("deals/", include("triptych.core_crm.deals.urls")),
    path("cases/", include("triptych.core_crm.cases.urls")),
    path("activities/", include("triptych.core_crm.activities.urls")),
    path("acts/", include("triptych.core_crm.lists.urls")),
    path("views/", include("triptych.core_crm.lists.view_urls")),
    path("calendar/", include("triptych.core_crm.activities.planning.urls")),
    path("notifications/", include("triptych.core_crm.notifications.urls")),
    path("duplicates/", include("triptych.core_crm.duplicates.urls")),
    path("files/", include("triptych.platform.files.urls")),
    path("history/", include("triptych.core_crm.audit.urls")),
    path("settings/archive/", include("triptych.core_crm.archives.urls")),
    path("settings/audit/", audit_views.log, name="audit_log"),
    path("settings/privacy/", include("triptych.core_crm.privacy.urls")),
    path("access/", include("triptych.core_crm.rights.urls")),
    path("import/", include("triptych.core_crm.imports.urls")),
    path("live/", include("triptych.core_crm.live.urls")),
    path("", include("triptych.graphql.urls")),
    path("x/", include(plugin_urls)),
]

handler400 = "triptych.platform.web.errors.bad_request"
handler403 = "triptych.platform.web.errors.forbidden"
handler404 = "triptych.platform.web.errors.not_found"
handler500 = "triptych.platform.web.errors.server_error"
