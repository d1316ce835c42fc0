from django.db import migrations

# Whoever writes an event or a job wakes the relay at the commit, and pays no statement for it. Every role can listen
# to every channel, so the notification says nothing.
WAKE = """
CREATE FUNCTION events_wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('triptych_events', '');
    RETURN NULL;
END $$;
CREATE TRIGGER events_wake_relay AFTER INSERT ON events_outbox FOR EACH STATEMENT EXECUTE FUNCTION events_wake_relay();
CREATE TRIGGER events_wake_relay AFTER INSERT ON events_job FOR EACH STATEMENT EXECUTE FUNCTION events_wake_relay();
"""
SLEEP = """
DROP TRIGGER events_wake_relay ON events_job;
DROP TRIGGER events_wake_relay ON events_outbox;
DROP FUNCTION events_wake_relay();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(WAKE, SLEEP)]
