"""
The guard for personal data: what it stops, what it asks about, what it lets through.

Every person, number and address here is invented.
"""

import csv
import re
import sys
import unicodedata
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strategic_areas import text_guard
from strategic_areas.text_guard import (
    Finding,
    Kind,
    Known,
    Severity,
    inspect,
    marks,
)
from strategic_areas.text_guard.findings import MESSAGES

HIDDEN = ("hidden", "block")
PROFILE = ("profile", "block")
CEDULA = ("identity_document", "block")
PASSPORT = ("passport", "block")
TELEPHONE = ("telephone", "block")
EMAIL = ("email", "block")
BIRTH = ("birth_date", "block")
BANK = ("bank_account", "block")
INITIALS = ("initials", "block")
NUMBER = ("small_number", "warn")
AGE = ("age_and_place", "warn")
NAME = ("name", "warn")
CASE = ("case_number", "warn")
PLATE = ("plate", "warn")
ADDRESS = ("address", "warn")
COUNT = ("count", "mark")

IDENTIFIERS = [
    ("La denunciante presentó la cédula 001-1234567-8.", {CEDULA}),
    ("cedula 00112345678", {CEDULA}),
    ("Documento 402 1234567 8 entregado en la oficina.", {CEDULA}),
    ("Cédula: 402.1234567.8", {CEDULA}),
    ("Se anotó 001‑1234567‑8 en el acta.", {CEDULA}),
    ("Se anotó ００１－１２３４５６７－８ en el acta.", {CEDULA}),
    ("El 001-1234567\n-8 quedó partido en dos líneas.", {CEDULA}),
    ("cédula_00112345678.pdf", {CEDULA}),
    ("Su cédula es la 001 123 4567 8.", {CEDULA}),
    ("Identity card no. 12-345-678 was shown.", {CEDULA}),
    ("https://portal.example/personas?id=00112345678", {CEDULA}),
    ("Viajaba con el pasaporte RD1234567.", {PASSPORT}),
    ("PASAPORTE NÚM. 123456789", {PASSPORT}),
    ("Her passport, number AB-123456, was returned.", {PASSPORT}),
    ("El RD7654321 (pasaporte vencido) fue retenido.", {PASSPORT}),
    ("Llamar al 809-555-0134 para más detalles.", {TELEPHONE}),
    ("Contacto: (829) 555-0134", {TELEPHONE}),
    ("Contacto: 1 849 555 0134", {TELEPHONE}),
    ("Escribir al 18095550134.", {TELEPHONE}),
    ("WhatsApp +34 612 34 56 78", {TELEPHONE}),
    ("Call +509 3412 3456 in Haiti.", {TELEPHONE}),
    ("Llamó 3 veces al +34 612 34 56 78 2 días antes.", {TELEPHONE}),
    ("Anexos 15 829 555 0134 y 12-849-555-0134-12", {TELEPHONE}),
    ("Ring (305) 555-0134 in Miami.", {TELEPHONE}),
    ("Ring 305-555-0134 in Miami.", {TELEPHONE}),
    ("Teléfono de la familia: 555-0134", {TELEPHONE}),
    ("Su celular es el 555 0134.", {TELEPHONE}),
    ("Escribir a ana.perez@correo.example.do", {EMAIL}),
    ("INFO@INSTITUCION.EXAMPLE", {EMAIL}),
    ("ana_p (arroba) correo.example", {EMAIL}),
    ("Write to ana [at] mail.example", {EMAIL}),
    ("ana arroba correo.example", {EMAIL}),
    ("Joven nacida el 3 de mayo de 2004.", {BIRTH}),
    ("Fecha de nacimiento: 03/05/2004", {BIRTH}),
    ("Nació en Santiago el 3 de mayo.", {BIRTH}),
    ("F. nac.: 2004-05-03", {BIRTH}),
    ("The complainant was born on 3 May 2004.", {BIRTH}),
    ("She was born May 3, 2004.", {BIRTH}),
    ("DOB 3/5/2004", {BIRTH}),
    ("Depositar en la cuenta de ahorros núm. 960-123456-7", {BANK}),
    ("Bank account number 9601234567", {BANK}),
    ("IBAN DO28 BAGR 0000 0001 2124 5361 1324", {BANK}),
    ("IBAN DO99BAGR00000001212453611325", {BANK}),
    ("Transferencia a ES91 2100 0418 4502 0005 1332", {BANK}),
    ("Se pagó con la tarjeta 4111 1111 1111 1111.", {BANK}),
    ("La víctima M. R. fue acogida.", {INITIALS}),
    ("J.P.F., de 15 años, declaró.", {INITIALS}),
    ("La menor de iniciales A. B. C. recibió atención.", {INITIALS}),
    ("The survivor identified as K.L. testified.", {INITIALS}),
    ("The victim's initials are K.L. in the ruling.", {INITIALS}),
    ("La víctima R.D. fue acogida.", {INITIALS}),
    (
        "Ana, cédula 001-1234567-8, tel. 809-555-0134, ana@correo.example",
        {CEDULA, TELEPHONE, EMAIL},
    ),
    ("Escribirle por Instagram a @anita.perez_09", {PROFILE}),
    ("https://www.facebook.com/anita.perez.09", {PROFILE}),
    ("Su número: ocho cero nueve, cinco cinco cinco, 01 34", {TELEPHONE}),
    ("Cédula OO1-1234567-8", {CEDULA}),
    ("La tarjeta 1234 5678 9012 3456 fue usada.", {BANK}),
]

#: Identifiers with blanks, letters or words between, and beside their word.
BESIDE_A_WORD = [
    "Con el número 40298765431, según su cédula, se abrió la ficha.",
    "00112345678 es la cédula que presentó",
    (
        "La cédula que la señora mostró al agente en el puesto de control era "
        "la 031-044-5678-9."
    ),
    "Su cédula termina en 4567.",
    "cédula ***-*****78-9",
    "su cédula (402-XXXXXX8-9) aparece en el acta",
    "acta de nacimiento 234, folio 56, libro 12 de la oficialía de Neiba",
    "Acta núm. 00234, libro 00012, folio 0034, año 2007",
    "identificada con NUI 402-1234567-8",
    "cédula de extranjería 1.023.456",
    "carné de residente 12345678",
    "licencia de conducir núm. 225-0034567-1",
    "DNI 48123456-Z",
    "CURP GOML850101MDFRRN09",
    "permiso de trabajo 123456",
    "carnet de regularización DO-01-023456",
    "pasaporte venezolano n.o 123456789",
    "el pasaporte de la joven, expedido en Puerto Príncipe, lleva el número SD3456789",
    "su paspo se RD 4567123",
    "sedil li: 03-01-99-1988-05-00123",
    "NIF: 005-123-456-7",
    "tiene la cédula 031 0456 789 1",
    "cédula uno cero uno - 2345678 - 9",
    "Cedula 4-0-2-1-2-3-4-5-6-7-8",
    "Su cédula es 402 1234 5678",
    "número de seguridad social 01234567-8",
    "Nro. de afiliada a la ARS: 00456123",
    "llámela al 555 0134",
    "comuníquese al 682-5567 con la tía",
    "tel. 55501 34",
    "su número es 809 5 5 5 0134",
    "Cel.: (809) 555 - 01 - 34",
    "8 2 9 5 5 5 0 1 3 4",
    "WhatsApp: ocho veintinueve 5550134",
    "lo agregan como Yari La Dura en Facebook",
    "su TikTok es yari la dura",
    "búsquela en Instagram como yarilis.mp",
    'perfil "Yari 🌸" de Instagram',
    "mi insta yari_rd",
    "cédula cuatro 02 - 12 tres 4567 - 8",
    "pasaporte A-B-1-2-3-4-5-6-7",
    (
        "La identidad de la joven haitiana que llegó con su hermana consta en "
        "el CIN que ella mostró al agente, 1234567890"
    ),
    "Yudelka, 809-555-0134, referida por CONANI",
    "tel: 809 cinco cinco cinco 0134",
    "cédula 402 1234567 ocho",
    "su celular, ocho 29 555 01 34",
    "cuenta 9601 dos 3456 siete",
    "La muchacha (829-555-0134) fue referida a la Fiscalía",
    "1234567890 (cédula haitiana) según el oficio",
    "el R-1234567, su pasaporte",
    "con el 45678901 como número de carnet",
]

SMALL_NUMBERS = [
    ("Se rescató a una víctima.", {NUMBER}),
    ("Fueron rescatadas dos niñas.", {NUMBER}),
    ("DOS NIÑAS FUERON RESCATADAS", {NUMBER}),
    ("dos ninas", {NUMBER}),
    ("dos\nniñas", {NUMBER}),
    ("dos\u00a0niñas", {NUMBER}),
    ("dos ni\u00adñas", {NUMBER, HIDDEN}),
    ("dos nin\u0303as", {NUMBER}),
    ("Se asistió a dos jóvenes víctimas haitianas.", {NUMBER}),
    ("Se asistió a 3 nuevas sobrevivientes.", {NUMBER}),
    ("Hubo 2 (dos) víctimas.", {NUMBER}),
    ("Hubo nueve (9) personas detenidas.", {NUMBER}),
    ("Two of the 12 victims were minors.", {NUMBER}),
    ("Una de las 14 víctimas declaró.", {NUMBER}),
    ("Se acogió a «tres» mujeres.", {NUMBER}),
    ("Se acogió a una de las víctimas.", {NUMBER}),
    ("Regresaron dos de los menores.", {NUMBER}),
    ("Se atendió a un par de niñas.", {NUMBER}),
    ("Hubo tres casos de niñas explotadas.", {NUMBER}),
    ("La única víctima volvió a su país.", {NUMBER}),
    ("Una sola mujer aceptó el alojamiento.", {NUMBER}),
    ("Un menor haitiano fue devuelto.", {NUMBER}),
    ("Víctimas: 3", {NUMBER}),
    ("Víctimas de trata identificadas: tres.", {NUMBER}),
    ("Mujeres rescatadas en Sosúa: 4", {NUMBER}),
    ("Víctimas (2) y acusados (14)", {NUMBER}),
    ("Las víctimas fueron cuatro.", {NUMBER}),
    ("Niñas | 5 |", {NUMBER}),
    ("Víctimas: una.", {NUMBER}),
    ("victimas_3.xlsx", {NUMBER}),
    ("Entre 2-3 personas por operativo fueron detenidas.", {NUMBER}),
    ("Regresaron cinco migrantes.", {NUMBER}),
    ("Fueron halladas dos haitianas.", {NUMBER}),
    ("Veinte hombres y dos mujeres fueron rescatados.", {NUMBER}),
    ("Ambas adolescentes declararon.", {NUMBER}),
    ("７ víctimas", {NUMBER}),
    ("3️⃣ víctimas", {NUMBER}),
    ("dos 👧 niñas", {NUMBER}),
    ("Two girls were rescued.", {NUMBER}),
    ("A couple of women were assisted.", {NUMBER}),
    ("One of the survivors testified.", {NUMBER}),
    ("Three of them were boys; two were girls.", {NUMBER}),
    ("Victims: 3", {NUMBER}),
    ("The number of victims was 7.", {NUMBER}),
    ("A trafficking victim received restitution.", {NUMBER}),
    ("The only child was returned to her family.", {NUMBER}),
    ("Six people were convicted.", {NUMBER}),
    ("Una persona fue condenada.", {NUMBER}),
    ("Se acogió a una nueva sobreviviente.", {NUMBER}),
    ("La denuncia fue presentada por dos mujeres.", {NUMBER}),
    ("A girl who was rescued is safe.", {NUMBER}),
    ("Two women work at the shelter.", {NUMBER}),
    ("One woman led the group; a victim-survivor spoke.", {NUMBER}),
    ("Dijo que no. Dos niñas fueron acogidas.", {NUMBER}),
]

PLACES_AND_NAMES = [
    ("La adolescente, de 15 años, vivía en Sosúa.", {AGE}),
    ("En Boca Chica, la menor de 14 años recibió atención.", {AGE}),
    ("La sobreviviente de quince años es del barrio Los Pinos.", {AGE}),
    ("Una niña de 9 años de San Pedro de Macorís.", {AGE}),
    ("The girl, a 15-year-old from Puerto Plata, was sheltered.", {AGE}),
    ("The survivor, aged 16, lives in La Romana.", {AGE}),
    ("Mujer, edad: 22, municipio Higüey.", {AGE}),
    ("Menor de 15 años fue rescatada en Sosúa.", {AGE}),
    ("Una menor de 15 años vive en Sosúa.", {AGE}),
    ("La adolescente tiene 15 años.", set()),
    ("La Sra. Ministra de la Mujer y el Sr. Juan Mota firmaron.", set()),
    ("A 3-year plan protects women in Santiago.", set()),
    ("Trained for 15 years, the women of Santiago speak.", set()),
    ("La víctima María Pérez declaró.", {NAME}),
    ("La joven Ana de la Cruz Díaz declaró.", {NAME}),
    ("La sobreviviente, Luisa P. Gómez, declaró.", {NAME}),
    ("Víctima: Ana Gómez", {NAME}),
    ("La joven Ana Luz Eva Sol Mar Paz Flor Rosa Mota", {NAME}),
    ("La menor llamada Anita volvió a casa.", {NAME}),
    ("La víctima, de nombre Rosa, volvió a casa.", {NAME}),
    ("The victim Jane Roe testified.", {NAME}),
    ("El adolescente Juan Mota volvió a casa.", {NAME}),
    ("La joven Ana Mota del Ministerio declaró.", {NAME}),
    ("Expediente 2019-0123: la víctima declaró.", {CASE}),
    ("Case no. 123/2019 on the minor was closed.", {CASE}),
    ("NUC 2019-055-00123-01, con la víctima en acogida.", {CASE}),
    ("El vehículo de placa A123456 fue retenido.", {PLATE}),
    ("The car with licence plate G-654321 was seized.", {PLATE}),
    ("El local de la calle Duarte núm. 12 fue cerrado.", {ADDRESS}),
    ("Avenida Las Palmas #45", {ADDRESS}),
    ("The bar at 12 Duarte Street was closed.", {ADDRESS}),
]

CLEAN = [
    "",
    "   \n\t ",
    "Se reformó la Ley 137-03 sobre tráfico ilícito de migrantes y trata de personas.",
    "Decreto 97-99, artículo 3: mujeres migrantes.",
    "El art. 7 niños y adolescentes queda igual.",
    "ODS 5 mujeres y niñas; meta 16.2 sobre niños.",
    "El plan 2017-2020 tiene tres ejes y cinco programas.",
    "Se hicieron dos talleres para mujeres.",
    "Talleres para mujeres: 3",
    "Se entregaron 6 botiquines a mujeres.",
    "Víctimas: 3 de mayo de 2019.",
    "Mujeres con 15 años de experiencia trabajan en Santiago.",
    "La joven República Dominicana aprobó su primera ley.",
    "Women, as U.N. staff said, need care.",
    "Operativos contra la trata de personas: 5",
    "Hubo 12 víctimas, 45 niñas y 1,204 personas capacitadas.",
    "Se capacitó a 5 000 personas y a 12 003 mujeres.",
    "Treinta y dos víctimas y cuarenta y una mujeres.",
    "Twenty-two victims and one hundred and three women.",
    "Ciento dos víctimas fueron asistidas.",
    "Tres mil personas vieron la campaña.",
    "Tres de cada diez mujeres; one in three women.",
    "El 5 % de las mujeres y 3.5 mujeres por cada mil.",
    "No se registró ninguna víctima: 0 víctimas.",
    "Ni una mujer más.",
    "Una persona puede denunciar sin dar su nombre.",
    "Una persona titular y una persona suplente por institución.",
    "Una víctima tiene derecho a protección.",
    "A victim may stay for 90 days.",
    "If one person reports, the line keeps it secret.",
    "A victim-centred approach and a women's shelter.",
    "Two child protection workshops were held.",
    "One victim support unit and one woman's refuge opened.",
    "Two girls' groups met; a child has the right to play.",
    "Una víctima que necesite apoyo puede pedirlo.",
    "Hubo dos cosas nuevas, buenas, y tres grandes cosas muy buenas también aquí.",
    "Víctimas y gasto medio anual total acumulado provisional: 3",
    "Cada niño(a) y cada víctima (a, b) cuenta.",
    "Consta: , , , A. B. y : , , , Anexo Modelo.",
    "Se asistió a la víctima. Participación Ciudadana firmó.",
    "Se logró un menor riesgo y un menor costo.",
    "A minor change to the form.",
    "La 3ra víctima y la 2nd survivor no constan.",
    "Según el indicador I-01 víctimas y mujeres son mayoría.",
    "2) Víctimas: sin cambios.",
    "El Consejo Nacional para la Niñez y la Adolescencia abrió una oficina.",
    "El Ministerio de la Mujer abrió dos casas de acogida.",
    "Ciudad Mujer San Juan abrió en marzo.",
    "Llame al 9-1-1, al *212 o al 809-200-7212.",
    "La línea 1-809-200-1202 y la (809) 689-7212 son oficiales.",
    "Toll-free: 1-800-555-0134 or 18092007393.",
    "Teléfono: *212",
    "Freephone +44 800 012 3456 in the United Kingdom.",
    "El presupuesto creció en +12 345 678 pesos.",
    "Contrato 123-456-7890 del inventario.",
    "Hubo 305 350 2019 formularios.",
    "El presupuesto fue de RD$12,345,678,901.00 en 2019.",
    "Visitas: 43,563 de enero a diciembre de 2020.",
    "https://portal.example/20180511203-presentan-plan",
    "La campaña nació el 8 de marzo de 2018.",
    "Niños nacidos antes del 18 de abril de 2007.",
    "La rendición de cuentas 2017-2020 se publicó.",
    "Condenado a 15 años de prisión en Santiago por explotar a mujeres.",
    "Un acuerdo de 5 años protege a mujeres en La Vega.",
    "Se atendió a niñas de 12 a 17 años en Santiago.",
    "Toda persona menor de 18 años es niño, también en Samaná.",
    "La matriz describe a mujeres en EE. UU. y en R.D.",
    "U.S. officials and U.N. staff met victims' groups.",
    "El expediente 2019-0123 trata de una compra de vehículos.",
    "La denuncia 2017-2020 de las víctimas.",
    "Se emitieron 12500 pasaportes.",
    "Elevó el número de inspectores de 148 en 2018 a 205 en 2019.",
    "El lote 1234 5678 9012 3456 no existe.",
    "El código AB12 3456 7890 1234 5678 no es una cuenta.",
    "Las víctimas de San Juan recibieron apoyo.",
    "Participaron mujeres de Save the Children Dominicana.",
    "Se formó a mujeres, UNICEF y OIM.",
    "La reforma de la Ley 137-03 facilita el pasaporte a las víctimas.",
    "El pasaporte se expide según la Ley 172-13 y el Decreto 97-99.",
    "Conforme al artículo 5 de la Ley 285-04 se entrega el carnet de residencia.",
    "En 2019 se emitieron 1,250 carnets y en 2020 se emitieron 2,340.",
    "La cédula se renueva desde el 1 de enero de 2019 en 31 provincias.",
    "Se destinaron RD$12,500,000 a la emisión de la cédula.",
    "Entre 2017-2020 se entregó la cédula a 12 500 personas.",
    "Resolución JCE 12-2018 sobre la cédula de identidad y electoral.",
    "El proyecto del carnet, código SNIP 13456, sigue en curso.",
    "El teléfono 809-685-3755 es de la Dirección General de Pasaportes.",
    "Se cita el informe CRC/C/DOM/CO/3-5 sobre la cédula.",
    "Meta 2020: 45 000 cédulas; 2021: 50 000.",
]
TEXTS = [*IDENTIFIERS, *SMALL_NUMBERS, *PLACES_AND_NAMES, *((t, set()) for t in CLEAN)]


def marked(text):
    return {(str(each.kind), str(each.severity)) for each in marks(text)}


def verdict(text):
    return {(str(each.kind), str(each.severity)) for each in inspect(text)}


@pytest.mark.parametrize(
    "texts", [IDENTIFIERS, PLACES_AND_NAMES, [(t, set()) for t in CLEAN]]
)
def test_each_text_gets_the_expected_verdict(texts):
    assert {text: verdict(text) for text, _ in texts} == dict(texts)


@pytest.mark.parametrize("text", BESIDE_A_WORD)
def test_an_identifier_beside_its_word_is_stopped_however_it_is_written(text):
    assert Severity.BLOCK in {each.severity for each in inspect(text)}


def test_every_small_number_of_people_is_a_warning_or_a_mark():
    found = {text: verdict(text) | marked(text) for text, _ in SMALL_NUMBERS}

    assert [text for text, kinds in found.items() if not kinds & {NUMBER, COUNT}] == []
    assert sum(NUMBER in kinds for kinds in found.values()) >= 0.6 * len(found)


def test_the_list_holds_a_hundred_texts_and_every_kind():
    told = {kind for _, kinds in TEXTS for kind, _severity in kinds}
    told |= {kind for text, _ in MARKED for kind, _severity in marked(text)}

    assert len(TEXTS) >= 100
    assert told == set(Kind)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Consta: 001-1234567-8.", ["001-1234567-8"]),
        ("«0\u200b01‑1234567‑8»", ["0\u200b01‑1234567‑8", "\u200b"]),
        ("ﬁn 👧🏽 dos   niñas\u0301 más", ["dos   niñas\u0301"]),
        ("la víctima M. R. y dos de las niñas", ["M. R.", "dos de las niñas"]),
        ("tres niñas y una mujer", ["tres niñas"]),
        ("Total de víctimas: 3", ["víctimas: 3"]),
        ("La joven, de 15 años, de Sosúa", ["15 años, de Sosúa"]),
        ("una única víctima", ["única víctima"]),
        ("nueve (9) personas", ["nueve (9) personas"]),
    ],
)
def test_a_finding_marks_its_stretch_of_the_original(text, spans):
    found = inspect(text)

    assert [text[each.start : each.end] for each in found] == spans


def test_a_finding_says_how_grave_it_is_and_what_to_do():
    (finding,) = inspect("cédula 001-1234567-8")

    assert finding == Finding(Kind.IDENTITY_DOCUMENT, 7, 20)
    assert finding.severity == Severity.BLOCK
    assert finding.message == MESSAGES[Kind.IDENTITY_DOCUMENT]


def test_every_kind_has_a_message_that_quotes_nothing():
    assert set(MESSAGES) == set(Kind)
    assert [m for m in MESSAGES.values() if re.search(r"[%{}\d]", str(m))] == []


# The table of texts ------------------------------------------------------------------

TABLE = Path(__file__).parent / "text_guard" / "texts.tsv"
#: The kinds that must be stopped; the others may also give a warning.
STOPPED = {"identity", "telephone", "email", "account"}
STOPPED |= {"invisible"}


def table(path):
    """The texts of each kind; hidden characters are written as escapes."""
    found = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = re.sub(r"\\u(\w{4})", lambda m: chr(int(m[1], 16)), row["text"])
            found.setdefault(row["kind"], []).append(text)
    return found


KINDS = table(TABLE)
IDENTIFYING = table(TABLE.with_name("identifiers.tsv"))


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"clean"}))
def test_nearly_all_personal_data_of_the_table_is_found(kind):
    texts = KINDS[kind]
    severities = [{each.severity for each in inspect(text)} for text in texts]
    found = [
        Severity.BLOCK in each if kind in STOPPED else each or marks(text)
        for text, each in zip(texts, severities, strict=True)
    ]

    assert sum(map(bool, found)) >= 0.95 * len(texts), [
        text for text, is_found in zip(texts, found, strict=True) if not is_found
    ]


def test_nearly_no_clean_text_of_the_table_gives_a_false_alarm():
    texts = KINDS["clean"]

    alarms = [text for text in texts if inspect(text)]
    assert len(alarms) <= 0.02 * len(texts), alarms
    assert not any(e.severity == Severity.BLOCK for t in alarms for e in inspect(t))


def test_an_identifier_is_stopped_and_what_looks_like_one_is_not():
    stopped = {
        kind: {
            text
            for text in texts
            if Severity.BLOCK in {each.severity for each in inspect(text)}
        }
        for kind, texts in IDENTIFYING.items()
    }

    assert set(IDENTIFYING["stopped"]) - stopped["stopped"] == set()
    assert stopped["clean"] == set()


@pytest.mark.parametrize("picture", ["👩\u200d👧", "❤\ufe0f"])
def test_a_picture_made_of_several_signs_is_no_hidden_sign(picture):
    assert inspect(f"Gracias {picture}") == []


# Whatever the text --------------------------------------------------------------------

fragments = st.sampled_from(
    [text for text, _ in TEXTS]
    + [
        "víctima",
        "dos",
        "15 años",
        "Sosúa",
        "M. R.",
        "\x00",
        "👧🏽",
        "İ",
        "ﷺ",
        "\u202e",
    ]
    + [
        "809",
        "200",
        "+1",
        "+",
        "(",
        "cuenta",
        "pasaporte",
        "nacida el",
        "tel",
        "@",
        "/",
    ]
)
texts = st.one_of(st.text(max_size=60), st.lists(fragments, max_size=4).map(" ".join))
cedulas = st.builds(
    "{:03}{sep}{:07}{sep}{}".format,
    st.one_of(st.integers(1, 155), st.just(402)),
    st.integers(0, 9_999_999),
    st.integers(0, 9),
    sep=st.sampled_from(["", "-", " ", "\u00a0", "‑", "–", "\n"]),
)
UNSEEN = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\x00"]


@given(texts)
@example("\ud800")
@example("፩ víctimas ௰ ½ ² Ⅷ")
def test_findings_lie_inside_the_text_in_order_and_only_once(text):
    found = inspect(text)

    spans = [(each.start, each.end) for each in found]
    assert [s for s in spans if not 0 <= s[0] < s[1] <= len(text)] == []
    assert spans == sorted(spans)
    assert len(found) == len(set(found))


@given(texts, cedulas, st.data())
def test_a_cedula_between_two_words_always_blocks(text, cedula, data):
    gaps = [0, len(text), *(m.start() for m in re.finditer(r"\s", text))]
    at = data.draw(st.sampled_from(gaps))

    found = inspect(f"{text[:at]} {cedula} {text[at:]}")

    start, end = at + 1, at + 1 + len(cedula)
    assert [
        each
        for each in found
        if each.severity == Severity.BLOCK and each.start < end and each.end > start
    ]


# Marks --------------------------------------------------------------------------------

NAMED = ("possible_name", "mark")
MARKED = [
    ("La explicó Yubelkis.", {NAMED}),
    ("Mondésir lo contó.", {NAMED}),
    ("June Smith came.", {NAMED}),
    ("June came in 2027.", {NAMED}),
    ("June 15", {NAMED}),
    ("Habló con altagracia en la oficina.", {NAMED}),
    ("le dicen la morena del bar", {NAMED}),
    ("Asistió la D. y habló.", {("possible_initials", "mark")}),
    ("Dos técnicas explicaron la ruta.", {COUNT}),
    ("De los casos, tres terminaron en condena.", {COUNT}),
    ("Las asistidas fueron al taller: 4", {COUNT}),
    ("Tiene 16 años.", {("age", "mark")}),
    ("Un bebé de 8 meses.", {COUNT, ("age", "mark")}),
    ("Las víctimas salieron el martes.", {("day", "mark")}),
    ("Las jóvenes volvieron el 14 de marzo.", {("day", "mark")}),
    ("Fue en el batey Central.", {("small_place", "mark")}),
    ("Vive detrás del cementerio.", {("small_place", "mark")}),
    ("Fue en el distrito Los Mangos.", {("small_place", "mark")}),
    ("Fue en el Distrito Nacional.", {("small_place", "mark")}),
    ("Las provincias y el Distrito Nacional Norte.", {("small_place", "mark")}),
    ("Las provincias y el barrio Distrito Nacional.", {("small_place", "mark")}),
    ("Las provincias y el municipio Santiago.", {("small_place", "mark")}),
    (
        "Fue en tres provincias. Vive en el Distrito Nacional.",
        {("small_place", "mark")},
    ),
    ("Lo contó su madrina.", {("trait", "mark")}),
    ("Es prima del síndico.", {("trait", "mark")}),
    ("La víctima, que es profesora, declaró.", {("trait", "mark")}),
    ("Consta en el libro 204518.", {("code", "mark")}),
]
UNMARKED = [
    "Se firmó el acuerdo entre las instituciones.",
    "El Ministerio de la Mujer abrió una oficina en San Cristóbal.",
    "Capacitación de 45 docentes en la provincia Duarte.",
    "La ministra Mayra Jiménez abrió el taller.",
    "Se aprobó el 14 de marzo de 2019.",
    "Conforme al artículo 3 de la Ley 137-03.",
    "Tres talleres para mujeres en Azua.",
    "Una campaña en 31 provincias y el Distrito Nacional.",
    "LAS PROVINCIAS AZUA, PERAVIA Y EL DISTRITO NACIONAL",
    "Un plazo de 3 años de vigencia.",
    "Presupuesto: RD$12,345,678.00",
    "Falta la firma de una. Las técnicas explicaron la ruta.",
    "June 2027",
    "January to June 2027",
]


@pytest.mark.parametrize(("text", "expected"), MARKED)
def test_what_could_lead_to_somebody_is_marked(text, expected):
    assert (verdict(text), marked(text)) == (set(), expected)


@pytest.mark.parametrize("text", UNMARKED)
def test_ordinary_words_are_not_marked(text):
    assert (verdict(text), marked(text)) == (set(), set())


@pytest.mark.parametrize(
    "text", ["The girl June 2027", "La menor June 2027", "Ana June 2027"]
)
def test_a_name_that_is_a_month_is_found_behind_a_person(text):
    assert NAME in verdict(text) or NAMED in marked(text)


def test_what_is_known_is_no_mark_but_a_given_name_is_only_known_in_its_phrase():
    known = Known.of(["Sala Minerva Bernardino del Centro Ágora", "Ambar y cacao"])
    texts = [
        "El taller fue en Ágora.",
        "Fue en la Sala Minerva Bernardino.",
        "La explicó Minerva.",
        "Fue en Zaglul.",
    ]

    assert [[text[e.start : e.end] for e in marks(text, known)] for text in texts] == [
        [],
        [],
        ["Minerva"],
        ["Zaglul"],
    ]


def test_what_stops_or_warns_is_not_marked_again():
    assert marks("La víctima María Pérez dio el 809-555-0134.") == []


@given(texts)
def test_marks_lie_inside_the_text_and_never_overlap(text):
    spans = [(each.start, each.end) for each in marks(text)]

    assert [s for s in spans if not 0 <= s[0] < s[1] <= len(text)] == []
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


@given(st.sampled_from(TEXTS), st.sampled_from(UNSEEN), st.data())
def test_characters_that_nobody_sees_change_no_verdict(case, unseen, data):
    text, _expected = case
    at = data.draw(st.integers(0, len(text)))

    assert verdict(text[:at] + unseen + text[at:]) == verdict(text) | {HIDDEN}


@given(st.sampled_from(TEXTS))
def test_missing_accents_change_no_verdict(case):
    text, _expected = case
    plain = text.translate(str.maketrans("áéíóúüñÁÉÍÓÚÑ", "aeiouunAEIOUN"))

    assert verdict(plain) == verdict(text)


@given(st.sampled_from([*IDENTIFIERS, *SMALL_NUMBERS]))
def test_capitals_hide_neither_identifiers_nor_small_numbers(case):
    text, expected = case

    assert verdict(text.upper()) >= expected - {INITIALS, NAME, NUMBER}


# The work -----------------------------------------------------------------------------

MODULES = [
    import_module(f"strategic_areas.text_guard.{path.stem}")
    for path in sorted(Path(text_guard.__file__).parent.glob("*.py"))
    if path.stem != "__init__"
]
ADVERSE = [
    "1",
    "1-",
    "1 ",
    "a",
    "A.",
    "a@",
    "a.",
    "@",
    "dos ",
    "víctima ",
    "víctimas: ",
    "una de las ",
    "la víctima Ana ",
    "de 15 años ",
    "Sosúa 15 años ",
    "San Pedro de ",
    "cuenta ",
    "nacida ",
    "calle n ",
    "Ab Street 1 ",
    "+1(",
    "\u200b",
    "\n \n",
    "ﷺ",
    "https://",
    "00112345678 ",
]


def steps(text):
    """How many lines of Python the guard runs for a text."""
    count = 0
    package = str(Path(text_guard.__file__).parent)

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(package):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        inspect(text)
        marks(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", ADVERSE)
def test_the_work_grows_with_the_text_and_no_faster(piece):
    short = piece * (150 // len(unicodedata.normalize("NFKD", piece)))
    long = short * 10

    assert steps(long) <= 11 * steps(short) + 1_000


def test_no_shape_repeats_without_a_bound():
    shapes = {
        each.pattern
        for module in MODULES
        for value in vars(module).values()
        for each in [value, *([r.shape for r in getattr(module, "RULES", [])])]
        if isinstance(each, re.Pattern)
    }
    outside_classes = {re.sub(r"\\.|\[[^\]]*\]", "", shape) for shape in shapes}

    assert len(shapes) > 15
    assert [s for s in outside_classes if re.search(r"[*+]|\{\d+,\}", s)] == []
