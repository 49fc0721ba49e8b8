"""
The words that the rules about people use, in Spanish and English.

They are in small letters without accents, so that «niña» is written ``nina``.
"""


def _words(*lists: str) -> frozenset[str]:
    return frozenset(word for line in lists for word in line.split())


# People ------------------------------------------------------------------------------

ONE_PERSON = _words(
    "victima sobreviviente nino nina adolescente menor mujer hombre persona migrante",
    "joven muchacha muchacho bebe infante hija hijo",
    "victim survivor girl boy child minor woman man person migrant adolescent teenager",
    "teen youth baby infant kid daughter",
)
SEVERAL_PERSONS = _words(
    "victimas sobrevivientes ninos ninas nin ninxs adolescentes menores mujeres",
    "hombres personas migrantes jovenes muchachas muchachos bebes infantes hijas hijos",
    "nna nnas",
    "victims survivors girls boys children minors women men persons people migrants",
    "adolescents teenagers teens youths babies infants kids daughters",
)
PERSONS = ONE_PERSON | SEVERAL_PERSONS
#: These name people only right after the number: "dos haitianas".
NATIONALS = _words(
    "haitiana haitiano haitianas haitianos dominicana dominicano dominicanas",
    "dominicanos venezolana venezolano venezolanas venezolanos colombiana colombiano",
    "colombianas colombianos cubana cubano cubanas cubanos",
    "haitians dominicans venezuelans colombians cubans",
)
#: Words that may stand for somebody whose file, name or initials follow.
SOUGHT = PERSONS - _words("persona personas person persons people man men hijo")
#: After one of these a single capitalised word is a name already.
CALLED = _words("llamada llamado nombre nombrada nombrado named called")

# Numbers -----------------------------------------------------------------------------

ONE = _words("un una uno unica unico sola one a an single sole lone only")
ONES = _words("un una uno one")
FEW = _words(
    "dos tres cuatro cinco seis siete ocho nueve ambas ambos par",
    "two three four five six seven eight nine both couple pair",
)
#: "a couple of girls", "dos casos de niñas": the people follow after "of".
GATHERED = _words("par couple pair caso casos case cases grupo group")
OF = _words("de of")
THOSE = _words(
    "la las los lo el estas estos esas esos sus nuestras ellas ellos",
    "the these those them their our his her",
)
#: Longer numbers end in a small one: "treinta y dos", "twenty-two", "ciento una".
TENS = _words(
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento",
    "doscientas doscientos trescientas trescientos cuatrocientas cuatrocientos",
    "quinientas quinientos seiscientas seiscientos setecientas setecientos ochocientas",
    "ochocientos novecientas novecientos mil",
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
)
JOINED = _words("y e and -")
#: Words after which a number counts nothing: "artículo 3", "ODS 5", "Ley 9".
LABELS = _words(
    "ley leyes decreto articulo articulos art arts resolucion convenio protocolo",
    "inciso parrafo numeral literal ods objetivo objetivos meta metas eje ejes area",
    "areas programa compromiso actividad indicador linea paso fase etapa capitulo",
    "tabla cuadro grafico anexo nivel pagina pag trimestre modulo version punto",
    "law decree article section resolution convention protocol paragraph sdg sdgs goal",
    "goals target targets programme program commitment activity indicator step phase",
    "stage chapter table figure annex tier level page quarter module item clause",
)
#: Abbreviations of such words: "art. 3".
SHORT_LABELS = _words("art arts pag p num nro no inc lit")
#: Endings that make an ordinal of a number: "3ra víctima", "2nd victim".
ORDINALS = _words("a o ra ro da do ta to ma mo va vo na no er st nd rd th")
#: Words before a number that make it a rate, nobody or anybody.
NOT_COUNTED = _words("cada each every per ni sin not without")
#: Before "una", "un", "a" or "one" only: any person, not a certain one.
ANYONE = _words(
    "si if cualquier toda todo as como ser siendo sea be being become becomes becoming",
    "convertirse convierte",
)

# Between a number and its noun -------------------------------------------------------

#: Characters that separate nothing: «dos "víctimas"», "2 (dos) víctimas".
UNHEARD = frozenset("(\"'«»“”‘’*[")
APOSTROPHES = frozenset("'’")
#: Words that end the search for the people that a number counts.
STOPS = _words(
    "a al ante bajo con contra de del desde durante en entre hacia hasta mediante para",
    "por segun sin sobre tras y e o u ni que quien quienes cual cuales cuando donde",
    "como si mas pero se su el la las lo los les le",
    "about after against among and as at before between by during for from if in into",
    "nor of on or over per than that the this to under until upon when where which",
    "while who whose with within without",
)
#: Nouns that a number may count instead of people.
THINGS = _words(
    "ano anos mes meses semana semanas dia dias hora horas minutos trimestres vez",
    "veces eje ejes taller talleres programa programas proyecto proyectos campana",
    "campanas jornada jornadas curso cursos charla charlas sesion sesiones reunion",
    "reuniones institucion instituciones agencia agencias ministerio ministerios",
    "unidad unidades provincia provincias municipio municipios comunidad comunidades",
    "barrio barrios centro centros hogar hogares casa casas albergue albergues oficina",
    "oficinas mesa mesas mil millon millones docena docenas ciento cientos miles pesos",
    "dolares euros ley leyes decreto decretos articulo articulos medida medidas accion",
    "acciones linea lineas organizacion organizaciones estudio estudios informe",
    "informes guia guias manual manuales protocolo protocolos acuerdo acuerdos",
    "convenio convenios entidad entidades operativo operativos red redes sentencia",
    "sentencias puntos indicadores",
    "year years month months week weeks day days hour hours minutes quarters times",
    "areas area workshop workshops programmes programs programme program project",
    "projects campaign campaigns course courses talk talks session sessions meeting",
    "meetings agency agencies ministry ministries unit units province provinces",
    "municipality municipalities community communities centre centres center centers",
    "home homes shelter shelters house houses office offices table tables hundred",
    "thousand million dozen dozens dollars law laws decree decrees article articles",
    "measure measures action actions line lines organisation organisations",
    "organization organizations study studies report reports guide guides guideline",
    "guidelines manuals protocol protocols agreement agreements operation operations",
    "network networks percent conviction convictions training trainings",
)
#: Adjectives that may stand between "una" and the person, besides the endings below.
ADJECTIVES = _words(
    "sola solo unica unico nueva nuevo otra otro posible potencial joven menor mayor",
    "pequena pequeno supuesta supuesto probable primera primer segunda segundo misma",
    "mismo gran vulnerable indigena valiente pobre extranjera extranjero",
    "single sole lone young new other possible potential first second same female male",
    "adult foreign underage teenage minor trafficking alleged little small brave poor",
    "suspected confirmed teen child local",
)
ADJECTIVE_ENDINGS = (
    *("ada", "ado", "ida", "ido", "ana", "ano", "ense", "ante", "iente", "esa"),
    *("ed", "ian", "an", "ese", "ing"),
)
#: Verbs of a count after its noun: "las víctimas fueron tres", "two were girls".
BEING = _words("fue fueron era eran es son sumaron was were are is numbered")
SIGNS = frozenset(":=(|-[>")

# Generic senses ----------------------------------------------------------------------

#: After the person: a role or a kind of person, or any person's right or duty.
ANY_PERSON = _words(
    "titular suplente encargada encargado responsable usuaria juridica fisica natural",
    "experta contacto enlace recurso puede pueden podra podria debe deben debera",
    "deberia sea haya quiera necesite busque desee requiera sufra denuncie pueda",
    "can may must should could might shall needs wants",
)
RIGHTS = _words("derecho derechos right rights")
#: "a child protection unit", "two victim support centres": the noun follows.
COMPOUNDS = _words(
    "abuse advocate advocates assistance care centre centres center centers club code",
    "compliance health helpline hotline house identification interview interviews",
    "justice labour labor line marriage network organisation organisations",
    "organization organizations pornography prostitution protection rescue rights",
    "safeguarding services service sex shelter shelters smuggling specialist",
    "specialists support survey trafficking unit units welfare witness worker workers",
    "ministry ministries groups group refuge refuges",
)
#: "un menor riesgo", "a minor change": a comparison, nobody's age.
MEASURED = _words(
    "riesgo numero acceso costo coste grado medida plazo incidencia cantidad",
    "proporcion cuantia tiempo impacto presupuesto vulnerabilidad gasto escala",
    "duracion demanda",
    "change changes adjustment adjustments delay correction offence offense amendment",
    "role part issue issues repair repairs increase decrease error",
)
#: What "trata de personas: 5" or "talleres para mujeres: 3" counts is not people.
CRIMES = _words("trata trafico ilicito trafficking smuggling")
MEANT_FOR = _words("para sobre contra con for on against with about")

# Ages --------------------------------------------------------------------------------

AGES_IN_WORDS = FEW | _words(
    "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "veinte veintiun veintidos veintitres veinticuatro veinticinco treinta cuarenta",
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "twenty thirty forty",
)
YEARS = _words("ano anos anitos year years yo")
ENGLISH_YEARS = _words("year years")
OLD = _words("edad old age")
AGED = _words("aged edad age")
#: Years of something else: "condena de 15 años", "15 años de prisión".
NOT_OLD_BEFORE = _words(
    "menores mayores",
    "under over hace durante tras pena penas condena condenas condenado condenada",
    "condenados sentencia plan contrato convenio acuerdo vigencia plazo periodo",
    "proyecto programa ultimos ultimas proximos prision reclusion aniversario cada",
    "past last next sentence sentenced agreement contract project during within entre",
    "between than",
)
NOT_OLD_AFTER = _words(
    "prision carcel reclusion experiencia trabajo servicio condena vigencia duracion",
    "prison imprisonment experience service work jail ago later despues",
)

# Names -------------------------------------------------------------------------------

#: Between a word for a person and a name or initials.
INTRODUCTIONS = _words(
    "identificada identificado identified como as named called nombre llamada llamado",
    "iniciales initials son are",
)
#: And one step further away: "de nombre Ana", "cuyas iniciales son".
INTRODUCED = _words("de con with cuyas whose sus her his")
#: Small words inside a name: "Ana de la Cruz".
PARTICLES = _words("de del la las los")
#: Capitalised words that no person is called.
INSTITUTIONS = _words(
    "ministerio ministry procuraduria consejo council policia police unidad unit",
    "centro direccion plan nacional national comision commission ley law republica",
    "republic internacional international center centre services support trafficking",
    "trata estado programa programme program proyecto project fondo fund casa casas",
    "hogar linea line gobierno government naciones unidas united nations states",
    "europea european union organizacion organisation organization fundacion",
    "foundation instituto institute caribe caribbean protection proteccion atencion",
    "assistance act code codigo protocolo protocol convencion convention dia day",
    "mundial world informe report department departamento secretaria secretariat",
    "office oficina tribunal court embajada embassy identification dominican",
    "dominicana dominicano dominicanas dominicanos haitian haitiana haitiano",
    "venezuelan venezolana venezolano colombian colombiana witness rights advocate ngo",
    "ong",
)
#: Abbreviations that look like initials and are nobody's.
ABBREVIATIONS = frozenset(
    {"us", "usa", "uk", "un", "ue", "eu", "oea", "rd", "dr", "dn", "sa", "pm", "am"}
    | {"onu", "oit", "oim", "ong", "ngo", "srl", "eeuu", "ac", "dc", "bc", "ad", "pd"}
)
