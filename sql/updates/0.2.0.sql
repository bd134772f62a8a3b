-- What is taken away from version 0.2.0; all functions follow anew.
\echo Use "ALTER EXTENSION governance UPDATE" to load this file. \quit

-- Limits look at what a statement does to standings, where these are written.
DROP FUNCTION governance.check_limits(text, bigint[], bigint[]);

-- It asks whose sanction is meant, where others inherit it.
DROP FUNCTION governance.release(bigint, text, timestamptz);
