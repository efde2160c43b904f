import { assertEquals } from "@std/assert";
import {
  childArguments,
  permissionFlags,
} from "../../src/process/child_arguments.ts";
import {
  type Grants,
  grantsIn,
  PERMISSIONS,
} from "../../src/process/inherited_grants.ts";

const SOCKET = { path: "/tmp/x/socket" };
const NOTHING: Grants = { allowed: {}, denied: [] };
const ALL: Grants = {
  allowed: Object.fromEntries(PERMISSIONS.map((name) => [name, true])),
  denied: [],
};

Deno.test("permissionFlags() gives what connects to the keeper, and nothing else, when permissions are none", () => {
  assertEquals(permissionFlags("none", SOCKET, ALL), [
    "--allow-read=/tmp/x",
    "--allow-write=/tmp/x",
    "--allow-net=unix:/tmp/x/socket",
  ]);
  assertEquals(permissionFlags("none", { port: 4000 }, ALL), [
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
      NOTHING,
    ),
    [
      "--allow-read=/a,,b,/c,/tmp/x",
      "--allow-write",
      "--allow-net=deno.com,unix:/tmp/x/socket",
    ],
  );
});

Deno.test("permissionFlags() hands on what is inherited: all, a part, and what is denied of it", () => {
  assertEquals(permissionFlags(undefined, SOCKET, ALL), ["--allow-all"]);
  const denied = ["--deny-net=a.com"];
  assertEquals(
    permissionFlags(undefined, SOCKET, { ...ALL, denied }).slice(-3),
    ["--allow-ffi", "--allow-import", "--deny-net=a.com"],
  );
  const part: Grants = {
    allowed: { read: ["/a"], env: true, net: true },
    denied: ["--deny-env=SECRET"],
  };
  assertEquals(permissionFlags("inherit", SOCKET, part), [
    "--allow-read=/a,/tmp/x",
    "--allow-write=/tmp/x",
    "--allow-net",
    "--allow-env",
    "--deny-env=SECRET",
  ]);
  // What is named one by one takes along what is denied of it, and of nothing else.
  assertEquals(
    permissionFlags({ read: "inherit", net: ["b.com"] }, SOCKET, part),
    [
      "--allow-read=/a,/tmp/x",
      "--allow-write=/tmp/x",
      "--allow-net=b.com,unix:/tmp/x/socket",
    ],
  );
});

Deno.test("grantsIn() reads long and short flags, lists, and commas in them", () => {
  assertEquals(
    grantsIn([
      "run",
      "--allow-read=/a,,b,/c",
      "-R=/d",
      "-N",
      "--allow-net=a.com",
      "--deny-net=b.com",
      "--no-prompt",
    ]),
    {
      allowed: { read: ["/a,b", "/c", "/d"], net: true },
      denied: ["--deny-net=b.com"],
    },
  );
});

Deno.test("childArguments() hands flags on to V8 and bounds the heap", () => {
  const args = childArguments({
    main: "/tmp/x/main.ts",
    socket: SOCKET,
    config: "/p/deno.json",
    permissions: "none",
    grants: ALL,
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
    "/tmp/x",
  ]);
});
