"""Every register of evidence. How registers are declared stands in `declaring.py`."""

from __future__ import annotations

from speccomm.foundation.errors import UnknownName
from speccomm.quality.account_tables import ACCOUNTS, FUNDING_DECISIONS
from speccomm.quality.declaring import NOT_SAID, Column, Kind, Register

SERVICE = Column("service_code", "the service line", Kind.SERVICE, source="service list")
PART = Column(
    "service_part", "the part of the service line, as the region names it",
    missing="the whole service line",
)  # fmt: skip
SOME_SERVICE = Column(
    "service_code", "the service line", Kind.SERVICE, missing="not one service line",
    source="service list",
)  # fmt: skip
PROVIDER = Column("provider_code", "the provider", Kind.PROVIDER, source="ODS")
SOME_PROVIDER = Column("provider_code", "the provider", Kind.PROVIDER, missing="not one provider")
SOME_SITE = Column("site_code", "the site", Kind.SITE, missing="no one site")
SOME_ICB = Column("icb_code", "the ICB concerned", Kind.ICB, missing="not one ICB")
NOTE = Column("note", "anything a reader should know", missing="nothing to add")
AREA = Column(
    "area_code", "the part of the region", Kind.CHOICE, missing="the whole region", choices="area"
)
LINK = Column("link", "where the document lies", missing="not given")


def _flag(name: str, meaning: str) -> Column:
    return Column(name, f"{meaning}: yes, no, not looked at or not applicable", Kind.FLAG)


def _day(name: str, meaning: str, missing: str = "", *, future: bool = False) -> Column:
    return Column(name, meaning, Kind.DAY, missing=missing, may_be_future=future)


def _choice(name: str, meaning: str, choices: str, missing: str = "") -> Column:
    return Column(name, meaning, Kind.CHOICE, missing=missing, choices=choices)


def _text(name: str, meaning: str, missing: str = NOT_SAID) -> Column:
    return Column(name, meaning, missing=missing)


def _told(name: str, meaning: str) -> Column:
    """Free text of an event: it may point to a person, so it leaves only through publishing."""
    return Column(name, meaning, missing=NOT_SAID, disclosive=True)


PROVISION = Register(
    "provision",
    "Which site provides which service line, contracted or not, hub or spoke.",
    ("service_code", "service_part", "site_code"),
    (
        SERVICE,
        PART,
        Column("site_code", "the site that provides it", Kind.SITE, source="ODS"),
        Column("provider_code", "the provider the site belongs to", Kind.PROVIDER, source="ODS"),
        _flag("contracted", "is the service contracted there"),
        _choice("site_role", "hub, spoke or stand-alone", "site_role", NOT_SAID),
        Column(
            "hub_site_code", "the hub of a spoke", Kind.SITE, missing="not a spoke, or not said"
        ),
        NOTE,
    ),
)

SSQD = Register(
    "ssqd",
    "Whether a service reports to a Specialised Services Quality Dashboard.",
    ("service_code", "service_part"),
    (
        SERVICE,
        PART,
        _flag("has_ssqd", "does the service report to a dashboard"),
        _text("dashboard_name", "the dashboard"),
        Column("quarterly_indicators", "measures sent each quarter", Kind.WHOLE, NOT_SAID),
        Column("yearly_indicators", "measures sent each year", Kind.WHOLE, NOT_SAID),
        NOTE,
    ),
)

NETWORKS = Register(
    "networks",
    "Operational delivery networks and others, and the services they support.",
    ("service_code", "service_part", "area_code"),
    (
        SERVICE,
        PART,
        AREA,
        _flag("has_network", "does a network support the service"),
        _text("network_name", "the network; several between semicolons", "none, or not said"),
        _choice("network_kind", "what kind of network", "network_kind", "none, or not said"),
        NOTE,
    ),
)

SAFETY_EVENTS = Register(
    "safety_events",
    "Serious incidents, never events and the responses that followed them under PSIRF.",
    ("event_reference",),
    (
        Column("event_reference", "the reference of the event", disclosive=True),
        SERVICE,
        PART,
        PROVIDER,
        SOME_SITE,
        _choice(
            "event_kind", "serious incident, never event, or response under PSIRF", "event_kind"
        ),
        _choice("never_event_type", "which never event", "never_event_type", "not a never event"),
        _day("reported_on", "when it was reported"),
        _day("due_on", "when the report or response is due", "no date set", future=True),
        _day("closed_on", "when it was closed", "open"),
        _choice("physical_harm", "physical harm", "harm", NOT_SAID),
        _choice("psychological_harm", "psychological harm", "harm", NOT_SAID),
        _flag("plan_priority", "is it a priority of the provider's response plan"),
        _told("summary", "what happened, in words that point to nobody"),
        _told("learning", "what was learnt"),
    ),
    in_order=(("reported_on", "closed_on"), ("reported_on", "due_on")),
)

COMPLAINTS = Register(
    "complaints",
    "Complaints about a service.",
    ("complaint_reference",),
    (
        Column("complaint_reference", "the reference of the complaint", disclosive=True),
        SERVICE,
        PART,
        PROVIDER,
        SOME_SITE,
        _day("received_on", "when it was received"),
        _day("closed_on", "when it was closed", "open"),
        _choice("outcome", "upheld or not", "complaint_outcome", "open, or not said"),
        _told("subject", "what it is about, in words that point to nobody"),
        _told("learning", "what was learnt"),
    ),
    in_order=(("received_on", "closed_on"),),
)

CQC_REPORTS = Register(
    "cqc_reports",
    "Reports and ratings of the Care Quality Commission that bear on a service.",
    ("provider_code", "site_code", "core_service", "service_code", "inspected_on"),
    (
        SOME_SERVICE,
        PART,
        PROVIDER,
        SOME_SITE,
        _text("core_service", "the core service inspected", "the whole provider or site"),
        _day("inspected_on", "when it was inspected"),
        _day("published_on", "when the report was published", "not published yet"),
        *(
            _choice(f"{question}_rating", f"is it {words}", "cqc_rating", "not rated")
            for question, words in (
                ("safe", "safe"),
                ("effective", "effective"),
                ("caring", "caring"),
                ("responsive", "responsive"),
                ("well_led", "well led"),
                ("overall", "good, all told"),
            )
        ),
        _flag("breach", "was a breach of regulations found"),
        _text("finding", "what the report says of the service"),
        LINK,
    ),
    in_order=(("inspected_on", "published_on"),),
)

OTHER_INTELLIGENCE = Register(
    "other_intelligence",
    "Peer reviews, national audits, GIRFT and whatever else is known of a service's quality.",
    ("service_code", "service_part", "provider_code", "intelligence_kind", "title", "dated_on"),
    (
        SERVICE,
        PART,
        SOME_PROVIDER,
        SOME_SITE,
        _choice("intelligence_kind", "where it comes from", "intelligence_kind"),
        Column("title", "its name"),
        _day("dated_on", "its date"),
        _choice("signal", "what it says against what is expected", "signal", NOT_SAID),
        _text("finding", "what it says"),
        LINK,
    ),
)

WORKFORCE = Register(
    "workforce",
    "Staff by role against the standard.",
    ("service_code", "service_part", "site_code", "staff_role"),
    (
        SERVICE,
        PART,
        Column("site_code", "the site", Kind.SITE),
        Column("staff_role", "the role, such as consultant or specialist nurse", Kind.ROLE),
        Column("standard_wte", "what the standard asks for", Kind.AMOUNT, "no standard",
               unit="whole-time equivalents"),
        _text("standard_source", "the standard", "no standard"),
        Column("funded_wte", "posts funded", Kind.AMOUNT, NOT_SAID, unit="whole-time equivalents"),
        Column("in_post_wte", "staff in post", Kind.AMOUNT, NOT_SAID,
               unit="whole-time equivalents"),
        _day("counted_on", "the day it was counted"),
        _flag("meets_standard", "is the standard met"),
        NOTE,
    ),
)  # fmt: skip

SURVEILLANCE = Register(
    "surveillance",
    "Concerns about a service and the level at which it is watched; history is every statement.",
    ("service_code", "service_part", "provider_code", "concern_title"),
    (
        SERVICE,
        PART,
        PROVIDER,
        SOME_ICB,
        Column("concern_title", "a short name of the concern, the same each month"),
        _choice("surveillance_level", "routine, enhanced or intensive", "surveillance_level"),
        _choice("concern_state", "new, ongoing or closed", "concern_state"),
        _day("opened_on", "when the concern was first raised"),
        _text("concern", "what it is"),
        _text("impact", "what it does to patients and services"),
        _flag("needs_escalation", "must it go to the regional quality group"),
        _text("escalated_to", "the forum it went to", "not escalated"),
        _text("mitigation", "what is being done"),
        _text("key_learning", "what was learnt"),
        Column("owner_role", "the role that owns it", Kind.ROLE, NOT_SAID),
        _day("review_on", "when it is looked at again", "no date set", future=True),
        _day("closed_on", "when it was closed", "open"),
    ),
    in_order=(("opened_on", "closed_on"), ("opened_on", "review_on")),
)

FRAGILE_SERVICES = Register(
    "fragile_services",
    "Services that may not last as they are: why, who acts, what is done, when it is looked at.",
    ("specialty", "service_code", "area_code", "icb_code", "provider_code", "site_code"),
    (
        Column("specialty", "the service or specialty, as the programme names it"),
        SOME_SERVICE,
        AREA,
        Column("icb_code", "the ICB it belongs to", Kind.ICB, missing="not one ICB's: generic"),
        SOME_PROVIDER,
        SOME_SITE,
        Column("reasons", "why it is fragile", Kind.CHOICES, choices="fragile_reason"),
        Column("owner_role", "the role that owns it", Kind.ROLE),
        _text("detail", "what is known"),
        _text("actions", "what is done about it"),
        _day("review_on", "when it is looked at again", future=True),
    ),
)

DEEP_DIVES = Register(
    "deep_dives",
    "Deep dives into a service: planned, under way, done.",
    ("title",),
    (
        Column("title", "its name"),
        SOME_SERVICE,
        Column("icb_codes", "the ICBs it covers", Kind.ICBS, missing="not said"),
        _choice("dive_state", "planned, under way or completed", "dive_state"),
        _day("done_on", "when it was or will be done", "no date set", future=True),
        Column("presented_to", "the committee that heard it", Kind.ROLE, "not presented"),
        _text("finding", "what it found"),
        _text("actions", "what follows"),
        LINK,
    ),
)

PRIORITIES = Register(
    "priorities",
    "Priorities, one page each.",
    ("priority_reference", "financial_year"),
    (
        Column("priority_reference", "its reference, such as WC1"),
        Column("financial_year", "the year it is planned for, as 2024-25", Kind.YEAR),
        Column("title", "its name"),
        SOME_SERVICE,
        Column("lead_role", "the role that leads it", Kind.ROLE),
        _flag("on_risk_register", "is it on the risk register"),
        _choice("delegation_status", "green, amber or red", "delegation_status", NOT_SAID),
        _text(
            "delegation_note", "what is kept nationally, such as high-cost drugs", "nothing kept"
        ),
        Column("icb_codes", "the ICBs it is for", Kind.ICBS),
        _text("national_priorities", "the national priorities it serves"),
        Column("problem", "what is the problem"),
        Column("aim", "what are we looking to achieve"),
        _text("scope", "what is in scope"),
        _text("partners", "the partners it needs", "none named"),
        _text("how_we_will_know", "how we will know that it worked"),
    ),
)

PRIORITY_DELIVERABLES = Register(
    "priority_deliverables",
    "What each priority delivers, by quarter, and how far it is.",
    ("priority_reference", "financial_year", "deliverable_number"),
    (
        Column("priority_reference", "the priority"),
        Column("financial_year", "the year it is planned for, as 2024-25", Kind.YEAR),
        Column("deliverable_number", "its place on the page", Kind.WHOLE),
        Column("deliverable", "what is delivered"),
        _choice("quarter", "the quarter it is planned for", "quarter", "no quarter given"),
        AREA,
        _choice("deliverable_state", "how far it is", "deliverable_state"),
        NOTE,
    ),
)

LOOKS = Register(
    "looks",
    "Who looked for evidence about a service, and whether anything is known: so that no is said.",
    ("service_code", "service_part", "topic"),
    (
        SERVICE,
        PART,
        _choice("topic", "what was looked for", "topic"),
        _flag("anything_known", "is anything known"),
        _text("what_is_known", "in a few words", "nothing, or not said"),
    ),
)

REGISTERS: dict[str, Register] = {
    register.name: register
    for register in (
        PROVISION,
        SSQD,
        NETWORKS,
        SAFETY_EVENTS,
        COMPLAINTS,
        CQC_REPORTS,
        OTHER_INTELLIGENCE,
        WORKFORCE,
        SURVEILLANCE,
        FRAGILE_SERVICES,
        DEEP_DIVES,
        PRIORITIES,
        PRIORITY_DELIVERABLES,
        LOOKS,
        ACCOUNTS,
        FUNDING_DECISIONS,
    )
}


def register_named(name: str) -> Register:
    """The declaration of a register. Raises UnknownName with the nearest known one."""
    if name not in REGISTERS:
        raise UnknownName("register of evidence", name, sorted(REGISTERS))
    return REGISTERS[name]
