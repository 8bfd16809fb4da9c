"""The flow chart's questions answered for one record in plain Python, each with its reason."""

from __future__ import annotations

import re

from speccomm.assignment.record_facts import RecordFacts

PLACES = {
    "recorded": "the recorded postcode",
    "practice": "the forces practice's postcode, standing in for the home",
    "provider": "the provider's main site, standing in for an address that is not known",
}

Answer = tuple[bool, str]


class RecordAnswers:
    """Answers to rules.TESTS: yes or no, and a clause naming the codes that decided."""

    def __init__(self, facts: RecordFacts, responsible: str | None) -> None:
        self.facts = facts
        self.settings = facts.rules.settings
        self.responsible = responsible

    def answer(self, test: str) -> Answer:
        """The answer to one test."""
        given: Answer = getattr(self, f"_{test}")()
        return given

    def _resident_in_england(self) -> Answer:
        country = self.facts.residence.get("country_code")
        place = PLACES[self.facts.residence_basis]
        return country in self.facts.listed("english_countries"), (
            f"{place} is in country {country or 'not known'}"
        )

    def _forces_practice(self) -> Answer:
        yes = self.facts.forces_practice
        return yes, f"practice {self._code('gp_practice_code')} is {_not(yes)}one, on that day"

    def _charged_or_private(self) -> Answer:
        charged = self._in("overseas_visitor_charging_category", "chargeable_categories")
        private = self._in("administrative_category", "private_categories")
        return charged or private, (
            f"charging category {self._code('overseas_visitor_charging_category')}, "
            f"administrative category {self._code('administrative_category')}"
        )

    def _ordinarily_resident(self) -> Answer:
        facts = self.facts
        category = facts.record["overseas_visitor_charging_category"]
        said = f"charging category {category or 'missing'}"
        asked = category in facts.listed("resident_categories")
        if self.settings["unknown_charging_category"] == "resident_test":
            asked = category not in facts.listed("not_resident_categories")
        if not asked:
            return False, said
        if self.settings["forces_postcode_of"] == "practice":
            if facts.is_forces_post(facts.practice.get("postcode")):
                return False, f"{said}, and the practice has a British forces postcode"
        elif facts.is_forces_post(facts.postcode):
            return False, f"{said}, and the patient has a British forces postcode"
        if facts.practice.get("high_level_health_geography") in facts.listed("island_geographies"):
            return False, f"{said}, and the practice is in the Channel Islands or Isle of Man"
        country = facts.residence.get("country_code")
        return country in facts.listed("resident_countries"), (
            f"{said}, and {PLACES[facts.residence_basis]} is in country {country or 'not known'}"
        )

    def _highly_specialised(self) -> Answer:
        yes = self.facts.line is not None and bool(self.facts.line["highly_specialised"])
        return yes, f"service line {self._code('service_code')} is {_not(yes)}on that list"

    def _european_resident(self) -> Answer:
        facts = self.facts
        known = {row["postcode"] for row in facts.reference.rows("pseudo_postcodes")
                 if row["kind"] == "eea"} | set(facts.listed("further_eea_postcodes"))  # fmt: skip
        yes = facts.postcode in {code.replace(" ", "") for code in known}
        return yes, f"the recorded postcode is {_not(yes)}one that stands for such a state"

    def _healthcare_agreement(self) -> Answer:
        return self._flag("healthcare_agreement")

    def _b4(self) -> Answer:
        if self.settings["b4_asks"] == "residence":
            return self._resident_in_england()
        yes = self.facts.english_practice and not self.facts.no_practice
        return yes, (
            f"practice {self._code('gp_practice_code')} is {_not(yes)}an active English practice"
        )

    def _welsh_practice_in_border(self) -> Answer:
        board = self.facts.practice_commissioner
        welsh = board in self.facts.listed("welsh_boards")
        return welsh and self.facts.in_border_area, self._border(welsh, "Welsh")

    def _english_practice_in_border(self) -> Answer:
        english = self.facts.english_geography
        return english and self.facts.in_border_area, self._border(english, "English")

    def _specialised(self) -> Answer:
        facts = self.facts
        prefixes = facts.listed("specialised_prefixes")
        yes = facts.line is not None and facts.value("service_code").startswith(prefixes)
        return yes, (
            f"service line {self._code('service_code')} is {_not(yes)}a specialised line of the "
            "list of that year"
        )

    def _uk_wide_line(self) -> Answer:
        if self.settings["uk_wide_lines"] == "highly_specialised":
            return self._highly_specialised()
        code = f"{self.facts.nation} {self.facts.value('service_code')}"
        known = self.facts.listed("uk_wide_lines")
        if not known:
            return False, "the list of such lines was not obtained, so none is known"
        return code in known, f"{code} is {_not(code in known)}on that list"

    def _welsh_referral_assessment(self) -> Answer:
        return self._flag("welsh_referral_assessment")

    def _retained(self) -> Answer:
        statuses = list(self.facts.listed("retained_statuses"))
        if self.settings["amber"] == "retained":
            statuses += self.facts.listed("amber_statuses")
        return self.facts.status in statuses, self._status()

    def _contract_with_provider(self) -> Answer:
        facts = self.facts
        code = facts.provider_code or "missing"
        contract = facts.provider.get("contract")
        if contract is not None:
            return contract, f"the providers file says so of provider {code}"
        if facts.provider.get("hub_code") is not None:
            return True, f"provider {code} is listed under a specialised hub"
        if not facts.reference.rows("providers"):
            assumed = self.settings["contracts_not_loaded"] == "assume" and bool(facts.provider)
            return (
                assumed,
                f"no contracts are loaded; provider {code} is {_not(assumed)}assumed to have one",
            )
        return False, f"nothing is known of a contract with provider {code}"

    def _dental(self) -> Answer:
        treated = self._in("treatment_function_code", "dental_treatment_functions")
        line = self.settings["dental_catch_all"] == "dental" and self._in(
            "service_code", "dental_catch_all"
        )
        return treated or line, (
            f"treatment function {self._code('treatment_function_code')}, "
            f"service line {self._code('service_code')}"
        )

    def _health_justice(self) -> Answer:
        facts = self.facts
        if facts.prison_hubs is None:
            return False, "the recorded postcode is not one of a detained setting"
        if not self._in("cds_type", "admitted_types"):
            return True, "the recorded postcode is one of a detained setting"
        penal = self._in("source_of_admission", "penal_sources_of_admission")
        return penal, (
            "the recorded postcode is one of a detained setting and the source of admission is "
            f"{self._code('source_of_admission')}"
        )

    def _public_health(self) -> Answer:
        prefixes = self.facts.listed("public_health_prefixes")
        yes = self.facts.value("service_code").startswith(prefixes)
        return yes, f"service line {self._code('service_code')} is {_not(yes)}a public health line"

    def _other_public_health(self) -> Answer:
        return self._flag("other_public_health")

    def _infertility(self) -> Answer:
        diagnosis = self._any_code("diagnosis_codes", "ICD-10")
        procedure = self._any_code("procedure_codes", "OPCS-4")
        yes = diagnosis or procedure
        return yes, f"{'a' if yes else 'no'} diagnosis or procedure is on that list"

    def _armed_forces_infertility(self) -> Answer:
        return self._flag("armed_forces_infertility")

    def _green(self) -> Answer:
        statuses = list(self.facts.listed("green_statuses"))
        if self.settings["amber"] == "not_delegated":
            statuses += self.facts.listed("amber_statuses")
        return self.facts.status in statuses, self._status()

    def _delegation_in_force(self) -> Answer:
        facts = self.facts
        if facts.status in facts.listed("amber_statuses"):
            return False, "an amber line was never delegated"
        agreed = facts.agreement(self.responsible)
        if agreed is None:
            agreed = facts.day >= facts.rules.delegated_everywhere_from
        return agreed, (
            f"for {self.responsible or 'an unknown sub-ICB'} on {facts.day:%Y-%m-%d} it was "
            f"{_not(agreed)}in force"
        )

    def _border(self, matching: bool, country: str) -> str:
        area = "in" if self.facts.in_border_area else "outside"
        return (
            f"practice {self._code('gp_practice_code')} is {_not(matching)}an active {country} "
            f"practice and the home is {area} the border area"
        )

    def _status(self) -> str:
        return f"service line {self._code('service_code')} is {self.facts.status or 'without status'} that year"

    def _flag(self, name: str) -> Answer:
        yes = self.facts.record[name] == "Y"
        return yes, f"{name} is {'Y' if yes else 'not Y'}"

    def _code(self, name: str) -> str:
        return self.facts.record[name] or "missing"

    def _in(self, name: str, listed: str) -> bool:
        return self.facts.record[name] in self.facts.listed(listed)

    def _any_code(self, name: str, classification: str) -> bool:
        codes = [re.sub(r"[. ]", "", code) for code in self.facts.value(name).split(";")]
        for row in self.facts.reference.rows("infertility_codes"):
            if row["classification"] == classification:
                wanted = row["code"].replace(".", "")
                exact = row["match"] == "exact"
                if any(code == wanted if exact else code.startswith(wanted) for code in codes):
                    return True
        return False


def _not(yes: bool) -> str:
    return "" if yes else "not "
