import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  makePrivateDirectory,
  ownName,
  removePrivateDirectory,
  sweepDirectories,
} from "../../src/process/private_directory.ts";

Deno.test("makePrivateDirectory() makes a directory that only this user may enter", async () => {
  const path = await makePrivateDirectory();
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
  await removePrivateDirectory(path);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test({
  name:
    "sweepDirectories() removes those of programs that have ended, and no others",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { space, prefix } = ownName();
    assert(space !== "0");
    const parent = await Deno.makeTempDir();
    // A number that no process has, and one that another process has by now.
    const dead = [
      `troupe-${space}-4194305-77-a`,
      `troupe-${space}-${Deno.pid}-1-b`,
    ];
    const stay = [
      `${prefix}c`,
      "troupe-1-4194305-77-d",
      `troupe-${space}-4194305-0-e`,
      "troupe-old",
      "other",
    ];
    for (const name of [...dead, ...stay]) {
      await Deno.mkdir(`${parent}/${name}`);
      await Deno.writeTextFile(`${parent}/${name}/main.ts`, "");
    }
    const swept = await sweepDirectories(parent, space);
    assertEquals(swept.toSorted(), dead.toSorted());
    const left = [...Deno.readDirSync(parent)].map(({ name }) => name);
    assertEquals(left.toSorted(), stay.toSorted());
    await Deno.remove(parent, { recursive: true });
  },
});
