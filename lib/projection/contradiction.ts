import { WintersealError } from "../messages/errors";

/** Where the ledger and the rules part. */
export interface Place {
  readonly block: number;
  readonly transaction?: string;
  readonly key?: string;
}

/**
 * The ledger says what its own rules do not give, or two organisations show different ledgers. Nothing of that block is applied, and nothing
 * after it: somebody has to look (docs/decisions/0060).
 */
export class Contradiction extends WintersealError {
  constructor(
    message: string,
    readonly place: Place,
    options?: ErrorOptions,
  ) {
    super("LEDGER_CONTRADICTED", message, { ...place }, options);
  }

  /** One line for the checkpoint, health and the page. */
  get reason(): string {
    const { block, transaction, key } = this.place;
    const where = [`block ${block}`, transaction && `transaction ${transaction}`, key && `key ${key}`].filter(Boolean).join(", ");
    return `${where}: ${this.message}`;
  }
}
