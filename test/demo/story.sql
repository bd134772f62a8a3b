\echo
\echo 'One statement adds governance to a database:'
\echo
\set ECHO queries
SET client_min_messages = warning;
CREATE EXTENSION governance CASCADE;

SELECT extname, extversion, extnamespace::regnamespace AS schema
FROM pg_extension WHERE extname = 'governance';
