"""From what a person asks of contracts to the codes and months that answer it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from speccomm.activity.areas import area_on
from speccomm.activity.completeness import NothingLoaded, Sent, months_sent
from speccomm.activity.contract_lines import ContractScope
from speccomm.activity.rules import ContractRules
from speccomm.foundation.errors import Refusal, UnknownName
from speccomm.foundation.periods import MONTHS_IN_YEAR, FinancialMonth, FinancialYear
from speccomm.jobs.reading import OrganisationMap, Reading

ACM, IAP = "acm", "iap"


class NoContract(Refusal):
    """A known provider that sent neither plan nor contract monitoring for the year."""

    def __init__(self, *, provider: str, year: FinancialYear) -> None:
        self.provider = provider
        self.year = year
        super().__init__(
            f"{provider} sent neither a plan nor contract monitoring for {year}, "
            "so there is no contract position to show."
        )


@dataclass(frozen=True)
class ScopedQuestion:
    """The scope of a contract question and what was found on the way to it.

    `asked_provider` is the current code of the provider asked for, if one was.
    """

    scope: ContractScope
    months: tuple[FinancialMonth, ...]
    sent: Sent
    asked_provider: str | None


def scoped_question(
    reading: Reading,
    places: OrganisationMap,
    *,
    year: FinancialYear,
    to_month: int,
    icb: str | None,
    provider: str | None,
    service: str | None,
    rules: ContractRules,
    region: str | None = None,
) -> ScopedQuestion:
    """Resolve a contract question to codes and months, refusing what is not known or not loaded.

    Raises:  NothingLoaded where contract monitoring of the month is not loaded at all; UnknownArea
             and UnknownName for codes that are not known; NoContract.
    """
    months = tuple(FinancialMonth(year, number) for number in range(1, to_month + 1))
    slices = reading.snapshot.slices()
    sent = months_sent(slices, dataset=ACM, current=places.current)
    _require_month(sent, months[-1])
    area = None
    if icb is not None or region is not None:
        area = area_on(places.commissioners, places.providers, on=places.on, icb=icb, region=region)
    planned = _providers_with_plan(slices, places, year=year)
    current = None if provider is None else _current_provider(provider, places, sent)
    if (
        current is not None
        and current not in planned
        and not sent.get(current, set()).intersection(
            FinancialMonth(year, number) for number in range(1, MONTHS_IN_YEAR + 1)
        )
    ):
        raise NoContract(provider=places.names.get(current, current), year=year)
    _require_service(service, reading)
    whole_year = {FinancialMonth(year, number) for number in range(1, MONTHS_IN_YEAR + 1)}
    scope = ContractScope(
        year=year,
        to_month=to_month,
        plan_in_iap=frozenset() if rules.plan_source == ACM else places.codes_of(planned),
        whole_year_in_acm=places.codes_of({p for p, held in sent.items() if whole_year <= held}),
        sent=frozenset(p for p, held in sent.items() if held.intersection(months)),
        provider_codes=None if current is None else places.codes_of({current}),
        patient_codes=None if area is None else area.patient_codes,
        service_code=service,
    )
    return ScopedQuestion(scope=scope, months=months, sent=sent, asked_provider=current)


def _require_month(sent: Sent, month: FinancialMonth) -> None:
    loaded = {held for months in sent.values() for held in months}
    if month not in loaded:
        raise NothingLoaded(dataset=ACM, asked=str(month), loaded=loaded)


def _providers_with_plan(
    slices: pa.Table, places: OrganisationMap, *, year: FinancialYear
) -> frozenset[str]:
    rows = slices.filter((pc.field("dataset") == IAP) & (pc.field("financial_year") == str(year)))
    codes = pc.unique(rows["provider_code"]).to_pylist()
    return frozenset(places.current.get(code, code) for code in codes)


def _current_provider(code: str, places: OrganisationMap, sent: Sent) -> str:
    if code in places.current:
        return places.current[code]
    if code in sent:
        return code
    raise UnknownName("provider", code, sorted({*places.current, *sent}))


def _require_service(code: str | None, reading: Reading) -> None:
    known = reading.service_names["service_code"].to_pylist()
    if code is not None and code not in known:
        raise UnknownName("service line", code, known)
