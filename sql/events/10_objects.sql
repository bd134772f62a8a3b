-- ---------------------------------------------------------------------------
-- events: what create_ledger() makes of them (sql/create_ledger.sql says how).
-- While there is no consumer the tables are empty.
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.event_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Without a cache, so that a later event never has a lower id.
-- Level: administrator USAGE
(6000, 'sequence', 'event_seq', 'ids of events',
	$$CREATE SEQUENCE governance.event_seq AS bigint$$),

-- Level: administrator USAGE
(6010, 'sequence', 'event_delivery_seq', 'the order in which consumers are given their events',
	$$CREATE SEQUENCE governance.event_delivery_seq AS bigint$$),

-- Level: administrator INSERT UPDATE DELETE
(6020, 'table', 'event', 'the outbox: what has happened, written in the transaction in which it did, kept until every consumer has acknowledged it', $$
CREATE TABLE governance.event (
	account_id bigint NOT NULL,  -- whom it concerns; 0: nobody by itself, as the publication of a policy
	event_id bigint NOT NULL DEFAULT nextval('governance.event_seq'),  -- identifies the event
	kind text NOT NULL,  -- sanction_started, certification_lapsed, policy_published, ...
	at timestamptz NOT NULL,  -- the instant at which it became so, which may lie before it was recorded
	scheme text,  -- under which scheme
	sanction_id bigint,  -- the sanction; null: time alone brought it, and it has no record yet
	certification_id bigint,  -- the certification
	policy_id bigint,  -- the version of the policy
	detail jsonb NOT NULL DEFAULT '{}',  -- what there is to say about it
	recorded_at timestamptz NOT NULL DEFAULT now(),  -- when its transaction began
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the transaction that wrote it
	CONSTRAINT event_pkey PRIMARY KEY (account_id, event_id)
)$$),

(6021, 'index', 'event.event_event_id_idx', NULL,
	$$CREATE INDEX event_event_id_idx ON governance.event (event_id)$$),

(6022, 'index', 'event.event_xid_idx', NULL,
	$$CREATE INDEX event_xid_idx ON governance.event (xid)$$),

-- Level: administrator UPDATE
(6030, 'table', 'event_consumer', 'who is given the events; written by create_consumer() and drop_consumer()', $$
CREATE TABLE governance.event_consumer (
	consumer text NOT NULL,  -- its name
	kinds text[],  -- the kinds of events that it wants; null: all
	max_pending bigint,  -- with more events than this waiting, tick() gives it up; null: no limit
	max_age interval,  -- with an event older than this waiting, tick() gives it up; null: no limit
	created_at timestamptz NOT NULL DEFAULT now(),  -- since when
	created_by text NOT NULL DEFAULT current_user,  -- who registered it
	seen pg_snapshot NOT NULL,  -- the transactions whose events have been put in its queue
	seen_by xid8,  -- the transaction that did so last, whose own events come after
	lost_at timestamptz,  -- when it was given up, with all that waited for it
	CONSTRAINT event_consumer_pkey PRIMARY KEY (consumer),
	CONSTRAINT event_consumer_name_check CHECK (consumer <> '' AND octet_length(consumer) <= 63),
	CONSTRAINT event_consumer_limit_check CHECK (max_pending > 0 AND max_age > '0'::interval)
) WITH (fillfactor = 50)$$),

(6031, 'trigger', 'event_consumer.event_consumer_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE OF kinds, lost_at ON governance.event_consumer FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(6032, 'trigger', 'event_consumer.event_consumer_truncated', NULL,
	$$AFTER TRUNCATE ON governance.event_consumer FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

-- Level: administrator INSERT UPDATE DELETE
(6040, 'table', 'event_delivery', 'events that a consumer has not acknowledged yet, in its order', $$
CREATE TABLE governance.event_delivery (
	account_id bigint NOT NULL,  -- whom the event concerns
	consumer text NOT NULL,  -- who is to have it
	position bigint NOT NULL DEFAULT nextval('governance.event_delivery_seq'),  -- its place in the order of the consumer
	event_id bigint NOT NULL,  -- the event
	attempts integer NOT NULL DEFAULT 0,  -- how often poll() has given it out
	CONSTRAINT event_delivery_pkey PRIMARY KEY (account_id, consumer, position),
	CONSTRAINT event_delivery_consumer_fkey FOREIGN KEY (consumer) REFERENCES governance.event_consumer ON DELETE CASCADE
) WITH (fillfactor = 80)$$),

(6041, 'index', 'event_delivery.event_delivery_event_id_idx', NULL,
	$$CREATE INDEX event_delivery_event_id_idx ON governance.event_delivery (event_id, consumer)$$),

-- Level: administrator INSERT UPDATE DELETE
(6050, 'table', 'event_queue', 'accounts for whose events a consumer is waiting: one worker has an account at a time', $$
CREATE TABLE governance.event_queue (
	account_id bigint NOT NULL,  -- the account
	consumer text NOT NULL,  -- the consumer
	head bigint NOT NULL,  -- position of its first event
	leased_until timestamptz NOT NULL DEFAULT '-infinity',  -- until when a worker has it
	leased_to bigint NOT NULL DEFAULT 0,  -- position of the last event that the worker was given
	CONSTRAINT event_queue_pkey PRIMARY KEY (account_id, consumer),
	CONSTRAINT event_queue_consumer_fkey FOREIGN KEY (consumer) REFERENCES governance.event_consumer ON DELETE CASCADE
) WITH (fillfactor = 80)$$),

(6051, 'index', 'event_queue.event_queue_head_idx', NULL,
	$$CREATE INDEX event_queue_head_idx ON governance.event_queue (consumer, head)$$),

-- Level: administrator INSERT UPDATE DELETE
(6060, 'table', 'event_watch', 'what time will bring, and what has been announced of it: tick() looks here', $$
CREATE TABLE governance.event_watch (
	account_id bigint NOT NULL,  -- whom it concerns
	subject text NOT NULL,  -- standing, certification; unrecorded: a sanction that time alone brought
	scheme text NOT NULL DEFAULT '',  -- under which scheme
	id bigint NOT NULL DEFAULT 0,  -- of the certification
	announced text,  -- what consumers know of it: granted, due; unrecorded: started, over
	rung text,  -- standing: the rung that it is known to be near; unrecorded: the sanction's rung
	seen timestamptz,  -- standing: what time has brought is announced up to here; unrecorded: since when
	told timestamptz,  -- standing: what became of its sanctions is announced up to here
	near_at timestamptz,  -- standing: when an entry last brought it near a rung
	next_at timestamptz NOT NULL,  -- when to look again
	CONSTRAINT event_watch_pkey PRIMARY KEY (account_id, subject, scheme, id)
) WITH (fillfactor = 80)$$),

-- An earlier version kept a row for each sanction.
(6061, 'after', 'event_watch.told', NULL, $$
ALTER TABLE governance.event_watch DROP CONSTRAINT IF EXISTS event_watch_subject_check;
UPDATE governance.event_watch w
	SET told = coalesce(s.behind, now()), next_at = LEAST(w.next_at, now())
	FROM (SELECT t.account_id, t.scheme, min(x.next_at) FILTER (WHERE x.next_at <= now()) - interval '1 microsecond' AS behind
		  FROM governance.event_watch t
			  LEFT JOIN governance.event_watch x ON x.account_id = t.account_id AND x.subject = 'sanction' AND x.scheme = t.scheme
		  WHERE t.subject = 'standing' GROUP BY 1, 2) s
	WHERE w.account_id = s.account_id AND w.subject = 'standing' AND w.scheme = s.scheme;
DELETE FROM governance.event_watch WHERE subject = 'sanction'$$),

(6062, 'constraint', 'event_watch.event_watch_subject_check', NULL,
	$$ALTER TABLE governance.event_watch ADD CONSTRAINT event_watch_subject_check CHECK (subject IN ('standing', 'certification', 'unrecorded'))$$),

(6063, 'index', 'event_watch.event_watch_next_at_idx', NULL,
	$$CREATE INDEX event_watch_next_at_idx ON governance.event_watch (next_at) WHERE next_at < 'infinity'$$),

-- Level: administrator UPDATE
(6070, 'table', 'event_server', 'one row: the cluster whose transactions the events name, to notice that the tables were restored elsewhere', $$
CREATE TABLE governance.event_server (
	one_row boolean NOT NULL DEFAULT true,  -- true: there is one row
	server bigint NOT NULL,  -- system identifier of the cluster
	CONSTRAINT event_server_pkey PRIMARY KEY (one_row),
	CONSTRAINT event_server_one_row_check CHECK (one_row)
)$$),

(6071, 'after', 'event_server', NULL,
	$$INSERT INTO governance.event_server (server) SELECT c.system_identifier FROM pg_control_system() c$$),

(6072, 'trigger', 'policy.event_publish', NULL,
	$$AFTER INSERT OR UPDATE ON governance.policy FOR EACH ROW EXECUTE FUNCTION governance.event_policy()$$),

(6073, 'trigger', 'certification.event_update', NULL,
	$$AFTER UPDATE ON governance.certification FOR EACH ROW EXECUTE FUNCTION governance.event_certification()$$),

-- Level: reader
(6080, 'view', 'consumer_lag', 'how far each consumer is behind', $$
CREATE VIEW governance.consumer_lag (
	consumer,  -- its name
	pending,  -- events that it has not acknowledged
	in_flight,  -- of these, events that a worker has at the moment
	oldest,  -- when the first of them was recorded
	lag,  -- how long ago that was
	max_pending,  -- its limits
	max_age,  -- likewise
	lost_at  -- when it was given up
) AS
SELECT c.consumer, d.pending + f.pending AS pending, coalesce(q.in_flight, 0) AS in_flight,
	   LEAST(d.oldest, f.oldest) AS oldest, now() - LEAST(d.oldest, f.oldest) AS lag,
	   c.max_pending, c.max_age, c.lost_at
FROM governance.event_consumer c
	LEFT JOIN LATERAL (
		SELECT count(*) AS pending,
			   (SELECT e.recorded_at FROM (SELECT q.account_id, q.head FROM governance.event_queue q
										   WHERE q.consumer = c.consumer ORDER BY q.head LIMIT 1) q
					JOIN governance.event_delivery p ON p.account_id = q.account_id AND p.consumer = c.consumer AND p.position = q.head
					JOIN governance.event e ON e.account_id = p.account_id AND e.event_id = p.event_id) AS oldest
		FROM governance.event_delivery p WHERE p.consumer = c.consumer) d ON true
	LEFT JOIN LATERAL (
		SELECT count(*) AS pending, min(e.recorded_at) AS oldest FROM governance.event e
		WHERE e.xid >= pg_snapshot_xmin(c.seen)
			AND (NOT pg_visible_in_snapshot(e.xid, c.seen) OR e.xid = c.seen_by)
			AND (c.kinds IS NULL OR e.kind = ANY (c.kinds)) AND c.lost_at IS NULL) f ON true
	LEFT JOIN LATERAL (
		SELECT count(*) AS in_flight FROM governance.event_queue q
			JOIN governance.event_delivery p ON p.account_id = q.account_id AND p.consumer = q.consumer
				AND p.position <= q.leased_to
		WHERE q.consumer = c.consumer AND q.leased_until > clock_timestamp()) q ON true$$)
$steps$;
COMMENT ON FUNCTION governance.event_objects() IS
	'part of create_ledger(): tables and views of events and their consumers';
