"""
Permissions of each group in the admin; docs/roles.md lists them too.

Each model's ``visible_to`` decides which rows a user may reach.
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions

from agencies.access import Role

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"

#: Group → app label and model → actions; all others are refused.
PERMISSIONS = {
    Role.FOCAL_POINT: {
        "strategic_areas.plan": [VIEW],
        "strategic_areas.reportingperiod": [VIEW],
        "strategic_areas.commitment": [VIEW],
        "strategic_areas.activity": [VIEW],
        "strategic_areas.activityupdate": [VIEW, ADD, CHANGE],
        "strategic_areas.commitmentupdate": [VIEW, ADD, CHANGE],
        "strategic_areas.evidence": [VIEW, ADD, CHANGE, DELETE],
        "strategic_areas.activityproposal": [VIEW, ADD],
        "strategic_areas.reportedvalue": [VIEW, ADD],
        "agencies.agency": [VIEW],
    },
    Role.REVIEWER: {
        "strategic_areas.plan": [VIEW, ADD, CHANGE],
        "strategic_areas.strategicarea": [VIEW, ADD, CHANGE],
        "strategic_areas.programme": [VIEW, ADD, CHANGE],
        "strategic_areas.commitment": [VIEW, ADD, CHANGE],
        "strategic_areas.activity": [VIEW, ADD, CHANGE],
        "strategic_areas.participation": [VIEW, ADD, CHANGE],
        "strategic_areas.reportingperiod": [VIEW, ADD, CHANGE],
        "strategic_areas.roundreopening": [VIEW, ADD],
        "strategic_areas.frameworktarget": [VIEW, ADD, CHANGE],
        "strategic_areas.targetlink": [VIEW, ADD, CHANGE],
        "strategic_areas.legalinstrument": [VIEW, ADD, CHANGE],
        "strategic_areas.lateractivity": [VIEW, ADD, CHANGE],
        "strategic_areas.helpline": [VIEW, ADD, CHANGE],
        "strategic_areas.correction": [VIEW, ADD, CHANGE],
        "strategic_areas.recorddispute": [VIEW, CHANGE],
        "strategic_areas.tiptier": [VIEW, ADD, CHANGE],
        "strategic_areas.term": [VIEW, ADD, CHANGE],
        "strategic_areas.codelist": [VIEW],
        "strategic_areas.codelistvalue": [VIEW],
        "strategic_areas.discrepancy": [VIEW, ADD, CHANGE],
        "strategic_areas.region": [VIEW],
        "strategic_areas.province": [VIEW],
        "strategic_areas.source": [VIEW, ADD, CHANGE],
        "strategic_areas.indicator": [VIEW, ADD, CHANGE],
        "strategic_areas.target": [VIEW, ADD, CHANGE],
        "strategic_areas.pendingchange": [VIEW, "publish"],
        "strategic_areas.edition": [VIEW],
        "strategic_areas.editionproposal": [VIEW, ADD, "publish"],
        "strategic_areas.secretariattexts": [ADD, CHANGE],
        "strategic_areas.activityproposal": [VIEW, "publish"],
        "strategic_areas.reportedvalue": [VIEW, "publish"],
        "strategic_areas.publishedfigure": [VIEW],
        "strategic_areas.publishedcell": [VIEW],
        "strategic_areas.measurement": [VIEW],
        "strategic_areas.breakdown": [VIEW],
        "strategic_areas.activityupdate": [VIEW, "publish"],
        "strategic_areas.commitmentupdate": [VIEW, "publish"],
        "strategic_areas.evidence": [VIEW],
        "agencies.agency": [VIEW],
        "agencies.focalpoint": [VIEW],
    },
    Role.ADMINISTRATOR: {
        "agencies.agency": [VIEW, ADD, CHANGE],
        "agencies.agencyname": [VIEW, ADD, CHANGE],
        "agencies.focalpoint": [VIEW, ADD, CHANGE],
        "agencies.user": [VIEW, CHANGE],
        "agencies.invitation": [VIEW, ADD],
        "agencies.factorreset": [VIEW, ADD],
        "agencies.mail": [VIEW],
        "agencies.auditentry": [VIEW],
        "strategic_areas.pendingchange": [VIEW, "publish"],
        "strategic_areas.plan": [VIEW],
        "strategic_areas.participation": [VIEW],
    },
}


def codenames(group):
    for label, actions in PERMISSIONS[group].items():
        app, model = label.split(".")
        for action in actions:
            yield app, f"{action}_{model}"


def grant_permissions(sender, using, **kwargs):
    if sender.label != "strategic_areas":
        return
    for label in ("agencies", "strategic_areas"):
        create_permissions(apps.get_app_config(label), using=using, verbosity=0)
    group_model = apps.get_model("auth.Group")
    permission_model = apps.get_model("auth.Permission")
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in permission_model.objects.using(using).select_related(
            "content_type"
        )
    }
    for name in PERMISSIONS:
        group, _ = group_model.objects.using(using).get_or_create(name=name)
        group.permissions.set([known[pair] for pair in codenames(name)])
