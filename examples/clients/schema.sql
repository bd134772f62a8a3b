-- What the three programs find: the ledger, a consumer of its events, and a
-- table of the application in which only those may write who may "post".
CREATE EXTENSION governance;
SELECT governance.create_ledger();
SELECT governance.create_consumer('app');
CREATE TABLE post (
	post_id		bigserial PRIMARY KEY,
	author_id	bigint NOT NULL,
	body		text NOT NULL
);
CREATE TRIGGER may_post BEFORE INSERT ON post
	FOR EACH ROW EXECUTE FUNCTION governance.require_capability('author_id', 'post');
