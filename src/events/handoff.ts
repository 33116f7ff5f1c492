// A queue between one giver and one who gets the values: asked for one by one, as by an async
// iterator (written by hand: an async generator cannot be ended while it waits for its next value),
// or handed on as they come. Knows nothing of events. A class, because thousands are held at once
// and methods that are shared weigh nothing.

/** Gets values one after the other, without a promise for each. */
export type Receiver<T, Fault = unknown> = {
  /** False: the next only after `goOn`, which is called when this has returned. */
  take(value: T): boolean
  /** Nothing comes any more. Called once, with what ended it, if something did. */
  onEnd(fault: Fault | null): void
}

type Result<T> = IteratorResult<T, undefined>
type Taker<T> = { resolve: (result: Result<T>) => void; reject: (error: unknown) => void }

/** Told once, when the queue ends for whichever reason. */
type Owner = { onEnd(): void }

export class Handoff<T> {
  private readonly owner: Owner
  private values: T[] = []
  private taker: Taker<T> | null = null
  /** Whoever asks while another waits; of two takers the first gets the first. */
  private others: Taker<T>[] | null = null
  private receiver: Receiver<T> | null = null
  /** The receiver has not asked to go on yet. */
  private isHeld = false
  private ended = false
  private fault: { error: unknown } | null = null

  constructor(owner: Owner) {
    this.owner = owner
  }

  give(value: T): void {
    if (this.ended) return
    const taker = this.takeTaker()
    if (taker) taker.resolve({ done: false, value })
    else if (this.receiver && this.wanted()) this.isHeld = !this.receiver.take(value)
    else this.values.push(value)
  }

  /** What is there and what comes; to be called once, by whoever does not ask for the next. */
  handTo(receiver: Receiver<T>): void {
    this.receiver = receiver
    if (this.ended) receiver.onEnd(this.fault?.error ?? null)
    else this.goOn()
  }

  goOn(): void {
    this.isHeld = false
    while (this.receiver && !this.isHeld && this.values.length > 0) {
      this.isHeld = !this.receiver.take(this.values.shift() as T)
    }
  }

  /** Values that were given and not yet taken. */
  waiting(): number {
    return this.values.length
  }

  /** Whether a value that is given is taken at once. */
  wanted(): boolean {
    if (!this.receiver) return this.taker !== null
    return !this.isHeld && this.values.length === 0
  }

  /** Whoever waits gets the error, else the next one to ask; what was not taken is dropped. */
  fail(error: unknown): void {
    if (this.ended) return
    const taker = this.takeTaker()
    if (taker) taker.reject(error)
    else this.fault = { error }
    this.end()
  }

  /** Ends at once; what was not taken is dropped. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.values = []
    for (let taker = this.takeTaker(); taker; taker = this.takeTaker()) {
      taker.resolve({ done: true, value: undefined })
    }
    this.owner.onEnd()
    this.receiver?.onEnd(this.fault?.error ?? null)
  }

  next(): Promise<Result<T>> {
    const { values, fault } = this
    if (values.length > 0) return Promise.resolve({ done: false, value: values.shift() as T })
    if (fault) {
      this.fault = null
      return Promise.reject(fault.error)
    }
    if (this.ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      const taker = { resolve, reject }
      if (this.taker) (this.others ??= []).push(taker)
      else this.taker = taker
    })
  }

  private takeTaker(): Taker<T> | null {
    const { taker } = this
    if (taker) this.taker = this.others?.shift() ?? null
    return taker
  }
}
