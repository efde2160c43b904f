import { assertEquals } from "@std/assert";
import {
  childArguments,
  permissionFlags,
} from "../../src/process/child_arguments.ts";

const SOCKET = { path: "/tmp/x/socket" };

Deno.test("permissionFlags() gives what connects to the keeper, and nothing else, when permissions are none", () => {
  assertEquals(permissionFlags("none", SOCKET), [
    "--allow-read=/tmp/x",
    "--allow-write=/tmp/x",
    "--allow-net=unix:/tmp/x/socket",
  ]);
  assertEquals(permissionFlags("none", { port: 4000 }), [
    "--allow-net=127.0.0.1:4000",
  ]);
});

Deno.test("permissionFlags() adds to the lists that are given, and leaves whole grants whole", () => {
  assertEquals(
    permissionFlags(
      {
        read: ["/a,b", new URL("file:///c")],
        write: true,
        net: ["deno.com"],
        env: false,
        run: [],
      },
      SOCKET,
    ),
    [
      "--allow-read=/a,,b,/c,/tmp/x",
      "--allow-write",
      "--allow-net=deno.com,unix:/tmp/x/socket",
    ],
  );
});

Deno.test("childArguments() hands flags on to V8 and bounds the heap", () => {
  const args = childArguments({
    main: "/tmp/x/main.ts",
    socket: SOCKET,
    config: "/p/deno.json",
    permissions: "none",
    options: { v8Flags: ["--stack-size=2000"], maxMemoryMb: 64 },
  });
  assertEquals(args, [
    "run",
    "--quiet",
    "--no-prompt",
    "--config=/p/deno.json",
    "--v8-flags=--stack-size=2000,--max-old-space-size=64",
    "--allow-read=/tmp/x",
    "--allow-write=/tmp/x",
    "--allow-net=unix:/tmp/x/socket",
    "/tmp/x/main.ts",
  ]);
});
