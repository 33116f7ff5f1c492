// How whoever pays elsewhere comes back to their booking: its secret waits in a cookie of their own
// browser, because addresses that are given to a provider of payments are kept there and here. It
// only leads back; nothing is done by its right.

import { parseManageSecret } from '../../auth/secret.ts'
import { managePath } from '../../booking/manage-link.data.ts'
import { cookieOf } from '../session-cookie.ts'
import type { Visit } from './visit.ts'

const name = 'slotgraph_manage'
const seconds = 7_200

type Sender = Pick<Visit, 'exchange' | 'services'>

function setCookie({ exchange, services }: Sender, value: string, maxAge: number): void {
  const secure = services.baseUrl().startsWith('https:') ? '; Secure' : ''
  const path = `Path=${managePath}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
  exchange.res.appendHeader('set-cookie', `${name}=${value}; ${path}`)
}

/** `pathname` is that of the page to come back to. */
export function setManageCookie(sender: Sender, pathname: string): void {
  setCookie(sender, pathname.split('/').at(-1) ?? '', seconds)
}

/** The page to come back to, once; null when there is none. */
export function takeManageCookie(sender: Sender): string | null {
  const secret = cookieOf(sender.exchange.req.headers, name)
  if (secret === null) return null
  setCookie(sender, '', 0)
  return parseManageSecret(secret) ? `${managePath}/${secret}` : null
}
