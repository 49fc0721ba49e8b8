"""Gives or removes a role or a mandate on the server, if nobody else can."""

from datetime import date

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agencies import access, audit
from agencies.access import Role
from agencies.accounts import account_changes, closing
from agencies.accounts.sign_in import send_notice
from agencies.decisions import OutdatedError
from agencies.models import Agency, FocalPoint, User


class Command(BaseCommand):
    help = (
        "Give or take a role or a mandate of an account, or confirm a proposed change "
        "of it. For when there is only one administrator, who may "
        "not change their own account or confirm their own proposal. The audit record "
        "names who asked for it. The user gets a mail, and their sessions end."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="The user name of the account.")
        parser.add_argument(
            "--asked-by",
            required=True,
            metavar="USERNAME",
            help="The account of the administrator who asked for it.",
        )
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument(
            "--confirm",
            action="store_true",
            help="Confirm the change of this account that waits for a second person.",
        )
        step.add_argument("--give", choices=Role.values, help="A role to give.")
        step.add_argument("--take", choices=Role.values, help="A role to take.")
        step.add_argument(
            "--mandate", metavar="ACRONYM", help="An agency to report for."
        )
        step.add_argument(
            "--end-mandate", metavar="ACRONYM", help="An agency to report for no more."
        )
        parser.add_argument(
            "--kind",
            choices=FocalPoint.Kind.values,
            help="The kind of mandate. With --mandate: titular if left out. With "
            "--end-mandate: only needed if the person has both kinds.",
        )
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="With --mandate: its last day.",
        )

    @transaction.atomic
    def handle(self, *, username, asked_by, **options):
        closing.lock_administrators()
        asker = _account(asked_by)
        if not access.is_administrator(asker):
            raise CommandError(f"{asked_by} is no administrator.")
        user = _account(username, may_be_closed=options["confirm"])
        audit.record_event(
            audit.Event.ACCOUNT_CHANGED_ON_SERVER,
            actor=asker,
            obj=user,
            # Whoever can use the server has proved who they are.
            way="server",
            **self._change_access(user, options, asker),
        )
        closing.end_sessions(user, reason="account_changed")
        send_notice(user, "agencies/access_changed_on_server")
        self.stdout.write(f"Done. {username} was told by mail and signs in again.")

    def _change_access(self, user, options, by):
        if options["until"] and not options["mandate"]:
            raise CommandError("--until is only for --mandate.")
        if options["kind"] and not (options["mandate"] or options["end_mandate"]):
            raise CommandError("--kind is only for --mandate and --end-mandate.")
        if options["confirm"]:
            return {"confirmed": _confirm_changes(user, by)}
        if role := options["give"]:
            user.groups.add(Group.objects.get(name=role))
            return {"given": [role]}
        if role := options["take"]:
            _take_role(user, role)
            return {"taken": [role]}
        agency = _agency(options["mandate"] or options["end_mandate"])
        if options["mandate"]:
            return {"mandate": _give_mandate(user, agency, options).pk}
        ended = _end_mandate(user, agency, options["kind"])
        return {"mandate": ended.pk, "ends_on": ended.ends_on}


def _confirm_changes(user, by):
    was_unconfirmed = user.is_unconfirmed
    try:
        confirmed_count = account_changes.confirm_on_server(user, by=by)
    except OutdatedError:
        raise CommandError(
            f"What waits about {user} does not fit the account any more: it is closed, "
            "or the user name is taken."
        ) from None
    if not (confirmed_count or was_unconfirmed):
        raise CommandError(f"Nothing about {user} waits to be confirmed.")
    return confirmed_count


def _take_role(user, role):
    is_superuser = role == Role.ADMINISTRATOR and user.is_superuser
    if not (is_superuser or user.groups.filter(name=role).exists()):
        raise CommandError(f"{user} has not this role: {role}.")
    if role == Role.ADMINISTRATOR and closing.is_last_administrator(user):
        raise CommandError(
            f"{user} is the last administrator. Give another account this role first: "
            "--give administrator"
        )
    user.groups.remove(Group.objects.get(name=role))
    if is_superuser:
        user.is_superuser = False
        user.save(update_fields=["is_superuser"])


def _account(name, *, may_be_closed=False):
    user = User.objects.filter(username__iexact=name).first()
    if user is None:
        raise CommandError(f"There is no account {name}.")
    if not may_be_closed and not (user.is_active and user.is_staff):
        raise CommandError(f"{name} is closed.")
    return user


def _agency(acronym):
    found = Agency.objects.filter(acronym__iexact=acronym).first()
    if found is None:
        raise CommandError(f"There is no agency {acronym}.")
    return found


def _give_mandate(user, agency, options):
    if not access.is_focal_point(user):
        raise CommandError(f"{user} needs the role first: --give focal_point")
    mandate = FocalPoint(
        user=user,
        agency=agency,
        kind=options["kind"] or FocalPoint.Kind.TITULAR,
        ends_on=options["until"],
    )
    try:
        mandate.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    mandate.save()
    return mandate


def _end_mandate(user, agency, kind):
    current = FocalPoint.objects.current().filter(user=user, agency=agency)
    found = [each for each in current if kind in {None, each.kind}]
    if not found:
        raise CommandError(f"{user} has no such mandate for {agency}.")
    if len({each.kind for each in found}) > 1:
        raise CommandError(f"{user} is both for {agency}: name one with --kind.")
    closing.end_mandate(found[0])
    return found[0]
