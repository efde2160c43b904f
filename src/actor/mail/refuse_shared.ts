import { DataCloneError } from "../../errors.ts";
import { takeBack } from "../../memory/moved_handles.ts";

/**
 * Refuses what only the threads of one process can have in common; a buffer that is moved can be copied on its way.
 *
 * @param path What it is part of.
 * @throws {DataCloneError} If there is any.
 */
export function refuseShared(
  path: string,
  attachments: readonly unknown[],
): void {
  const shared = attachments.filter((each) => !(each instanceof ArrayBuffer));
  if (shared.length === 0) return;
  takeBack(attachments);
  throw unshared(path, shared);
}

/** The refusal of what only the threads of one process can have in common. */
export function unshared(
  path: string,
  shared: readonly unknown[],
): DataCloneError {
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
