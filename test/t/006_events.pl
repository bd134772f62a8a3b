# The outbox with what people put around it: tick() run by the real pg_cron, the
# outbox read by logical decoding with the real wal2json, listeners that are
# woken, workers that are killed, and a dump that is restored in another cluster.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $libdir = `pg_config --pkglibdir`;
chomp $libdir;
my $has_cron = -e "$libdir/pg_cron.so";
my $has_wal2json = -e "$libdir/wal2json.so";

my $node = new_node('events', 'wal_level = logical',
	$has_cron ? ("shared_preload_libraries = 'pg_cron'", "cron.database_name = 'postgres'", 'cron.use_background_workers = on') : ());
create_ledger($node, 'postgres', 100);
publish_basic($node, 'postgres', 't.full');
$node->safe_psql('postgres', q{
	SELECT governance.publish('{"scheme": "t.short", "time_zone": "UTC", "score": {"cap": 100},
		"rules": {"spam": {"title": "spam", "points": 50}},
		"ladder": [{"rung": "hush", "when": "score <= 50", "tier": "muted", "withhold": ["post"], "for": "2 seconds"}]}')});
$node->safe_psql('postgres', q{SELECT governance.create_consumer('app')});

# ---------------------------------------------------------------------------
# Listeners are woken once a transaction
# ---------------------------------------------------------------------------

my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN governance_event');
$node->safe_psql('postgres', q{BEGIN; INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.short', 'spam'); INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.short', 'spam'); COMMIT});
my $heard = $listener->query('SELECT 1');
is(scalar(() = $heard =~ /governance_event/g), 1, 'a listener is woken once by a transaction');
$listener->quit;

# ---------------------------------------------------------------------------
# A worker that dies: what it had comes again
# ---------------------------------------------------------------------------

my $worker = $node->background_psql('postgres');
$worker->query_safe(q{BEGIN});
my $pid = $worker->query_safe('SELECT pg_backend_pid()');
is($worker->query_safe(q{SELECT count(*) FROM governance.poll('app')}), '2', 'a worker takes two events in a transaction');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
is($node->safe_psql('postgres', q{SELECT string_agg(account_id || ' ' || attempt, ', ' ORDER BY account_id) FROM governance.poll('app')}), '1 1, 2 1', 'it dies, and they come to another one');
$node->safe_psql('postgres', q{SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event});

# ---------------------------------------------------------------------------
# pg_cron
# ---------------------------------------------------------------------------

SKIP:
{
	skip 'pg_cron is not installed (postgresql-15-cron in Debian)', 3 unless $has_cron;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'pg_cron'});
	my $every = $version >= 1.5 ? '1 second' : '* * * * *';
	$node->safe_psql('postgres', "SELECT cron.schedule('governance', '$every', 'SELECT governance.tick()')");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM governance.event WHERE kind = 'sanction_ended'}),
		"pg_cron $version: tick() announces what has ended");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM governance.event e JOIN governance.sanction s ON s.account_id = e.account_id AND s.sanction_id = e.sanction_id
		WHERE e.kind = 'sanction_ended' AND e.at <> upper(s.during)}), '0', 'with the instants at which it did');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM cron.job_run_details WHERE status = 'failed'}), '0', 'and no run fails');
	$node->safe_psql('postgres', q{SELECT cron.unschedule('governance')});
}

# ---------------------------------------------------------------------------
# wal2json
# ---------------------------------------------------------------------------

SKIP:
{
	skip 'wal2json is not installed (postgresql-15-wal2json in Debian)', 3 unless $has_wal2json;
	# Newer servers want to be told which libraries may be output plugins.
	if ($node->safe_psql('postgres', q{SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'}) > 0)
	{
		$node->safe_psql('postgres', q{ALTER SYSTEM SET output_plugin_libraries = 'wal2json'});
		$node->reload;
		$node->poll_query_until('postgres', q{SELECT current_setting('output_plugin_libraries') = 'wal2json'});
	}
	$node->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('governance', 'wal2json')});
	$node->safe_psql('postgres', q{
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 't.short', 'spam');
		BEGIN; INSERT INTO governance.violation (account_id, scheme, rule) VALUES (12, 't.short', 'spam'); ROLLBACK;
		SELECT governance.overturn(max(violation_id), 'x') FROM governance.violation WHERE account_id = 11});
	my $changes = q{
		SELECT c.data::jsonb AS change FROM pg_logical_slot_get_changes('governance', NULL, NULL,
			'add-tables', 'governance.event', 'actions', 'insert', 'format-version', '2') c WHERE c.data::jsonb ->> 'action' = 'I'};
	is($node->safe_psql('postgres', qq{
		SELECT string_agg((SELECT string_agg(v ->> 'value', ' ') FROM jsonb_array_elements(change -> 'columns') v WHERE v ->> 'name' IN ('account_id', 'kind')), ', ')
		FROM ($changes) c}), '11 sanction_started, 11 sanction_released', 'wal2json: each event as it is committed, none that was rolled back');
	is($node->safe_psql('postgres', "SELECT count(*) FROM ($changes) c"), '0', 'and once');
	$node->safe_psql('postgres', q{SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event});
	is($node->safe_psql('postgres', "SELECT count(*) FROM ($changes) c"), '0', 'and not when it is acknowledged');
	$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('governance')});
}

# ---------------------------------------------------------------------------
# A dump, restored in another cluster
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', q{
	SELECT governance.poll('app');
	SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event;
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (21, 't.short', 'spam'), (22, 't.short', 'spam')});
$node->safe_psql('postgres', q{SELECT count(*) FROM generate_series(1, 200) i, LATERAL (SELECT pg_current_xact_id()) x});
my $dump = $node->basedir . '/events.sql';
$node->command_ok([ 'pg_dump', '-n', 'governance', '-f', $dump, $node->connstr('postgres') ], 'dumped while two events wait');
my $other = new_node('restored');
$other->safe_psql('postgres', 'CREATE EXTENSION btree_gist; CREATE EXTENSION governance');
my ($out, $err) = run_command([ 'psql', '-X', '-q', '-d', $other->connstr('postgres'), '-f', $dump ]);
is($other->safe_psql('postgres', q{SELECT string_agg(account_id || ' ' || kind, ', ' ORDER BY account_id) FROM governance.poll('app')}),
	'21 sanction_started, 22 sanction_started', 'restored in another cluster: what waited comes');
$other->safe_psql('postgres', q{
	SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event;
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (23, 't.short', 'spam')});
is($other->safe_psql('postgres', q{SELECT string_agg(account_id || ' ' || kind, ', ') FROM governance.poll('app')}),
	'23 sanction_started', 'and what happens there');
is_proven($node, 'postgres', 'verify() gives nothing');

done_testing();
