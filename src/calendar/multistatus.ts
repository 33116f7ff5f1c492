// The files in what a CalDAV server answers to a query (RFC 4918, section 13). The library's own
// reading holds up everybody for seconds where an answer is long; this one goes once over the
// text, whatever stands in it. Pure.

const root = /^\s*(?:<\?xml[^>]*>)?\s*<(?:[\w-]+:)?multistatus(?=[\s/>])/
const rootEnd = /(?:<\/(?:[\w-]+:)?multistatus\s*>|<(?:[\w-]+:)?multistatus[^<>]*\/>)\s*$/
const tags = /<(\/?)(?:[\w-]+:)?(response|calendar-data)(?=[\s/>])[^<>]*>/g

/**
 * The texts, an empty one where a response holds none that can be read; null for what is no whole
 * answer.
 */
export function calendarTexts(xml: string): string[] | null {
  if (!root.test(xml.slice(0, 1_000)) || !rootEnd.test(xml.slice(-1_000))) return null
  const texts: string[] = []
  let responses = 0
  let start: number | null = null
  for (const { 0: tag, 1: closes, 2: name, index } of xml.matchAll(tags)) {
    if (name === 'response') responses += closes ? 0 : 1
    else if (!closes && !tag.endsWith('/>')) start = index + tag.length
    else if (closes && start !== null) {
      texts.push(decoded(xml.slice(start, index)))
      start = null
    }
  }
  while (texts.length < responses) texts.push('')
  return texts
}

const opening = '<![CDATA['
const closing = ']]>'

function decoded(text: string): string {
  let plain = ''
  let at = 0
  for (;;) {
    const open = text.indexOf(opening, at)
    const close = open < 0 ? -1 : text.indexOf(closing, open)
    if (close < 0) return plain + unescaped(text.slice(at))
    plain += unescaped(text.slice(at, open)) + text.slice(open + opening.length, close)
    at = close + closing.length
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function unescaped(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return entities[name] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
