"""Pages of the settings, under /settings/."""

from django.urls import path

from triptych.tenants.members import views

urlpatterns = [
    path("", views.index, name="settings"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<uuid:pk>/role/", views.role, name="member_role"),
    path("people/<uuid:pk>/deactivate/", views.deactivate, name="member_deactivate"),
    path("people/invitations/<uuid:pk>/revoke/", views.revoke, name="invitation_revoke"),
    path("profile/", views.profile, name="profile"),
    path("workspace/", views.workspace, name="workspace"),
]
