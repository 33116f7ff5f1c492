// Those who ask the same by the same credential: an event becomes one result for all of them, which
// they are told one after the other. No listener has a promise of its own, because thousands wait.

import type { GraphQLSchema } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { askingFor } from '../db/asker.ts'
import type { ReadEvent } from '../events/log.data.ts'
import type { Rights } from './rights.ts'
import { createExecutions, type Delivered, type Operation } from './stream-executions.ts'
import type { SubscribeRequest } from './streams.ts'

export type Member = {
  readonly requestId: string
  /** By the rights that its credential has now: like all others who still listen. */
  mayHear(event: ReadEvent): boolean
  /** Null: the event is not for it. */
  tell(result: Delivered | null): void
  fail(error: unknown): void
}

type Telling = { event: ReadEvent; members: Member[] }

/** So many are told before others get their turn. */
const toldAtOnce = 500

export function createAudiences(services: Services, schema: GraphQLSchema) {
  const executions = createExecutions(services, schema)
  const known = new WeakMap<Operation, WeakMap<Rights, Audience>>()
  return {
    /** To be given back. */
    hold: (request: SubscribeRequest, rights: Rights): Audience => {
      const operation = executions.hold(request)
      const byRights = known.get(operation) ?? new WeakMap<Rights, Audience>()
      known.set(operation, byRights)
      const audience = byRights.get(rights) ?? new Audience(operation, rights, executions)
      byRights.set(rights, audience)
      return audience
    },
    giveBack: ({ operation }: Audience): void => executions.letGo(operation),
  }
}

export class Audience {
  readonly operation: Operation
  private readonly rights: Rights
  private readonly executions: ReturnType<typeof createExecutions>
  /** What is being told; whoever waits for the same event joins. */
  private telling: Telling | null = null

  constructor(operation: Operation, rights: Rights, executions: Audience['executions']) {
    this.operation = operation
    this.rights = rights
    this.executions = executions
  }

  /** The member is told the event, never within this call. */
  join(event: ReadEvent, member: Member): void {
    if (this.telling?.event === event) {
      this.telling.members.push(member)
      return
    }
    const telling = { event, members: [member] }
    this.telling = telling
    void askingFor(this.rights.authorization ?? '', () => this.tell(telling))
  }

  private async tell(telling: Telling): Promise<void> {
    const { event, members } = telling
    let told = 0
    try {
      while (told < members.length) {
        const viewer = this.viewerNow(event) ?? (await this.rights.viewer(event.readAt))
        const result = await this.resultFor(viewer, telling)
        // The rights changed meanwhile.
        if (this.viewerNow(event) !== viewer) continue
        const next = members.slice(told, told + toldAtOnce)
        told += next.length
        for (const member of next) member.tell(result)
        if (told < members.length) await new Promise((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      for (const member of members.slice(told)) member.fail(error)
    }
    if (this.telling === telling) this.telling = null
  }

  private viewerNow({ readAt }: ReadEvent): Viewer | null {
    return this.rights.known(readAt)
  }

  // They ask the same with the same rights, so what one may hear, all may.
  private async resultFor(viewer: Viewer, { event, members }: Telling): Promise<Delivered | null> {
    const one = members.find((member) => member.mayHear(event))
    return one ? this.executions.run(this.operation, event, viewer, one.requestId) : null
  }
}
