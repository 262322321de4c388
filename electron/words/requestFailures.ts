// What went wrong with a request to the application.
import { chatsSafe, nothingChanged, tryAgainOrSeeLogs, type FailureTable } from "./failureTable";
import { t } from "./language";
import { sentences } from "./sentences";

export const requestFailures = {
  "not-found": () => ({
    happened: t("This no longer exists."),
    data: nothingChanged(),
    advice: t("It may have been deleted in the meantime."),
  }),
  "request-invalid": ({ reason }) => ({
    happened: sentences(t("Facet refused this request."), reason),
    data: nothingChanged(),
    advice: tryAgainOrSeeLogs(),
  }),
  internal: ({ reason }) => ({
    happened: sentences(t("Something went wrong inside Facet."), reason),
    data: chatsSafe(),
    advice: tryAgainOrSeeLogs(),
  }),
} satisfies FailureTable;
