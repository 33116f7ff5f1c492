// Imports go one way: from the process down to the rules, from a room to earlier rooms, never up
// and never in a circle.

import { describe, expect, it } from 'vitest'
import { sourcesOf, type Source } from './sources.ts'

const sources = sourcesOf('src')

const rooms = [
  'account',
  'service',
  'staff',
  'resource',
  'customer',
  'availability',
  'session',
  'booking',
  'link',
  'waitlist',
  'payment',
  'access',
  'webhook',
  'calendar',
  'notice',
]

/** Formats of others that are read and written without a clock, a file or a network. */
const pureLibraries = new Set(['ical.js', 'mustache', 'timezones-ical-library'])

const floors = ['rules', 'events', 'data', 'actions', 'face'] as const
type Floor = (typeof floors)[number]

const floorOf = (path: string): Floor => {
  const suffix = /\.(events|data|actions|graphql)\.ts$/.exec(path)?.[1]
  return suffix === 'graphql' ? 'face' : ((suffix as Floor | undefined) ?? 'rules')
}

const folderOf = (path: string) => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '')
const isRoom = (path: string) => rooms.includes(folderOf(path))

/** Where every arrow must point down; equal is sideways and decided by the rules below. */
const heights: [RegExp, number][] = [
  [/^src\/main\.ts$/, 90],
  [/^src\/(demo\/|app\.ts|upkeep\.ts|config\.ts|log\.ts)/, 80],
  [/^src\/http\//, 70],
  [/^src\/rest\//, 60],
  [/^src\/graphql\/(schema|documents|printer)\.ts$/, 50],
  [/\.graphql\.ts$/, 40],
  [/^src\/context\.ts$/, 35],
  [/^src\/graphql\//, 30],
  [/\.actions\.ts$/, 25],
  [/\.data\.ts$/, 20],
  [/\.events\.ts$/, 15],
]

function heightOf(path: string): number {
  const named = heights.find(([pattern]) => pattern.test(path))?.[1]
  if (folderOf(path) === 'events' || folderOf(path) === 'db' || folderOf(path) === 'auth') return 5
  return named ?? (isRoom(path) ? 10 : 0)
}

const arrows = (wanted: (from: Source, to: string) => boolean) =>
  sources.flatMap((source) =>
    source.imports
      .filter(({ typeOnly }) => !typeOnly)
      .filter(({ target }) => wanted(source, target))
      .map(({ target }) => `${source.path} -> ${target}`),
  )

describe('imports', () => {
  it('point down the house, never up', () => {
    expect(arrows(({ path }, to) => heightOf(to) > heightOf(path))).toEqual([])
  })

  it('lead from a room to itself and to earlier rooms only', () => {
    const later = ({ path }: Source, to: string) =>
      isRoom(path) &&
      isRoom(to) &&
      rooms.indexOf(folderOf(to)) > rooms.indexOf(folderOf(path)) &&
      floorOf(path) !== 'face'
    expect(arrows(later)).toEqual([])
  })

  it('never join the faces of two rooms', () => {
    const across = ({ path }: Source, to: string) =>
      isRoom(path) &&
      isRoom(to) &&
      folderOf(path) !== folderOf(to) &&
      floorOf(path) === 'face' &&
      floorOf(to) === 'face'
    expect(arrows(across)).toEqual([])
  })

  it('keep rules free of Prisma, GraphQL, luxon and the environment', () => {
    const pure = sources.filter(({ path }) => isRoom(path) && floorOf(path) === 'rules')
    expect(pure.length).toBeGreaterThan(10)
    const strangers = pure.flatMap(({ path, packages, imports }) => [
      ...packages.filter((name) => !pureLibraries.has(name)).map((name) => `${path} -> ${name}`),
      ...imports
        .filter(({ target }) => /^src\/(generated|db|graphql|http|context)/.test(target))
        .map(({ target }) => `${path} -> ${target}`),
    ])
    expect(strangers).toEqual([])
    const reading = pure.filter(({ text }) => /Date\.now|new Date\(\)|process\./.test(text))
    expect(reading.map(({ path }) => path)).toEqual([])
  })

  it('keep luxon inside time/', () => {
    const users = sources.filter(({ packages }) => packages.includes('luxon'))
    expect(users.filter(({ path }) => !path.startsWith('src/time/'))).toEqual([])
  })

  it('let a dialect see the route type and nothing else of the house', () => {
    const dialects = arrows(
      ({ path }, to) => /^src\/rest\/[^/]+\//.test(path) && !/^src\/rest\//.test(to),
    )
    expect(dialects).toEqual([])
  })

  it('never go in a circle', () => {
    expect(circles()).toEqual([])
  })
})

function circles(): string[] {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]) => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return found
}
