import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const it: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`sì, si, sì sì, si si, ok, okay, va bene, bene, certo, esatto, giusto, capito, ho capito, capisco, perfetto,
      d'accord, d'accordo, chiaro, ah sì, ah ok, già, mhm, mm hm, ottimo, benissimo`),
  ),
  noises: wordsOf('mm mmm hm hmm eh ehm uhm ah ahh oh uff boh mah ha'),
  openEndings:
    wordsOf(`e ed o ma perché se quando che chi come il lo la i gli le un uno una mio mia tuo suo di del della a al alla
    da in con su per è sono era ehm allora quindi io noi vorrei voglio posso ho non`),
  digits: wordsOf('zero uno due tre quattro cinque sei sette otto nove doppia'),
  numbers: wordsOf(
    `dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille`,
  ),
  letters:
    wordsOf(`bi ci di effe gi acca elle emme enne pi cu erre esse ti vu zeta ancona bologna como domodossola empoli
    firenze genova imola livorno milano napoli otranto palermo roma savona torino udine venezia`),
  joiners: wordsOf('chiocciola punto trattino underscore barra'),
  announcements:
    phrasesOf(`il mio numero è, il numero è, la mia email è, il mio indirizzo è, l'indirizzo è, abito in,
    si scrive, il codice è`),
}
