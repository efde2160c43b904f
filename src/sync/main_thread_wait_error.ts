import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/** A wait would block the main thread, and with it timers and signals, code `TROUPE_MAIN_THREAD_WAIT`. */
export class MainThreadWaitError extends TroupeError {}

nameError(
  MainThreadWaitError,
  "MainThreadWaitError",
  "TROUPE_MAIN_THREAD_WAIT",
);
