import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const es: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`sí, si, sí sí, si si, ya, ajá, aja, vale, vale vale, claro, claro que sí, claro que si, ok, okey, okay,
      bueno, bien, muy bien, perfecto, de acuerdo, entiendo, ya veo, ya entiendo, entendido, exacto, eso, eso es,
      así es, asi es, correcto, anda, órale, orale, dale, listo, genial, estupendo, qué bien, mhm, mm hm, ah ya, ah vale, ah ok,
      ah sí, ah si, por supuesto, cómo no, como no, está bien, esta bien, sale, venga`),
  ),
  noises: wordsOf('mm mmm hm hmm hmmm eh ehh em um uh uy ay ah ahh aah oh uf buf pff ja jaja jajaja shh'),
  openEndings:
    wordsOf(`y e o u pero porque si cuando que como donde el la los las un una unos unas mi mis tu tus su sus
    de del al a en con por para es son era está están soy eh este esto o sea pues entonces yo nosotros quiero quería
    querría puedo podría tengo necesito voy muy más no me se lo le`),
  digits: wordsOf('cero uno una dos tres cuatro cinco seis siete ocho nueve doble triple'),
  numbers: wordsOf(
    `diez once doce trece catorce quince dieciséis dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos mil`,
  ),
  letters:
    wordsOf(`be ce de efe ge hache jota ka ele eme ene eñe pe cu erre ere ese te uve ve equis griega zeta
    i latina doble mayúscula minúscula`),
  joiners: wordsOf('arroba punto guion guión barra bajo baja'),
  announcements:
    phrasesOf(`mi número es, el número es, mi teléfono es, el teléfono es, mi correo es, el correo es,
    correo electrónico es, mi email es, mi dirección es, la dirección es, vivo en, se escribe, se deletrea, el código es,
    código postal es, mi código es, la referencia es, mi dni es, mi apellido es, la calle es`),
}
