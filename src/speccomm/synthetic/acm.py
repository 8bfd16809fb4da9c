"""Aggregate lines, and the plan: what the patient level rows add up to, and what was expected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ibis.backends.duckdb import Backend

# Plans stand off what came by provider and service, a little by line, and in price by service; a
# few small lines have no plan at all.
ACTIVITY_LINES = """
create or replace temp table syn_line as
with summed as (
  select file_provider, provider_code, financial_month, sub_icb_code, commissioner_code,
    treatment_function_code, category_code, service_code, pod_code, tariff_code,
    national_tariff_indicator, sum(activity_count)::decimal(13, 3) as actual_activity,
    sum(unit_price_gbp * activity_count)::decimal(18, 2) as actual_price_gbp
  from syn_row group by all
), keyed as (
  select *, hash(provider_code, financial_month, sub_icb_code, service_code, pod_code,
      tariff_code, treatment_function_code) as line_key
  from summed
), planned as (
  select *, (getvariable('syn_plan_lowest')
        + getvariable('syn_plan_width') * chance(provider_code || service_code, 'plan'))
      * (0.99 + 0.02 * chance(line_key, 'plan'))
      * (not (chance(line_key, 'unplanned') < getvariable('syn_unplanned')
        and actual_price_gbp < getvariable('syn_small_line')))::integer as volume,
    0.98 + 0.04 * chance(service_code, 'price') as price
  from keyed
)
select * exclude (volume, price, line_key),
  round(actual_activity::double * volume, 3)::decimal(13, 3) as planned_activity,
  round(actual_price_gbp::double * volume * price, 2)::decimal(18, 2) as planned_price_gbp,
  null::varchar as local_pod_code
from planned
"""

# One small planned line for each provider that nobody came for.
PLAN_ONLY = """
insert into syn_line by name
select * replace (0 as actual_activity, 0 as actual_price_gbp, 1 as planned_activity,
  least(planned_price_gbp / greatest(planned_activity, 1), getvariable('syn_small_line'))
    ::decimal(18, 2) as planned_price_gbp, 'planned only' as local_pod_code)
from syn_line where pod_code in ('EL', 'NEL') and planned_price_gbp > 0
qualify row_number() over (partition by provider_code
  order by chance(service_code || sub_icb_code || tariff_code, 'only'), financial_month,
    commissioner_code, treatment_function_code) = 1
"""

PASSED_THROUGH = """
insert into syn_line by name
with items as (
  select *, 'DRUG' as pod_code from (select file_provider, provider_code, financial_month,
    commissioner_code, category_code, service_code, unit_price_gbp * quantity as cost
    from syn_drug_row)
  union all by name
  select *, 'DEVICE' as pod_code from (select file_provider, provider_code, financial_month,
    commissioner_code, category_code, service_code, unit_price_gbp * quantity as cost
    from syn_device_row)
), summed as (
  select file_provider, provider_code, financial_month, commissioner_code, category_code,
    service_code, pod_code, sum(cost)::decimal(18, 2) as actual_price_gbp
  from items group by all
)
select *, 'N' as national_tariff_indicator, 0 as actual_activity, 0 as planned_activity,
  round(actual_price_gbp::double * (0.88 + 0.2 * chance(provider_code || service_code, pod_code)),
    2)::decimal(18, 2) as planned_price_gbp
from summed
"""

# Money without activity, the same each month but for the adjustment, on the host's commissioner.
MONEY_LINES = """
insert into syn_line by name
with means as (
  select l.file_provider, p.hub_code, sum(actual_price_gbp)::double / 9 as mean
  from syn_line l join syn_providers p on p.provider_code = l.file_provider
  group by all
), kinds as (
  select file_provider, hub_code, n.k::tinyint as financial_month, kind.pod_code,
    case kind.pod_code when 'BLOCK'
        then greatest(round(mean * getvariable('syn_block'), -2), getvariable('syn_least_block'))
      when 'CQUIN' then round(mean * getvariable('syn_cquin'), 2)
      else round((chance(file_provider || n.k::varchar, 'adjustment') - 0.6)
        * least(mean * 0.004, getvariable('syn_adjustment')), 2) end::decimal(18, 2) as money
  from means, range(1, 10) n(k), (values ('BLOCK'), ('CQUIN'), ('ADJUSTMENT')) kind(pod_code)
)
select file_provider, file_provider as provider_code, financial_month,
  hub_code as commissioner_code, '21' as category_code, 'NCBPSXXX' as service_code, pod_code,
  'N' as national_tariff_indicator, 0 as actual_activity, 0 as planned_activity,
  money as actual_price_gbp, money as planned_price_gbp
from kinds where money <> 0
"""

LINES_IN_ORDER = """
create or replace temp table syn_acm as
select l.*, row_number() over (order by l.file_provider, financial_month, l.provider_code,
    service_code, pod_code, tariff_code nulls last, sub_icb_code nulls last, commissioner_code,
    treatment_function_code nulls last, category_code, national_tariff_indicator,
    local_pod_code nulls last) as row_id,
  (case when pod_code in ('BLOCK', 'CQUIN', 'ADJUSTMENT', 'DRUG', 'DEVICE') then 0
    else round(actual_price_gbp::double * (p.market_forces_index - 1), 2) end)::decimal(18, 2)
    as actual_mff_gbp,
  (case when pod_code in ('BLOCK', 'CQUIN', 'ADJUSTMENT', 'DRUG', 'DEVICE') then 0
    else round(planned_price_gbp::double * (p.market_forces_index - 1), 2) end)::decimal(18, 2)
    as planned_mff_gbp
from syn_line l join syn_providers p on p.provider_code = l.file_provider
"""

# The plan of the whole year: each month as the aggregate data set planned it; the last three
# months as the three before them.
PLAN = """
create or replace temp table syn_iap as
with whole_year as (
  select * exclude (actual_activity, actual_price_gbp, actual_mff_gbp) from syn_acm
  union all by name
  select * exclude (actual_activity, actual_price_gbp, actual_mff_gbp)
    replace (financial_month + 3 as financial_month, row_id + 1000000000 as row_id)
  from syn_acm where financial_month >= 7
)
from whole_year
"""

LINE_TEXT = {
    "financial_month": "financial_month::varchar",
    "financial_year": "'202324'",
    "dataset_created_at": "'2024-01-17T08:15:00'",
    "provider_code": "provider_code",
    "gp_responsibility_code": "sub_icb_code",
    "residence_responsibility_code": "sub_icb_code",
    "commissioner_code": "commissioner_code",
    "treatment_function_code": "treatment_function_code",
    "category_code": "category_code",
    "service_code": "service_code",
    "pod_code": "pod_code",
    "local_pod_code": "coalesce(local_pod_code, pod_code)",
    "local_contract_code": "'C' || file_provider || '2324'",
    "local_contract_monitoring_code": "right(service_code, 3) || coalesce(tariff_code, '')",
    "tariff_code": "tariff_code",
    "national_tariff_indicator": "national_tariff_indicator",
    "planned_activity": "planned_activity::varchar",
    "planned_price_gbp": "planned_price_gbp::varchar",
    "planned_mff_gbp": "planned_mff_gbp::varchar",
}
ACM_TEXT = {
    **LINE_TEXT,
    "reporting_type": "case financial_month when 9 then 'FLEX' else 'FREEZE' end",
    "actual_activity": "actual_activity::varchar",
    "actual_price_gbp": "actual_price_gbp::varchar",
    "actual_mff_gbp": "actual_mff_gbp::varchar",
}
IAP_TEXT = {
    **LINE_TEXT,
    "dataset_created_at": "'2023-05-11T14:02:00'",
    "local_contract_description": "'Specialised services'",
    "submitter_name": "'Planning team'",
}


def put_lines(connection: Backend, *, money: dict[str, Any]) -> None:
    """Add the patient level rows up to aggregate lines with their plan, as syn_acm and syn_iap.

    Shape:   one line per provider, month, sub-ICB, commissioner, treatment function, service,
             point of delivery and tariff code; drugs, devices and money-only lines without the
             patient's commissioner. The plan has months 1 to 12.
    Units:   pounds and pence; price is the line's whole money, market forces money beside it.
    Missing: a few small lines have a plan of nothing, and one a provider has a plan and no actual.
    Source:  rulebook synthetic/midlands, table money.
    """
    for name, key in (
        ("plan_lowest", "plan_lowest"),
        ("plan_width", "plan_width"),
        ("unplanned", "unplanned_lines"),
        ("small_line", "small_line_gbp"),
        ("block", "block_share"),
        ("least_block", "least_block_gbp"),
        ("cquin", "cquin_share"),
        ("adjustment", "largest_adjustment_gbp"),
    ):
        connection.raw_sql(f"set variable syn_{name} = {Decimal(money[key])}::double")
    for statement in (ACTIVITY_LINES, PASSED_THROUGH, PLAN_ONLY, MONEY_LINES, LINES_IN_ORDER, PLAN):
        connection.raw_sql(statement)
