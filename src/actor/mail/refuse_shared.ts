import { DataCloneError } from "../../errors.ts";
import { takeBack } from "../../memory/moved_handles.ts";
import { pathOfHolder } from "../../memory/unsendable.ts";

/**
 * Refuses what only the threads of one process can have in common; a buffer that is moved can be copied on its way.
 *
 * @param attachments What `root` holds of both.
 * @param name What `root` is called in the error.
 * @throws {DataCloneError} If there is any, naming its path.
 */
export function refuseShared(
  attachments: readonly unknown[],
  root: unknown,
  name: string,
): void {
  const shared = attachments.filter((each) => !(each instanceof ArrayBuffer));
  if (shared.length === 0) return;
  takeBack(attachments);
  throw unshared(shared, root, name);
}

/** The refusal of what only the threads of one process can have in common, and `root` holds. */
export function unshared(
  shared: readonly unknown[],
  root: unknown,
  name: string,
): DataCloneError {
  const path = pathOfHolder(shared, root, name);
  const names = shared.map((each) =>
    Object.prototype.toString.call(each).slice(8, -1)
  );
  return new DataCloneError(
    `Cannot send ${path} to another process as it holds what only threads of one process can share: ${
      [...new Set(names)].join(", ")
    }; send a copy, or start the actor on a thread`,
    { path },
  );
}
