# A physical standby answers, and nothing there tries to write; point-in-time
# recovery; a logical subscriber of the ledger with what is derived from it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Governance;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $began = time;
my $node = new_node('primary', 'wal_level = logical', 'archive_timeout = 0');
create_ledger($node, 'postgres', 200);
publish_basic($node, 'postgres', 't.full', 't.other');

sub record
{
	my ($rows, $seed) = @_;
	$node->safe_psql('postgres', qq{
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			SELECT 1 + (i * 7919 + $seed) % 200, (ARRAY['t.full', 't.other'])[1 + i % 2], (ARRAY['noise', 'insult', 'scam'])[1 + i % 3],
				now() - i * interval '1 minute', now() - i * interval '1 minute'
			FROM generate_series(1, $rows) i;
		INSERT INTO governance.activity (account_id, kind) SELECT i, 'course' FROM generate_series(1 + $seed % 50, 200, 9) i;
		SELECT governance.overturn((SELECT max(violation_id) FROM governance.violation), 'replication');
		SELECT governance.set_attribute(1 + $seed % 200, 'trusted', 'true');
	});
	return;
}

record(1000, 1);

# ---------------------------------------------------------------------------
# A physical standby
# ---------------------------------------------------------------------------

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
record(500, 2);
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));

is_deeply(checksums($standby, 'postgres'), checksums($node, 'postgres'), 'standby: every table is the same');
is_proven($standby, 'postgres', 'standby: verify() gives nothing');

my @questions = (
	"governance.score(a, 't.full', timestamptz '2100-01-01') FROM generate_series(1, 200) a",
	"governance.score(a, 't.full', now() - interval '3 hours') FROM generate_series(1, 20) a",
	"governance.tier(a) FROM generate_series(1, 200) a",
	"governance.permits(a, c) FROM generate_series(1, 50) a, unnest(array['post', 'comment']) c",
	"* FROM generate_series(1, 20) a, governance.restrictions(a)",
	"* FROM generate_series(1, 5) a, governance.timeline(a, 't.full')",
	"* FROM generate_series(1, 20) a, governance.next_change(a, 't.full')",
	"governance.explain(sanction_id) - 'as_of' FROM governance.sanction ORDER BY sanction_id LIMIT 10",
	"governance.qualified(a, d.domain) FROM generate_series(1, 3) a, governance.domain d ORDER BY d.domain, a",
	"count(*) FROM governance.simulate(governance.policy_document('t.full'))",
	"governance.policy_document('t.full')",
	"scheme, rule, severity FROM governance.rule ORDER BY 1, 2",
	"* FROM governance.search_rules('fraud')",
	"* FROM governance.policies",
	"account_id, rung FROM governance.sanction_in_force ORDER BY 1, 2",
	"governance.check_policy(governance.pack('douyin.health')) ->> 'scheme'");
foreach my $question (@questions)
{
	my ($ret, $out, $err) = $standby->psql('postgres', "SELECT $question");
	my ($same) = $question =~ /^(.{1,60})/;

	is($err, '', "standby: no error: $same");
	is($out, $node->safe_psql('postgres', "SELECT $question"), 'and the same answer')
	  if $question !~ /interval|policies/;
}

# What writes says so, and nothing crashes.
foreach my $statement (
	"INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.full', 'noise')",
	"SELECT governance.overturn(1, 'no')",
	"SELECT governance.rebuild()",
	"SELECT governance.create_ledger()",
	"SELECT governance.publish('" . basic_policy('t.full', 'x') . "')")
{
	my ($ret, $out, $err) = $standby->psql('postgres', $statement);
	like($err, qr/read-only|recovery/, 'standby: refused: ' . substr($statement, 0, 40));
}

# A backend that has the rulebook cached hears of a replicated publication.
my $session = $standby->background_psql('postgres');
my $price = q{SELECT title FROM governance.policies WHERE scheme = 't.full' AND status = 'active' ORDER BY policy_id DESC LIMIT 1; SELECT governance.score(1, 't.full', now() + interval '5 years')};
my $document = basic_policy('t.full', 'changed');
$document =~ s/"cap": "[^"]*"/"cap": 50/;
$document =~ s/"attributes": \{[^}]*\}\},/"attributes": {},/;
like($session->query_safe('SELECT governance.score(2, \'t.full\', now() + interval \'5 years\')'), qr{/100|/120}, 'standby: a cached rulebook');
$node->safe_psql('postgres', "SELECT governance.publish(\$\$$document\$\$)");
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
like($session->query_safe('SELECT governance.score(2, \'t.full\', now() + interval \'5 years\')'), qr{/50$}, 'standby: is replaced when a version is published');
$session->quit;

# Promoted, it goes on.
$node->safe_psql('postgres', q{BEGIN; INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.other', 'scam' FROM generate_series(1, 50) i; PREPARE TRANSACTION 'across'});
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
$standby->promote;
$standby->safe_psql('postgres', q{
	COMMIT PREPARED 'across';
	INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.other', 'fraud' FROM generate_series(1, 200) i;
	SELECT governance.overturn(min(violation_id), 'promoted') FROM governance.violation WHERE violation_id NOT IN (SELECT violation_id FROM governance.revision)});
is_proven($standby, 'postgres', 'promoted: verify() gives nothing after further entries');
is($standby->safe_psql('postgres', 'SELECT count(*) - count(DISTINCT violation_id) FROM governance.violation'), '0', 'promoted: no id is given twice');
$standby->stop;
$node->safe_psql('postgres', q{ROLLBACK PREPARED 'across'});

# ---------------------------------------------------------------------------
# Logical replication: the ledger together with what is derived
# ---------------------------------------------------------------------------

my $subscriber = new_node('subscriber');
create_ledger($subscriber, 'postgres', 0);
$node->safe_psql('postgres', q{CREATE PUBLICATION ledger FOR TABLES IN SCHEMA governance});
# The tables have their first rows from create_ledger() already.
$subscriber->safe_psql('postgres', q{
	SET session_replication_role = replica;
	DO $$
	DECLARE relation regclass;
	BEGIN
		FOR relation IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'governance'::regnamespace LOOP
			EXECUTE format('TRUNCATE %s CASCADE', relation);
		END LOOP;
	END $$;
});
my $connection = $node->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION ledger CONNECTION '$connection' PUBLICATION ledger");
$subscriber->wait_for_subscription_sync($node, 'ledger');
is_deeply(checksums($subscriber, 'postgres'), checksums($node, 'postgres'), 'subscriber: every table is the same after the first copy');
record(300, 3);
$document = basic_policy('t.other', 'replicated');
$node->safe_psql('postgres', "SELECT governance.publish(\$\$$document\$\$)");
record(100, 4);
$node->wait_for_catchup('ledger');
is_deeply(checksums($subscriber, 'postgres'), checksums($node, 'postgres'), 'subscriber: and after further entries, a publication and an overturn');
is_proven($subscriber, 'postgres', 'subscriber: verify() gives nothing');
my $log = slurp_file($subscriber->logfile);
unlike($log, qr/ERROR/, 'subscriber: nothing was refused');
$subscriber->stop;
$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active');
$node->stop;

# ---------------------------------------------------------------------------
# Point-in-time recovery
# ---------------------------------------------------------------------------

my $origin = PostgreSQL::Test::Cluster->new('origin');
$origin->init(has_archiving => 1, allows_streaming => 1);
$origin->append_conf('postgresql.conf', "timezone = 'UTC'\n");
$origin->start;
create_ledger($origin, 'postgres', 200);
publish_basic($origin, 'postgres', 't.full', 't.other');
$node = $origin;
record(200, 5);
$origin->backup('base');
record(200, 6);
my $then = checksums($origin, 'postgres');
$origin->safe_psql('postgres', q{SELECT pg_create_restore_point('then')});
$origin->safe_psql('postgres', 'SET session_replication_role = replica; DELETE FROM governance.violation WHERE account_id < 100');
isnt($origin->safe_psql('postgres', 'SELECT * FROM governance.verify() LIMIT 1'), '', 'an accident: verify() sees it');
$origin->safe_psql('postgres', 'SELECT pg_switch_wal()');
my $recovered = PostgreSQL::Test::Cluster->new('recovered');
$recovered->init_from_backup($origin, 'base', has_restoring => 1);
$recovered->append_conf('postgresql.conf', "recovery_target_name = 'then'\nrecovery_target_action = 'promote'\n");
$recovered->start;
$recovered->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'no recovery';
is_deeply(checksums($recovered, 'postgres'), $then, 'recovered: every table is as it was before');
is_proven($recovered, 'postgres', 'recovered: verify() gives nothing');
$recovered->stop;
$origin->stop;

note(sprintf('figures: %.1f s', time - $began));
done_testing();
