import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  makePrivateDirectory,
  ownHolder,
  removePrivateDirectory,
  sweepDirectories,
} from "../../src/process/private_directory.ts";

// Its lock is held for life: no test is to be blamed for it.
const HOLDER = await ownHolder();

Deno.test("makePrivateDirectory() makes a directory that only this user may enter", async () => {
  const path = makePrivateDirectory(HOLDER);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
  await removePrivateDirectory(path);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test({
  name:
    "sweepDirectories() removes those of programs and threads that have ended, and no others",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { space, pid, start, thread } = HOLDER;
    assert(space !== "0");
    const parent = await Deno.makeTempDir();
    // A number that no process has, one that another process has by now, and a thread that nobody is.
    const dead = [
      `troupe-${space}-4194305-77-${thread}-a`,
      `troupe-${space}-${pid}-1-${thread}-b`,
      `troupe-${space}-${pid}-${start}-0-f`,
    ];
    const stay = [
      `troupe-${space}-${pid}-${start}-${thread}-c`,
      `troupe-1-4194305-77-${thread}-d`,
      `troupe-${space}-4194305-0-${thread}-e`,
      "troupe-old",
      "other",
    ];
    for (const name of [...dead, ...stay]) {
      await Deno.mkdir(`${parent}/${name}`);
      await Deno.writeTextFile(`${parent}/${name}/main.ts`, "");
    }
    const swept = await sweepDirectories(parent, HOLDER);
    assertEquals(swept.toSorted(), dead.toSorted());
    const left = [...Deno.readDirSync(parent)].map(({ name }) => name);
    assertEquals(left.toSorted(), stay.toSorted());
    await Deno.remove(parent, { recursive: true });
  },
});
