/** What a walk meets: a file to read, or a place that could not be read. */
export type Found =
  | { readonly kind: "file"; readonly path: string }
  | {
    readonly kind: "unreadable";
    readonly path: string;
    readonly reason: string;
  };

/** Folders whose content is machinery, not text. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([".git"]);

/**
 * Walks the folder `root` and yields every regular file below it, folder by folder, names in order.
 *
 * - Symbolic links are not followed, so the walk ends and leaves the folder never.
 * - `.git` is skipped; pipes, sockets and devices are no files.
 * - A folder that cannot be listed is yielded as `unreadable` and the walk goes on.
 */
export async function* walkFiles(
  root: string,
): AsyncGenerator<Found, void, void> {
  const folders = [root];
  for (
    let folder = folders.pop();
    folder !== undefined;
    folder = folders.pop()
  ) {
    const entries: Deno.DirEntry[] = [];
    try {
      for await (const entry of Deno.readDir(folder)) entries.push(entry);
    } catch (error) {
      yield { kind: "unreadable", path: folder, reason: reasonOf(error) };
    }
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    const inner: string[] = [];
    for (const entry of entries) {
      const path = folder.endsWith("/")
        ? folder + entry.name
        : `${folder}/${entry.name}`;
      if (entry.isSymlink) continue;
      if (entry.isFile) yield { kind: "file", path };
      else if (entry.isDirectory && !SKIPPED_FOLDERS.has(entry.name)) {
        inner
          .push(path);
      }
    }
    folders.push(...inner.reverse());
  }
}

/** The short reason of a file system error: its class, without the path that is printed beside it. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "no permission to read";
  if (error instanceof Deno.errors.NotFound) return "not found";
  return error instanceof Error ? error.message : String(error);
}
