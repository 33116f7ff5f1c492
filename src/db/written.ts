// JSON that is written already: a row by the database, or an answer that holds such rows. Where an
// answer is only to be sent it is passed on as it is; whoever wants values instead parses it.

export class Written {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** What JSON.stringify makes of a value, with what is written already as it is. */
export function jsonOf(value: unknown): string | undefined {
  if (value instanceof Written) return value.text
  if (Array.isArray(value)) return `[${value.map((each) => jsonOf(each) ?? 'null').join()}]`
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value)
  let fields = ''
  for (const [key, inner] of Object.entries(value)) {
    const text = jsonOf(inner)
    if (text !== undefined) fields += `${fields && ','}${JSON.stringify(key)}:${text}`
  }
  return `{${fields}}`
}
