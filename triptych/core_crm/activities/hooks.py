"""What activities contribute to the generic hooks."""

from triptych.core_crm.activities.sources import activities_of, beginning_of, files_on
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.platform.plugins import hookimpl
from triptych.platform.records import Record


@hookimpl
def timeline_sources(record: Record) -> list[TimelineSource]:
    return [activities_of(record), files_on(record), beginning_of(record)]
