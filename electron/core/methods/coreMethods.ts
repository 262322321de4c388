// All methods of the application in one table.
import type { Parts } from "../Parts";
import { appMethods } from "./appMethods";
import { chatMethods } from "./chatMethods";
import type { CoreHandlers } from "./CoreHandlers";
import { deltaMethods } from "./deltaMethods";
import { downloadMethods } from "./downloadMethods";
import { fitMethods } from "./fitMethods";
import { hubMethods } from "./hubMethods";
import { importMethods } from "./importMethods";
import { leftoverMethods } from "./leftoverMethods";
import { loadMethods } from "./loadMethods";
import { manageMethods } from "./manageMethods";
import { modelMethods } from "./modelMethods";
import { quantizeMethods } from "./quantizeMethods";

export function coreMethods(parts: Parts): CoreHandlers {
  return {
    ...appMethods(parts),
    ...modelMethods(parts),
    ...manageMethods(parts),
    ...chatMethods(parts),
    ...hubMethods(parts),
    ...downloadMethods(parts),
    ...fitMethods(parts),
    ...loadMethods(parts),
    ...quantizeMethods(parts),
    ...deltaMethods(parts),
    ...importMethods(parts),
    ...leftoverMethods(parts),
  };
}
