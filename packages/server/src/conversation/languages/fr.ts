import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const fr: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`oui, oui oui, ouais, ok, okay, d'accord, d accord, très bien, bien, bien sûr, voilà, exact, exactement,
      c'est ça, je vois, je comprends, entendu, parfait, super, ah oui, ah bon, ah d'accord, mhm, mm hm, ça marche, compris`),
  ),
  noises: wordsOf('mm mmm hm hmm hum euh heu eh ah ahh oh ouf pff bah ben ha haha chut'),
  openEndings:
    wordsOf(`et ou mais parce que qui quand si comme le la les un une des du de mon ma mes votre vos son sa ses est
    sont suis était dans avec pour sur à au aux en par euh alors donc je nous vous voudrais veux peux puis`),
  digits: wordsOf('zéro zero un deux trois quatre cinq six sept huit neuf double triple'),
  numbers: wordsOf(
    `dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante septante huitante nonante cent mille`,
  ),
  letters: wordsOf('bé cé dé effe gé hache ji ka elle emme enne pé cu erre esse té vé ix igrec zède'),
  joiners: wordsOf('arobase arobas point tiret underscore slash'),
  announcements:
    phrasesOf(`mon numéro est, le numéro est, mon adresse est, l'adresse est, mon mail est, mon email est,
    ça s'écrit, j'habite, le code est, code postal est`),
}
