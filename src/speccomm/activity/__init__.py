"""What was done and what it cost: flows of activity and the position of each contract."""

from speccomm.activity.areas import Area, NotOneArea, UnknownArea, area_on, patient_places
from speccomm.activity.completeness import NothingLoaded
from speccomm.activity.contract_lines import ContractScope, contract_lines
from speccomm.activity.contract_position import contract_position
from speccomm.activity.flows import activity_by_codes, activity_flows, flow_totals
from speccomm.activity.rules import ContractRules, contract_rules
from speccomm.activity.services import services_by_provider, top_providers

__all__ = [
    "Area",
    "ContractRules",
    "ContractScope",
    "NotOneArea",
    "NothingLoaded",
    "UnknownArea",
    "activity_by_codes",
    "activity_flows",
    "area_on",
    "contract_lines",
    "contract_position",
    "contract_rules",
    "flow_totals",
    "patient_places",
    "services_by_provider",
    "top_providers",
]
