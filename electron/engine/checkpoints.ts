// Checkpoints: states of a conversation to come back to, for models whose KV cache cannot be cut at any token (sliding window,
// recurrent). How many are kept, and so what they may take. Engine and fit process.

/** Of each conversation: where its last answer began, and the one before it, for who edits the last message. */
export const MAX_CHECKPOINTS = 2;

/**
 * For LlamaContext.getSequence. Without it node-llama-cpp keeps up to 32, and takes more of its own while it reads: one takes
 * 8 MB with Gemma 3 270M, some hundred with models of 27 billion parameters.
 */
export const checkpointOptions = { max: MAX_CHECKPOINTS, interval: false } as const;
