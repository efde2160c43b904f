import { nameError } from "../name_error.ts";
import { UnsentError } from "./unsent_error.ts";

/** The queue is closed, and for who takes also empty, code `TROUPE_QUEUE_CLOSED`. */
export class QueueClosedError extends UnsentError {}

nameError(QueueClosedError, "QueueClosedError", "TROUPE_QUEUE_CLOSED");
