"""Roles that people hold, where, for which services and from when."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from speccomm_web.accounts.models.organisations import Organisation
from speccomm_web.accounts.roles import Role


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Reads of role grants."""

    def held_on(self, day: date) -> RoleGrantQuerySet:
        """Grants in force on a day: from their first day, until the day they end."""
        return self.filter(from_date__lte=day).filter(Q(to_date=None) | Q(to_date__gt=day))


class RoleGrant(models.Model):
    """One role of one person, in one organisation or in all, for some services or for all.

    `organisation` null means every organisation. `service_codes` null means every service; an
    empty list is refused, so that nothing reads as everything. `to_date` is the first day on which
    the role is no longer held. A grant is ended, never deleted.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    role = models.CharField(max_length=32, choices=[(role.value, role.words) for role in Role])
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    service_codes = models.JSONField(null=True, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        ordering = ("from_date", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")),
                name="a_role_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="a_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(service_codes=None) | ~Q(service_codes=[]),
                name="no_services_is_not_every_service",
            ),
        )

    def __str__(self) -> str:
        return f"{Role(self.role).words} from {self.from_date}"
