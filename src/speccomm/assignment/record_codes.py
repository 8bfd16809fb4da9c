"""How an exit becomes a commissioner's code for one record, in plain Python, with its reason."""

from __future__ import annotations

from speccomm.assignment.dated import postcode_key
from speccomm.assignment.record_facts import RecordFacts

Code = tuple[str | None, str]


class RecordCodes:
    """The methods of rules.METHODS: a code or None, and a clause that says where it came from."""

    def __init__(self, facts: RecordFacts) -> None:
        self.facts = facts
        self.settings = facts.rules.settings

    def find(self, method: str) -> Code:
        """The code of one method."""
        found: Code = getattr(self, method)()
        return found

    def responsible_sub_icb(self) -> Code:
        practice = self.facts.practice_commissioner
        if not self._by_postcode and self.facts.english_practice and practice is not None:
            return practice, "the practice's commissioner"
        return self._sub_icb_of_home()

    def host_sub_icb(self) -> Code:
        code = self.facts.provider.get("sub_icb_code")
        return code, "the provider's head office" if code else (
            "the sub-ICB of the provider's head office is not known"
        )

    def provider_hub(self) -> Code:
        hub = self.facts.provider.get("hub_code")
        if hub is not None:
            return hub, "the hub listed for the provider"
        if self.settings["hub_not_listed"] == "host_region":
            region = self.facts.region(self.facts.provider.get("region_code"))
            if region:
                return region["specialised_hub_code"], "the hub of the provider's region"
        return None, "no hub is listed for the provider"

    def practice_hub(self) -> Code:
        facts = self.facts
        if self._by_postcode:
            if self.settings["unregistered_hub"] == "provider":
                return self.provider_hub()
            region = facts.sub_icb_region(facts.residence.get("sub_icb_code")) or facts.region(
                facts.residence.get("region_code")
            )
            hub = region.get("specialised_hub_code")
            return hub, "the hub of the home" if hub else "the region of the home is not known"
        if facts.english_practice and (region := self._practice_region()):
            return region["specialised_hub_code"], "the hub of the practice's region"
        return self.provider_hub()

    def justice_hub(self) -> Code:
        hubs = self.facts.prison_hubs or set()
        if len(hubs) == 1:
            return next(iter(hubs)), "the hub of the establishment"
        return None, "establishments of several hubs share the postcode"

    def public_health_region(self) -> Code:
        facts = self.facts
        if not facts.no_practice:
            camp = facts.forces_practice and not facts.is_forces_post(facts.practice["postcode"])
            place = facts.region(facts.practice_place.get("region_code")) if camp else {}
            if place:
                return place["public_health_code"], "the region of the forces practice's postcode"
            if facts.english_practice and (region := self._practice_region()):
                return region["public_health_code"], "the practice's region"
        region = facts.region(facts.residence.get("region_code")) or facts.sub_icb_region(
            facts.residence.get("sub_icb_code")
        )
        code = region.get("public_health_code")
        return code, "the region of the home" if code else "the region of the home is not known"

    def local_authority(self) -> Code:
        code = self.facts.residence.get("local_authority_code")
        return code, "the local authority of the home" if code else (
            "the local authority of the home is not known"
        )

    def devolved_local(self) -> Code:
        facts = self.facts
        if facts.nation == "Wales":
            wales = facts.rules.nations["Wales"]
            blank = {postcode_key(code) for code in facts.listed("wales_not_specified")}
            if facts.postcode in blank:
                return wales.not_specified, "Wales with no address known"
            if facts.residence.get("country_code") != wales.country:
                board = facts.practice_place.get("health_board_code")
                if board is not None:
                    return board, "the health board of the practice's postcode"
                return facts.practice_commissioner, "the practice's health board"
        board = facts.residence.get("health_board_code")
        return board, "the health board of the home" if board else (
            "the health board of the home is not known"
        )

    def devolved_specialised(self) -> Code:
        nation = self.facts.nation
        code = self.facts.rules.nations[nation].specialised
        return code, f"the specialised body of {nation}" if code else (
            f"the code of the specialised body of {nation} was not found"
        )

    def overseas_visitor(self) -> Code:
        facts = self.facts
        if facts.english_practice and not facts.no_practice:
            return self.responsible_sub_icb()
        country = facts.residence.get("country_code")
        if facts.residence_basis == "recorded" and country in facts.listed("resident_countries"):
            if facts.residence.get("sub_icb_code"):
                return self._sub_icb_of_home()
        if self.settings["osv_elsewhere"] == "host_icb":
            icb = facts.provider.get("icb_code")
            return icb, "the board where care was given" if icb else "that board is not known"
        return self.host_sub_icb()

    @property
    def _by_postcode(self) -> bool:
        facts = self.facts
        return facts.no_practice or facts.prison_hubs is not None or facts.forces_practice

    def _sub_icb_of_home(self) -> Code:
        code = self.facts.residence.get("sub_icb_code")
        where = {
            "recorded": "the patient's postcode",
            "practice": "the forces practice's postcode",
            "provider": "the provider's main site, the address not being known",
        }[self.facts.residence_basis]
        return code, where if code else f"{where} leads to no sub-ICB"

    def _practice_region(self) -> dict[str, str]:
        """The practice's region: its national grouping, or its postcode's where it is unlisted."""
        if self.facts.practice.get("unlisted"):
            return self.facts.region(self.facts.practice_place.get("region_code"))
        return self.facts.region(self.facts.practice.get("national_grouping"))
