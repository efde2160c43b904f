import { refuseShared } from "../actor/mail/refuse_shared.ts";
import { DataCloneError } from "../errors.ts";
import { encode } from "../memory/codec.ts";
import { movable } from "../memory/movable.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { pathOf } from "../memory/unsendable.ts";

/**
 * Checks that `initArgs` can travel to any number of workers.
 *
 * @throws {DataCloneError} If something in them cannot be sent, or to one worker only, naming its path; or not to a process.
 */
export function checkInitArgs(
  initArgs: readonly unknown[],
  placement: "thread" | "process",
): void {
  const root = "initArgs";
  const { attachments } = encode(initArgs, { root });
  if (placement === "process") {
    refuseShared(attachments ?? [], initArgs, root);
  }
  // What gives itself away by being sent is not sent yet.
  takeBack(attachments);
  const [moved] = movable(attachments);
  if (moved === undefined) return;
  const path = pathOf(moved, initArgs, root);
  throw new DataCloneError(
    `Cannot send ${path} as it is moved to the first worker, and every other one needs it too: make it in init`,
    { path },
  );
}
