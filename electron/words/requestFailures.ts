// What went wrong with a request to the application.
import { chatsSafe, nothingChanged, tryAgainOrSeeLogs, type FailureTable } from "./failureTable";
import { t } from "./language";

export const requestFailures = {
  "not-found": () => ({
    happened: t("This no longer exists."),
    data: nothingChanged(),
    advice: t("It may have been deleted in the meantime."),
  }),
  "request-invalid": () => ({
    happened: t("Facet refused this request."),
    data: nothingChanged(),
    advice: tryAgainOrSeeLogs(),
  }),
  internal: () => ({
    happened: t("Something went wrong inside Facet."),
    data: chatsSafe(),
    advice: tryAgainOrSeeLogs(),
  }),
} satisfies FailureTable;
