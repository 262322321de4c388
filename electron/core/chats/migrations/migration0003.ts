// Migration 3: what a message is made of beside its text. Never changed once released.
export const migration0003 = `
-- JSON, MessagePart[]; NULL = one text, which is in the column text. Where it is set, text has what is read and searched.
ALTER TABLE messages ADD COLUMN parts TEXT;
`;
