-- ---------------------------------------------------------------------------
-- events: what is written in the transaction of a decision.  The triggers are
-- there only while there is a consumer.
-- ---------------------------------------------------------------------------

-- A sanction is announced as scheduled, started and over, each once; what has
-- been announced is compared with what is so.  This is the one place that says
-- which events take a consumer from the one to the other.
CREATE FUNCTION governance.event_sanction_steps(announced text, during tstzrange, enforced boolean,
	released_at timestamptz, changed boolean, overturned boolean, until timestamptz,
	OUT step integer, OUT kind text, OUT at timestamptz)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT v.step, v.kind, v.at
	FROM (SELECT CASE WHEN NOT enforced OR isempty(during) THEN 'over'
					  WHEN lower(during) > until THEN 'scheduled'
					  WHEN upper(during) <= until THEN 'over'
					  ELSE 'started' END AS actual,
				 enforced AND NOT isempty(during) AND (lower(during) <= until OR lower_inf(during)) AS served) s,
		LATERAL (VALUES
			(1, 'sanction_scheduled', now(),
			 announced IN ('none', 'over') AND actual = 'scheduled'),
			(2, 'sanction_started', lower(during),
			 actual = 'started' AND announced <> 'started' OR actual = 'over' AND announced IN ('none', 'scheduled') AND served),
			(3, 'sanction_ended', upper(during),
			 actual = 'over' AND announced <> 'over' AND served AND released_at IS NULL),
			(3, 'sanction_released', coalesce(released_at, until),
			 actual = 'over' AND (announced IN ('scheduled', 'started') AND NOT served
								  OR announced <> 'over' AND served AND released_at IS NOT NULL
								  OR announced = 'over' AND overturned)),
			(4, 'sanction_changed', now(),
			 announced = actual AND actual <> 'over' AND changed OR announced = 'started' AND actual = 'scheduled')
		) AS v(step, kind, at, applies)
	WHERE v.applies;
END;
COMMENT ON FUNCTION governance.event_sanction_steps(text, tstzrange, boolean, timestamptz, boolean, boolean, timestamptz) IS
	'part of the triggers of events: what is to be announced of a sanction';

CREATE FUNCTION governance.event_sanction_insert() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $insert$
BEGIN
	WITH new AS MATERIALIZED (
		SELECT n.*, coalesce(u.announced, 'none') AS announced
		FROM new_rows n
			LEFT JOIN governance.event_watch u ON u.account_id = n.account_id AND u.subject = 'unrecorded'
				AND u.scheme = n.scheme AND n.violation_id IS NULL
				AND u.id = hashtextextended(n.rung, extract(epoch FROM lower(n.during))::bigint)
		WHERE strpos(n.scheme, '@') = 0
	), watched AS (
		INSERT INTO governance.event_watch (account_id, subject, scheme, id, announced, next_at)
			SELECT n.account_id, 'sanction', n.scheme, n.sanction_id,
				   CASE WHEN lower(n.during) > now() THEN 'scheduled' ELSE 'started' END,
				   CASE WHEN lower(n.during) > now() THEN lower(n.during) ELSE coalesce(upper(n.during), 'infinity') END
			FROM new n WHERE n.enforced AND NOT isempty(n.during) AND NOT coalesce(upper(n.during) <= now(), false)
			ORDER BY n.account_id, n.sanction_id
	), recorded AS (
		DELETE FROM governance.event_watch u USING new n
			WHERE n.announced <> 'none' AND u.account_id = n.account_id AND u.subject = 'unrecorded' AND u.scheme = n.scheme
				AND u.id = hashtextextended(n.rung, extract(epoch FROM lower(n.during))::bigint)
	)
	INSERT INTO governance.event (account_id, kind, at, scheme, sanction_id, policy_id, detail)
		SELECT n.account_id, k.kind, k.at, n.scheme, n.sanction_id, n.policy_id,
			   jsonb_strip_nulls(jsonb_build_object(
				   'rung', n.rung, 'tier', n.tier, 'withholds', n.withholds, 'since', lower(n.during),
				   'until', upper(n.during), 'violation_id', n.violation_id, 'reason', CASE k.kind WHEN 'sanction_released' THEN n.release_reason END))
		FROM new n, LATERAL governance.event_sanction_steps(n.announced, n.during, n.enforced, n.released_at, false, false, now()) k
		ORDER BY n.account_id, n.sanction_id, k.step;
	IF FOUND THEN
		PERFORM pg_notify('governance_event', '');
	END IF;
	RETURN NULL;
END
$insert$;
COMMENT ON FUNCTION governance.event_sanction_insert() IS
	'statement trigger on governance.sanction while there is a consumer: announces new sanctions';

CREATE FUNCTION governance.event_sanction_update() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $update$
BEGIN
	WITH new AS MATERIALIZED (
		SELECT n.*, coalesce(w.announced, 'over') AS announced, o.during AS was_during, o.tier AS was_tier,
			   o.during <> n.during OR o.tier OPERATOR(pg_catalog.<>) n.tier OR o.withholds <> n.withholds AS changed,
			   n.release_reason = 'overturned' AND coalesce(o.release_reason, '') <> 'overturned' AND o.enforced AS overturned,
			   CASE WHEN NOT n.enforced OR isempty(n.during) THEN 'over'
					WHEN lower(n.during) > now() THEN 'scheduled'
					WHEN upper(n.during) <= now() THEN 'over'
					ELSE 'started' END AS actual
		FROM new_rows n
			JOIN old_rows o ON o.account_id = n.account_id AND o.sanction_id = n.sanction_id
			LEFT JOIN governance.event_watch w ON w.account_id = n.account_id AND w.subject = 'sanction'
				AND w.scheme = n.scheme AND w.id = n.sanction_id
		WHERE strpos(n.scheme, '@') = 0
	), over AS (
		DELETE FROM governance.event_watch w USING new n
			WHERE n.actual = 'over' AND w.account_id = n.account_id AND w.subject = 'sanction'
				AND w.scheme = n.scheme AND w.id = n.sanction_id
	), watched AS (
		INSERT INTO governance.event_watch AS w (account_id, subject, scheme, id, announced, next_at)
			SELECT n.account_id, 'sanction', n.scheme, n.sanction_id, n.actual,
				   CASE n.actual WHEN 'scheduled' THEN lower(n.during) ELSE coalesce(upper(n.during), 'infinity') END
			FROM new n WHERE n.actual <> 'over'
			ORDER BY n.account_id, n.sanction_id
			ON CONFLICT (account_id, subject, scheme, id) DO UPDATE SET announced = excluded.announced, next_at = excluded.next_at
	)
	INSERT INTO governance.event (account_id, kind, at, scheme, sanction_id, policy_id, detail)
		SELECT n.account_id, k.kind, k.at, n.scheme, n.sanction_id, n.policy_id,
			   jsonb_strip_nulls(jsonb_build_object(
				   'rung', n.rung, 'tier', n.tier, 'withholds', n.withholds, 'since', lower(n.during),
				   'until', upper(n.during), 'violation_id', n.violation_id, 'reason', CASE k.kind WHEN 'sanction_released' THEN n.release_reason END,
				   'before', CASE k.kind WHEN 'sanction_changed' THEN
					   jsonb_build_object('since', lower(n.was_during), 'until', upper(n.was_during), 'tier', n.was_tier) END))
		FROM new n,
			 LATERAL governance.event_sanction_steps(n.announced, n.during, n.enforced, n.released_at, n.changed,
													 coalesce(n.overturned, false), now()) k
		ORDER BY n.account_id, n.sanction_id, k.step;
	IF FOUND THEN
		PERFORM pg_notify('governance_event', '');
	END IF;
	RETURN NULL;
END
$update$;
COMMENT ON FUNCTION governance.event_sanction_update() IS
	'statement trigger on governance.sanction while there is a consumer: announces how sanctions go on';

CREATE FUNCTION governance.event_standing() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $standing$
BEGIN
	WITH new AS MATERIALIZED (
		SELECT n.account_id, n.scheme, w.rung AS was, r.rung, r.tier, r.points, r.score, r.near
		FROM new_rows n
			LEFT JOIN governance.event_watch w ON w.account_id = n.account_id AND w.subject = 'standing'
				AND w.scheme = n.scheme AND w.id = 0,
			LATERAL governance.next_rung(n.account_id, n.scheme) r
		WHERE strpos(n.scheme, '@') = 0
	), watched AS (
		INSERT INTO governance.event_watch AS w (account_id, subject, scheme, announced, rung, seen, next_at)
			SELECT n.account_id, 'standing', n.scheme, 'known', CASE WHEN n.near THEN n.rung END, now(), now()
			FROM new n ORDER BY n.account_id, n.scheme
			ON CONFLICT (account_id, subject, scheme, id)
				DO UPDATE SET announced = excluded.announced, rung = excluded.rung, next_at = LEAST(w.next_at, excluded.next_at)
	)
	INSERT INTO governance.event (account_id, kind, at, scheme, detail)
		SELECT n.account_id, 'near_rung', now(), n.scheme,
			   jsonb_build_object('rung', n.rung, 'tier', n.tier, 'points', n.points, 'score', n.score)
		FROM new n WHERE n.near AND coalesce(n.was, '') <> n.rung
		ORDER BY n.account_id, n.scheme;
	IF FOUND THEN
		PERFORM pg_notify('governance_event', '');
	END IF;
	RETURN NULL;
END
$standing$;
COMMENT ON FUNCTION governance.event_standing() IS
	'statement trigger on governance.standing while there is a consumer: announces that a rung is near';

CREATE FUNCTION governance.event_certification() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $certification$
BEGIN
	WITH new AS MATERIALIZED (
		SELECT n.*, o.status AS was_status, o.review_due AS was_due,
			   n.status IN ('granted', 'suspended') AND n.review_due IS NOT NULL AS watched
		FROM new_rows n
			JOIN old_rows o ON o.account_id = n.account_id AND o.certification_id = n.certification_id
	), ended AS (
		DELETE FROM governance.event_watch w USING new n
			WHERE NOT n.watched AND w.account_id = n.account_id AND w.subject = 'certification'
				AND w.scheme = '' AND w.id = n.certification_id
	), watched AS (
		INSERT INTO governance.event_watch AS w (account_id, subject, id, announced, next_at)
			SELECT n.account_id, 'certification', n.certification_id, 'granted',
				   GREATEST(n.granted_at, n.review_due - interval '30 days')
			FROM new n WHERE n.watched
			ORDER BY n.account_id, n.certification_id
			ON CONFLICT (account_id, subject, scheme, id) DO UPDATE
				SET announced = CASE WHEN excluded.next_at > now() THEN 'granted' ELSE w.announced END,
					next_at = CASE WHEN excluded.next_at > now() OR w.announced <> 'due' THEN excluded.next_at
						ELSE (SELECT n.review_due FROM new n WHERE n.account_id = w.account_id AND n.certification_id = w.id) END
	)
	INSERT INTO governance.event (account_id, kind, at, certification_id, detail)
		SELECT n.account_id, k.kind, n.last_at, n.certification_id,
			   jsonb_strip_nulls(jsonb_build_object('qualification', n.qualification, 'status', n.status,
													'before', n.was_status, 'review_due', n.review_due))
		FROM new n,
			 LATERAL (SELECT CASE
				WHEN n.granted_at IS NULL THEN NULL
				WHEN n.status = 'granted' AND n.was_status IN ('applied', 'examining') THEN 'certification_granted'
				WHEN n.status = 'granted' AND n.was_status IN ('suspended', 'cancelled') THEN 'certification_reinstated'
				WHEN n.status = 'suspended' AND n.was_status <> 'suspended' THEN 'certification_suspended'
				WHEN n.status = 'cancelled' AND n.was_status <> 'cancelled' THEN 'certification_cancelled'
				WHEN n.review_due > n.was_due THEN 'certification_renewed' END) AS k(kind)
		WHERE k.kind IS NOT NULL
		ORDER BY n.account_id, n.last_step;
	IF FOUND THEN
		PERFORM pg_notify('governance_event', '');
	END IF;
	RETURN NULL;
END
$certification$;
COMMENT ON FUNCTION governance.event_certification() IS
	'statement trigger on governance.certification while there is a consumer: announces grants, suspensions, cancellations';

CREATE FUNCTION governance.event_policy_row() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $policy$
DECLARE
	before	text := CASE TG_OP WHEN 'UPDATE' THEN OLD.status ELSE 'draft' END;
BEGIN
	IF before <> NEW.status AND NEW.status <> 'draft' THEN
		INSERT INTO governance.event (account_id, kind, at, scheme, policy_id, detail)
			VALUES (0, CASE NEW.status WHEN 'retired' THEN 'policy_retired' ELSE 'policy_published' END,
					CASE NEW.status WHEN 'retired' THEN now() ELSE NEW.published_at END, NEW.scheme, NEW.policy_id,
					jsonb_strip_nulls(jsonb_build_object('version', NEW.version, 'status', NEW.status,
						'from', lower(NEW.in_force), 'until', upper(NEW.in_force), 'published_by', NEW.published_by)));
		PERFORM pg_notify('governance_event', '');
	END IF;
	RETURN NULL;
END
$policy$;
COMMENT ON FUNCTION governance.event_policy_row() IS
	'part of event_policy()';

CREATE FUNCTION governance.event_policy() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_event_policy'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.event_policy() IS
	'row trigger on governance.policy while there is a consumer: announces publications, as the owner of the table';

REVOKE ALL ON FUNCTION
	governance.event_sanction_insert(), governance.event_sanction_update(), governance.event_standing(),
	governance.event_certification(), governance.event_policy_row(), governance.event_policy()
	FROM PUBLIC;
