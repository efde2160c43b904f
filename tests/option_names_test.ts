import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../src/errors.ts";
import { checkOptionNames, type OptionNames } from "../src/option_names.ts";

interface LampOptions {
  watts?: number;
  timeoutMs?: number;
}
const NAMES: OptionNames<LampOptions> = { watts: true, timeoutMs: true };

function refused(options: unknown, path?: string): InvalidOptionError {
  return assertThrows(
    () => checkOptionNames("Cannot light", options, NAMES, path),
    InvalidOptionError,
  );
}

Deno.test("checkOptionNames() takes every option that there is, and any that is undefined", () => {
  for (
    const options of [{}, { watts: 1 }, { timeoutMs: 1, volts: undefined }]
  ) {
    checkOptionNames<LampOptions>("Cannot light", options, NAMES);
  }
});

for (
  const [given, meant] of [
    ["wats", "watts"],
    ["Watts", "watts"],
    ["timeout", "timeoutMs"],
    ["timeoutMillis", undefined],
    ["timeoutMs2", "timeoutMs"],
    ["volts", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`checkOptionNames() refuses '${given}' and ${meant === undefined ? "lists what there is" : `asks whether '${meant}' is meant`}`, () => {
    const { option, value, message } = refused({ watts: 1, [given]: 5 });
    assertEquals([option, value], [given, 5]);
    assertEquals(
      message,
      `Cannot light as there is no option '${given}': current value is 5, ${
        meant === undefined
          ? "use 'watts', 'timeoutMs'"
          : `did you mean '${meant}'?`
      }`,
    );
  });
}

for (const options of [null, 5, "watts", [], () => 1]) {
  Deno.test(`checkOptionNames() refuses ${Deno.inspect(options)} for an object`, () => {
    const { option, message } = refused(options);
    assertEquals(option, "options");
    assertStringIncludes(message, "the options must be an object");
  });
}

Deno.test("checkOptionNames() says in which option the unknown one is", () => {
  assertEquals(refused({ volts: 1 }, "lamp").option, "lamp.volts");
  assertEquals(refused(5, "lamp").option, "lamp");
});

Deno.test("checkOptionNames() does not take what every object has for an option", () => {
  assertEquals(refused({ toString: 1 }).option, "toString");
});

Deno.test("OptionNames has every option, and no other", () => {
  // @ts-expect-error watts is left out
  const short: OptionNames<LampOptions> = { timeoutMs: true };
  // @ts-expect-error there are no volts
  const long: OptionNames<LampOptions> = { ...NAMES, volts: true };
  assertEquals([short, long].length, 2);
});
