// A connected calendar, whatever its server speaks: what can be asked of it, and how it says that
// it did not do it. What it holds is read as entries; what they take is reckoned elsewhere. Pure.

import type { BusyWindow } from '../availability/busy-times.ts'
import type { Asker } from '../outbound/ask.ts'
import type { CalendarEntry } from './ics.ts'
import type { OutsideEntry } from './outside.ts'
import type { Credentials } from './source.ts'

type More = {
  /** Nobody answered, or wants to be asked now: nor would they for anything else. */
  isSilence?: boolean
  /** Whoever gave the access has taken it back: nothing is asked until there is another. */
  isRevoked?: boolean
  /** How long they want to be left alone, in milliseconds. */
  pauseMs?: number
}

/** Why the server did not do it: a sentence. */
export class CalendarFault extends Error {
  readonly isSilence: boolean
  readonly isRevoked: boolean
  readonly pauseMs: number

  constructor(message: string, { isSilence = false, isRevoked = false, pauseMs = 0 }: More = {}) {
    super(message)
    this.isSilence = isSilence
    this.isRevoked = isRevoked
    this.pauseMs = pauseMs
  }
}

/** For an answer that is not what was asked for. */
export function faultOf(status: number | undefined): CalendarFault {
  if (status === 403) return new CalendarFault('The server does not allow it (403).')
  if (status === 404) return new CalendarFault('There is nothing at this address.')
  return new CalendarFault(`The server answered ${status ?? 'nothing'}.`)
}

export function unreadable(): CalendarFault {
  return new CalendarFault('What the server says of the calendar cannot be read.')
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
  /**
   * Writes an entry, where this is known to stand there, if anything; returns its tag. The turn
   * differs with whatever made it due, and is the same when that is tried again.
   */
  put(entry: OwnEntry, known: string | null, turn: number): Promise<string>
  /** Takes an entry of ours away, whatever has become of it. */
  remove(id: string, known: string | null): Promise<void>
}

export type Connection = {
  asker: Asker
  url: string
  /** Null for none. */
  credentials: Credentials | null
  /** Of whoever it is of, else of the account: of times that name none. */
  timeZone: string
  stopped: AbortSignal
}
