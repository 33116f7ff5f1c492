// Why a connection to PostgreSQL failed, in words for the person who set it up. Only words here.

const BY_CODE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no host has that name',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ENOENT: 'there is no such socket',
  EACCES: 'its socket may not be opened by this user',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ECONNRESET: 'it closed the connection',
  '28P01': 'the user or the password is wrong',
  '28000': 'that user is not let in',
  '3D000': 'there is no such database',
  '53300': 'it has no connection left',
  '57P03': 'it is starting up or shutting down',
}

export function connectionTrouble(error: unknown): string {
  // A host with several addresses gives one error for each.
  const cause = error instanceof AggregateError ? error.errors[0] : error
  const { code, message } = cause as { code?: string; message?: string }
  if (code !== undefined && BY_CODE[code] !== undefined) return BY_CODE[code]
  if (/time(d )?out|timeout/i.test(message ?? '')) return 'it does not answer'
  return message ?? String(cause)
}
