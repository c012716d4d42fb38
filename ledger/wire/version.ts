/** Height of a write: block and position of the transaction in it. */
export interface Version {
  readonly block: number;
  readonly transaction: number;
}

export function sameVersion(left: Version | undefined, right: Version | undefined): boolean {
  return left?.block === right?.block && left?.transaction === right?.transaction;
}
