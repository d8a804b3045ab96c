/** Prints how well answers are told apart: `npm run answering`. */
import { measureAnswers, tableOf } from './measure-answers.ts'

const { trueWords, localEars, skipped } = await measureAnswers()
console.log(`Every word understood\n${tableOf(trueWords)}\n`)
console.log(`Through the local ears\n${tableOf(localEars)}`)
if (skipped > 0) console.log(`\n${skipped} answers were left out: no local voice speaks their language`)
