// A service in JavaScript: node-postgres.  Where the database is, the environment
// says (PGHOST, PGPORT, PGDATABASE, PGUSER).  POOLED=1: behind a pooler in
// transaction mode, where nothing may rest on a session.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';

const { Client } = createRequire(import.meta.url)('pg');

const pooled = process.env.POOLED === '1';
const account = Number(process.env.ACCOUNT ?? 42);

async function connect() {
	const client = new Client();
	await client.connect();
	return client;
}

// Statements without a name are prepared for one use, which a pooler in
// transaction mode carries; named ones it does not.
async function transaction(client, work) {
	await client.query('BEGIN');
	try {
		const result = await work();
		await client.query('COMMIT');
		return result;
	} catch (error) {
		await client.query('ROLLBACK');
		throw error;
	}
}

async function publish(client) {
	const document = JSON.parse(await readFile(new URL('policy.json', import.meta.url), 'utf8'));
	const { rows } = await client.query('SELECT governance.publish($1::jsonb) AS policy_id', [document]);
	return rows[0].policy_id;
}

async function record(client, rule, points = null) {
	const { rows } = await client.query(
		`INSERT INTO governance.violation (account_id, scheme, rule, points, source)
		VALUES ($1, 'forum.strikes', $2, $3, 'report') RETURNING violation_id, occurred_at`,
		[account, rule, points]);
	return rows[0];
}

async function standing(client) {
	const { rows } = await client.query(
		`SELECT score, tier, governance.points(score) AS points FROM governance.standing
		WHERE account_id = $1 AND scheme = 'forum.strikes'`, [account]);
	return rows[0];
}

async function poll(client) {
	const { rows } = await client.query("SELECT * FROM governance.poll('app')");
	return rows;
}

async function acknowledge(client, events) {
	const { rows } = await client.query('SELECT governance.acknowledge($1, $2) AS n',
		['app', events.map((event) => event.event_id)]);
	return Number(rows[0].n);
}

// What wakes a worker: a session of its own, past the pooler, since LISTEN belongs
// to a session.  When the server or the network ends it, it is opened anew.
class Listener {
	client = null;
	opened = 0;
	heard = 0;
	wake = () => {};

	async wait(milliseconds) {
		if (this.client === null) {
			try {
				const client = await connect();
				// Without this the end of the session would be that of the program.
				client.on('error', () => {});
				client.on('end', () => { this.client = null; this.wake(); });
				client.on('notification', () => { this.heard++; this.wake(); });
				await client.query('LISTEN governance_event');
				this.client = client;
				this.heard = 0;
				this.opened++;
			} catch {
				await sleep(100);
			}
			return; // What came before was not heard: poll, and then wait.
		}
		if (this.heard === 0) {
			const timer = new AbortController();
			await Promise.race([
				new Promise((resolve) => { this.wake = resolve; }),
				sleep(milliseconds, null, { signal: timer.signal }).catch(() => {}),
			]);
			timer.abort();
		}
		this.heard = 0;
	}

	async close() {
		await this.client?.end();
	}
}

// Polls; when there is nothing, waits for a notification or half a second.
async function nextEvents(client, listener) {
	for (let i = 0; i < 20; i++) {
		const events = await poll(client);
		if (events.length > 0)
			return events;
		await (listener ? listener.wait(500) : sleep(100));
	}
	return [];
}

const client = await connect();
const listener = pooled ? null : new Listener();
await listener?.wait(0);

await publish(client);
await client.query('INSERT INTO governance.account (account_id) VALUES ($1)', [account]);
await client.query("INSERT INTO post (author_id, body) VALUES ($1, 'hello')", [account]);

// Two violations in one transaction; the standing is right inside it.
const violation = await transaction(client, async () => {
	await record(client, 'spam');
	const insult = await record(client, 'insult', 1);
	assert.equal((await standing(client)).tier, 'muted');
	return insult;
});

// What is rolled back never was.
await client.query('BEGIN');
await record(client, 'insult', 2);
assert.equal((await standing(client)).tier, 'banned');
await client.query('ROLLBACK');

// What arrives: scores, tiers, numeric and bigint as text, text[] as an array,
// timestamps as Date, jsonb as an object; a range as text or, with the types of
// some distributions, as an object with its ends.
assert.deepEqual(await standing(client), { score: '2/3', tier: 'muted', points: '2' });
const sanction = (await client.query('SELECT * FROM governance.sanction WHERE account_id = $1', [account])).rows[0];
assert.match(sanction.during.lower?.toISOString() ?? sanction.during, /20/);
assert.deepEqual(sanction.withholds, ['post']);
assert.equal(sanction.violation_id, violation.violation_id);
assert.ok(sanction.recorded_at instanceof Date);
// The ends of a range are better asked for one by one.
const ends = (await client.query('SELECT lower(during) AS since, upper(during) AS until FROM governance.sanction WHERE sanction_id = $1',
	[sanction.sanction_id])).rows[0];
assert.equal(ends.until - ends.since, 7 * 24 * 60 * 60 * 1000);
const reasons = (await client.query('SELECT governance.explain($1) AS reasons', [sanction.sanction_id])).rows[0].reasons;
assert.equal(reasons.rung, 'mute');

// Refused, with everything that an application needs to say so.
await assert.rejects(client.query("INSERT INTO post (author_id, body) VALUES ($1, 'again')", [account]), (error) => {
	assert.equal(error.code, 'GV301');
	assert.equal(error.message, `account ${account} may not "post"`);
	assert.deepEqual([error.schema, error.table, error.column, error.constraint], ['public', 'post', 'author_id', 'may_post']);
	assert.match(error.detail, /^It is withheld by rung "mute"/);
	assert.equal(error.hint, `governance.explain(${sanction.sanction_id}) gives the reasons.`);
	return true;
});
await assert.rejects(record(client, 'no_such_rule'), { code: 'GV003' });

// Events: woken, polled, acknowledged.
let events = await nextEvents(client, listener);
const started = events.find((event) => event.account_id === String(account) && event.kind === 'sanction_started');
assert.deepEqual(started.detail.withholds, ['post']);
assert.equal(await acknowledge(client, events), events.length);
if (listener) {
	// As when the server restarts: the session is lost, and opened anew.
	await client.query('SELECT pg_terminate_backend($1, 5000)', [listener.client.processID]);
	while (listener.opened < 2)
		await listener.wait(500);
}
await client.query("SELECT governance.overturn($1, 'mistaken')", [violation.violation_id]);
if (listener) {
	const began = Date.now();
	await listener.wait(30000);
	assert.ok(Date.now() - began < 15000, 'woken');
}
events = await nextEvents(client, listener);
assert.ok(events.some((event) => event.account_id === String(account) && event.kind === 'sanction_released'));
await acknowledge(client, events);
await client.query("INSERT INTO post (author_id, body) VALUES ($1, 'thank you')", [account]);

await listener?.close();
await client.end();
console.log(`node: as expected${pooled ? ' behind a pooler' : ''}`);
