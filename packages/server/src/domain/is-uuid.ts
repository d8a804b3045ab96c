const shape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether text can be an id at all. What cannot is no row's: asking the database would be an error there. */
export function isUuid(text: string): boolean {
  return shape.test(text)
}
