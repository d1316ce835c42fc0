"""Activities and timelines in the API: thin doors to `access`, `actions` and `timeline`."""

from triptych.core_crm.activities.schema import activities, planning, timelines
from triptych.platform.plugins import GraphQLExtension

WITH_ACTIVITIES = ("Contact", "Company", "Lead", "Deal", "Case")

extensions = [
    GraphQLExtension(on="Query", fields=activities.Queries),
    *(GraphQLExtension(on=name, fields=activities.RecordLists) for name in WITH_ACTIVITIES),
    *(GraphQLExtension(on=name, fields=timelines.RecordTimelines) for name in WITH_ACTIVITIES),
    GraphQLExtension(on="Mutation", fields=activities.Mutations),
    GraphQLExtension(on="Query", fields=planning.Queries),
    GraphQLExtension(on="Activity", fields=planning.ActivityPeople),
    GraphQLExtension(on="Mutation", fields=planning.Mutations),
]
