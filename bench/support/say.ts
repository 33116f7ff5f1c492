// How benchmarks say what they found: Markdown, so that a run can be pasted into RESULTS.md.

import { cpus, release, type } from 'node:os'

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Where and on what a run took place. */
export function sayWhere(title: string, postgres: string): void {
  const [cpu] = cpus()
  say(`## ${title}\n`)
  say(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, PostgreSQL ` +
      `${postgres.split(' ')[0]}, ${type()} ${release()}, ${cpus().length} × ${cpu?.model.trim()}\n`,
  )
}

export function sayTable(head: readonly string[], rows: readonly (string | number)[][]): void {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  say([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'))
  say('')
}

/** Three significant digits are more than such a machine repeats. */
export function shown(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3)
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** A statement in one line of a list. */
export function shortened(statement: string): string {
  return `- \`${statement.replaceAll(/\s+/g, ' ').trim().slice(0, 120)}\``
}
