// What computes, as the engine says it: "CPU · AVX-512 · 1-bit kernels". All but Facet's own part are names.
import { t } from "./language";

export function backendWords(backend: string): string {
  return backend.replace(/1-bit kernels/u, () => t("1-bit kernels"));
}
