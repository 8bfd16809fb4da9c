"""Forms about people. They check shape; what may be done is decided in actions."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from speccomm_web.accounts.roles import Role

EVERYWHERE = "*"
SERVICE_CODE = re.compile(r"[A-Z0-9]{2,12}")


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's form in our words; the link for a lost password stands below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Email address"
        self.fields["login"].error_messages["required"] = "Enter your email address"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"


class PeopleFilter(forms.Form):
    """Whom to look for."""

    words = forms.CharField(label="Name or email", required=False, max_length=100)


class AuditFilter(forms.Form):
    """What to look for in the audit record."""

    act = forms.ChoiceField(label="What was done", required=False)
    words = forms.CharField(label="Person or subject", required=False, max_length=100)

    def __init__(self, *args: Any, acts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anything"), *((act, act.replace("_", " ")) for act in acts)]


class PersonForm(forms.Form):
    """A person to add."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter a name"},
    )
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="They sign in with it. They are sent nothing yet: tell them to ask for a link "
        "to set a password, or to sign in with their organisation's account.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter an email address",
            "invalid": "Enter an email address in the correct format, like name@example.nhs.uk",
        },
    )


class RoleForm(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *((role.value, role.words) for role in Role)],
        error_messages={"required": "Choose a role"},
    )
    organisation = forms.ChoiceField(
        label="Organisation", error_messages={"required": "Choose an organisation"}
    )
    services = forms.CharField(
        label="Services",
        required=False,
        max_length=2000,
        help_text="Service codes with commas between them, such as NCBPS11B, NCBPS29E. Leave it "
        "empty for every service.",
    )
    from_date = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter the first day", "invalid": "Enter a real date"},
    )
    to_date = forms.DateField(
        label="Until",
        required=False,
        help_text="The first day on which the role is no longer held.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a real date"},
    )

    def __init__(
        self, *args: Any, organisations: list[tuple[str, str]], everywhere: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Choose an organisation"),
            *([(EVERYWHERE, "Every organisation")] if everywhere else []),
            *organisations,
        ]

    def clean_services(self) -> list[str] | None:
        said = self.cleaned_data["services"].upper()
        codes = [code for code in re.split(r"[\s,;]+", said) if code]
        wrong = [code for code in codes if not SERVICE_CODE.fullmatch(code)]
        if wrong:
            raise forms.ValidationError("Use service codes of letters and digits only")
        return codes or None


class AccessForm(forms.Form):
    """What to do with a person's account."""

    change = forms.ChoiceField(choices=[("close", ""), ("open", ""), ("reset_second_factor", "")])


class TokenForm(forms.Form):
    """A token to make."""

    name = forms.CharField(
        label="What it is for",
        max_length=60,
        help_text="The program that will use it, so that you know it again.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter what the token is for"},
    )
    days = forms.ChoiceField(
        label="Good for",
        choices=[("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("366", "A year")],
    )
