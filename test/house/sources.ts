// Reads the source tree for the house tests: which files there are, and what each imports.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')

export type Import = { target: string; typeOnly: boolean }

export type Source = { path: string; text: string; imports: Import[]; packages: string[] }

/** Every TypeScript file below a folder of the project, with its imports inside `src/`. */
export function sourcesOf(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts') && !path.includes('generated/'))
    .toSorted()
    .map(read)
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const imports: Import[] = []
  const packages: string[] = []
  for (const [, clause = '', from = ''] of text.matchAll(importStatement)) {
    if (!from.startsWith('.')) packages.push(from)
    else {
      const target = relative('.', normalize(join(dirname(path), from)))
      imports.push({ target, typeOnly: isTypeOnly(clause) })
    }
  }
  return { path, text, imports, packages }
}

const importStatement = /^(?:import|export)\s+(?:([^'"]*?)\s+from\s+)?'([^'\n]+)'/gm

function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true
  const names = /^\{([^}]*)\}$/.exec(clause.trim())?.[1]
  return names !== undefined && names.split(',').every((name) => /^\s*(type\s|$)/.test(name))
}
