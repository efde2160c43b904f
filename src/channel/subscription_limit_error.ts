import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A broadcast has as many subscriptions as it can, code `TROUPE_SUBSCRIPTION_LIMIT`. */
export class SubscriptionLimitError extends TroupeError {
  /** How many there can be. */
  readonly limit: number;

  /** Makes the error. */
  constructor(message: string, options: { limit: number; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.limit = options.limit;
  }
}

nameError(
  SubscriptionLimitError,
  "SubscriptionLimitError",
  "TROUPE_SUBSCRIPTION_LIMIT",
);
