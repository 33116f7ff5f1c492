// Files stay small, open by saying what lives in them, and fit their lines.

import { expect, it } from 'vitest'
import { sourcesOf } from './sources.ts'

const sources = sourcesOf('src')
const linesOf = (text: string) => text.split('\n').length - 1

it('no source file has more than 300 lines, and half of them far fewer', () => {
  const long = sources.filter(({ text }) => linesOf(text) > 300)
  expect(long.map(({ path, text }) => `${path} ${linesOf(text)}`)).toEqual([])
  const sizes = sources.map(({ text }) => linesOf(text)).toSorted((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(120)
})

it('no test file has more than 500 lines', () => {
  const long = sourcesOf('test').filter(({ text }) => linesOf(text) > 500)
  expect(long.map(({ path, text }) => `${path} ${linesOf(text)}`)).toEqual([])
})

it('every source file opens with one to five lines that say what lives there', () => {
  const silent = sources.filter(({ text }) => {
    const opening = text.split('\n').findIndex((line) => !line.startsWith('//'))
    return opening < 1 || opening > 5
  })
  expect(silent.map(({ path }) => path)).toEqual([])
})

it('no line has more than 100 columns, and where a text stands in it no more than 110', () => {
  const wide = [...sources, ...sourcesOf('test')].flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      // The formatter cannot break inside a string, a template or a pattern.
      const comment = /^\s*(\/\/|\/?\*)/.test(line)
      return line.length > (comment ? 100 : 110) ? [`${path}:${index + 1}`] : []
    }),
  )
  expect(wide).toEqual([])
})

it('no function has more than 60 lines, schema definitions exempt', () => {
  const long = sources
    .filter(({ path }) => !path.endsWith('.graphql.ts') && !path.startsWith('src/graphql/'))
    .flatMap(({ path, text }) => longFunctions(path, text))
  expect(long).toEqual([])
})

// Formatted code closes a top-level function with a brace in the first column.
function longFunctions(path: string, text: string): string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, start) => {
    const name = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line)?.[1]
    if (!name) return []
    const length = lines.slice(start).findIndex((each) => each === '}') + 1
    return length > 60 ? [`${path} ${name} ${length}`] : []
  })
}
