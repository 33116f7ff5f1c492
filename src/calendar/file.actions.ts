// The entries of calendar files, long ones in slices, so that nobody else waits for them; and a
// calendar that is such a file at an address, which is read and never written.

import { setImmediate as pause } from 'node:timers/promises'
import { entryReader, fileOf } from './outside.ts'
import { CalendarFault, type CalendarServer, type Connection, type FoundEntry } from './server.ts'

const sliceMs = 20

export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let since = performance.now()
  for (const item of items) {
    work(item)
    if (performance.now() - since < sliceMs) continue
    await pause()
    since = performance.now()
  }
}

/** Each is read when it is called; of a text that is no calendar, one that cannot be. */
export async function entriesIn(texts: readonly string[], timeZone: string): Promise<FoundEntry[]> {
  const entries: FoundEntry[] = []
  await inSlices(texts, (text) => {
    const found = entriesOf(text, timeZone)
    // One of many on a server: the others count.
    if (typeof found === 'string') entries.push({ uid: '', read: () => null })
    else entries.push(...found)
  })
  return entries
}

function entriesOf(text: string, timeZone: string): FoundEntry[] | string {
  const file = fileOf(text)
  if (typeof file === 'string') return file
  const readEntry = entryReader(timeZone, file)
  return file.entries.map((block) => {
    return { uid: /^UID:(.*)$/im.exec(block)?.[1] ?? '', read: () => readEntry(block) }
  })
}

export function createCalendarFile({ asker, url, timeZone, stopped }: Connection): CalendarServer {
  const refuse = () => Promise.reject(new CalendarFault('An iCalendar file cannot be written.'))
  return {
    read: async (_window, mark) => {
      const { etag = null, lastModified = null } = mark ?? {}
      const headers = {
        accept: 'text/calendar, */*;q=0.1',
        'user-agent': 'Slotgraph',
        ...(etag !== null && { 'if-none-match': etag }),
        ...(lastModified !== null && { 'if-modified-since': lastModified }),
      }
      const reply = await asker.ask({ method: 'GET', url, headers }, stopped)
      if ('error' in reply) throw new CalendarFault(reply.error, { isSilence: true })
      if (reply.status === 304 && mark) return null
      if (reply.status !== 200) throw new CalendarFault(`The server answered ${reply.status}.`)
      const entries = entriesOf(reply.body, timeZone)
      if (typeof entries === 'string') throw new CalendarFault(entries)
      const { etag: tag = null, 'last-modified': modified = null } = reply.headers
      return { entries, etag: tag, lastModified: modified }
    },
    put: refuse,
    remove: refuse,
  }
}
