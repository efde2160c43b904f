import { assertEquals, assertStringIncludes } from "@std/assert";
import { runAsUser } from "../fixtures/user_program.ts";

/** Runs a program in which an actor fails, and which then does `what`. */
function failAnd(what: string): ReturnType<typeof runAsUser> {
  return runAsUser(
    `
    import { actor, System, watch } from "@troupe/actors";

    export const Fragile = actor(import.meta, "Fragile", class {
      fail(): never {
        throw new TypeError("Fell over");
      }
      exit(): void {
        Deno.exit(4);
      }
    });
    if (import.meta.main) {
      await using system = new System();
      const fragile = await system.spawn(Fragile, [], { name: "glass" });
      const others = await system.spawn(Fragile, [], { name: "other" });
      /** Resolves when the end of "glass" is known here. */
      async function gone(): Promise<void> {
        while (system.tree().some(({ name }) => name === "glass")) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      ${what}
      console.log(others.name);
    }
    `,
    "-A",
  );
}

Deno.test("A failure that nobody hears of is reported once, with the name of its actor", async () => { // S25
  const { code, stdout, stderr } = await failAnd(
    "fragile.tell.fail(); await gone();",
  );
  assertEquals([code, stdout], [0, "other\n"]);
  assertStringIncludes(stderr, 'Actor "glass" ended (failed)');
  assertEquals(stderr.match(/TypeError: Fell over/g)?.length, 1);
});

Deno.test("A thread that ends by itself is reported when nobody hears of it", async () => { // S25
  const { stderr } = await failAnd("fragile.tell.exit(); await gone();");
  assertStringIncludes(stderr, 'Actor "glass" ended (crashed)');
  assertStringIncludes(stderr, "Deno.exit(4)");
});

const ways = [
  ["an ask", "await fragile.ask.fail().catch(() => {}); await gone();"],
  ["exited", "fragile.tell.fail(); await fragile.exited;"],
  ["watch()", "watch(fragile, () => {}); fragile.tell.fail(); await gone();"],
  [
    "an ask behind the failure",
    "fragile.tell.fail(); await fragile.ask.exit().catch(() => {});",
  ],
  ["a stop", "await fragile.stop();"],
  ["a kill", "await fragile.kill();"],
];
for (const [way, what] of ways) {
  Deno.test(`A failure is not reported when somebody hears of it by ${way}`, async () => { // S25
    const { code, stderr } = await failAnd(what as string);
    assertEquals([code, stderr.includes("Actor")], [0, false], stderr);
  });
}
