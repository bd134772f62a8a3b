-- ---------------------------------------------------------------------------
-- events: what is written in the transaction of a decision.  The triggers are
-- there only while there is a consumer.
-- ---------------------------------------------------------------------------

-- The server refuses to prepare a transaction that has notified: one that is to
-- be prepared says so beforehand.
-- Level: administrator
CREATE FUNCTION governance.event_notify() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $notify$
BEGIN
	IF coalesce(current_setting('governance.notify', true), '') <> 'off' THEN
		PERFORM pg_notify('governance_event', '');
	END IF;
END
$notify$;
COMMENT ON FUNCTION governance.event_notify() IS
	'part of the triggers of events and of tick(): wakes who listens on channel governance_event, unless governance.notify is off';

-- A sanction is announced as scheduled, started and over, each once; what has
-- been announced is compared with what is so.  This is the one place that says
-- which events take a consumer from the one to the other.
-- Level: administrator
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
			 announced = actual AND changed AND (actual <> 'over' OR served AND NOT overturned)
			 OR announced = 'started' AND actual = 'scheduled')
		) AS v(step, kind, at, applies)
	WHERE v.applies;
END;
COMMENT ON FUNCTION governance.event_sanction_steps(text, tstzrange, boolean, timestamptz, boolean, boolean, timestamptz) IS
	'part of the triggers of events: what is to be announced of a sanction';

-- Compares what consumers know of the sanction (governance.event_watch) with
-- what has become of it, writes the events between the two, and notes when to
-- look again. Sanctions of trials, whose scheme has an @, are announced to
-- nobody.
CREATE FUNCTION governance.event_sanction() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $sanction$
DECLARE
	known	text;
	unknown	bigint;
	actual	CONSTANT text := CASE WHEN NOT NEW.enforced OR isempty(NEW.during) THEN 'over'
								  WHEN lower(NEW.during) > now() THEN 'scheduled'
								  WHEN upper(NEW.during) <= now() THEN 'over'
								  ELSE 'started' END;
	changed	boolean := false;
	undone	boolean := false;
BEGIN
	IF strpos(NEW.scheme, '@') > 0 THEN
		RETURN NULL;
	END IF;
	-- One after the other with tick(), which writes events of this account, too.
	PERFORM FROM governance.event_watch w
		WHERE w.account_id = NEW.account_id AND w.subject = 'standing' AND w.scheme = NEW.scheme AND w.id = 0
		FOR UPDATE;
	IF TG_OP = 'UPDATE' THEN
		SELECT w.announced INTO known FROM governance.event_watch w
			WHERE w.account_id = NEW.account_id AND w.subject = 'sanction' AND w.scheme = NEW.scheme AND w.id = NEW.sanction_id;
		-- What is over is no longer watched.  What never was, so far, has not
		-- been announced either, or has been taken back.
		IF known IS NULL AND OLD.enforced AND NOT isempty(OLD.during) THEN
			known := 'over';
			undone := isempty(NEW.during)
				OR coalesce(NEW.release_reason, '') = 'overturned' AND coalesce(OLD.release_reason, '') <> 'overturned';
		END IF;
		changed := OLD.during <> NEW.during OR OLD.tier <> NEW.tier OR OLD.withholds <> NEW.withholds;
	ELSIF NEW.violation_id IS NULL THEN
		-- Time alone brought it, so that tick() may have said so already.
		unknown := hashtextextended(NEW.rung, extract(epoch FROM lower(NEW.during))::bigint);
		DELETE FROM governance.event_watch w
			WHERE w.account_id = NEW.account_id AND w.subject = 'unrecorded' AND w.scheme = NEW.scheme AND w.id = unknown
			RETURNING w.announced INTO known;
		changed := FOUND;
	END IF;

	IF actual <> 'over' THEN
		INSERT INTO governance.event_watch AS w (account_id, subject, scheme, id, announced, next_at)
			VALUES (NEW.account_id, 'sanction', NEW.scheme, NEW.sanction_id, actual,
					CASE actual WHEN 'scheduled' THEN lower(NEW.during) ELSE coalesce(upper(NEW.during), 'infinity') END)
			ON CONFLICT (account_id, subject, scheme, id) DO UPDATE SET announced = excluded.announced, next_at = excluded.next_at;
	ELSIF TG_OP = 'UPDATE' AND known <> 'over' THEN
		DELETE FROM governance.event_watch w
			WHERE w.account_id = NEW.account_id AND w.subject = 'sanction' AND w.scheme = NEW.scheme AND w.id = NEW.sanction_id;
	END IF;
	INSERT INTO governance.event (account_id, kind, at, scheme, sanction_id, policy_id, detail)
		SELECT NEW.account_id, k.kind, k.at, NEW.scheme, NEW.sanction_id, NEW.policy_id,
			   jsonb_strip_nulls(jsonb_build_object(
				   'rung', NEW.rung, 'tier', NEW.tier, 'withholds', NEW.withholds, 'since', lower(NEW.during),
				   'until', upper(NEW.during), 'violation_id', NEW.violation_id,
				   'reason', CASE k.kind WHEN 'sanction_released' THEN NEW.release_reason END,
				   'before', CASE WHEN TG_OP = 'UPDATE' AND k.kind = 'sanction_changed' THEN
					   jsonb_build_object('since', lower(OLD.during), 'until', upper(OLD.during), 'tier', OLD.tier) END))
		FROM governance.event_sanction_steps(coalesce(known, 'none'), NEW.during, NEW.enforced, NEW.released_at, changed, undone, now()) k
		ORDER BY k.step;
	IF FOUND THEN
		PERFORM governance.event_notify();
	END IF;
	RETURN NULL;
END
$sanction$;
COMMENT ON FUNCTION governance.event_sanction() IS
	'row trigger on governance.sanction while there is a consumer: announces how sanctions begin and go on';

-- A rung is announced once each time that an account comes near it;
-- governance.event_watch remembers for which one that was done last. Looking
-- ahead is left to tick(): next_at makes it look at this standing soon.
CREATE FUNCTION governance.event_standing() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $standing$
DECLARE
	next	record;
	watch	record;
	known	text;
BEGIN
	IF strpos(NEW.scheme, '@') > 0 THEN
		RETURN NULL;
	END IF;
	SELECT * INTO next FROM governance.next_rung(NEW.account_id, NEW.scheme);
	SELECT w.rung, w.next_at INTO watch FROM governance.event_watch w
		WHERE w.account_id = NEW.account_id AND w.subject = 'standing' AND w.scheme = NEW.scheme AND w.id = 0;
	known := watch.rung;
	-- Without a tick in between, time may have taken it away from the rung.
	IF next.near AND known = next.rung AND watch.next_at <= now() THEN
		SELECT r.rung INTO known FROM governance.next_rung(NEW.account_id, NEW.scheme, now() - interval '1 microsecond') r
			WHERE r.near;
	END IF;
	INSERT INTO governance.event_watch AS w (account_id, subject, scheme, announced, rung, seen, near_at, next_at)
		VALUES (NEW.account_id, 'standing', NEW.scheme, 'known', CASE WHEN next.near THEN next.rung END, now(),
				CASE WHEN next.near AND known IS DISTINCT FROM next.rung THEN now() END, now())
		ON CONFLICT (account_id, subject, scheme, id)
			DO UPDATE SET announced = excluded.announced, rung = excluded.rung, near_at = coalesce(excluded.near_at, w.near_at),
						  next_at = LEAST(w.next_at, excluded.next_at);
	IF next.near AND known IS DISTINCT FROM next.rung THEN
		INSERT INTO governance.event (account_id, kind, at, scheme, detail)
			VALUES (NEW.account_id, 'near_rung', now(), NEW.scheme,
					jsonb_build_object('rung', next.rung, 'tier', next.tier, 'points', next.points, 'score', next.score));
		PERFORM governance.event_notify();
	END IF;
	RETURN NULL;
END
$standing$;
COMMENT ON FUNCTION governance.event_standing() IS
	'row trigger on governance.standing while there is a consumer: announces that a rung is near';

-- What the step meant is read from the status before and after. That a review
-- comes due, or was missed, nobody writes down: tick() announces it at the
-- instant noted here.
CREATE FUNCTION governance.event_certification() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $certification$
DECLARE
	happened	CONSTANT text := CASE
		WHEN NEW.granted_at IS NULL THEN NULL
		WHEN NEW.status = 'granted' AND OLD.status IN ('applied', 'examining') THEN 'certification_granted'
		WHEN NEW.status = 'granted' AND OLD.status IN ('suspended', 'cancelled') THEN 'certification_reinstated'
		WHEN NEW.status = 'suspended' AND OLD.status <> 'suspended' THEN 'certification_suspended'
		WHEN NEW.status = 'cancelled' AND OLD.status <> 'cancelled' THEN 'certification_cancelled'
		WHEN NEW.review_due > OLD.review_due THEN 'certification_renewed' END;
	due			CONSTANT timestamptz := GREATEST(NEW.granted_at, NEW.review_due - interval '30 days');
BEGIN
	IF NEW.status IN ('granted', 'suspended') AND NEW.review_due IS NOT NULL THEN
		INSERT INTO governance.event_watch AS w (account_id, subject, id, announced, next_at)
			VALUES (NEW.account_id, 'certification', NEW.certification_id, 'granted', due)
			ON CONFLICT (account_id, subject, scheme, id) DO UPDATE
				SET announced = CASE WHEN due > now() THEN 'granted' ELSE w.announced END,
					next_at = CASE WHEN due > now() OR w.announced <> 'due' THEN due ELSE NEW.review_due END;
	ELSE
		DELETE FROM governance.event_watch w
			WHERE w.account_id = NEW.account_id AND w.subject = 'certification' AND w.scheme = '' AND w.id = NEW.certification_id;
	END IF;
	IF happened IS NOT NULL THEN
		INSERT INTO governance.event (account_id, kind, at, certification_id, detail)
			VALUES (NEW.account_id, happened, NEW.last_at, NEW.certification_id,
					jsonb_strip_nulls(jsonb_build_object('qualification', NEW.qualification, 'status', NEW.status,
														 'before', OLD.status, 'review_due', NEW.review_due)));
		PERFORM governance.event_notify();
	END IF;
	RETURN NULL;
END
$certification$;
COMMENT ON FUNCTION governance.event_certification() IS
	'row trigger on governance.certification while there is a consumer: announces grants, suspensions, cancellations';

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
					CASE TG_OP WHEN 'UPDATE' THEN now() ELSE NEW.published_at END, NEW.scheme, NEW.policy_id,
					jsonb_strip_nulls(jsonb_build_object('version', NEW.version, 'status', NEW.status,
						'from', lower(NEW.in_force), 'until', upper(NEW.in_force), 'published_by', NEW.published_by)));
		PERFORM governance.event_notify();
	END IF;
	RETURN NULL;
END
$policy$;
COMMENT ON FUNCTION governance.event_policy_row() IS
	'part of event_policy(): announces what happens to one version';

CREATE FUNCTION governance.event_policy() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_event_policy'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.event_policy() IS
	'row trigger on governance.policy while there is a consumer: announces publications, as the owner of the table';

REVOKE ALL ON FUNCTION
	governance.event_sanction(), governance.event_standing(),
	governance.event_certification(), governance.event_policy_row(), governance.event_policy()
	FROM PUBLIC;
