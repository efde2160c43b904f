import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** Somebody listens at an address already, or a file that is no socket is there; code `TROUPE_ADDRESS_IN_USE`. */
export class AddressInUseError extends TroupeError {
  /** The address. */
  readonly address: string;

  /** Makes the error. */
  constructor(message: string, options: { address: string; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.address = options.address;
  }
}

nameError(AddressInUseError, "AddressInUseError", "TROUPE_ADDRESS_IN_USE");
