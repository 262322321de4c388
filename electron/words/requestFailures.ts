// What went wrong with a request to the application.
import { CHATS_SAFE, type FailureTable } from "./failureTable";

export const requestFailures = {
  "not-found": {
    happened: "This is not there any more.",
    data: "Nothing was changed.",
    advice: "It may have been deleted in the meantime.",
  },
  "request-invalid": ({ reason }) => ({
    happened: `Facet refused this request.${reason}`,
    data: "Nothing was changed.",
    advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
  }),
  internal: ({ reason }) => ({
    happened: `Something went wrong inside Facet.${reason}`,
    data: CHATS_SAFE,
    advice: "Try again. If it goes on, look into the logs: Settings, Open logs folder.",
  }),
} satisfies FailureTable;
