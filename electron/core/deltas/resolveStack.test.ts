// What an answer is told when one of its fine-tunes goes while it begins.
import { expect, it } from "vitest";
import type { Delta, NamedStack } from "../../contract/deltas";
import type { DeltaMatch } from "../../contract/fitProtocol";
import { fail, failure, succeed, type Outcome } from "../../contract/failure";
import { DeltaId, ModelId } from "../../contract/ids";
import { failureText } from "../../words/failureText";
import { resolveStack, type StackFiles } from "./resolveStack";

const [pirate, poet] = ["pirate", "poet"].map((id) => DeltaId.parse(id)) as [DeltaId, DeltaId];
const stack: NamedStack = [pirate, poet].map((deltaId) => ({
  deltaId,
  name: `The ${deltaId}`,
  hue: 1,
  kind: "lora",
  scale: 1,
}));
const fits = (deltaId: DeltaId): DeltaMatch => ({ deltaId, match: "fits", failure: null });

/** A library that has these, and a match that takes as long as `during`. */
function resolved(
  there: Set<DeltaId>,
  during: () => void = () => undefined,
  matchOf: (deltaId: DeltaId) => DeltaMatch = fits,
): Promise<Outcome<unknown>> {
  const files: StackFiles = {
    deltas: {
      find: (deltaId) =>
        there.has(deltaId)
          ? {
              delta: { id: deltaId, facts: { baseFingerprint: null, baseName: null } } as unknown as Delta,
              path: `/${deltaId}`,
            }
          : null,
      resolve(wanted) {
        const gone = wanted.find(({ deltaId }) => !there.has(deltaId));
        return gone === undefined
          ? succeed(wanted.map(({ deltaId, name, scale }) => ({ deltaId, name, scale, path: `/${deltaId}` })))
          : fail("delta-missing", { delta: gone.name });
      },
    },
    library: { find: async () => ({ paths: ["/model"] }) as never },
    deltaMatcher: {
      async match(_paths, deltas) {
        during();
        return succeed(deltas.map(({ deltaId }) => matchOf(deltaId)));
      },
    },
  };
  return resolveStack(stack, ModelId.parse("m"), files);
}

const deleted = { ok: false, failure: failure("delta-deleted", { delta: "The poet" }) };

it("has its files while all are there", async () => {
  expect(await resolved(new Set([pirate, poet]))).toMatchObject({
    ok: true,
    value: [{ path: "/pirate" }, { path: "/poet" }],
  });
});

it("says which fine-tune was removed: before its turn came, while it was matched, or as its file was read", async () => {
  expect(await resolved(new Set([pirate]))).toEqual(deleted);
  const there = new Set([pirate, poet]);
  expect(await resolved(there, () => there.delete(poet))).toEqual(deleted);
  const unread = (deltaId: DeltaId): DeltaMatch =>
    deltaId === poet ? { deltaId, match: "refused", failure: failure("model-missing") } : fits(deltaId);
  expect(await resolved(new Set([pirate, poet]), undefined, unread)).toEqual(deleted);
  const { happened, data, advice } = failureText(deleted.failure);
  expect(happened).toBe("“The poet” was removed from this computer before it could answer.");
  expect(data).toBe("Your message is kept in the chat, without an answer.");
  expect(advice).toContain("Choose another fine-tune or the base model");
});

it("does not blame one fine-tune for another", async () => {
  const refused = (deltaId: DeltaId): DeltaMatch =>
    deltaId === poet ? { deltaId, match: "refused", failure: failure("delta-shapes-differ") } : fits(deltaId);
  expect(await resolved(new Set([pirate, poet]), undefined, refused)).toEqual({
    ok: false,
    failure: failure("delta-shapes-differ", { delta: "The poet" }),
  });
});
