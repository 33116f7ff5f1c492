// A reason why this program cannot start, as a whole sentence for the person who started it.
// Its message is printed alone, without a stack; whatever is not a StartupFault is a bug.

export class StartupFault extends Error {
  override name = 'StartupFault'
}
