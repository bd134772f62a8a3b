-- ---------------------------------------------------------------------------
-- events: what time brings.  Nothing becomes so because tick() ran: it only
-- says what has become so.
-- ---------------------------------------------------------------------------

-- Whoever writes a standing looks at what tick() waits for only where something
-- may come sooner than it would have (src/ledger/announce.c). So tick() waits for
-- nothing later than that, whether it will show or not.
-- Level: administrator
CREATE FUNCTION governance.event_due(account_id bigint, scheme text, after timestamptz) RETURNS timestamptz
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_event_due';
COMMENT ON FUNCTION governance.event_due(bigint, text, timestamptz) IS
	'part of tick(): when something is due in a stored standing; null: not after the instant given, or it waits for settle()';

-- Takes a batch of what is due, locks it and passes over what others have
-- locked, looks at it as it is now and writes all events of it in one
-- statement: its parts see one state of the tables, and a tick that is
-- interrupted leaves nothing half done. What is computed for an instant is
-- computed as score() and timeline() do it, so nothing depends on how often
-- this runs.
-- Level: administrator
CREATE FUNCTION governance.tick(until timestamptz DEFAULT now(), batch integer DEFAULT 1000,
	OUT announced bigint, OUT complete boolean)
	RETURNS record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $tick$
DECLARE
	accounts	bigint[];
	subjects	text[];
	schemes		text[];
	ids			bigint[];
	wanted		text[];  -- null: everything
	n			bigint;
	behind		bigint;
	reached		CONSTANT timestamptz := until;
BEGIN
	IF until IS NULL OR until > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('cannot announce what has happened until %s', coalesce(until::text, 'null')),
			HINT = governance.message('The instant must not lie ahead: nothing is announced before it has happened.');
	ELSIF coalesce(batch, 0) < 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('cannot look at %s accounts, sanctions and certifications', coalesce(batch::text, 'null')),
			HINT = governance.message('Ask for one or more.');
	END IF;
	tick.announced := 0;
	complete := true;
	IF to_regclass('governance.event_consumer') IS NULL THEN
		PERFORM governance.report_missing('ledger', detail => governance.message('There is no table governance.%s.', 'event_consumer'));
	END IF;
	IF NOT EXISTS (SELECT FROM governance.event_consumer) THEN
		RETURN;
	END IF;
	PERFORM governance.event_settle();

	-- What follows from a version that has taken over, from a calendar, or from
	-- time and has no record yet; that is announced where it is written.
	SELECT count(*) INTO n FROM governance.event e WHERE e.xid = pg_current_xact_id();
	behind := governance.settle_some(batch);
	SELECT count(*) - n INTO tick.announced FROM governance.event e WHERE e.xid = pg_current_xact_id();

	-- In the order of create_consumer(), which asks for more than is written so
	-- far, and not while drop_consumer() takes away what there is.
	LOCK TABLE governance.event_consumer, governance.event_watch IN ROW EXCLUSIVE MODE;
	IF NOT EXISTS (SELECT FROM governance.event_consumer) THEN
		RETURN;
	END IF;
	IF current_setting('transaction_isolation') = 'read committed'
		AND NOT EXISTS (SELECT FROM governance.event_consumer c WHERE c.lost_at IS NULL AND c.kinds IS NULL) THEN
		wanted := ARRAY(SELECT DISTINCT k FROM governance.event_consumer c, unnest(c.kinds) AS k WHERE c.lost_at IS NULL);
	END IF;

	-- What another one is at is left to that one, and what is said of a standing
	-- has an order: who writes it locks the same row.
	SELECT array_agg(l.account_id), array_agg(l.subject), array_agg(l.scheme), array_agg(l.id)
		INTO accounts, subjects, schemes, ids
		FROM (SELECT w.account_id, w.subject, w.scheme, w.id FROM governance.event_watch w
			  WHERE w.next_at <= reached AND w.next_at < 'infinity' ORDER BY w.next_at LIMIT tick.batch FOR UPDATE SKIP LOCKED) l;
	complete := coalesce(cardinality(accounts), 0) < batch AND behind < batch;

	-- In a statement of its own: what is locked is looked at as it is now.
	WITH due AS MATERIALIZED (
		SELECT w.* FROM ROWS FROM (unnest(accounts), unnest(subjects), unnest(schemes), unnest(ids)) AS u (account_id, subject, scheme, id)
			JOIN governance.event_watch w ON w.account_id = u.account_id AND w.subject = u.subject
				AND w.scheme = u.scheme AND w.id = u.id
	), sanction AS MATERIALIZED (
		-- What consumers know of one is what its record says as of w.told. Found
		-- by the key, account by account, however large the table is.
		SELECT s.*, w.told FROM due w,
			 LATERAL (SELECT s.* FROM governance.sanction s
					  WHERE s.account_id = w.account_id AND s.scheme = w.scheme AND s.enforced AND NOT isempty(s.during)
						  AND (upper_inf(s.during) OR upper(s.during) > w.told) OFFSET 0) s
			WHERE w.subject = 'standing'
	), ahead AS MATERIALIZED (
		SELECT s.account_id, s.scheme, min(b.at) AS at
			FROM sanction s, LATERAL (VALUES (lower(s.during)), (upper(s.during))) AS b (at)
			WHERE b.at > GREATEST(s.told, reached)
			GROUP BY 1, 2
	), certification AS MATERIALIZED (
		SELECT c.*, w.announced, GREATEST(c.granted_at, c.review_due - interval '30 days') AS due_at FROM due w
			JOIN governance.certification c ON c.account_id = w.account_id AND c.certification_id = w.id
			WHERE w.subject = 'certification' AND c.status IN ('granted', 'suspended')
	), line AS MATERIALIZED (
		-- What came since, and what is to come: a row at least for each standing.
		SELECT w.account_id, w.scheme, t.at, t.what, t.delta, t.score, t.tier, t.rung, t.sanction_id, t.policy_id,
			   w.announced, w.rung AS was, w.near_at,
			   row_number() OVER standing AS number,
			   count(*) FILTER (WHERE t.at <= reached) OVER standing AS passed,
			   min(t.at) FILTER (WHERE t.at > reached) OVER standing AS coming
		FROM due w LEFT JOIN LATERAL (SELECT t.* FROM governance.timeline(w.account_id, w.scheme) t WHERE t.at > w.seen) t ON true
		WHERE w.subject = 'standing'
		WINDOW standing AS (PARTITION BY w.account_id, w.scheme)
	), brought AS MATERIALIZED (
		-- Sanctions that have no record, since no entry brought them.
		SELECT l.* FROM line l
			JOIN governance.policy_rung r ON r.policy_id = l.policy_id AND r.rung = l.rung
		WHERE l.at <= reached AND l.what = 'sanction starts' AND l.sanction_id IS NULL AND l.tier >= r.tier
	), opened AS MATERIALIZED (
		-- These and earlier ones; with when they end, which may be over, too.
		SELECT o.account_id, o.scheme, o.rung, o.since, o.number, o.id, l.at AS until, l.number AS ends, p.policy_id, r.tier, r.withholds
			FROM (SELECT b.account_id, b.scheme, b.rung, b.at AS since, b.number, b.policy_id, NULL::bigint AS id FROM brought b
				  UNION ALL
				  SELECT u.account_id, u.scheme, u.rung, u.seen, NULL, NULL, u.id
				  FROM due w JOIN governance.event_watch u ON u.account_id = w.account_id AND u.subject = 'unrecorded'
					  AND u.scheme = w.scheme AND u.announced = 'started'
				  WHERE w.subject = 'standing') o
				LEFT JOIN LATERAL (
					SELECT l.at, l.number, l.policy_id FROM line l
					WHERE l.account_id = o.account_id AND l.scheme = o.scheme AND l.rung = o.rung AND l.sanction_id IS NULL
						AND l.what IN ('sanction ends', 'sanction released') AND l.at > o.since
					ORDER BY l.number LIMIT 1) l ON true
				CROSS JOIN LATERAL (SELECT coalesce(o.policy_id, l.policy_id) AS policy_id) p
				LEFT JOIN governance.policy_rung r ON r.policy_id = p.policy_id AND r.rung = o.rung
	), undone AS MATERIALIZED (
		-- What is known now says that they never were.
		SELECT u.account_id, u.scheme, u.id, u.rung, u.seen AS since, u.announced
			FROM due w JOIN governance.event_watch u ON u.account_id = w.account_id AND u.subject = 'unrecorded' AND u.scheme = w.scheme
			WHERE w.subject = 'standing'
				AND NOT EXISTS (SELECT FROM governance.timeline(w.account_id, w.scheme) t
								WHERE t.what = 'sanction starts' AND t.rung = u.rung AND t.at = u.seen)
	), instants AS (
		-- A rung may have come near and gone away again since.
		SELECT DISTINCT l.account_id, l.scheme, CASE l.passed WHEN 0 THEN reached ELSE l.at END AS at,
			   l.announced, l.was, l.near_at, l.coming
			FROM line l WHERE l.passed = 0 OR l.at <= reached
	), near AS MATERIALIZED (
		SELECT i.account_id, i.scheme, i.at, i.announced, i.near_at, i.coming, r.rung, r.tier, r.points, r.score, coalesce(r.near, false) AS near,
			   lag(CASE WHEN r.near THEN r.rung END, 1, i.was) OVER (PARTITION BY i.account_id, i.scheme ORDER BY i.at) AS was,
			   row_number() OVER (PARTITION BY i.account_id, i.scheme ORDER BY i.at DESC) = 1 AS latest
			FROM instants i, LATERAL governance.next_rung(i.account_id, i.scheme, i.at) r
	), ended AS (
		DELETE FROM governance.event_watch w
			USING (SELECT d.account_id, d.subject, d.scheme, d.id
				   FROM due d
					   LEFT JOIN LATERAL (SELECT c.review_due FROM governance.certification c
										  WHERE c.account_id = d.account_id AND c.certification_id = d.id
											  AND c.status IN ('granted', 'suspended') LIMIT 1) c ON true
				   WHERE d.subject = 'certification' AND NOT coalesce(c.review_due > reached, false)) d
			WHERE w.account_id = d.account_id AND w.subject = d.subject AND w.scheme = d.scheme AND w.id = d.id
	), reviewed AS (
		UPDATE governance.event_watch w
			SET announced = CASE WHEN c.due_at <= reached THEN 'due' ELSE 'granted' END,
				next_at = CASE WHEN c.due_at <= reached THEN c.review_due ELSE c.due_at END
			FROM certification c
			WHERE w.account_id = c.account_id AND w.subject = 'certification' AND w.scheme = '' AND w.id = c.certification_id
				AND c.review_due > reached
	), followed AS (
		UPDATE governance.event_watch w
			SET announced = 'known', rung = CASE WHEN n.near THEN n.rung END, seen = GREATEST(w.seen, reached),
				told = GREATEST(w.told, reached),
				next_at = LEAST(coalesce(n.coming, 'infinity'), n.ends, n.due)
			FROM (SELECT n.*, a.at AS ends, governance.event_due(n.account_id, n.scheme, reached) AS due
				  FROM near n LEFT JOIN ahead a ON a.account_id = n.account_id AND a.scheme = n.scheme
				  WHERE n.latest) n
			WHERE w.account_id = n.account_id AND w.subject = 'standing' AND w.scheme = n.scheme AND w.id = 0
	), noted AS (
		INSERT INTO governance.event_watch (account_id, subject, scheme, id, announced, rung, seen, next_at)
			SELECT DISTINCT ON (1, 3, 4) o.account_id, 'unrecorded', o.scheme,
				   hashtextextended(o.rung, extract(epoch FROM o.since)::bigint),
				   CASE WHEN o.until <= reached THEN 'over' ELSE 'started' END, o.rung, o.since, 'infinity'::timestamptz
			FROM opened o WHERE o.id IS NULL ORDER BY 1, 3, 4
			ON CONFLICT DO NOTHING
	), forgotten AS (
		UPDATE governance.event_watch w SET announced = 'over' FROM opened o
			WHERE w.account_id = o.account_id AND w.subject = 'unrecorded' AND w.scheme = o.scheme AND w.id = o.id
				AND o.until <= reached
				AND NOT EXISTS (SELECT FROM undone u WHERE u.account_id = o.account_id AND u.scheme = o.scheme AND u.id = o.id)
	), taken_back AS (
		DELETE FROM governance.event_watch w USING undone u
			WHERE w.account_id = u.account_id AND w.subject = 'unrecorded' AND w.scheme = u.scheme AND w.id = u.id
	), happened AS (
		SELECT s.account_id, k.kind, k.at, s.scheme, s.sanction_id, NULL::bigint AS certification_id, s.policy_id,
			   jsonb_build_object('rung', s.rung, 'tier', s.tier, 'withholds', s.withholds, 'since', lower(s.during),
								  'until', upper(s.during), 'violation_id', s.violation_id, 'reason', CASE k.kind WHEN 'sanction_released' THEN s.release_reason END) AS detail,
			   k.step::bigint AS step
			FROM sanction s,
				 LATERAL (VALUES
					(1, 'sanction_started', lower(s.during), lower(s.during)),
					(2, CASE WHEN s.released_at IS NULL THEN 'sanction_ended' ELSE 'sanction_released' END,
					 coalesce(s.released_at, upper(s.during)), upper(s.during))) AS k (step, kind, at, since)
			WHERE k.since > s.told AND k.since <= reached
		UNION ALL
		SELECT c.account_id, k.kind, k.at, NULL, NULL, c.certification_id, NULL,
			   jsonb_build_object('qualification', c.qualification, 'review_due', c.review_due), k.step
			FROM certification c,
				 LATERAL (VALUES
					(1, 'certification_due', c.due_at, c.announced = 'granted' AND c.due_at <= reached),
					(2, 'certification_lapsed', c.review_due, c.review_due <= reached)) AS k(step, kind, at, applies)
			WHERE k.applies
		UNION ALL
		SELECT l.account_id,
			   CASE WHEN (l.delta > 0) = (m.direction = 'deduct') THEN 'standing_recovered' ELSE 'standing_changed' END,
			   l.at, l.scheme, NULL, NULL, l.policy_id,
			   jsonb_build_object('by', l.what, 'delta', l.delta, 'score', l.score, 'tier', l.tier), l.number
			FROM line l JOIN governance.scheme m ON m.scheme = l.scheme
			WHERE l.at <= reached AND l.delta <> 0 AND l.what IN ('recovery', 'expiry', 'boundary', 'relief', 'new version')
		UNION ALL
		SELECT o.account_id, 'sanction_started', o.since, o.scheme, NULL, NULL, o.policy_id,
			   jsonb_build_object('rung', o.rung, 'tier', o.tier, 'withholds', o.withholds, 'since', o.since, 'until', o.until), o.number
			FROM opened o WHERE o.id IS NULL
		UNION ALL
		SELECT o.account_id, 'sanction_ended', o.until, o.scheme, NULL, NULL, o.policy_id,
			   jsonb_build_object('rung', o.rung, 'tier', o.tier, 'withholds', o.withholds, 'since', o.since, 'until', o.until), o.ends
			FROM opened o
			WHERE o.until <= reached
				AND NOT EXISTS (SELECT FROM undone u WHERE u.account_id = o.account_id AND u.scheme = o.scheme AND u.id = o.id)
		UNION ALL
		SELECT u.account_id, 'sanction_released', reached, u.scheme, NULL, NULL, NULL,
			   jsonb_build_object('rung', u.rung, 'since', u.since, 'reason', 'overturned'), 0
			FROM undone u WHERE u.announced = 'started'
		UNION ALL
		SELECT n.account_id, 'near_rung', n.at, n.scheme, NULL, NULL, NULL,
			   jsonb_build_object('rung', n.rung, 'tier', n.tier, 'points', n.points, 'score', n.score), 1000000
			FROM near n
			WHERE n.near AND n.announced IS NOT NULL AND coalesce(n.was, '') <> n.rung AND n.at > coalesce(n.near_at, '-infinity')
	), written AS (
		INSERT INTO governance.event (account_id, kind, at, scheme, sanction_id, certification_id, policy_id, detail)
			SELECT h.account_id, h.kind, h.at, h.scheme, h.sanction_id, h.certification_id, h.policy_id, jsonb_strip_nulls(h.detail)
			FROM happened h
			WHERE wanted IS NULL OR h.kind = ANY (wanted)
			ORDER BY h.at, h.account_id, h.step
			RETURNING 1
	)
	SELECT count(*) INTO STRICT n FROM written;
	tick.announced := tick.announced + n;
	IF n > 0 THEN
		PERFORM governance.event_notify();
	END IF;
	PERFORM governance.event_distribute(c.consumer) FROM (SELECT c.consumer FROM governance.event_consumer c ORDER BY 1) c;
	PERFORM governance.event_limit();
	PERFORM governance.event_sweep();
END
$tick$;
COMMENT ON FUNCTION governance.tick(timestamptz, integer) IS
	'announces what time has brought since it last ran: so many standings and certifications at most; complete: nothing is left. Gives up consumers that are further behind than their limits allow';

-- Counts no further than the limit, so that a consumer far behind costs no more
-- than one that is near it.
-- Level: administrator
CREATE FUNCTION governance.event_limit() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $limit$
DECLARE
	c		record;
	waiting	bigint;
	oldest	timestamptz;
BEGIN
	FOR c IN
		SELECT * FROM governance.event_consumer
			WHERE lost_at IS NULL AND num_nonnulls(max_pending, max_age) > 0
			ORDER BY consumer FOR UPDATE SKIP LOCKED
	LOOP
		IF c.max_pending IS NOT NULL THEN
			SELECT count(*) INTO waiting FROM (
				(SELECT FROM governance.event_delivery d WHERE d.consumer = c.consumer
					LIMIT LEAST(c.max_pending, 9223372036854775806) + 1)
				UNION ALL
				(SELECT FROM governance.event_fresh(c.seen, c.seen_by) f WHERE c.kinds IS NULL OR f.kind = ANY (c.kinds))) w;
		END IF;
		IF c.max_age IS NOT NULL THEN
			SELECT LEAST((SELECT e.recorded_at FROM (SELECT q.account_id, q.head FROM governance.event_queue q
													 WHERE q.consumer = c.consumer ORDER BY q.head LIMIT 1) q
							JOIN governance.event_delivery d ON d.account_id = q.account_id AND d.consumer = c.consumer AND d.position = q.head
							JOIN governance.event e ON e.account_id = d.account_id AND e.event_id = d.event_id),
						 (SELECT min(f.recorded_at) FROM governance.event_fresh(c.seen, c.seen_by) f
						  WHERE c.kinds IS NULL OR f.kind = ANY (c.kinds))) INTO oldest;
		END IF;
		CONTINUE WHEN NOT coalesce(waiting > c.max_pending, false) AND NOT coalesce(now() - oldest > c.max_age, false);
		UPDATE governance.event_consumer u SET lost_at = now() WHERE u.consumer = c.consumer;
		DELETE FROM governance.event_delivery d WHERE d.consumer = c.consumer;
		DELETE FROM governance.event_queue q WHERE q.consumer = c.consumer;
		DELETE FROM governance.event e
			WHERE NOT EXISTS (SELECT FROM governance.event_delivery d WHERE d.event_id = e.event_id)
				AND NOT EXISTS (SELECT FROM governance.event_consumer o
								WHERE o.lost_at IS NULL AND (o.kinds IS NULL OR e.kind = ANY (o.kinds))
									AND (NOT pg_visible_in_snapshot(e.xid, o.seen) OR e.xid = o.seen_by));
	END LOOP;
END
$limit$;
COMMENT ON FUNCTION governance.event_limit() IS
	'part of tick(): gives up consumers that are further behind than their limits allow';



-- Of two consumers that acknowledge an event at once in transactions that are
-- not READ COMMITTED neither sees that it is the last.  What is older than all
-- that anybody waits for is such a rest.
-- Level: administrator
CREATE FUNCTION governance.event_sweep() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
AS $sweep$
DECLARE
	first	bigint;
BEGIN
	SELECT min(d.event_id) INTO first FROM governance.event_delivery d;
	DELETE FROM governance.event e
		USING (SELECT o.account_id, o.event_id FROM governance.event o
			   WHERE o.event_id < coalesce(first, 9223372036854775807)
				   -- Somebody may have queued some since, and says so in one
				   -- transaction with how far the consumer has got.
				   AND NOT EXISTS (SELECT FROM governance.event_delivery d WHERE d.event_id = o.event_id)
				   AND NOT EXISTS (SELECT FROM governance.event_consumer c
								   WHERE c.lost_at IS NULL AND (c.kinds IS NULL OR o.kind = ANY (c.kinds))
									   AND (NOT pg_visible_in_snapshot(o.xid, c.seen) OR o.xid = c.seen_by))
			   FOR UPDATE SKIP LOCKED) r
		WHERE e.account_id = r.account_id AND e.event_id = r.event_id;
END
$sweep$;
COMMENT ON FUNCTION governance.event_sweep() IS
	'part of tick(): deletes events that everybody has acknowledged and that are still there';
