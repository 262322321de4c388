// Migration 2: which deltas answer next in a chat, which made each answer, and answers that were asked for together.
// Never changed once released.
export const migration0002 = `
-- JSON, NamedStack; '[]' = the base alone
ALTER TABLE chats ADD COLUMN stack TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN stack TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN comparison_id TEXT;
`;
