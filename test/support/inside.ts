// What no answer may tell: how the gateway is made. Names of its own code, of its libraries and of
// what stands in its database, and how those report their faults.

const inside = [
  /\bat .*\.ts[:?]/,
  /node_modules|\/src\//,
  /prisma|pothos|graphql-js|yoga|\bpg_|postgres/i,
  /\b(SELECT|INSERT INTO|UPDATE "|DELETE FROM)\b/,
  /"[A-Z]\w+_(fkey|pkey|key|idx|excl|check)\b|relation "|check constraint|unique constraint/,
  /ECONNRE|SQLSTATE|"(22P02|23\w{3}|P20\d\d)"/,
]

/** The first thing in an answer that tells of the inside; null when there is none. */
export function insideOf(answer: string): string | null {
  for (const pattern of inside) {
    const told = pattern.exec(answer)?.[0]
    if (told !== undefined) return told
  }
  return null
}
