-- ---------------------------------------------------------------------------
-- events: consumers.  With the rights of the caller.
-- ---------------------------------------------------------------------------

-- Level: administrator
CREATE FUNCTION governance.event_prune(events bigint[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
AS $prune$
DECLARE
	locked	tid[];
BEGIN
	-- Of two consumers that acknowledge at once, the second one sees that it
	-- is the last.
	SELECT array_agg(l.ctid) INTO locked
		FROM (SELECT DISTINCT u.event_id FROM unnest(events) AS u (event_id) ORDER BY 1) u,
			 LATERAL (SELECT e.ctid FROM governance.event e WHERE e.event_id = u.event_id LIMIT 1 FOR UPDATE) l;
	DELETE FROM governance.event e
		WHERE e.ctid = ANY (locked)
			AND NOT EXISTS (SELECT FROM governance.event_delivery d WHERE d.event_id = e.event_id)
			AND NOT EXISTS (SELECT FROM governance.event_consumer c
							WHERE c.lost_at IS NULL AND (c.kinds IS NULL OR e.kind = ANY (c.kinds))
								AND (NOT pg_visible_in_snapshot(e.xid, c.seen) OR e.xid = c.seen_by));
END
$prune$;
COMMENT ON FUNCTION governance.event_prune(bigint[]) IS
	'part of acknowledge(): deletes the events among these that no consumer waits for';

-- A copy of a cluster has its identifier, but has not got as far.
-- Level: administrator
CREATE FUNCTION governance.event_settled() RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $settled$
BEGIN
	RETURN EXISTS (SELECT FROM governance.event_server s, pg_control_system() c WHERE s.server = c.system_identifier)
		AND NOT EXISTS (SELECT FROM governance.event_consumer c
						WHERE pg_snapshot_xmax(c.seen) > pg_snapshot_xmax(pg_current_snapshot()));
END
$settled$;
COMMENT ON FUNCTION governance.event_settled() IS
	'part of poll(): whether events name transactions of this cluster';

-- Transaction numbers mean nothing in another cluster. Everything that is still
-- there is queued once more, so a consumer may see an event twice after a
-- restore, and never misses one.
-- Level: administrator
CREATE FUNCTION governance.event_settle() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $settle$
BEGIN
	IF governance.event_settled() THEN
		RETURN;
	END IF;
	-- The tables were restored in another cluster, whose transactions have
	-- other numbers: queue what is there once more, and count from here.
	PERFORM FROM governance.event_server s FOR UPDATE;
	IF governance.event_settled() THEN
		RETURN;
	END IF;
	LOCK TABLE governance.event IN SHARE ROW EXCLUSIVE MODE;
	WITH placed AS (
		INSERT INTO governance.event_delivery (account_id, consumer, event_id)
			SELECT e.account_id, c.consumer, e.event_id
			FROM governance.event_consumer c JOIN governance.event e ON c.kinds IS NULL OR e.kind = ANY (c.kinds)
			WHERE c.lost_at IS NULL
				AND NOT EXISTS (SELECT FROM governance.event_delivery d
								WHERE d.event_id = e.event_id AND d.consumer = c.consumer)
			ORDER BY e.event_id
			RETURNING account_id, consumer, position
	)
	INSERT INTO governance.event_queue AS q (account_id, consumer, head)
		SELECT p.account_id, p.consumer, min(p.position) FROM placed p GROUP BY 1, 2 ORDER BY 1, 2
		ON CONFLICT (account_id, consumer) DO UPDATE SET head = LEAST(q.head, excluded.head);
	UPDATE governance.event SET xid = '3';
	UPDATE governance.event_consumer SET seen = pg_current_snapshot(), seen_by = pg_current_xact_id();
	UPDATE governance.event_server s SET server = c.system_identifier FROM pg_control_system() c;
END
$settle$;
COMMENT ON FUNCTION governance.event_settle() IS
	'part of poll(): notices that the tables were restored in another cluster';

-- What a snapshot did not see is what it calls under way and whatever came after
-- it: each found by the index, however long the oldest of them goes on.
-- Level: administrator
CREATE FUNCTION governance.event_fresh(seen pg_snapshot, seen_by xid8,
	OUT account_id bigint, OUT event_id bigint, OUT kind text, OUT recorded_at timestamptz, OUT xid xid8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
AS $fresh$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT e.account_id, e.event_id, e.kind, e.recorded_at, e.xid FROM governance.event e
			WHERE e.xid >= pg_snapshot_xmax(event_fresh.seen)
		UNION ALL
		SELECT e.account_id, e.event_id, e.kind, e.recorded_at, e.xid FROM governance.event e
			WHERE e.xid = ANY (ARRAY(SELECT x FROM pg_snapshot_xip(event_fresh.seen) x UNION SELECT event_fresh.seen_by))
				AND e.xid < pg_snapshot_xmax(event_fresh.seen);
END
$fresh$;
COMMENT ON FUNCTION governance.event_fresh(pg_snapshot, xid8) IS
	'part of poll(): the events of transactions that a consumer has not seen';

-- An event belongs to a consumer once the transaction that wrote it has ended
-- and the snapshot kept with the consumer does not show it: so nothing is lost
-- when transactions end in another order than they began. A session that comes
-- while another one does this gives 0 and does not wait.
-- Level: administrator
CREATE FUNCTION governance.event_distribute(consumer text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $distribute$
#variable_conflict use_column
DECLARE
	this		governance.event_consumer;
	queued		bigint;
	unwanted	bigint[];
BEGIN
	SELECT * INTO this FROM governance.event_consumer c
		WHERE c.consumer = event_distribute.consumer AND c.lost_at IS NULL;
	IF NOT EXISTS (SELECT FROM governance.event_fresh(this.seen, this.seen_by) f
				   WHERE f.xid IS DISTINCT FROM pg_current_xact_id_if_assigned()) THEN
		RETURN 0;
	END IF;
	-- Whoever comes while another one does this need not wait.
	SELECT * INTO this FROM governance.event_consumer c
		WHERE c.consumer = event_distribute.consumer AND c.lost_at IS NULL
		FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;

	-- What has committed since, whatever ids it has: a transaction that was
	-- under way then is not in the snapshot.  The transaction at hand counts as
	-- under way, since it may go on to write events.
	WITH now AS MATERIALIZED (
		SELECT pg_current_snapshot() AS snapshot
	), fresh AS MATERIALIZED (
		SELECT e.account_id, e.event_id, this.kinds IS NULL OR e.kind = ANY (this.kinds) AS wanted
		FROM now n, governance.event_fresh(this.seen, this.seen_by) e
		WHERE pg_visible_in_snapshot(e.xid, n.snapshot) AND e.xid <> pg_current_xact_id()
	), moved AS (
		UPDATE governance.event_consumer c SET seen = n.snapshot, seen_by = pg_current_xact_id()
			FROM now n WHERE c.consumer = this.consumer
	), placed AS (
		INSERT INTO governance.event_delivery (account_id, consumer, event_id)
			SELECT f.account_id, this.consumer, f.event_id FROM fresh f WHERE f.wanted ORDER BY f.event_id
			RETURNING account_id, position
	), lined AS (
		INSERT INTO governance.event_queue AS q (account_id, consumer, head)
			SELECT p.account_id, this.consumer, min(p.position) FROM placed p GROUP BY 1 ORDER BY 1
			ON CONFLICT (account_id, consumer) DO UPDATE SET head = LEAST(q.head, excluded.head)
	)
	SELECT count(*) FILTER (WHERE f.wanted), array_agg(f.event_id) FILTER (WHERE NOT f.wanted)
		INTO queued, unwanted FROM fresh f;
	PERFORM governance.event_prune(unwanted);
	RETURN queued;
END
$distribute$;
COMMENT ON FUNCTION governance.event_distribute(text) IS
	'part of poll(): puts what has been committed since into a consumer''s queue; gives the number of events';

-- A consumer that was given up gets an error of its own (GV602): events are
-- lost to it, and it has to read from the ledger what stands.
-- Level: administrator
CREATE FUNCTION governance.event_require_consumer(consumer text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $require$
#variable_conflict use_column
DECLARE
	lost	timestamptz;
BEGIN
	SELECT c.lost_at INTO lost FROM governance.event_consumer c WHERE c.consumer = event_require_consumer.consumer;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV601',
			MESSAGE = governance.message('consumer "%s" does not exist', coalesce(consumer, 'null')),
			HINT = governance.message('Register it with governance.create_consumer().'),
			SCHEMA = 'governance', TABLE = 'event_consumer', COLUMN = 'consumer';
	ELSIF lost IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV602',
			MESSAGE = governance.message('consumer "%s" has lost events', consumer),
			DETAIL = governance.message('It was further behind than its limits allow and was given up at %s.', lost),
			HINT = governance.message('Drop it with governance.drop_consumer(), create it anew, and read what stands from the ledger.'),
			SCHEMA = 'governance', TABLE = 'event_consumer', COLUMN = 'lost_at';
	END IF;
END
$require$;
COMMENT ON FUNCTION governance.event_require_consumer(text) IS
	'part of poll() and acknowledge(): complains when there is no such consumer';

-- The first consumer notes what stands, so that events say what changes from
-- here on. While there is none, recording costs nothing for them.
-- Level: owner
CREATE FUNCTION governance.create_consumer(consumer text, kinds text[] DEFAULT NULL, max_pending bigint DEFAULT NULL,
										   max_age interval DEFAULT NULL)
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $create$
#variable_conflict use_column
DECLARE
	known	CONSTANT text[] := ARRAY[
		'sanction_scheduled', 'sanction_started', 'sanction_changed', 'sanction_ended', 'sanction_released',
		'near_rung', 'standing_recovered', 'standing_changed', 'policy_published', 'policy_retired',
		'certification_granted', 'certification_renewed', 'certification_suspended', 'certification_reinstated',
		'certification_due', 'certification_lapsed', 'certification_cancelled'];
	unknown	text;
	first	boolean;
BEGIN
	IF to_regclass('governance.event_consumer') IS NULL THEN
		PERFORM governance.report_missing('ledger', detail => governance.message('There is no table governance.%s.', 'event_consumer'));
	END IF;
	SELECT k INTO unknown FROM unnest(kinds) AS k WHERE k IS NULL OR k <> ALL (known) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there are no events of the kind "%s"', coalesce(unknown, 'null')),
			HINT = governance.message('The kinds are %s.', array_to_string(known, ', '));
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING ERRCODE = '25001',
			MESSAGE = governance.message('a consumer must be created in a transaction that is READ COMMITTED'),
			DETAIL = governance.message('It takes up what stands once no other transaction gives out events or writes to the ledger.'),
			HINT = governance.message('Use BEGIN ISOLATION LEVEL READ COMMITTED.');
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('governance.create_consumer', 0));
	-- Until this consumer is there for all to see, nobody is given an event that
	-- would be gone, once acknowledged, before this one has got it.
	LOCK TABLE governance.event_consumer IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT FROM governance.event_consumer c WHERE c.consumer = create_consumer.consumer) THEN
		RAISE EXCEPTION USING ERRCODE = '42710',
			MESSAGE = governance.message('consumer "%s" exists already', consumer),
			HINT = governance.message('Each consumer has a name of its own; several workers may poll one consumer.');
	END IF;
	PERFORM governance.event_settle();

	-- Nobody writes what nobody wants. Waits for whoever is writing without
	-- knowing what this one wants, so that from here on nothing is missed.
	first := NOT EXISTS (SELECT FROM governance.event_consumer);
	IF first OR EXISTS (
		SELECT FROM unnest(coalesce(kinds, known)) AS k
		WHERE NOT EXISTS (SELECT FROM governance.event_consumer c
						  WHERE c.lost_at IS NULL AND (c.kinds IS NULL OR k = ANY (c.kinds)))) THEN
		LOCK TABLE governance.policy, governance.certification, governance.standing, governance.event_watch
			IN SHARE ROW EXCLUSIVE MODE;
	END IF;
	IF first THEN
		INSERT INTO governance.event_watch (account_id, subject, scheme, seen, told, next_at)
			SELECT s.account_id, 'standing', s.scheme, now(), now(), now()
			FROM governance.standing s WHERE strpos(s.scheme, '@') = 0;
		INSERT INTO governance.event_watch (account_id, subject, id, announced, next_at)
			SELECT c.account_id, 'certification', c.certification_id, d.announced,
				   CASE d.announced WHEN 'due' THEN c.review_due ELSE c.review_due - interval '30 days' END
			FROM governance.certification c,
				 LATERAL (SELECT CASE WHEN c.review_due - interval '30 days' > now() THEN 'granted' ELSE 'due' END) AS d(announced)
			WHERE c.status IN ('granted', 'suspended') AND c.review_due > now();
	END IF;
	-- The transaction at hand may go on to write events, too.
	INSERT INTO governance.event_consumer (consumer, kinds, max_pending, max_age, seen, seen_by)
		VALUES (create_consumer.consumer, create_consumer.kinds, create_consumer.max_pending,
				create_consumer.max_age, pg_current_snapshot(), pg_current_xact_id());
END
$create$;
COMMENT ON FUNCTION governance.create_consumer(text, text[], bigint, interval) IS
	'registers a consumer of events: from here on what happens is kept until it has acknowledged it, or is further behind than its limits allow';

-- With the last consumer goes what was noted. Whoever is writing may be writing
-- events; who comes then sees that there is nobody to write them for.
-- Level: owner
CREATE FUNCTION governance.drop_consumer(consumer text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop$
#variable_conflict use_column
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('governance.create_consumer', 0));
	DELETE FROM governance.event_consumer c WHERE c.consumer = drop_consumer.consumer;
	IF NOT FOUND THEN
		PERFORM governance.event_require_consumer(consumer);
	END IF;
	IF EXISTS (SELECT FROM governance.event_consumer) THEN
		-- What only it was waiting for goes with it.
		DELETE FROM governance.event e
			WHERE NOT EXISTS (SELECT FROM governance.event_delivery d WHERE d.event_id = e.event_id)
				AND NOT EXISTS (SELECT FROM governance.event_consumer c
								WHERE c.lost_at IS NULL AND (c.kinds IS NULL OR e.kind = ANY (c.kinds))
									AND (NOT pg_visible_in_snapshot(e.xid, c.seen) OR e.xid = c.seen_by));
		RETURN;
	END IF;
	LOCK TABLE governance.policy, governance.certification, governance.standing, governance.event_watch
		IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM governance.event;
	DELETE FROM governance.event_watch;
END
$drop$;
COMMENT ON FUNCTION governance.drop_consumer(text) IS
	'forgets a consumer and what waits for it; with the last one events are no longer written';

-- Tables that fill and empty all the time have no statistics to go by.  So here and
-- in acknowledge() rows are looked up one by one, by their keys, in subqueries
-- with a limit, which the planner does not turn into joins of whole tables.
-- Level: administrator
CREATE FUNCTION governance.poll(consumer text, max_events integer DEFAULT 100, lease interval DEFAULT '1 minute',
	OUT event_id bigint, OUT kind text, OUT at timestamptz, OUT account_id bigint, OUT scheme text,
	OUT sanction_id bigint, OUT certification_id bigint, OUT policy_id bigint, OUT detail jsonb,
	OUT recorded_at timestamptz, OUT attempt integer)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
	SET enable_bitmapscan = off
	SET enable_sort = off
AS $poll$
#variable_conflict use_column
DECLARE
	enough		bigint;
	accounts	bigint[];
	heads		bigint[];
BEGIN
	IF coalesce(max_events, 0) < 1 OR NOT coalesce(lease >= '0'::interval, false) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('cannot poll %s events for %s', coalesce(max_events::text, 'null'), coalesce(lease::text, 'null')),
			HINT = governance.message('Ask for one event or more, and for a time in which they will be acknowledged.');
	END IF;
	PERFORM governance.event_require_consumer(consumer);
	PERFORM governance.event_settle();
	PERFORM governance.event_distribute(consumer);

	-- As many accounts as will do, so that others may have the rest meanwhile.
	SELECT count(DISTINCT w.account_id) INTO enough
		FROM (SELECT q.account_id
			  FROM (SELECT q.account_id, q.head FROM governance.event_queue q
					WHERE q.consumer = poll.consumer AND q.leased_until <= clock_timestamp()
					ORDER BY q.head LIMIT max_events) q,
				  LATERAL (SELECT FROM governance.event_delivery d
						   WHERE d.account_id = q.account_id AND d.consumer = poll.consumer AND d.position >= q.head
						   LIMIT max_events) d
			  LIMIT max_events) w;
	-- First the accounts, then in a statement of its own what waits for them:
	-- that is how they stand once nobody else has them.
	SELECT array_agg(l.account_id), array_agg(l.head) INTO accounts, heads
		FROM (SELECT q.account_id, q.head FROM governance.event_queue q
			  WHERE q.consumer = poll.consumer AND q.leased_until <= clock_timestamp()
			  ORDER BY q.head LIMIT GREATEST(enough, 1)
			  FOR UPDATE SKIP LOCKED) l;
	IF accounts IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
		-- One account after the other, and no further than is asked for.  Nobody
		-- else changes deliveries of these accounts, so that they stay where they
		-- are.
		WITH waiting AS MATERIALIZED (
			SELECT d.ctid, d.account_id, d.position
			FROM ROWS FROM (unnest(accounts), unnest(heads)) AS q (account_id, head),
				 LATERAL (SELECT d.ctid, d.account_id, d.position FROM governance.event_delivery d
						  WHERE d.account_id = q.account_id AND d.consumer = poll.consumer AND d.position >= q.head
						  ORDER BY d.position LIMIT max_events) d
			LIMIT max_events
		), leased AS (
			UPDATE governance.event_queue q SET leased_until = clock_timestamp() + poll.lease, leased_to = l.last
				FROM (SELECT w.account_id, max(w.position) AS last FROM waiting w GROUP BY 1) l,
					 LATERAL (SELECT q.ctid FROM governance.event_queue q
							  WHERE q.account_id = l.account_id AND q.consumer = poll.consumer LIMIT 1) t
				WHERE q.ctid = t.ctid
		), given AS (
			UPDATE governance.event_delivery d SET attempts = d.attempts + 1
				FROM waiting w
				WHERE d.ctid = w.ctid
				RETURNING d.account_id, d.position, d.event_id, d.attempts
		)
		SELECT e.event_id, e.kind, e.at, nullif(g.account_id, 0), e.scheme, e.sanction_id, e.certification_id,
			   e.policy_id, e.detail, e.recorded_at, g.attempts
		FROM given g,
			 LATERAL (SELECT * FROM governance.event e
					  WHERE e.account_id = g.account_id AND e.event_id = g.event_id LIMIT 1) e
		ORDER BY g.position;
END
$poll$;
COMMENT ON FUNCTION governance.poll(text, integer, interval) IS
	'gives a worker of a consumer the next events, those of an account in order and to one worker at a time; what is not acknowledged within the lease is given out again';

-- The queue of an account goes on from its first event that is not acknowledged
-- yet. When all that a worker was given of it is done, the next worker may have
-- the account.
-- Level: administrator
CREATE FUNCTION governance.acknowledge(consumer text, events bigint[]) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
AS $acknowledge$
#variable_conflict use_column
DECLARE
	account	record;
	queue	record;
	next	bigint;
	done	bigint := 0;
	n		bigint;
BEGIN
	PERFORM governance.event_require_consumer(consumer);
	FOR account IN
		SELECT d.account_id, array_agg(d.position) AS positions
			FROM unnest(events) AS u (event_id),
				 LATERAL (SELECT d.account_id, d.position FROM governance.event_delivery d
						  WHERE d.event_id = u.event_id AND d.consumer = acknowledge.consumer LIMIT 1) d
			GROUP BY 1 ORDER BY 1
	LOOP
		SELECT q.head INTO queue FROM governance.event_queue q
			WHERE q.account_id = account.account_id AND q.consumer = acknowledge.consumer
			FOR UPDATE;
		-- Somebody else has acknowledged all of it meanwhile.
		CONTINUE WHEN NOT FOUND;
		DELETE FROM governance.event_delivery d
			WHERE d.ctid = ANY (ARRAY(
				SELECT l.ctid FROM unnest(account.positions) AS p (position),
					LATERAL (SELECT d.ctid FROM governance.event_delivery d
							 WHERE d.account_id = account.account_id AND d.consumer = acknowledge.consumer
								 AND d.position = p.position LIMIT 1) l));
		GET DIAGNOSTICS n = ROW_COUNT;
		done := done + n;
		SELECT d.position INTO next FROM governance.event_delivery d
			WHERE d.account_id = account.account_id AND d.consumer = acknowledge.consumer AND d.position >= queue.head
			ORDER BY d.position LIMIT 1;
		IF next IS NULL THEN
			DELETE FROM governance.event_queue q
				WHERE q.account_id = account.account_id AND q.consumer = acknowledge.consumer;
		ELSIF n > 0 THEN
			UPDATE governance.event_queue q
				SET head = next, leased_until = CASE WHEN next > q.leased_to THEN '-infinity' ELSE q.leased_until END
				WHERE q.account_id = account.account_id AND q.consumer = acknowledge.consumer;
		END IF;
	END LOOP;
	PERFORM governance.event_prune(events);
	RETURN done;
END
$acknowledge$;
COMMENT ON FUNCTION governance.acknowledge(text, bigint[]) IS
	'a consumer has dealt with these events; gives how many of them it had not acknowledged before';
