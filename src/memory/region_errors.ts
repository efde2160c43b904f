/**
 * What can go wrong with memory that has a name.
 *
 * @module
 */
import { nameError } from "../name_error.ts";
import { TroupeError } from "../errors.ts";

/** Something about a region of named memory, code `TROUPE_REGION`; the classes below say what. */
export class RegionError extends TroupeError {
  /** The name of the region; empty if it is about none. */
  readonly region: string;

  /** Makes the error. */
  constructor(message: string, options: { region: string; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.region = options.region;
  }
}

/** A region of that name is there already, code `TROUPE_REGION_EXISTS`. It was left as it is. */
export class RegionExistsError extends RegionError {}

/** No region has that name, or no longer the one that was meant, code `TROUPE_REGION_NOT_FOUND`. */
export class RegionNotFoundError extends RegionError {}

/** The handle of the region was closed, or the scope that makes them is over, code `TROUPE_REGION_CLOSED`. */
export class RegionClosedError extends RegionError {}

/** The machine has no room for the region, code `TROUPE_REGION_NO_ROOM`. Nothing is left of it. */
export class RegionNoRoomError extends RegionError {}

/** A file is no region, or not a whole one, code `TROUPE_REGION_DAMAGED`. It was left as it is. */
export class RegionDamagedError extends RegionError {}

/** Named memory cannot be had here, code `TROUPE_NO_NAMED_MEMORY`: a permission is missing, or the system is not one that it is made for. */
export class NamedMemoryUnavailableError extends TroupeError {
  /** What is missing. */
  readonly reason: "permission" | "platform";

  /** Makes the error. */
  constructor(
    message: string,
    options: { reason: "permission" | "platform"; cause?: unknown },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.reason = options.reason;
  }
}

nameError(RegionError, "RegionError", "TROUPE_REGION");
nameError(RegionExistsError, "RegionExistsError", "TROUPE_REGION_EXISTS");
nameError(
  RegionNotFoundError,
  "RegionNotFoundError",
  "TROUPE_REGION_NOT_FOUND",
);
nameError(RegionClosedError, "RegionClosedError", "TROUPE_REGION_CLOSED");
nameError(RegionDamagedError, "RegionDamagedError", "TROUPE_REGION_DAMAGED");
nameError(RegionNoRoomError, "RegionNoRoomError", "TROUPE_REGION_NO_ROOM");
nameError(
  NamedMemoryUnavailableError,
  "NamedMemoryUnavailableError",
  "TROUPE_NO_NAMED_MEMORY",
);
