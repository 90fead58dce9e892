"""Places, companies, films and the like that forecast markets are about, by kind: a short code and a name.

Films and songs are invented; nothing said of any name here is true of anything outside the simulation.
"""

from __future__ import annotations

_NAMES = {
    "states": (
        "Ohio,Texas,Maine,Iowa,Nevada,Oregon,Georgia,Florida,Arizona,Kansas,Utah,Idaho,Montana,Alaska,Virginia,"
        "Vermont,Michigan,Illinois,Wisconsin,Minnesota,Colorado,Nebraska,Kentucky,Alabama,Missouri,Delaware,"
        "Indiana,Louisiana"
    ),
    "countries": (
        "Japan,Brazil,Canada,Mexico,France,Germany,Italy,Spain,Poland,Sweden,Norway,Turkey,India,Chile,Peru,"
        "Kenya,Egypt,Vietnam,Thailand,Portugal,Greece,Ireland,Austria,Hungary,Colombia,Nigeria,Israel,Australia,"
        "Finland,Denmark"
    ),
    "cities": (
        "Austin,Boston,Chicago,Denver,Miami,Seattle,Phoenix,Houston,Atlanta,Dallas,Portland,Detroit,Memphis,"
        "Nashville,Las Vegas,Tampa,Omaha,Tulsa,Boise,Albany,Buffalo,Cleveland,Pittsburgh,Baltimore,Charlotte,"
        "Milwaukee,Spokane"
    ),
    "companies": (
        "Apple,Microsoft,Tesla,Netflix,Walmart,Costco,Boeing,Intel,Nike,Starbucks,Pfizer,Ford,Oracle,Adobe,"
        "Target,Disney,Chevron,Visa,Airbnb,Spotify,Uber,Shopify,Salesforce,Caterpillar,Deere,Broadcom,Qualcomm,"
        "Moderna"
    ),
    "films": (
        "The Glass Harbor,Northern Lights Out,A Quiet Engine,Seven Borders,The Paper Moon Heist,Salt Road,"
        "Ember Falls,Last Train to Oslo,The Cartographer,Winter Orchard,Iron Lullaby,Hollow Crown Bay,Starfish,"
        "The Long Tide,Red Kite,Midnight Ferry,The Beekeeper of Lviv,Zero Meridian,Velvet Storm,The Ninth Juror,"
        "Copper Sky,Wild Static"
    ),
    "songs": (
        "Slow Neon,Paper Tigers,Hold the Line Again,Blue Harbor,Gasoline Rain,Second Summer,Cold Coffee,"
        "Ghost Town Radio,Silver Tongue,Ocean Floor,Hurricane Eyes,Broken Compass,Lemonade Sky,Static Love,"
        "Tin Roof,Wolves at Noon,Golden Hour,Afterglow Drive,Parallel Lines,Sugar and Smoke,Echo Park,Last Call"
    ),
    "topics": (
        "border security,housing supply,data privacy,farm subsidy,port modernisation,drug pricing,chip export,"
        "rail safety,student loan,clean water,permitting reform,crypto custody,postal service,veterans' care,"
        "semiconductor,child credit,fisheries,broadband,wildfire relief,aviation safety,defence budget,"
        "tax extension,election funding,patent reform"
    ),
    "indices": (
        "S&P 500,Nasdaq 100,Russell 2000,Nikkei 225,DAX,FTSE 100,CAC 40,Hang Seng,KOSPI,ASX 200,Bovespa,"
        "Euro Stoxx 50,Sensex,IBEX 35,TSX,SMI,AEX,OMX 30"
    ),
    "commodities": (
        "WTI crude,Brent crude,natural gas,gold,silver,copper,wheat,corn,soybeans,coffee,sugar,cotton,cocoa,"
        "live cattle,lumber,aluminium,nickel,platinum,palladium,uranium,lithium,rice"
    ),
    "labs": (
        "OpenAI,Anthropic,Google,Meta,Mistral,xAI,DeepSeek,Alibaba,Cohere,Amazon,Nvidia,Baidu,Tencent,Moonshot,"
        "Zhipu,AI21,Reka,Stability"
    ),
    "agencies": (
        "SpaceX,NASA,ESA,Rocket Lab,Blue Origin,ISRO,JAXA,Arianespace,ULA,Roscosmos,CASC,Firefly,Relativity,"
        "LandSpace,Galactic Energy,Stoke Space"
    ),
    "software": (
        "NumPy,Pandas,React,Rust,Go,Kubernetes,Postgres,Redis,TensorFlow,PyTorch,Django,FastAPI,Node,Vue,Angular,"
        "Julia,Kafka,Airflow,Terraform,Ansible,Grafana,SQLite"
    ),
    "fields": (
        "fusion,graphene,gene editing,dark matter,quantum computing,sea ice,superconductors,vaccines,exoplanets,"
        "malaria,batteries,coral reefs,neutrinos,language models,protein folding,gravitational waves,solar cells,"
        "robotics,dementia"
    ),
    "producers": (
        "Saudi Arabia,Iraq,Kuwait,Libya,Angola,Norway,Kazakhstan,Iran,Venezuela,Brazil,Guyana,Algeria,Oman,"
        "Mexico,Canada,Nigeria,Qatar,Argentina"
    ),
    "ports": (
        "Rotterdam,Los Angeles,Singapore,Antwerp,Hamburg,Busan,Long Beach,Savannah,Valencia,Piraeus,Santos,"
        "Durban,Colombo,Tanger Med,Felixstowe,Gdansk,Yokohama,Houston,Vancouver,Manzanillo"
    ),
}


def _coded(names: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for name in (part.strip() for part in names.split(",")):
        letters = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalpha())
        if letters in found or not letters:
            letters += "X"
        found[letters[:14]] = name
    return tuple(found.items())


PLACES = {kind: _coded(names) for kind, names in _NAMES.items()}
