import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../mod.ts";
import { permitted } from "../../src/process/permitted.ts";

Deno.test("permitted() leaves the options of a process that may do what the program may, but for its own thread", () => {
  for (const permissions of [undefined, "inherit"] as const) {
    const options = { name: "x", placement: "shared" } as const;
    assertEquals(permitted(permissions, options), options);
    assertEquals(permitted(permissions, { placement: "local" }), {
      placement: "thread",
    });
  }
});

Deno.test("permitted() has what a process starts that may do less be a process with the same permissions", () => {
  for (const permissions of ["none", { read: ["/a"] }] as const) {
    for (const placement of ["thread", "shared", "local"] as const) {
      assertEquals(permitted(permissions as never, { placement }), {
        placement: "process",
        permissions: permissions as never,
      });
    }
    for (const asked of ["none", { read: true }] as const) {
      assertThrows(
        () => permitted(permissions as never, { permissions: asked }),
        InvalidOptionError,
      );
    }
  }
});
