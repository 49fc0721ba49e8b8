"""
Places of the Dominican Republic, in small letters without accents.

They are its provinces and municipalities, the towns and beaches that reports on
trafficking name most, and words that come before the name of a smaller place.
"""

PROVINCES = """
azua, bahoruco, baoruco, barahona, dajabon, distrito nacional, duarte, el seibo, el
seybo, elias pina, espaillat, hato mayor, hermanas mirabal, independencia, la
altagracia, la romana, la vega, maria trinidad sanchez, monsenor nouel, monte cristi,
montecristi, monte plata, pedernales, peravia, puerto plata, samana, san cristobal,
san jose de ocoa, san juan, san pedro de macoris, sanchez ramirez, santiago, santiago
rodriguez, santo domingo, valverde
"""

MUNICIPALITIES = """
altamira, arenoso, bajos de haina, banica, bani, bayaguana, boca chica, bohechio,
bonao, cabral, cabrera, cambita garabitos, castanuelas, castillo, cayetano germosen,
cevicos, comendador, constanza, consuelo, cotui, cristobal, duverge, el cercado, el
factor, el llano, el penon, el pino, el valle, enriquillo, esperanza, estebania,
eugenio maria de hostos, fantino, galvan, gaspar hernandez, guayabal,
guayacanes, guayubin, guaymate, guananico, higuey, hondo valle, imbert, jamao al
norte, janico, jaquimeyes, jarabacoa, jima abajo, jimani, juan de herrera, juan
santiago, la cienaga, la descubierta, la mata, laguna salada, las charcas, las
guaranas, las matas de farfan, las matas de santa cruz, las salinas, las terrenas, las
yayas de viajama, licey al medio, loma de cabrera, los alcarrizos, los almacigos, los
cacaos, los hidalgos, los llanos, los rios, luperon, maimon, mao, matanzas, mella,
miches, moca, moncion, nagua, neiba, neyba, nizao, oviedo, padre las casas, paraiso,
pedro brand, pedro santana, pepillo salcedo, peralta, peralvillo, piedra
blanca, pimentel, polo, postrer rio, pueblo viejo, punal, quisqueya, ramon santana,
rancho arriba, restauracion, rio san juan, sabana de la mar, sabana grande de boya,
sabana grande de palenque, sabana iglesia, sabana larga, sabana yegua, sabaneta,
sajoma, salcedo, san antonio de guerra, san francisco de macoris, san gregorio de
nigua, san ignacio de sabaneta, san jose de las matas, san jose de los llanos, san
juan de la maguana, san rafael del yuma, san victor, santo domingo este, santo domingo
norte, santo domingo oeste, sosua, tabara arriba, tamayo, tamboril, tenares,
vallejuelo, vicente noble, villa altagracia, villa bisono, villa gonzalez, villa
hermosa, villa isabela, villa jaragua, villa los almacigos, villa montellano, villa
riva, villa tapia, villa vasquez, yaguate, yamasa
"""

TOWNS = """
andres, bavaro, bayahibe, cabarete, capotillo, ciudad colonial, cristo rey, gazcue,
guachupita, haina, herrera, juan dolio, la isabela, los mina, navarrete, punta cana,
uvero alto, veron, villa consuelo, villa juana, villa mella, zona colonial
"""

#: Words that come before the name of a smaller place.
SMALLER = """
barrio, sector, municipio, provincia, distrito municipal, paraje, batey, ensanche,
residencial, poblado, pueblo, comunidad, localidad, neighbourhood,
neighborhood, municipality, province, town, village, community
"""


def _names(*lists: str) -> frozenset[tuple[str, ...]]:
    names = " ".join(f"{names}," for names in lists).split(",")
    return frozenset(tuple(name.split()) for name in names if name.strip())


#: Each place is a tuple of its words, because a text is searched word by word.
PLACES = _names(PROVINCES, MUNICIPALITIES, TOWNS, SMALLER)
LONGEST = max(map(len, PLACES))
