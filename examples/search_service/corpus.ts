import { BadInputError } from "./bad_input_error.ts";
import { reasonOf, walkFiles } from "./file_walk.ts";

/** The files to search, in the order of their numbers, and the places that could not be listed. */
export interface Corpus {
  readonly paths: readonly string[];
  /** The names to show, one for each path. */
  readonly labels: readonly string[];
  readonly unreadable: readonly {
    readonly path: string;
    readonly reason: string;
  }[];
}

/**
 * Lists the files below `folder`.
 *
 * @throws {BadInputError} If it is no folder, or cannot be listed.
 */
export async function listFolder(folder: string): Promise<Corpus> {
  const root = await openFolder(folder);
  const paths: string[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  for await (const found of walkFiles(root)) {
    if (found.kind === "file") paths.push(found.path);
    else unreadable.push({ path: found.path, reason: found.reason });
  }
  const start = root.endsWith("/") ? root.length : root.length + 1;
  return { paths, labels: paths.map((path) => path.slice(start)), unreadable };
}

/** Adds the text of `deno types`: something large that everyone has. It lies in a file that the end of the program removes. */
export async function withDenoTypes(corpus: Corpus): Promise<Corpus> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["types"],
    env: { NO_COLOR: "1" },
    stderr: "null",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error("Cannot get the text of `deno types`");
  const path = await Deno.makeTempFile({ suffix: ".d.ts" });
  // Whichever way the program ends, Deno.exit() in the middle of its work included.
  globalThis.addEventListener("unload", () => Deno.removeSync(path));
  await Deno.writeFile(path, stdout);
  return {
    ...corpus,
    paths: [...corpus.paths, path],
    labels: [...corpus.labels, "deno types"],
  };
}

async function openFolder(folder: string): Promise<string> {
  try {
    const root = await Deno.realPath(folder);
    // A folder that exists may still be closed to us.
    for await (const _entry of Deno.readDir(root)) break;
    return root;
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such folder"
      : error instanceof Deno.errors.NotADirectory
      ? "it is a file: give the folder that it is in"
      : reasonOf(error);
    throw new BadInputError(`Cannot search "${folder}": ${reason}`);
  }
}
