// Migration 1: chats, their message trees, and the full-text indexes over both. Never changed once released.
export const migration0001 = `
CREATE TABLE chats (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  -- 1: the person gave the title, so the first message no longer does
  is_renamed INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  last_used_at_ms INTEGER NOT NULL,
  -- the last message of the branch that is shown
  leaf_id TEXT REFERENCES messages(id) DEFERRABLE INITIALLY DEFERRED,
  -- JSON, ChatSettings
  settings TEXT NOT NULL,
  -- set = deleted, until the next start makes it final
  deleted_at_ms INTEGER
) STRICT;

CREATE TABLE messages (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  chat_id TEXT NOT NULL REFERENCES chats(id),
  parent_id TEXT REFERENCES messages(id) DEFERRABLE INITIALLY DEFERRED,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  text TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('complete', 'writing', 'stopped', 'interrupted', 'failed')),
  request_id TEXT,
  -- JSON, Failure
  failure TEXT,
  -- JSON, AnswerFacts
  facts TEXT
) STRICT;

CREATE INDEX messages_by_chat ON messages(chat_id, row);
CREATE INDEX messages_by_parent ON messages(parent_id);
CREATE INDEX messages_being_written ON messages(row) WHERE state = 'writing';

CREATE VIRTUAL TABLE messages_fts USING fts5(
  text, content = 'messages', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE VIRTUAL TABLE chats_fts USING fts5(
  title, content = 'chats', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
-- what is deleted leaves the index files too
INSERT INTO messages_fts(messages_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO chats_fts(chats_fts, rank) VALUES ('secure-delete', 1);

-- A message is indexed when it is finished: an answer that grows would be indexed anew at each checkpoint.
CREATE TRIGGER messages_indexed AFTER INSERT ON messages WHEN new.state <> 'writing' BEGIN
  INSERT INTO messages_fts(rowid, text) VALUES (new.row, new.text);
END;
CREATE TRIGGER messages_unindexed AFTER DELETE ON messages WHEN old.state <> 'writing' BEGIN
  INSERT INTO messages_fts(messages_fts, rowid, text) VALUES ('delete', old.row, old.text);
END;
-- The text of a finished message never changes: an edit is a sibling. Only its end is noticed here.
CREATE TRIGGER messages_finished AFTER UPDATE OF state ON messages
WHEN old.state = 'writing' AND new.state <> 'writing' BEGIN
  INSERT INTO messages_fts(rowid, text) VALUES (new.row, new.text);
END;
CREATE TRIGGER finished_messages_stay BEFORE UPDATE OF text, state ON messages WHEN old.state <> 'writing' BEGIN
  SELECT RAISE(ABORT, 'a finished message is not changed');
END;

CREATE TRIGGER chats_indexed AFTER INSERT ON chats BEGIN
  INSERT INTO chats_fts(rowid, title) VALUES (new.row, new.title);
END;
CREATE TRIGGER chats_unindexed AFTER DELETE ON chats BEGIN
  INSERT INTO chats_fts(chats_fts, rowid, title) VALUES ('delete', old.row, old.title);
END;
CREATE TRIGGER chats_reindexed AFTER UPDATE OF title ON chats BEGIN
  INSERT INTO chats_fts(chats_fts, rowid, title) VALUES ('delete', old.row, old.title);
  INSERT INTO chats_fts(rowid, title) VALUES (new.row, new.title);
END;
`;
