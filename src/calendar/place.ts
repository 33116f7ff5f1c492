// Where a connected calendar is, as it is said by whoever connects it: by an address, or by the id
// that its owner's account has it under. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import type { Reach } from '../outbound/address.ts'
import { urlIssue } from '../outbound/target.ts'
import { calendarUrl, isOAuthKind, notRegistered, type OAuthClients } from './oauth.ts'
import type { SourceKind } from './source.ts'

export type Place = {
  /** Of an iCalendar file, or a calendar on a CalDAV server. */
  url: string | null
  /** Of a calendar of Google's or Microsoft's; null for the main one. */
  calendarId: string | null
}

type Known = { reach: Reach; calendarClients: OAuthClients }

const longestId = 1_024
/** Parts of an address that lead elsewhere, and what no address holds. */
const noId = /^\.{0,2}$|\p{Cc}|\p{Cs}/u

/** Its address, and what is wrong with what was said of it. */
export function placed(
  known: Known,
  kind: SourceKind,
  { url, calendarId }: Place,
): { address: string; issues: Issue[] } {
  const wrong = (path: string, message: string) => {
    return { address: '', issues: [{ path: [path], message }] }
  }
  const at = (address: string) => {
    const issue = urlIssue(address, known.reach)
    return issue === null
      ? { address, issues: [] }
      : wrong('url', `"${address.slice(0, 200)}" ${issue}.`)
  }
  if (!isOAuthKind(kind)) {
    if (calendarId !== null) {
      return wrong('calendarId', 'Only a calendar of Google or Microsoft is named by an id.')
    }
    return url === null ? wrong('url', 'The address of the calendar is needed.') : at(plainUrl(url))
  }
  if (url !== null) {
    return wrong('url', 'A calendar of Google or Microsoft is named by its id, not by an address.')
  }
  const client = known.calendarClients[kind]
  if (!client) return wrong('kind', notRegistered(kind))
  if (calendarId !== null && (calendarId.length > longestId || noId.test(calendarId))) {
    const message = `The id of a calendar has 1 to ${longestId} characters, none to control.`
    return wrong('calendarId', message)
  }
  return at(calendarUrl(kind, client, calendarId))
}

/** A password is told to nobody but the server that it was given for. */
export function moveIssues(from: string, to: string): Issue[] {
  if (new URL(from).origin === new URL(to).origin) return []
  const message = 'At another server the user name and password have to be given anew.'
  return [{ path: ['password'], message }]
}

/** Calendar programs write "webcal:" where "https:" is meant. */
function plainUrl(url: string): string {
  return url.trim().replace(/^webcals?:\/\//i, 'https://')
}
