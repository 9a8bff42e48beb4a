/** @file A refusal of the local venue: a return code of Bybit's table with its words. */

export class VenueRefusal extends Error {
  readonly retCode: number;

  constructor(retCode: number, retMsg: string) {
    super(retMsg);
    this.retCode = retCode;
  }
}

export function refuse(retCode: number, retMsg: string): never {
  throw new VenueRefusal(retCode, retMsg);
}

export function requireOrRefuse(condition: boolean, retCode: number, retMsg: string): asserts condition {
  if (!condition) refuse(retCode, retMsg);
}
