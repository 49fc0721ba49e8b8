"""A country's file in which something is wrong is refused, with what it is."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from plan_portal import country

SHIPPED = Path(country.__file__).parent / "countries" / "do.toml"


@pytest.mark.parametrize(
    ("line", "instead", "expected"),
    [
        ('code = "DO"', 'code = "do"', "code must be two capital letters"),
        ('code = "DO"', "", "missing 1 required positional argument: 'code'"),
        ('code = "DO"', 'code = "DO', "at line 3"),
        ('code = "DO"', 'code = "DO"\ncapital = ""', "argument 'capital'"),
        ('area = ["8", ', 'area = [8, "8", ', "area must be list"),
        ("subscriber = [3, 4]", "subscriber = 7", "subscriber must be list"),
        ("subscriber = [3, 4]", "subscriber = []", "subscriber must not be empty"),
        ('"[024]"', '"[024"', r"area holds no pattern: [024 \("),
        ('"cedula"', '"cpf"', "identity_card cpf is not known of this country"),
        ('code = "DO"', 'code = "QQ"', "identity_card cedula is not known"),
        ("iban_length = 28", 'iban_length = "28"', "iban_length must be int"),
        ('privacy_law = "Law 172-13"', "", "texts.en lacks privacy_law"),
        ("[texts.es]", "[texts.fr]", "texts.es lacks name, public_agency"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, line, instead, expected):
    text = SHIPPED.read_text(encoding="utf-8")
    assert line in text
    file = tmp_path / "xx.toml"
    file.write_text(text.replace(line, instead, 1), encoding="utf-8")

    with pytest.raises(ImproperlyConfigured, match=r"^COUNTRY_FILE xx\.toml: ") as said:
        country.load_country(file)

    assert expected.replace("\\", "") in str(said.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    file = tmp_path / "xx.toml"
    file.write_bytes(b"code = '\xff'")

    with pytest.raises(ImproperlyConfigured, match="COUNTRY_FILE xx.toml"):
        country.load_country(file)


def test_every_text_of_the_file_is_asked_for():
    for words in settings.COUNTRY.texts.values():
        assert set(words) == set(country.TEXTS)
