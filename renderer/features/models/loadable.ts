// Something that main was asked for: on its way, here, or failed. Renderer.
import type { Failure } from "../../../electron/contract/failure";

export type Loadable<Value> =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly value: Value }
  | { readonly kind: "failed"; readonly failure: Failure };

export const LOADING = { kind: "loading" } as const;
