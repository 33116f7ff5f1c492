// The two secrets of an installed application, as dialects show them: each in its own form, and
// here as the gateway reads them.

import { installationCredential } from '../auth/credential.ts'

/** In the form of an Authorization header; null when neither was shown. One alone is refused. */
export function installedAs(
  secretKey: string | null | undefined,
  apiKey: string | null | undefined,
): string | null {
  if (!secretKey && !apiKey) return null
  const isWord = (key: string | null | undefined) => /^\S+$/.test(key ?? '')
  // Neither may stand for both.
  if (!isWord(secretKey) || !isWord(apiKey)) return 'Installation'
  return installationCredential(secretKey ?? '', apiKey ?? '')
}
