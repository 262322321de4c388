// What went wrong in the engine process.
import { amounts } from "./failureFacts";
import { CHATS_SAFE, type FailureTable } from "./failureTable";

export const engineFailures = {
  "engine-start-failed": ({ reason }) => ({
    happened: `The engine, the part that runs the model, could not be started.${reason}`,
    data: CHATS_SAFE,
    advice: "Restart it. If that does not help, look into the logs: Settings, Open logs folder.",
  }),
  "engine-crashed": {
    happened: "The engine stopped unexpectedly.",
    data: "What was written of the answer is kept.",
    advice: "Send your message again, or choose another model.",
  },
  "engine-out-of-memory": ({ details }) => ({
    happened: `The engine ran out of memory and was stopped${amounts(details)}.`,
    data: "What was written of the answer is kept.",
    advice: "Close other programs or choose a smaller model, then send your message again.",
  }),
  "engine-not-responding": {
    happened: "The engine stopped responding and was ended.",
    data: "What was written of the answer is kept.",
    advice: "Send your message again, or choose another model.",
  },
  "engine-busy": {
    happened: "Another answer is still being written here.",
    data: "That one goes on. Nothing of what you wrote is lost.",
    advice: "Wait until it is finished, or stop it, then try again.",
  },
  "request-cancelled": {
    happened: "This was stopped before it was finished.",
    data: "Nothing was lost.",
    advice: "Try again when you want.",
  },
} satisfies FailureTable;
