"""Countries by their codes and usual names, and the regions that people ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_EUROPEAN_UNION: Final = (
    "AT=Austria|BE=Belgium|BG=Bulgaria|HR=Croatia|CY=Cyprus|CZ=Czechia/Czech Republic/Czech|DK=Denmark|EE=Estonia|"
    "FI=Finland|FR=France|DE=Germany/Deutschland|GR=Greece|HU=Hungary|IE=Ireland|IT=Italy|LV=Latvia|LT=Lithuania|"
    "LU=Luxembourg|MT=Malta|NL=the Netherlands/Netherlands/Holland|PL=Poland|PT=Portugal|RO=Romania|SK=Slovakia|"
    "SI=Slovenia|ES=Spain|SE=Sweden"
)
_REST_OF_EUROPE: Final = (
    "AL=Albania|AD=Andorra|AX=the Åland Islands|BA=Bosnia and Herzegovina/Bosnia|BY=Belarus|CH=Switzerland|"
    "FO=the Faroe Islands|GB=the United Kingdom/United Kingdom/Great Britain/Britain/England/Scotland|GG=Guernsey|"
    "GI=Gibraltar|IM=the Isle of Man|IS=Iceland|JE=Jersey|LI=Liechtenstein|MC=Monaco|MD=Moldova|ME=Montenegro|"
    "MK=North Macedonia/Macedonia|NO=Norway|RS=Serbia|RU=Russia|SJ=Svalbard|SM=San Marino|UA=Ukraine|VA=Vatican City|"
    "XK=Kosovo"
)
_NORTH_AMERICA: Final = (
    "US=the United States/United States/America|CA=Canada|MX=Mexico|AG=Antigua and Barbuda|AI=Anguilla|AW=Aruba|"
    "BB=Barbados|BL=Saint Barthélemy|BM=Bermuda|BQ=Bonaire|BS=the Bahamas/Bahamas|BZ=Belize|CR=Costa Rica|CU=Cuba|"
    "CW=Curaçao/Curacao|DM=Dominica|DO=the Dominican Republic/Dominican Republic|GD=Grenada|GL=Greenland|GP=Guadeloupe|"
    "GT=Guatemala|HN=Honduras|HT=Haiti|JM=Jamaica|KN=Saint Kitts and Nevis|KY=the Cayman Islands|LC=Saint Lucia|"
    "MF=Saint Martin|MQ=Martinique|MS=Montserrat|NI=Nicaragua|PA=Panama|PM=Saint Pierre and Miquelon|PR=Puerto Rico|"
    "SV=El Salvador|SX=Sint Maarten|TC=the Turks and Caicos Islands|TT=Trinidad and Tobago/Trinidad|"
    "VC=Saint Vincent and the Grenadines|VG=the British Virgin Islands|VI=the US Virgin Islands"
)
_SOUTH_AMERICA: Final = (
    "AR=Argentina|BO=Bolivia|BR=Brazil/Brasil|CL=Chile|CO=Colombia|EC=Ecuador|FK=the Falkland Islands|GF=French Guiana|"
    "GY=Guyana|PE=Peru|PY=Paraguay|SR=Suriname|UY=Uruguay|VE=Venezuela"
)
_ASIA: Final = (
    "AE=the United Arab Emirates/United Arab Emirates/Emirates/Dubai|AF=Afghanistan|AM=Armenia|AZ=Azerbaijan|BD=Bangladesh|"
    "BH=Bahrain|BN=Brunei|BT=Bhutan|CN=China|GE=Georgia|HK=Hong Kong|ID=Indonesia|IL=Israel|IN=India|IQ=Iraq|IR=Iran|"
    "JO=Jordan|JP=Japan|KG=Kyrgyzstan|KH=Cambodia|KP=North Korea|KR=South Korea/Korea|KW=Kuwait|KZ=Kazakhstan|LA=Laos|"
    "LB=Lebanon|LK=Sri Lanka|MM=Myanmar|MN=Mongolia|MO=Macao/Macau|MV=the Maldives/Maldives|MY=Malaysia|NP=Nepal|OM=Oman|"
    "PH=the Philippines/Philippines|PK=Pakistan|PS=Palestine|QA=Qatar|SA=Saudi Arabia|SG=Singapore|SY=Syria|TH=Thailand|"
    "TJ=Tajikistan|TL=Timor-Leste|TM=Turkmenistan|TR=Türkiye/Turkey|TW=Taiwan|UZ=Uzbekistan|VN=Vietnam|YE=Yemen"
)
_OCEANIA: Final = (
    "AS=American Samoa|AU=Australia|CK=the Cook Islands|FJ=Fiji|FM=Micronesia|GU=Guam|KI=Kiribati|MH=the Marshall Islands|"
    "MP=the Northern Mariana Islands|NC=New Caledonia|NR=Nauru|NU=Niue|NZ=New Zealand|PF=French Polynesia|PG=Papua New Guinea|"
    "PW=Palau|SB=the Solomon Islands|TO=Tonga|TV=Tuvalu|VU=Vanuatu|WF=Wallis and Futuna|WS=Samoa"
)
_AFRICA: Final = (
    "AO=Angola|BF=Burkina Faso|BI=Burundi|BJ=Benin|BW=Botswana|CD=DR Congo|CF=the Central African Republic|CG=Congo|"
    "CI=Côte d'Ivoire/Ivory Coast|CM=Cameroon|CV=Cape Verde|DJ=Djibouti|DZ=Algeria|EG=Egypt|EH=Western Sahara|ER=Eritrea|"
    "ET=Ethiopia|GA=Gabon|GH=Ghana|GM=the Gambia/Gambia|GN=Guinea|GQ=Equatorial Guinea|GW=Guinea-Bissau|KE=Kenya|KM=the Comoros|"
    "LR=Liberia|LS=Lesotho|LY=Libya|MA=Morocco|MG=Madagascar|ML=Mali|MR=Mauritania|MU=Mauritius|MW=Malawi|MZ=Mozambique|"
    "NA=Namibia|NE=Niger|NG=Nigeria|RE=Réunion/Reunion|RW=Rwanda|SC=the Seychelles/Seychelles|SD=Sudan|SL=Sierra Leone|"
    "SN=Senegal|SO=Somalia|SS=South Sudan|ST=São Tomé and Príncipe|SZ=Eswatini|TD=Chad|TG=Togo|TN=Tunisia|TZ=Tanzania|"
    "UG=Uganda|YT=Mayotte|ZA=South Africa|ZM=Zambia|ZW=Zimbabwe"
)


def _countries(listed: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in listed.split("|"):
        code, _, names = entry.partition("=")
        yield code.lower(), tuple(names.split("/"))


_BY_REGION: Final = {
    "eu": dict(_countries(_EUROPEAN_UNION)),
    "europe": dict(_countries(f"{_EUROPEAN_UNION}|{_REST_OF_EUROPE}")),
    "na": dict(_countries(_NORTH_AMERICA)),
    "sa": dict(_countries(_SOUTH_AMERICA)),
    "asia": dict(_countries(_ASIA)),
    "oceania": dict(_countries(_OCEANIA)),
    "africa": dict(_countries(_AFRICA)),
}
_TITLES: Final = {
    **{code: names[0] for countries in _BY_REGION.values() for code, names in countries.items()},
    "eu": "the EU",
    "europe": "Europe",
    "na": "North America",
    "sa": "South America",
    "asia": "Asia",
    "oceania": "Oceania",
    "africa": "Africa",
}
_TYPED: Final = {"gb": "uk", "in": "india"}
_FURTHER: Final = {
    "uk": "gb",
    "usa": "us",
    "uae": "ae",
    "european union": "eu",
    "north america": "na",
    "south america": "sa",
    "latin america": "sa",
}

REGIONS: Final = tuple(_BY_REGION)
"""`eu` is the European Union, `europe` the continent; `na` and `sa` are the Americas (Namibia and Saudi Arabia by name)."""
NAMES: Final = {
    **{
        name.lower().removeprefix("the "): code
        for countries in _BY_REGION.values()
        for code, names in countries.items()
        for name in names
    },
    **{title.lower(): code for code, title in _TITLES.items() if code in _BY_REGION},
    **_FURTHER,
}
"""Every name of a place, in small letters, to its word."""
MOST_WORDS: Final = max(name.count(" ") for name in NAMES) + 1
"""Of a name."""
_CODES: Final = frozenset(_TITLES) | {"uk", "usa", "uae"}


def place_of(words: str) -> str | None:
    """The word of a place (`de`, `gb`, `eu`) from a code or a name in small letters with single blanks."""
    if words in _BY_REGION:
        return words
    if words in _CODES:
        return _FURTHER.get(words, words)
    return NAMES.get(words)


def typed_place(word: str) -> str:
    """As it is best typed: `in` and `gb` could mean something else where they stand."""
    return _TYPED.get(word, word)


def place_title(word: str) -> str:
    """`Germany`, `the EU`."""
    return _TITLES[word]


def countries_of(word: str) -> frozenset[str]:
    """Country codes in capitals, as the marketplace writes them."""
    codes = frozenset(code.upper() for code in _BY_REGION.get(word, (word,)))
    return codes | {"UK"} if "GB" in codes else codes
