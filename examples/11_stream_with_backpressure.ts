// imap_unordered that reads no further ahead than it should, and stops when nobody wants more.
import { Pool, task } from "@troupe/actors";

const sizeOf = task(
  import.meta,
  "sizeOf",
  async (path: string) => (await Deno.stat(path)).size,
);

let read = 0;
const left = Promise.withResolvers<string>();

async function* files(folder: URL): AsyncGenerator<string> {
  try {
    for await (const { isFile, name } of Deno.readDir(folder)) {
      if (!isFile) continue;
      read++;
      yield new URL(name, folder).pathname;
    }
  } finally {
    left.resolve("no more files are wanted");
  }
}

if (import.meta.main) {
  await using pool = new Pool({ size: 2 });
  const options = { ordered: false, readAhead: 4 };
  const paths = files(new URL("./", import.meta.url));
  let taken = 0;
  for await (const size of pool.stream(sizeOf, paths, options)) {
    if (size > 0 && ++taken === 3) break;
  }
  console.log(await left.promise);
  console.log(taken, read <= taken + 4);
}
