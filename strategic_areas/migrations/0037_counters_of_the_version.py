from django.db import migrations

#: What the triggers of earlier versions called on PostgreSQL; nothing calls it now.
FUNCTIONS = (
    "portal_structure_moves()",
    "portal_account_changed(text, bigint)",
    "portal_move_structure()",
    "portal_move_structure_beside()",
    "portal_move_activity()",
    "portal_move_commitment()",
)


def drop_functions(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for function in FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {function}")


class Migration(migrations.Migration):
    dependencies = [("strategic_areas", "0036_currency_of_the_country")]

    operations = [
        migrations.RunPython(drop_functions, migrations.RunPython.noop),
        migrations.DeleteModel(name="ChangedAccounts"),
        migrations.RemoveField(model_name="publicationversion", name="structure"),
    ]
