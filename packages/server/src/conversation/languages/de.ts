import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const de: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`ja, ja ja, jo, jep, ok, okay, gut, sehr gut, genau, richtig, stimmt, klar, na klar, aha, ach so, achso,
      verstehe, ich verstehe, alles klar, in ordnung, natürlich, super, prima, perfekt, mhm, mm hm, ah ja, ah okay, schön, eben`),
  ),
  noises: wordsOf('mm mmm hm hmm äh ähm öh ah ahh aha oh och uff puh ha haha pst'),
  openEndings:
    wordsOf(`und oder aber weil wenn dass ob als der die das den dem ein eine einen einem mein meine ist sind
    war bin zu von mit für auf in im am an bei nach äh ähm also dann ich wir sie er es möchte will kann würde habe`),
  digits: wordsOf('null eins zwei zwo drei vier fünf sechs sieben acht neun doppel'),
  numbers: wordsOf(
    `ein zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend`,
  ),
  letters:
    wordsOf(`be ce de ef ge ha jot ka el em en pe ku er es te vau we ix ypsilon zet anton berta cäsar dora emil
    friedrich gustav heinrich ida julius kaufmann ludwig martha nordpol otto paula quelle richard samuel theodor ulrich viktor
    wilhelm xanthippe zacharias`),
  joiners: wordsOf('at punkt unterstrich bindestrich minus schrägstrich'),
  announcements:
    phrasesOf(`meine nummer ist, die nummer ist, meine adresse ist, die adresse ist, meine mail ist,
    e-mail ist, email ist, ich wohne, das schreibt man, wird geschrieben, der code ist, postleitzahl ist`),
}
