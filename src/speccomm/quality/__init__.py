"""Evidence of each service: registers in which a change never overwrites, and questions of them."""

from speccomm.quality.across import evidence_findings
from speccomm.quality.cqc import combined_rating
from speccomm.quality.declaring import Register
from speccomm.quality.exporting import register_csv
from speccomm.quality.fragile import fragile_counts, fragile_services
from speccomm.quality.importing import EvidenceRead, read_evidence
from speccomm.quality.overview import quality_overview
from speccomm.quality.priorities import priorities, priority_deliverables
from speccomm.quality.profile import ServiceProfile, service_profile
from speccomm.quality.registers import Registers, registers_on
from speccomm.quality.rules import EvidenceRules, evidence_rules
from speccomm.quality.standing import as_it_holds, standing_statements
from speccomm.quality.surveillance import (
    surveillance_counts,
    surveillance_history,
    surveillance_report,
)
from speccomm.quality.tables import REGISTERS, register_named

__all__ = [
    "REGISTERS",
    "EvidenceRead",
    "EvidenceRules",
    "Register",
    "Registers",
    "ServiceProfile",
    "as_it_holds",
    "combined_rating",
    "evidence_findings",
    "evidence_rules",
    "fragile_counts",
    "fragile_services",
    "priorities",
    "priority_deliverables",
    "quality_overview",
    "read_evidence",
    "register_csv",
    "register_named",
    "registers_on",
    "service_profile",
    "standing_statements",
    "surveillance_counts",
    "surveillance_history",
    "surveillance_report",
]
