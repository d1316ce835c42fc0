"""First names that are called by other ones, legal forms of companies, and mailboxes of nobody in particular."""

from __future__ import annotations

_CALLED = """
alexander alex sasha sanya xander sandro alessandro aleksandr aleksander oleksandr alejandro ale
alexandra alex sasha sandra alessandra aleksandra alejandra ola
alexey alyosha lyosha alexei aleksei
andrew andy drew andrea andreas andrey andrzej andres
anna ann anne annie anya ana hanna nancy ania
anthony tony antonio anton antoni toni antek
barbara barb babs basia varvara
benjamin ben benny beniamino
catherine katherine kate kathy katie cathy katarina katharina caterina ekaterina katya katarzyna kasia catalina
charles charlie chuck carlo karl carlos karol
christopher chris christoph cristoforo cristobal krzysztof krzys
christina chris tina cristina kristina krystyna
daniel dan danny daniele danilo
david dave davide dawid
deborah debbie deb debora
dmitry dima mitya dmitri
dorothy dot dottie dorota dorothea
edward ed eddie ted ned edoardo eduard eduardo edek
elena helen lena ellen helena alyona
elizabeth liz lizzie beth betty eliza lisa elisabeth elisabetta elzbieta ela isabel yelizaveta liza
eugene gene evgeny zhenya yevgeny eugenio
francis frank francesco franz francisco franciszek paco pancho franek
frederick fred freddie friedrich fritz federico fryderyk
gabriel gabe gabriele
george giorgio georg jorge jerzy jurek georgy yury jurij
giovanni gianni john johann johannes hans juan jan ivan vanya jack johnny
giuseppe beppe peppe pino joseph joe josef jose pepe jozef osip
gregory greg gregorio grzegorz grigory
henry harry hank enrico heinrich heinz enrique henryk heniek
jacob jake jakob jakub kuba giacomo jacopo
james jim jimmy jamie jaime
jennifer jen jenny
jessica jess jessie
katherine kate katja
konstantin kostya costantino
lawrence larry lorenzo laurenz lorenz wawrzyniec
leonard leo len lenny leonardo leonhard
louis lou luigi ludwig luis gigi ludwik
lucas luke luca lukas lukasz lucio
margaret maggie meg peggy greta margherita margarete margarita malgorzata gosia rita
maria mary masha marie mia marysia mariya
martin marty martino marcin
matthew matt matteo matthias mateo mateusz matvey
maximilian max massimiliano maksymilian maksim maxim
michael mike mick mickey michele michel miguel mikhail misha michal
natalia natasha natalie natalya nat
nicholas nick nicky niccolo nicola nikolaus klaus nicolas mikolaj nikolay kolya
olga olya ola
patrick pat paddy patrizio patricio patryk
patricia pat patty trish patrizia
paul paolo pablo pawel pavel pasha
peter pete pietro pedro piotr petr pyotr petya
philip phil filippo philipp felipe filip
raymond ray raimondo raimund ramon
rebecca becky becca
richard rick dick rich ricky riccardo ricardo ryszard
robert rob bob bobby robbie roberto
roger ruggero rudiger rogelio
samuel sam sammy samuele
sergey seryozha sergio serge sergei
sofia sophie sophia sonya zofia zosia
stephen steve steven stefano stefan esteban stepan szczepan
susan sue suzie susanna susanne zuzanna
svetlana sveta lana
tatiana tanya tania
theodore ted teddy teodoro theodor fyodor fedor
thomas tom tommy tommaso tomas tomasz tomek foma
timothy tim timmy timoteo timofey
victor vic vittorio viktor vitya
victoria vicky vittoria viktoria wiktoria vika
vincent vince vinnie vincenzo vinzenz enzo vicente
vladimir vova volodya wlodzimierz volodymyr
walter walt wally gualtiero waldemar
william bill billy will guglielmo wilhelm willi guillermo liam vasil
wojciech wojtek
yulia julia giulia jule julita
zachary zach zack zaccaria
"""
_FORMS = """
ab ag aps as asa bv bvba co company corp corporation cv dd doo eg ek ev eood fzco gbr gesmbh gmbh inc incorporated
kft kg
kgaa lda limited limitada llc llp lp ltd ltda mbh nv oao ohg ooo ood oy oyj pao plc pte pty pvt sa sarl sas sasu
sca
scarl sc sccl se sia sl sll slu snc sp spa spk spolka spzoo sro srl srls ss ug uab vof zao zoo zrt ip chp nko oo
z
"""
FORMS = frozenset(_FORMS.split())
"""Legal forms in letters alone, as they are left when case, dots and accents are taken off."""

_DESKS = """
accounting admin administration amministrazione ayuda bestellung billing biuro booking buchhaltung commerciale compras
contabilita contact contacto contatti einkauf empfang help hello hola hr info jobs kadry kontakt kontakte ksiegowosc
mail marketing office oficina order orders post postmaster press prenotazioni reception sales segreteria sekretariat
service serwis shop sklep support team ufficio vendite ventas verkauf vertrieb webmaster zakaz zamowienia zentrale
"""
DESKS = frozenset(_DESKS.split())
"""Mailboxes that several people of a company share."""


def groups() -> dict[str, frozenset[int]]:
    """The groups of names that somebody may go by, for each name. A name may stand in several."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_CALLED.split("\n")):
        for name in line.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
