"""Each entry's words tell its kind."""

from django.db import migrations

TOLD = "UPDATE search_searchentry SET words = words || ('K' || kind)::tsvector"
UNTOLD = "UPDATE search_searchentry SET words = ts_delete(words, 'K' || kind)"


class Migration(migrations.Migration):
    dependencies = [("search", "0002_texts")]

    operations = [migrations.RunSQL(TOLD, UNTOLD)]
