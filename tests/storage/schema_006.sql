BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;
INSERT INTO "_sqlite_migrations" VALUES(1,'clore-telegram-bot','m001_first','2022-11-02 16:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'clore-telegram-bot','m002_vanishings','2022-11-02 16:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'clore-telegram-bot','m003_renting','2022-11-02 16:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'clore-telegram-bot','m004_effects','2022-11-02 16:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'clore-telegram-bot','m005_lowerings','2022-11-02 16:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'clore-telegram-bot','m006_guards','2022-11-02 16:00:00+00:00');
CREATE TABLE accounts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            key_id TEXT NOT NULL REFERENCES keys(id),
            name TEXT NOT NULL COLLATE NOCASE,
            sealed_key BLOB NOT NULL,
            last4 TEXT NOT NULL,
            owner_user_id INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            UNIQUE (chat_id, name),
            UNIQUE (chat_id, key_id)
        ) STRICT;
INSERT INTO "accounts" VALUES(1,1,'T4EY7bME3R4cgC3cGd09jQ','main',X'01D26DF40D70E403A6C9F337F930B50AF7980C29C9B63BE3B09191341CA451DB9A7E68C8F85CDD10B9DA097CBCFF9AEF0187F3AFD1C9B1D2289654F22B97D934D7C89037A9','kkkE',1001,1667404800000);
CREATE TABLE alert_states (
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (account_id, type, subject)
        ) STRICT;
INSERT INTO "alert_states" VALUES(1,'order.expiring','38','{"type":"order.expiring","subject":"38","phase":"firing","severity":2,"stage":1,"since":"2022-11-02T16:00:00Z","episode":"e38","facts":{"order":{"id":38,"server":6,"price":{"amount":"0.00003","currency":"bitcoin"},"created_at":"2022-11-02T13:00:00Z","max_length":"P3DT3600S","spot":false,"expired":false,"fee_percent":null,"creation_fee":null,"spent":null,"image":null,"specs":{"gpu":null,"gpu_ram_gb":null,"cpu":null,"cpus":null,"ram_gb":null,"disk":null,"disk_mb_s":null,"board":null,"down_mbit":null,"up_mbit":null,"country":null},"hosts":[],"tcp_ports":[],"http_port":null,"http_host":null,"proxy_cluster":null,"container":null,"online":null,"owner":null}},"samples":1,"fired_at":null,"clear_since":null,"clear_samples":0,"told_stage":0,"told_at":null,"repeats":0,"acked_by":null,"acked_at":null,"snoozed_until":null,"snoozed_by":null,"flapping_since":null,"unknown_since":null,"sampled_at":null}');
CREATE TABLE batches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'running', 'stopping', 'ended', 'dropped')),
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            created_ms INTEGER NOT NULL,
            ended_ms INTEGER
        ) STRICT;
CREATE TABLE chats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            telegram_id INTEGER NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
            title TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
            paused_reason TEXT,
            paused_ms INTEGER,
            default_account_id INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
            language TEXT,
            created_ms INTEGER NOT NULL,
            welcomed_ms INTEGER,
            hold_until_ms INTEGER
        , probes INTEGER NOT NULL DEFAULT 1 CHECK (probes IN (0, 1)), panic_ms INTEGER, panic_user_id INTEGER) STRICT;
INSERT INTO "chats" VALUES(1,500,'private','Ann','active',NULL,NULL,1,NULL,1667404800000,NULL,NULL,1,NULL,NULL);
CREATE TABLE confirmations (
            token TEXT PRIMARY KEY,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            used_ms INTEGER,
            declined_ms INTEGER
        ) STRICT;
CREATE TABLE deployments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            entry_id INTEGER NOT NULL UNIQUE REFERENCES ledger(id) ON DELETE CASCADE,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            body TEXT NOT NULL,
            sealed BLOB,
            created_ms INTEGER NOT NULL,
            next_ms INTEGER,
            ended_ms INTEGER
        ) STRICT;
CREATE TABLE drafts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'dropped')),
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
CREATE TABLE guards (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'off' CHECK (state IN ('off', 'on', 'acting', 'ending', 'over')),
            terms TEXT NOT NULL,
            body TEXT,
            moves INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL,
            UNIQUE (account_id, order_id),
            CHECK (state IN ('off', 'over') OR body IS NOT NULL)
        ) STRICT;
CREATE TABLE inbox (
            update_id INTEGER PRIMARY KEY,
            telegram_chat_id INTEGER,
            sealed BLOB,
            received_ms INTEGER NOT NULL,
            handled_ms INTEGER
        , did TEXT) STRICT;
CREATE TABLE installation (
            name TEXT PRIMARY KEY,
            value TEXT,
            sealed BLOB
        ) STRICT;
INSERT INTO "installation" VALUES('master key d26df40d70e403a6',NULL,NULL);
INSERT INTO "installation" VALUES('key identity secret',NULL,X'01D26DF40D70E403A60EB87B348D921C5D03823C96D8376081B7F3C410F32BDB6649DDE2F6651DA710288B663A244289EFE1CBCC0B6094FE83CE89657BB911D984D7C69322');
CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'rejected')),
            next_poll_ms INTEGER NOT NULL,
            last_ok_ms INTEGER,
            snapshot TEXT
        ) STRICT;
INSERT INTO "keys" VALUES('T4EY7bME3R4cgC3cGd09jQ','ok',1667404800000,NULL,NULL);
CREATE TABLE ledger (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
            key_id TEXT NOT NULL,
            user_id INTEGER NOT NULL,
            once TEXT NOT NULL UNIQUE,
            operation TEXT NOT NULL,
            order_id INTEGER,
            body TEXT NOT NULL,
            sealed BLOB,
            state TEXT NOT NULL DEFAULT 'asked'
                CHECK (state IN ('asked', 'sent', 'done', 'refused', 'unknown', 'abandoned')),
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            sent_ms INTEGER,
            ended_ms INTEGER,
            result TEXT,
            told_ms INTEGER
        , before TEXT) STRICT;
INSERT INTO "ledger" VALUES(1,1,1,'T4EY7bME3R4cgC3cGd09jQ',1001,'a-token-of-the-second-version','cancel_order',38,'{"order":38,"server":6,"issue":null}',X'01D26DF40D70E403A6D551998CF332AD278B633D71BA9F222082C0D495BB65A4D696F51F495AED2F6376A43A247A2DE56981396FBA1CAC4F10429D43ECE67670E733BED33E','asked',NULL,1667404800000,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE lowerings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'acting', 'reached', 'stopped', 'dropped')),
            body TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
CREATE TABLE marks (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('favourite', 'watch', 'blocked', 'blocked owner')),
            number INTEGER NOT NULL,
            title TEXT NOT NULL,
            body TEXT,
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (chat_id, kind, number)
        ) STRICT;
CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
            once TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('notice', 'outcome', 'plain')),
            episode TEXT,
            body TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'dead', 'dropped')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            silent INTEGER NOT NULL CHECK (silent IN (0, 1)),
            message_id INTEGER,
            edits_message_id INTEGER,
            created_ms INTEGER NOT NULL,
            sent_ms INTEGER,
            error TEXT,
            UNIQUE (chat_id, once)
        ) STRICT;
CREATE TABLE questions (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL, answered_by INTEGER,
            PRIMARY KEY (chat_id, user_id)
        ) STRICT;
CREATE TABLE results (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            query TEXT NOT NULL,
            layout TEXT NOT NULL DEFAULT 'cards' CHECK (layout IN ('cards', 'table')),
            page INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL,
            used_ms INTEGER NOT NULL
        ) STRICT;
CREATE TABLE searches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            query TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            UNIQUE (chat_id, query)
        ) STRICT;
CREATE TABLE stops (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'armed'
                CHECK (state IN ('armed', 'warned', 'missed', 'acting', 'carried out', 'failed', 'dropped', 'over')),
            body TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            body TEXT NOT NULL,
            sealed BLOB,
            is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL,
            UNIQUE (chat_id, name)
        ) STRICT;
CREATE TABLE vanishings (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            message_id INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (chat_id, message_id)
        ) STRICT;
INSERT INTO "vanishings" VALUES(1,7,1667404800000);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX chats_default_account ON chats(default_account_id);
CREATE INDEX keys_next_poll ON keys(next_poll_ms, id);
CREATE INDEX accounts_key ON accounts(key_id);
CREATE INDEX outbox_queued ON outbox(chat_id, priority, id) WHERE state = 'queued';
CREATE INDEX outbox_urgent ON outbox(priority, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox(chat_id) WHERE state = 'sending';
CREATE INDEX outbox_episode ON outbox(chat_id, episode);
CREATE INDEX outbox_account ON outbox(account_id);
CREATE INDEX inbox_pending ON inbox(update_id) WHERE handled_ms IS NULL;
CREATE INDEX inbox_chat ON inbox(telegram_chat_id);
CREATE INDEX confirmations_chat ON confirmations(chat_id);
CREATE INDEX confirmations_account ON confirmations(account_id);
CREATE INDEX questions_account ON questions(account_id);
CREATE INDEX ledger_chat ON ledger(chat_id, id);
CREATE INDEX ledger_key ON ledger(key_id, operation);
CREATE INDEX ledger_account ON ledger(account_id);
CREATE INDEX ledger_open ON ledger(id) WHERE state IN ('asked', 'sent') OR told_ms IS NULL;
CREATE INDEX vanishings_at ON vanishings(at_ms);
CREATE INDEX results_chat ON results(chat_id, id);
CREATE INDEX marks_looked_for ON marks(kind, number);
CREATE INDEX drafts_chat ON drafts(chat_id, user_id, state);
CREATE INDEX drafts_account ON drafts(account_id);
CREATE INDEX batches_chat ON batches(chat_id);
CREATE INDEX batches_account ON batches(account_id);
CREATE INDEX batches_running ON batches(id) WHERE state IN ('running', 'stopping');
CREATE INDEX deployments_chat ON deployments(chat_id);
CREATE INDEX deployments_account ON deployments(account_id, order_id);
CREATE INDEX deployments_next ON deployments(next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX stops_chat ON stops(chat_id);
CREATE INDEX stops_account ON stops(account_id, order_id);
CREATE INDEX stops_standing ON stops(account_id, id) WHERE state IN ('armed', 'warned', 'missed', 'acting');
CREATE UNIQUE INDEX ledger_claims ON ledger(key_id, order_id)
            WHERE operation = 'create_order' AND order_id IS NOT NULL;
CREATE INDEX ledger_looked_for ON ledger(id)
            WHERE operation = 'create_order' AND state = 'unknown' AND told_ms IS NULL;
CREATE INDEX lowerings_chat ON lowerings(chat_id);
CREATE INDEX lowerings_account ON lowerings(account_id, order_id);
CREATE INDEX lowerings_standing ON lowerings(account_id, id) WHERE state IN ('waiting', 'acting');
CREATE INDEX guards_chat ON guards(chat_id);
CREATE INDEX guards_standing ON guards(account_id, id) WHERE state IN ('on', 'acting', 'ending');
CREATE INDEX ledger_bids ON ledger(key_id, order_id) WHERE operation = 'set_spot_price';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('chats',1);
INSERT INTO "sqlite_sequence" VALUES('accounts',1);
INSERT INTO "sqlite_sequence" VALUES('ledger',1);
COMMIT;
