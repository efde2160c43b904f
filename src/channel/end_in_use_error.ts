import { nameError } from "../name_error.ts";
import { UnsentError } from "./unsent_error.ts";

/** An end of a channel was sent, or blocked on, while promises of it wait; code `TROUPE_END_IN_USE`. */
export class EndInUseError extends UnsentError {}

nameError(EndInUseError, "EndInUseError", "TROUPE_END_IN_USE");
