"""Pages of the settings, under /settings/."""

from django.urls import path

from triptych.tenants.members import plugin_pages, views

urlpatterns = [
    path("", views.index, name="settings"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<uuid:pk>/role/", views.role, name="member_role"),
    path("people/<uuid:pk>/deactivate/", views.deactivate, name="member_deactivate"),
    path("people/<uuid:pk>/reactivate/", views.reactivate, name="member_reactivate"),
    path("people/<uuid:pk>/place/", views.place, name="member_place"),
    path("people/invitations/<uuid:pk>/revoke/", views.revoke, name="invitation_revoke"),
    path("profile/", views.profile, name="profile"),
    path("workspace/", views.workspace, name="workspace"),
    path("workspace/sorting/", views.sorting, name="workspace_sorting"),
    path("plugins/", plugin_pages.plugins, name="plugins"),
    path("plugins/<slug:plugin_id>/enable/", plugin_pages.enable, name="plugin_enable"),
    path("plugins/<slug:plugin_id>/disable/", plugin_pages.disable, name="plugin_disable"),
]
