// Lets code that the tests run inside the page see the bridge with its types.
import type { Bridge } from "../electron/contract/bridge";

declare global {
  interface Window {
    readonly facet: Bridge;
  }
}
