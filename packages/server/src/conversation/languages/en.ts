import { phrasesOf, type TurnWords, wordsOf } from './turn-words.ts'

export const en: TurnWords = {
  acknowledgements: new Set(
    phrasesOf(`yeah, yes, yep, yup, ya, yah, ok, okay, okey, k, sure, right, alright, all right, i see, gotcha,
      got it, uh huh, uhhuh, uhuh, mhm, mmhm, mm hm, mm hmm, mmhmm, mhmm, um hum, um hmm, uh hum, cool, great, good,
      nice, perfect, exactly, true, of course, of course yes, wow, really, oh really, oh okay, oh ok, oh yeah, oh,
      ah okay, ah ok, fine, understood, makes sense, i know, sounds good, fair enough, very good, no problem`),
  ),
  noises: wordsOf(
    'mm mmm hm hmm hmmm um umm uh uhm er erm ah ahh aah oh ooh huh eh ha haha hah ugh phew shh',
  ),
  openEndings:
    wordsOf(`and or but so because if when while that which who whose the a an my your our his her their
    is are was were am i'm it's to of for from with at by in on into about than as um uh er hmm well like then
    i we they he she would could can will should have has had do does did not don't let's maybe also plus`),
  digits: wordsOf('zero oh one two three four five six seven eight nine double triple'),
  numbers: wordsOf(
    `ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand`,
  ),
  letters:
    wordsOf(`ay bee cee dee ee eff gee aitch jay kay ell em en pee cue ar ess tee you vee double-u ex wye zee zed
    alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa
    quebec romeo sierra tango uniform victor whiskey xray x-ray yankee zulu`),
  joiners: wordsOf('at dot underscore dash hyphen slash point'),
  announcements: phrasesOf(`my number is, the number is, phone number is, number's, my email is, the email is,
    email address is, e-mail is, mail is, my address is, the address is, address is, i live at, it's spelled, it is spelled,
    spelled, spelt, spell it, code is, reference is, account number is, order number is, id is, zip code is,
    postcode is, postal code is, last name is, area code, as in`),
}
