const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for an XML element or attribute; control characters, which XML 1.0 does not know, are left out. */
export function xmlText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '')
    .replaceAll(/[&<>"']/g, character => entities[character] ?? character)
}

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>'
