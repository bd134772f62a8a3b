# What is dumped comes back: plain, custom, directory with two jobs, and schema
# and data apart.  Every table has the same rows, every trigger is there and as
# it was enabled, the user's own columns, indexes and rights are there, verify()
# gives nothing, and the ledger goes on.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $accounts = 300;
my $began = time;
my $node = new_node('dump');
my $dir = PostgreSQL::Test::Utils::tempdir;

create_ledger($node, 'origin', $accounts);
publish_basic($node, 'origin', 't.dump', 't.other');

# ---------------------------------------------------------------------------
# A ledger in use, with changes of the user's own
# ---------------------------------------------------------------------------

$node->safe_psql('origin', q{
	SET client_min_messages = warning;
	SELECT governance.publish(governance.pack('douyin.commerce'));
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, evidence, content_ref)
		SELECT 1 + (i * 7919) % 300, (ARRAY['t.dump', 't.other'])[1 + i % 2], (ARRAY['noise', 'insult', 'fraud', 'scam'])[1 + (i * 31) % 4],
			now() - interval '1 hour' * ((i * 13) % 1000), now() - interval '1 hour' * ((i * 13) % 1000),
			jsonb_build_object('n', i, 'text', E'tab\there \\\\ "quoted" \u6296\u97f3'), 'c' || i
		FROM generate_series(1, 4000) i;
	INSERT INTO governance.attribute (account_id, name, value, during)
		SELECT i, 'trusted', 'true', tstzrange('2021-01-01', NULL) FROM generate_series(1, 300, 7) i;
	INSERT INTO governance.activity (account_id, kind, occurred_at) SELECT i, 'course', now() - interval '1 day' FROM generate_series(1, 300, 5) i;
	SELECT governance.overturn(violation_id, 'dump test') FROM governance.violation WHERE violation_id % 97 = 0;
	SELECT governance.change(violation_id, 5, 'dump test') FROM governance.violation WHERE violation_id % 101 = 0 AND rule = 'fraud';
	INSERT INTO governance.appeal (violation_id, grounds) SELECT violation_id, 'not I' FROM governance.violation WHERE violation_id % 103 = 0;
	INSERT INTO governance.campaign (campaign) VALUES ('spring');

	-- the user's own
	CREATE ROLE dump_reader;
	CREATE ROLE dump_recorder;
	GRANT USAGE ON SCHEMA governance TO dump_reader, dump_recorder;
	GRANT SELECT ON governance.standing, governance.sanction TO dump_reader;
	GRANT INSERT ON governance.violation TO dump_recorder;
	GRANT EXECUTE ON FUNCTION governance.rebuild() TO dump_reader;
	ALTER TABLE governance.violation ADD COLUMN ticket text;
	ALTER TABLE governance.standing ADD COLUMN remark text DEFAULT 'none';
	ALTER TABLE governance.account ADD COLUMN region text NOT NULL DEFAULT 'north', ADD CONSTRAINT region_check CHECK (region IN ('north', 'south'));
	CREATE INDEX violation_content_ref_idx ON governance.violation (content_ref);
	CREATE INDEX standing_poor_idx ON governance.standing (scheme, score) WHERE tier > 'warned';
	ALTER TABLE governance.activity DISABLE TRIGGER append_only_delete;
	ALTER TABLE governance.appeal DISABLE TRIGGER appeal_decide;
	CREATE TABLE public.post (id int PRIMARY KEY, author bigint, body text);
	CREATE TRIGGER may_post BEFORE INSERT ON public.post FOR EACH ROW EXECUTE FUNCTION governance.require_capability('author', 'post');
	INSERT INTO public.post SELECT a, a, 'hello' FROM generate_series(1, 300) a WHERE governance.permits(a, 'post');
	CREATE VIEW public.poor AS SELECT account_id, score, tier FROM governance.standing WHERE tier >= 'limited';
});
is_proven($node, 'origin', 'verify() before');

# Triggers, indexes, constraints, columns, rights, comments: as text.
sub catalog
{
	my ($db) = @_;

	return join "\n", sort split /\n/, $node->safe_psql($db, q{
		SELECT 'trigger', t.tgrelid::regclass, t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e');
		SELECT 'index', pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN ('governance'::regnamespace, 'public'::regnamespace));
		SELECT 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace IN ('governance'::regnamespace, 'public'::regnamespace) AND conrelid <> 0;
		SELECT 'column', attrelid::regclass, attname, atttypid::regtype, attnotnull, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
			WHERE c.relkind IN ('r', 'v', 'S') AND c.relnamespace IN ('governance'::regnamespace, 'public'::regnamespace) AND attnum > 0 AND NOT attisdropped;
		SELECT 'relation', oid::regclass, relkind, relacl, reloptions, pg_get_userbyid(relowner), obj_description(oid, 'pg_class')
			FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND relnamespace IN ('governance'::regnamespace, 'public'::regnamespace);
		SELECT 'function', oid::regprocedure, proacl FROM pg_proc WHERE pronamespace = 'governance'::regnamespace;
	});
}

sub sequences
{
	my ($db) = @_;

	return $node->safe_psql($db, q{SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'governance' ORDER BY 1});
}

my $rows = checksums($node, 'origin');
my $catalog = catalog('origin');
my $sequences = sequences('origin');
my $scores = q{SELECT account_id, governance.score(account_id, 't.dump', '2030-01-01'), governance.tier(account_id, NULL, '2030-01-01') FROM governance.account WHERE account_id % 10 = 0 ORDER BY 1};
my $answers = $node->safe_psql('origin', $scores);

cmp_ok($rows->{'governance.violation'}, 'ne', '0 ', 'there are violations');
like($rows->{'governance.sanction'}, qr/^[1-9]\d+ /, 'there are sanctions');

# ---------------------------------------------------------------------------
# Each way of dumping and restoring
# ---------------------------------------------------------------------------

my $from = $node->connstr('origin');
my @psql = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d');
my %way = (
	plain => sub {
		my ($to) = @_;
		command_ok([ 'pg_dump', '-f', "$dir/plain.sql", $from ], 'plain: pg_dump');
		command_ok([ @psql, $to, '-f', "$dir/plain.sql" ], 'plain: psql');
	},
	custom => sub {
		my ($to) = @_;
		command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", $from ], 'custom: pg_dump');
		command_ok([ 'pg_restore', '--exit-on-error', '-d', $to, "$dir/custom" ], 'custom: pg_restore');
	},
	directory => sub {
		my ($to) = @_;
		command_ok([ 'pg_dump', '-Fd', '-j2', '-f', "$dir/directory", $from ], 'directory: pg_dump');
		command_ok([ 'pg_restore', '--exit-on-error', '-j2', '-d', $to, "$dir/directory" ], 'directory: pg_restore');
	},
	inserts => sub {
		my ($to) = @_;
		command_ok([ 'pg_dump', '--rows-per-insert=100', '-f', "$dir/inserts.sql", $from ], 'inserts: pg_dump');
		command_ok([ @psql, $to, '-1', '-f', "$dir/inserts.sql" ], 'inserts: psql in one transaction');
	},
	# Triggers and constraints are there before the rows, so that the triggers
	# have to be kept from firing.  pg_restore --disable-triggers would do, too,
	# but enables all of them in the end, those that were disabled as well.
	apart => sub {
		my ($to) = @_;
		command_ok([ 'pg_dump', '--schema-only', '-Fc', '-f', "$dir/schema", $from ], 'apart: pg_dump of the schema');
		command_ok([ 'pg_dump', '--data-only', '-Fc', '-f', "$dir/data", $from ], 'apart: pg_dump of the data');
		command_ok([ 'pg_restore', '--exit-on-error', '-d', $to, "$dir/schema" ], 'apart: pg_restore of the schema');
		local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
		command_ok([ 'pg_restore', '--exit-on-error', '-d', $to, "$dir/data" ], 'apart: pg_restore of the data');
	},
	sections => sub {
		my ($to) = @_;
		foreach my $section ('pre-data', 'data', 'post-data')
		{
			command_ok([ 'pg_restore', '--exit-on-error', "--section=$section", '-d', $to, "$dir/custom" ], "sections: $section");
		}
	});

foreach my $way (qw(plain custom directory inserts apart sections))
{
	$node->safe_psql('postgres', "CREATE DATABASE $way");
	$way{$way}->($node->connstr($way));

	is_deeply(checksums($node, $way), $rows, "$way: every table has the same rows");
	is(catalog($way), $catalog, "$way: triggers, indexes, constraints, columns, rights and comments are the same");
	is(sequences($way), $sequences, "$way: sequences go on where they were");
	is_proven($node, $way, "$way: verify() gives nothing");
	is($node->safe_psql($way, $scores), $answers, "$way: the same answers");
	like($node->safe_psql($way, 'SELECT * FROM governance.create_ledger()'),
		qr/^the ledger is complete for version \S+; nothing to do$/, "$way: create_ledger() finds nothing to do");

	# It goes on.
	$node->safe_psql($way, q{
		INSERT INTO governance.violation (account_id, scheme, rule, ticket) SELECT i, 't.dump', 'scam', 'T' || i FROM generate_series(1, 300) i;
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (5, 't.dump', 'noise', now() - interval '30 days');
		SELECT governance.overturn((SELECT min(violation_id) FROM governance.violation WHERE violation_id NOT IN (SELECT violation_id FROM governance.revision)), 'after restore');
		INSERT INTO governance.activity (account_id, kind) VALUES (1, 'course');
	});
	my $document = basic_policy('t.dump', 'after restore');
	$node->safe_psql($way, "SELECT governance.publish(\$\$$document\$\$)");
	is_proven($node, $way, "$way: verify() gives nothing after further entries");
	my ($ret, $out, $err) = $node->psql($way, q{
		DELETE FROM governance.violation;
		DELETE FROM governance.activity WHERE account_id = 1;});
	like($err, qr/cannot delete from table "violation"/, "$way: the guards hold");
	unlike($err, qr/activity/, "$way: and the one that was disabled stays so");
}

# A ledger without the triggers gets them back.  What waits to be taken over is not
# proven, so nothing waits.
$node->safe_psql('plain', q{
	CALL governance.settle();
	DROP TRIGGER violation_apply ON governance.violation;
	DROP TRIGGER append_only_update ON governance.sanction;
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (8, 't.dump', 'noise');
});
is($node->safe_psql('plain', 'SELECT * FROM governance.create_ledger()'),
	"created trigger violation_apply on governance.violation\ncreated trigger append_only_update on governance.sanction",
	'create_ledger() creates what is missing');
isnt($node->safe_psql('plain', 'SELECT * FROM governance.verify()'), '', 'verify() finds what was missed meanwhile');
$node->safe_psql('plain', 'SELECT governance.rebuild()');
is_proven($node, 'plain', 'rebuild() makes up for it');

# Only the ledger: the derived tables can be left out and made again.
command_ok([ 'pg_dump', '-Fc', '-f', "$dir/without", $from, map { ('--exclude-table-data', "governance.$_") } qw(standing restriction) ],
	'pg_dump without what is derived');
$node->safe_psql('postgres', 'CREATE DATABASE without');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('without'), "$dir/without" ], 'pg_restore');
$node->safe_psql('without', 'SELECT governance.rebuild()');
is_proven($node, 'without', 'rebuild() makes what is derived');
is($node->safe_psql('without', $scores), $answers, 'with the same answers');

$node->stop;
note(sprintf('figures: 6 ways, %d rows of violations, %.1f s', (split ' ', $rows->{'governance.violation'})[0], time - $began));
done_testing();
