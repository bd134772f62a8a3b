-- ---------------------------------------------------------------------------
-- events: the tables.  As with the rest of the ledger the extension owns none
-- of them.  While there is no consumer they are empty, and no trigger is there
-- to write to them.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_event_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.event_seq') IS NULL THEN
		-- Without a cache, so that a later event never has a lower id.
		CREATE SEQUENCE governance.event_seq AS bigint;
		COMMENT ON SEQUENCE governance.event_seq IS 'ids of events';
		RETURN NEXT 'created sequence governance.event_seq';
	END IF;
	IF to_regclass('governance.event_delivery_seq') IS NULL THEN
		CREATE SEQUENCE governance.event_delivery_seq AS bigint;
		COMMENT ON SEQUENCE governance.event_delivery_seq IS 'the order in which consumers are given their events';
		RETURN NEXT 'created sequence governance.event_delivery_seq';
	END IF;

	IF to_regclass('governance.event') IS NULL THEN
		CREATE TABLE governance.event (
			account_id			bigint NOT NULL,
			event_id			bigint NOT NULL DEFAULT nextval('governance.event_seq'),
			kind				text NOT NULL,
			at					timestamptz NOT NULL,
			scheme				text,
			sanction_id			bigint,
			certification_id	bigint,
			policy_id			bigint,
			detail				jsonb NOT NULL DEFAULT '{}',
			recorded_at			timestamptz NOT NULL DEFAULT now(),
			xid					xid8 NOT NULL DEFAULT pg_current_xact_id(),
			CONSTRAINT event_pkey PRIMARY KEY (account_id, event_id)
		);
		CREATE INDEX event_event_id_idx ON governance.event (event_id);
		CREATE INDEX event_xid_idx ON governance.event (xid);
		COMMENT ON TABLE governance.event IS 'the outbox: what has happened, written in the transaction in which it did, kept until every consumer has acknowledged it';
		COMMENT ON COLUMN governance.event.account_id IS 'whom it concerns; 0: nobody by itself, as the publication of a policy';
		COMMENT ON COLUMN governance.event.event_id IS 'identifies the event';
		COMMENT ON COLUMN governance.event.kind IS 'sanction_started, certification_lapsed, policy_published, ...';
		COMMENT ON COLUMN governance.event.at IS 'the instant at which it became so, which may lie before it was recorded';
		COMMENT ON COLUMN governance.event.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.event.sanction_id IS 'the sanction; null: time alone brought it, and it has no record yet';
		COMMENT ON COLUMN governance.event.certification_id IS 'the certification';
		COMMENT ON COLUMN governance.event.policy_id IS 'the version of the policy';
		COMMENT ON COLUMN governance.event.detail IS 'what there is to say about it';
		COMMENT ON COLUMN governance.event.recorded_at IS 'when its transaction began';
		COMMENT ON COLUMN governance.event.xid IS 'the transaction that wrote it';
		RETURN NEXT 'created table governance.event';
	END IF;

	IF to_regclass('governance.event_consumer') IS NULL THEN
		CREATE TABLE governance.event_consumer (
			consumer	text NOT NULL,
			kinds		text[],
			max_pending	bigint,
			max_age		interval,
			created_at	timestamptz NOT NULL DEFAULT now(),
			created_by	text NOT NULL DEFAULT current_user,
			seen		pg_snapshot NOT NULL,
			seen_by		xid8,
			lost_at		timestamptz,
			CONSTRAINT event_consumer_pkey PRIMARY KEY (consumer),
			CONSTRAINT event_consumer_name_check CHECK (consumer <> '' AND octet_length(consumer) <= 63),
			CONSTRAINT event_consumer_limit_check CHECK (max_pending > 0 AND max_age > '0'::interval)
		) WITH (fillfactor = 50);
		COMMENT ON TABLE governance.event_consumer IS 'who is given the events; written by create_consumer() and drop_consumer()';
		COMMENT ON COLUMN governance.event_consumer.consumer IS 'its name';
		COMMENT ON COLUMN governance.event_consumer.kinds IS 'the kinds of events that it wants; null: all';
		COMMENT ON COLUMN governance.event_consumer.max_pending IS 'with more events than this waiting, tick() gives it up; null: no limit';
		COMMENT ON COLUMN governance.event_consumer.max_age IS 'with an event older than this waiting, tick() gives it up; null: no limit';
		COMMENT ON COLUMN governance.event_consumer.created_at IS 'since when';
		COMMENT ON COLUMN governance.event_consumer.created_by IS 'who registered it';
		COMMENT ON COLUMN governance.event_consumer.seen IS 'the transactions whose events have been put in its queue';
		COMMENT ON COLUMN governance.event_consumer.seen_by IS 'the transaction that did so last, whose own events come after';
		COMMENT ON COLUMN governance.event_consumer.lost_at IS 'when it was given up, with all that waited for it';
		RETURN NEXT 'created table governance.event_consumer';
	END IF;

	IF to_regclass('governance.event_delivery') IS NULL THEN
		CREATE TABLE governance.event_delivery (
			account_id	bigint NOT NULL,
			consumer	text NOT NULL,
			position	bigint NOT NULL DEFAULT nextval('governance.event_delivery_seq'),
			event_id	bigint NOT NULL,
			attempts	integer NOT NULL DEFAULT 0,
			CONSTRAINT event_delivery_pkey PRIMARY KEY (account_id, consumer, position),
			CONSTRAINT event_delivery_consumer_fkey FOREIGN KEY (consumer) REFERENCES governance.event_consumer ON DELETE CASCADE
		) WITH (fillfactor = 80);
		CREATE INDEX event_delivery_event_id_idx ON governance.event_delivery (event_id, consumer);
		COMMENT ON TABLE governance.event_delivery IS 'events that a consumer has not acknowledged yet, in its order';
		COMMENT ON COLUMN governance.event_delivery.account_id IS 'whom the event concerns';
		COMMENT ON COLUMN governance.event_delivery.consumer IS 'who is to have it';
		COMMENT ON COLUMN governance.event_delivery.position IS 'its place in the order of the consumer';
		COMMENT ON COLUMN governance.event_delivery.event_id IS 'the event';
		COMMENT ON COLUMN governance.event_delivery.attempts IS 'how often poll() has given it out';
		RETURN NEXT 'created table governance.event_delivery';
	END IF;

	IF to_regclass('governance.event_queue') IS NULL THEN
		CREATE TABLE governance.event_queue (
			account_id		bigint NOT NULL,
			consumer		text NOT NULL,
			head			bigint NOT NULL,
			leased_until	timestamptz NOT NULL DEFAULT '-infinity',
			leased_to		bigint NOT NULL DEFAULT 0,
			CONSTRAINT event_queue_pkey PRIMARY KEY (account_id, consumer),
			CONSTRAINT event_queue_consumer_fkey FOREIGN KEY (consumer) REFERENCES governance.event_consumer ON DELETE CASCADE
		) WITH (fillfactor = 80);
		CREATE INDEX event_queue_head_idx ON governance.event_queue (consumer, head);
		COMMENT ON TABLE governance.event_queue IS 'accounts for whose events a consumer is waiting: one worker has an account at a time';
		COMMENT ON COLUMN governance.event_queue.account_id IS 'the account';
		COMMENT ON COLUMN governance.event_queue.consumer IS 'the consumer';
		COMMENT ON COLUMN governance.event_queue.head IS 'position of its first event';
		COMMENT ON COLUMN governance.event_queue.leased_until IS 'until when a worker has it';
		COMMENT ON COLUMN governance.event_queue.leased_to IS 'position of the last event that the worker was given';
		RETURN NEXT 'created table governance.event_queue';
	END IF;

	IF to_regclass('governance.event_watch') IS NULL THEN
		CREATE TABLE governance.event_watch (
			account_id	bigint NOT NULL,
			subject		text NOT NULL,
			scheme		text NOT NULL DEFAULT '',
			id			bigint NOT NULL DEFAULT 0,
			announced	text,
			rung		text,
			seen		timestamptz,
			near_at		timestamptz,
			next_at		timestamptz NOT NULL,
			CONSTRAINT event_watch_pkey PRIMARY KEY (account_id, subject, scheme, id),
			CONSTRAINT event_watch_subject_check CHECK (subject IN ('sanction', 'standing', 'certification', 'unrecorded'))
		) WITH (fillfactor = 80);
		CREATE INDEX event_watch_next_at_idx ON governance.event_watch (next_at) WHERE next_at < 'infinity';
		COMMENT ON TABLE governance.event_watch IS 'what time will bring, and what has been announced of it: tick() looks here';
		COMMENT ON COLUMN governance.event_watch.account_id IS 'whom it concerns';
		COMMENT ON COLUMN governance.event_watch.subject IS 'sanction, standing, certification; unrecorded: a sanction that time alone brought';
		COMMENT ON COLUMN governance.event_watch.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.event_watch.id IS 'of the sanction or certification';
		COMMENT ON COLUMN governance.event_watch.announced IS 'what consumers know of it: scheduled, started, over; granted, due';
		COMMENT ON COLUMN governance.event_watch.rung IS 'standing: the rung that it is known to be near; unrecorded: the sanction''s rung';
		COMMENT ON COLUMN governance.event_watch.seen IS 'standing: what happened up to here has been announced; unrecorded: since when';
		COMMENT ON COLUMN governance.event_watch.near_at IS 'standing: when an entry last brought it near a rung';
		COMMENT ON COLUMN governance.event_watch.next_at IS 'when to look again';
		RETURN NEXT 'created table governance.event_watch';
	END IF;

	IF to_regclass('governance.event_server') IS NULL THEN
		CREATE TABLE governance.event_server (
			one_row	boolean NOT NULL DEFAULT true,
			server	bigint NOT NULL,
			CONSTRAINT event_server_pkey PRIMARY KEY (one_row),
			CONSTRAINT event_server_one_row_check CHECK (one_row)
		);
		INSERT INTO governance.event_server (server) SELECT c.system_identifier FROM pg_control_system() c;
		COMMENT ON TABLE governance.event_server IS 'one row: the cluster whose transactions the events name, to notice that the tables were restored elsewhere';
		COMMENT ON COLUMN governance.event_server.one_row IS 'true: there is one row';
		COMMENT ON COLUMN governance.event_server.server IS 'system identifier of the cluster';
		RETURN NEXT 'created table governance.event_server';
	END IF;

	IF to_regclass('governance.consumer_lag') IS NULL THEN
		CREATE VIEW governance.consumer_lag AS
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
					WHERE q.consumer = c.consumer AND q.leased_until > clock_timestamp()) q ON true;
		COMMENT ON VIEW governance.consumer_lag IS 'how far each consumer is behind';
		COMMENT ON COLUMN governance.consumer_lag.consumer IS 'its name';
		COMMENT ON COLUMN governance.consumer_lag.pending IS 'events that it has not acknowledged';
		COMMENT ON COLUMN governance.consumer_lag.in_flight IS 'of these, events that a worker has at the moment';
		COMMENT ON COLUMN governance.consumer_lag.oldest IS 'when the first of them was recorded';
		COMMENT ON COLUMN governance.consumer_lag.lag IS 'how long ago that was';
		COMMENT ON COLUMN governance.consumer_lag.max_pending IS 'its limits';
		COMMENT ON COLUMN governance.consumer_lag.max_age IS 'likewise';
		COMMENT ON COLUMN governance.consumer_lag.lost_at IS 'when it was given up';
		RETURN NEXT 'created view governance.consumer_lag';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_event_tables() IS
	'part of create_ledger(): the outbox and its consumers';
