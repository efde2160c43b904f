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

/** Which of many actors are reported when each fails in `placement` by `how`, and somebody hears of most in some way. */
async function unheard(
  placement: "thread" | "shared" | "local",
  how: "fail" | "exit",
): Promise<readonly string[]> {
  const { code, stderr } = await runAsUser(
    `
    import { actor, type ActorRef, type Context, supervise, System, watch } from "@troupe/actors";

    class FragileActor {
      fail(): never {
        throw new TypeError("Fell over");
      }
      exit(): void {
        Deno.exit(4);
      }
      never(): Promise<never> {
        return new Promise(() => {});
      }
      async *count(): AsyncGenerator<number> {
        for (let n = 0;; n++) yield n;
      }
    }
    export const Fragile = actor(import.meta, "Fragile", FragileActor);
    export const Other = actor(import.meta, "Other", class {
      #context!: Context;
      onStart(context: Context): void {
        this.#context = context;
      }
      watch(ref: ActorRef<FragileActor>): void {
        this.#context.watch(ref, () => {});
      }
      ask(ref: ActorRef<FragileActor>): void {
        ref.ask.never().catch(() => {});
      }
      async read(ref: ActorRef<FragileActor>): Promise<void> {
        await ref.with({ credit: 2 }).stream.count().next();
      }
    });
    if (import.meta.main) {
      await using system = new System({ hosts: 10, deadLetterLines: 0 });
      const other = await system.spawn(Other, []);
      const placement = "${placement}";
      const ways: Record<string, (ref: ActorRef<FragileActor>) => unknown> = {
        nobody: () => {},
        unwatched: (ref) => watch(ref, () => {})[Symbol.dispose](),
        asking: (ref) => void ref.ask.never().catch(() => {}),
        reading: (ref) => ref.with({ credit: 2 }).stream.count().next(),
        watching: (ref) => watch(ref, () => {}),
        ...("${how}" === "exit" ? {} : {
          "asking elsewhere": (ref) => other.ask.ask(ref),
          "reading elsewhere": (ref) => other.ask.read(ref),
          "watching elsewhere": (ref) => other.ask.watch(ref),
        }),
      };
      const refs = [];
      for (const [name, way] of Object.entries(ways)) {
        const options = { name, placement, concurrency: name.startsWith("asking") ? 2 : 1 } as const;
        const ref = await system.spawn(Fragile, [], options);
        await way(ref);
        refs.push(ref);
      }
      await using tree = await supervise({
        children: [{ id: "child", actor: Fragile, options: { placement }, restart: "temporary" }],
      }, system);
      refs.push(tree.ref("child", Fragile));
      for (const ref of refs) ref.tell.${how}();
      // Asking for the end is done elsewhere: it must not be heard of by that.
      while (system.tree().length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    `,
    "-A",
  );
  assertEquals(code, 0, stderr);
  const lines = stderr.matchAll(/^Actor "(.*)" ended \(.*nobody watches it/gm);
  return lines.map(([, name]) => name!).toArray().sort();
}

for (const placement of ["thread", "shared", "local"] as const) {
  Deno.test(`A failure is reported of those alone whom nobody hears of [${placement}]`, async () => { // S25
    assertEquals(await unheard(placement, "fail"), ["nobody", "unwatched"]);
  });
}

for (const placement of ["thread", "shared"] as const) {
  Deno.test(`A thread that ends by itself is reported if nobody hears of who was on it [${placement}]`, async () => { // S25
    assertEquals(await unheard(placement, "exit"), ["nobody", "unwatched"]);
  });
}

for (const linked of ["thread", "shared", "local"] as const) {
  for (const linker of ["thread", "shared", "local"] as const) {
    Deno.test(`A failure is not reported when the one that causes it has linked before [${linked} with ${linker}]`, async () => { // S25, M30
      const { code, stderr, stdout } = await runAsUser(
        `
        import { actor, type ActorRef, type Context, System } from "@troupe/actors";

        class FragileActor {
          fail(): never {
            throw new TypeError("Fell over");
          }
        }
        export const Fragile = actor(import.meta, "Fragile", FragileActor);
        export const Partner = actor(import.meta, "Partner", class {
          #context!: Context;
          readonly #exits: string[] = [];
          onStart(context: Context): void {
            this.#context = context;
            context.trapExits(({ reason }) => this.#exits.push(reason.kind));
          }
          breakOne(ref: ActorRef<FragileActor>): void {
            this.#context.link(ref);
            ref.tell.fail();
          }
          exits(): readonly string[] {
            return this.#exits;
          }
        });
        if (import.meta.main) {
          await using system = new System({ hosts: 2 });
          const partner = await system.spawn(Partner, [], { placement: "${linker}" });
          for (let n = 0; n < 5; n++) {
            const fragile = await system.spawn(Fragile, [], { placement: "${linked}" });
            await partner.ask.breakOne(fragile);
          }
          let exits: readonly string[] = [];
          while (exits.length < 5) exits = await partner.ask.exits();
          console.log(exits.join());
        }
        `,
        "-A",
      );
      assertEquals([code, stdout, stderr], [
        0,
        "failed,failed,failed,failed,failed\n",
        "",
      ]);
    });
  }
}
