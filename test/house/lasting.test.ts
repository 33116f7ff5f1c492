// Two ways to write a function make V8 keep it, with the whole request that it refers to, until
// everything is collected: an accessor in an object that is written out, whose hidden class is new
// each time, and a function written where it is assigned to a property, which is made among what
// is old. A quarter of all that requests allocated was kept so.

import { expect, test } from 'vitest'
import { sourcesOf } from './sources.ts'

const lasting = [
  // In a class it is made once, and stands at its margin.
  /^ {3,}(get|set) \w+\(/m,
  /\.\w+ (=|\?\?=) \(?(async )?(\([^()]*\)(: [\w<>[\]]+)?|\w+) =>/,
  /\.\w+ = (async )?function\b/,
]
/** A script that runs in the page. */
const inBrowser = 'src/http/graphiql.ts'

test('no file writes a function that lasts', () => {
  const found = sourcesOf('src')
    .filter(({ path }) => path !== inBrowser)
    .flatMap(({ path, text }) =>
      lasting.flatMap((way) => way.exec(text)?.[0].trim() ?? []).map((what) => `${path}: ${what}`),
    )
  expect(found).toEqual([])
})

test('the ways are recognised', () => {
  const found = (text: string) => lasting.some((way) => way.test(text))
  expect(found('  return {\n    get log() {')).toBe(true)
  expect(found('client.release = (given) =>')).toBe(true)
  expect(found('pool.connect = ((callback?: Callback) => {')).toBe(true)
  expect(found('query.callback = function () {')).toBe(true)
  expect(found('class Exchange {\n  get log(): Logger {')).toBe(false)
  expect(found('client.release = checked')).toBe(false)
  expect(found('const checked = (given) => given')).toBe(false)
})
