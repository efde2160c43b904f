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

/** Lists the files below `folder`. A string is why it cannot be searched. */
export async function listFolder(folder: string): Promise<Corpus | string> {
  let root: string;
  try {
    root = await Deno.realPath(folder);
    if (!(await Deno.stat(root)).isDirectory) {
      return `Cannot search "${folder}": not a folder`;
    }
    for await (const _entry of Deno.readDir(root)) break; // a folder that exists may still be closed to us
  } catch (error) {
    return `Cannot search "${folder}": ${reasonOf(error)}`;
  }
  const paths: string[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  for await (const found of walkFiles(root)) {
    if (found.kind === "file") paths.push(found.path);
    else unreadable.push({ path: found.path, reason: found.reason });
  }
  const start = root.endsWith("/") ? root.length : root.length + 1;
  return { paths, labels: paths.map((path) => path.slice(start)), unreadable };
}

/** Writes the text of `deno types` into `folder` and returns `corpus` with it: something large that everyone has. */
export async function withDenoTypes(
  corpus: Corpus,
  folder: string,
): Promise<Corpus> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["types"],
    env: { NO_COLOR: "1" },
    stderr: "null",
  });
  const { stdout } = await command.output();
  const path = `${folder}/deno_types.d.ts`;
  await Deno.writeFile(path, stdout);
  return {
    ...corpus,
    paths: [...corpus.paths, path],
    labels: [...corpus.labels, "deno types"],
  };
}
