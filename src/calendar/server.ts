// A connected calendar, whatever its server speaks: what can be asked of it, and how it says that
// it did not do it. What it holds is read as entries; what they take is reckoned elsewhere. Pure.

import type { Asker } from '../outbound/ask.ts'
import type { BusyWindow } from '../availability/busy-times.ts'
import type { CalendarEntry } from './ics.ts'
import type { OutsideEntry } from './outside.ts'

/** Why the server did not do it: a sentence. */
export class CalendarFault extends Error {
  /** Whether nobody answered at all. */
  readonly isSilence: boolean

  constructor(message: string, isSilence = false) {
    super(message)
    this.isSilence = isSilence
  }
}

/** By what a server tells whether anything is new. */
export type Mark = { etag: string | null; lastModified: string | null }

/** An entry that is read when it is called for; null is what cannot be read. */
export type FoundEntry = { uid: string; read: () => OutsideEntry | null }

export type Contents = Mark & { entries: FoundEntry[] }

/** An entry of ours, as it has to stand there. */
export type OwnEntry = {
  /** Of the booking or session, which is its name there however often it is written. */
  id: string
  shown: CalendarEntry
  /** Where whoever it is of lives. */
  timeZone: string
}

/** What it throws is a CalendarFault, or a bug. */
export type CalendarServer = {
  /** Everything that reaches into the window; null when nothing is new since the mark. */
  read(window: BusyWindow, mark: Mark | null): Promise<Contents | null>
  /** Writes an entry, where this is known to stand there, if anything; returns its tag. */
  put(entry: OwnEntry, known: string | null): Promise<string>
  /** Takes an entry of ours away, whatever has become of it. */
  remove(id: string, known: string | null): Promise<void>
}

export type Connection = {
  asker: Asker
  url: string
  credentials: { username: string; password: string }
  /** Of whoever it is of, else of the account: of times that name none. */
  timeZone: string
  stopped: AbortSignal
}
