import type { AnswerWords } from './answer-words.ts'

/** Mailboxes of languages that are not otherwise tuned: French, German, Italian, Portuguese. */
export const otherLanguages: AnswerWords = {
  voicemail: [
    /\b(laissez|laisser) (un|votre) message|après le (bip|signal)|boîte vocale|messagerie vocale/u,
    /\bnach dem (signal|ton|piep)|hinterlassen sie|anrufbeantworter/u,
    /\bsegreteria telefonica|dopo il (segnale|bip)|lasciate un messaggio/u,
    /\bdeixe (a )?(sua mensagem|seu recado|um recado)|após o (sinal|bip)|caixa postal|correio de voz/u,
  ],
  voicemailHints: [],
  screening: [],
  waiting: [],
  menu: [],
  announcements: [],
}
