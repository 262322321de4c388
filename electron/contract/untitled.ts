// The title of a chat that has none yet, as it is stored; shown in the user's language (words/chatTitle.ts).
export const UNTITLED = "New chat"; // not translated
