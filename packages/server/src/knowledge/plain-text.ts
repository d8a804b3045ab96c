/**
 * What a document says to a reader, without what only a model would see: zero-width characters, variation
 * selectors, direction marks, and the tag characters (U+E0000–E007F) in which whole sentences can hide.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?|\u2028|\u2029/gu, '\n')
    .replace(unseen, '')
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/ ?\n ?/gu, '\n')
    .replace(/\n{3,}/gu, '\n\n')
    .trim()
}

/** What Unicode tells renderers to ignore (fillers, selectors, tags), formats, lone surrogates, private use, controls. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}\p{Co}]|(?![\n\t])\p{Cc}/gu
