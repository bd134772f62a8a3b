-- ---------------------------------------------------------------------------
-- events: what is written in the transaction of a decision.  Of standings and
-- sanctions that is written along with these (src/ledger/announce.c); policies
-- and certifications have triggers, which do nothing while there is no consumer.
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

-- What the step meant is read from the status before and after. That a review
-- comes due, or was missed, nobody writes down: tick() announces it at the
-- instant noted here.
CREATE FUNCTION governance.event_certification_row() RETURNS trigger
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
COMMENT ON FUNCTION governance.event_certification_row() IS
	'part of event_certification(): announces what happens to one certification';

CREATE FUNCTION governance.event_certification() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_event_certification'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.event_certification() IS
	'row trigger on governance.certification: announces grants, suspensions, cancellations, if there is a consumer';

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
						'from', lower(NEW.in_force), 'until', upper(NEW.in_force), 'published_by', NEW.published_by,
						'kind', nullif(NEW.kind, 'scheme'))));
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
	'row trigger on governance.policy: announces publications, if there is a consumer, as the owner of the table';

REVOKE ALL ON FUNCTION
	governance.event_certification_row(), governance.event_certification(), governance.event_policy_row(), governance.event_policy()
	FROM PUBLIC;
