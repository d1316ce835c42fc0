from django.db import migrations

# The process of streams hears of each event at the commit, on a connection that LISTENs. Every role can listen to every
# channel and notify it, so a notification bears the event's id alone: it tells nothing, and whoever makes one up wakes
# a process that finds no such event.
WAKE = """
CREATE FUNCTION events_wake_streams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('triptych_live', NEW.id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER events_wake_streams AFTER INSERT ON events_outbox FOR EACH ROW EXECUTE FUNCTION events_wake_streams();
"""
SLEEP = """
DROP TRIGGER events_wake_streams ON events_outbox;
DROP FUNCTION events_wake_streams();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_wake_the_relay")]
    operations = [migrations.RunSQL(WAKE, SLEEP)]
